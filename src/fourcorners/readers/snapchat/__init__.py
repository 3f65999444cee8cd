"""Snapchat returns: CSV files of several sections, each with a legend, a rule, a header and rows."""

from __future__ import annotations

from fourcorners.readers.snapchat.reader import READER

__all__ = ["READER"]
