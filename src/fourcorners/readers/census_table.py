"""An independent count of tables: cells and rows, by other means than the table reader's.

A file without a quote is counted by its bytes alone; one with quotes by the standard library's reader in strict
mode. A workbook is counted in the XML of its sheet, a Parquet file by its own metadata.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from mmap import mmap

import pyarrow as pa
import pyarrow.parquet as pq

from fourcorners.model.errors import BadInput
from fourcorners.model.records import Census

_STEP = 4 << 20
_BOM = b"\xef\xbb\xbf"
_MAX_CELL = 2 << 20  # the reader's own limit lies below
_SPACES = " \t\n\r\f\v"
_STRINGS = "xl/sharedStrings.xml"
_PREFIX = rb"(?:[A-Za-z][\w.-]*:)?"
_ROW = re.compile(rb"<" + _PREFIX + rb"row\b[^>]*(?<!/)>.*?</" + _PREFIX + rb"row\s*>", re.DOTALL)
_CELL = re.compile(rb"<" + _PREFIX + rb"c\b([^>]*)(?<!/)>.*?</" + _PREFIX + rb"c\s*>", re.DOTALL)
_VALUE = re.compile(rb"<" + _PREFIX + rb"v\b[^>]*>([^<]*[^<\s][^<]*)<")
_ITEM = re.compile(rb"<" + _PREFIX + rb"si\b[^>]*(?:/>|>.*?</" + _PREFIX + rb"si\s*>)", re.DOTALL)
_WORDS = re.compile(rb"<" + _PREFIX + rb"t\b[^>]*>[^<]*[^<\s][^<]*<")


def count_cells(data: bytes | mmap, delimiter: str, header_row: int) -> Census:
    """Cells in all, and rows behind the header (label `row`). Empty lines behind the last row hold no cell.

    Raises:
        BadInput: `QUOTE` where the standard library's reader finds damage.
    """
    end = _content_end(data)
    cells, lines = (_quoted if data.find(b'"', 0) >= 0 else _plain)(data, end, delimiter)
    return Census(cells, {"row": max(0, lines - header_row)})


def count_values(text: bytes) -> Census:
    """Cells that hold more than white space, and rows that hold one, of a workbook's derived text."""
    csv.field_size_limit(_MAX_CELL)
    counts = [
        sum(bool(cell.strip(_SPACES)) for cell in row) for row in csv.reader(_lines(text, len(text)), strict=True)
    ]
    return Census(sum(counts), {"row": sum(map(bool, counts))})


def count_workbook(data: bytes | mmap) -> Census:
    """Cells that hold more than white space, and rows that hold one, in the sheets' XML (ECMA-376, 18.3.1)."""
    cells = rows = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        strings = archive.read(_STRINGS) if _STRINGS in names else b""
        empty = {index for index, item in enumerate(_ITEM.finditer(strings)) if not _WORDS.search(item[0])}
        for name in names:
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                for row in _ROW.finditer(archive.read(name)):
                    filled = sum(_holds_value(cell, empty) for cell in _CELL.finditer(row[0]))
                    cells += filled
                    rows += filled > 0
    return Census(cells, {"row": rows})


def count_parquet(data: bytes | mmap) -> Census:
    """Cells and rows of a Parquet file as its metadata state them, its column names counted as cells."""
    metadata = pq.read_metadata(pa.BufferReader(data))
    return Census((metadata.num_rows + 1) * metadata.num_columns, {"row": metadata.num_rows})


def _holds_value(cell: re.Match[bytes], empty: set[int]) -> bool:
    if _WORDS.search(cell[0]):
        return True
    value = _VALUE.search(cell[0])
    if value is None:
        return False
    return not (b't="s"' in cell[1] and int(value[1]) in empty)


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
        raise BadInput(
            "QUOTE",
            "the independent count cannot read the table",
            where=f"row {lines + 1}",
            why="the reader and the count must agree on every cell",
            next_step="ask the custodian for an intact table",
        ) from error
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
