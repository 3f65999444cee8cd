"""Tables of no known format, read through the mapping that a person declares."""

from __future__ import annotations

from fourcorners.readers.table.mapping import TableMapping
from fourcorners.readers.table.mapping import parse_mapping
from fourcorners.readers.table.reader import TableReader

__all__ = ["TableMapping", "TableReader", "parse_mapping"]
