"""X: returns, JSON mostly within a signature, and the archive that an account holder downloads."""

from __future__ import annotations

from fourcorners.readers.x.reader import ARCHIVE
from fourcorners.readers.x.reader import READER

__all__ = ["ARCHIVE", "READER"]
