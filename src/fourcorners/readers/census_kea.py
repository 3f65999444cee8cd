"""The independent count of Kea's lease files: cells and rows, line by line."""

from __future__ import annotations

from mmap import mmap

from fourcorners.model.records import Census
from fourcorners.readers.census_chunks import chunks


def count(data: bytes | mmap) -> Census:
    """Cells in all, and rows behind the header (label `row`); empty lines hold none."""
    cells = rows = 0
    for chunk in chunks(data):
        lines = [line for line in chunk.splitlines() if line]
        cells += sum(len(line.split(b",")) for line in lines)
        rows += len(lines)
    return Census(cells, {"row": max(0, rows - 1)})
