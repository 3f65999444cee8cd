"""Tables in PDFs: cells from the places of glyphs, as far as they are certain, below the header of a mapping."""

from __future__ import annotations

from fourcorners.readers.pdf_table.page import check_seen
from fourcorners.readers.pdf_table.text import Wanted
from fourcorners.readers.pdf_table.text import derive

__all__ = ["Wanted", "check_seen", "derive"]
