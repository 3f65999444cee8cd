"""T-Mobile's call detail records, by the carrier's own published key."""

from __future__ import annotations

from fourcorners.readers.tmobile.reader import READER

__all__ = ["READER"]
