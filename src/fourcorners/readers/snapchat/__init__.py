"""Snapchat: returns, CSV files of sections with a legend, a rule, a header and rows; and the export."""

from __future__ import annotations

from fourcorners.readers.snapchat.export import EXPORT
from fourcorners.readers.snapchat.reader import READER

__all__ = ["EXPORT", "READER"]
