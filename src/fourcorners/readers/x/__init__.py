"""X returns: text files that hold JSON, mostly within a signature."""

from __future__ import annotations

from fourcorners.readers.x.reader import READER

__all__ = ["READER"]
