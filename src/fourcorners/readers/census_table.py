"""An independent count of tables: cells and rows, by other means than the table reader's.

A file without a quote is counted by its bytes alone; one with quotes by the standard library's reader in strict
mode. A workbook is counted in the XML of its sheet, a Parquet file by its own metadata.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from mmap import mmap

from fourcorners.model.errors import BadInput
from fourcorners.model.records import Census

_STEP = 4 << 20
_BOM = b"\xef\xbb\xbf"
_MAX_CELL = 2 << 20  # the reader's own limit lies below


def count_cells(data: bytes | mmap, delimiter: str, header_row: int) -> Census:
    """Cells in all, and rows behind the header (label `row`). Empty lines behind the last row hold no cell.

    Raises:
        BadInput: `QUOTE` where the standard library's reader finds damage.
    """
    end = _content_end(data)
    cells, lines = (_quoted if data.find(b'"', 0) >= 0 else _plain)(data, end, delimiter)
    return Census(cells, {"row": max(0, lines - header_row)})


def _plain(data: bytes | mmap, end: int, delimiter: str) -> tuple[int, int]:
    """Cells and lines of a file in which every delimiter and every line feed separates."""
    separators, lines = 0, 1
    for at in range(0, end, _STEP):
        piece = data[at : min(at + _STEP, end)]
        separators += piece.count(delimiter.encode())
        lines += piece.count(b"\n")
    return separators + lines, lines


def _quoted(data: bytes | mmap, end: int, delimiter: str) -> tuple[int, int]:
    csv.field_size_limit(_MAX_CELL)
    cells = lines = 0
    try:
        for row in csv.reader(_lines(data, end), delimiter=delimiter, strict=True):
            cells += len(row) or 1  # an empty line between others is one blank cell
            lines += 1
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadInput("QUOTE", f"the independent count cannot read the table: {error}") from error
    return cells, lines


def _lines(data: bytes | mmap, end: int) -> Iterator[str]:
    at = len(_BOM) if data[: len(_BOM)] == _BOM else 0
    while at < end:
        after = data.find(b"\n", at) + 1 or end
        yield data[at : min(after, end)].decode()
        at = after


def _content_end(data: bytes | mmap) -> int:
    for top in range(len(data), 0, -_STEP):
        bottom = max(0, top - _STEP)
        if kept := len(data[bottom:top].rstrip(b"\r\n")):
            return bottom + kept
    return 0
