"""XLSX to text: the plain values of one sheet, as canonical CSV.

A workbook that runs, links or fetches anything is refused, and so is one with a second sheet that holds something.
Dates become ISO text. In a column that holds times of day a date is a time at midnight: the file's own numbers do
not tell the two apart.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from importlib.metadata import version
from mmap import mmap

from python_calamine import CalamineError
from python_calamine import CalamineSheet
from python_calamine import CalamineWorkbook

from fourcorners.model.errors import BadInput
from fourcorners.readers.plain_csv import write_rows
from fourcorners.readers.zip_inflate import Budget
from fourcorners.readers.zip_inflate import inflate
from fourcorners.readers.zip_layout import Entry
from fourcorners.readers.zip_layout import read_entries

SUFFIX = f"text@calamine-{version('python-calamine')}"

#: Parts of a workbook that act (ECMA-376, part 1): code, links to other files, embedded objects, data connections.
_ACTIVE = re.compile(
    r"xl/(vbaProject|macrosheets/|dialogsheets/|externalLinks/|activeX/|embeddings/|connections\.xml|queryTables/"
    r"|webextensions/|model/)|customUI/",
    re.IGNORECASE,
)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_CELL = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?c\s")
_REFERENCE = re.compile(rb"\sr=[\"'][A-Z]{1,3}([0-9]{1,7})[\"']")
_LETTERS = re.compile(rb"\sr=[\"']([A-Z]{1,3})[0-9]")
_REMOTE_FORMULA = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?f\b[^>]*>[^<]*(?:\||\bDDE\b|\bWEBSERVICE\b)", re.IGNORECASE)
_STEP = 4 << 20
_FREE_CELLS = 100_000
_MAX_SPARSE = 8
_EXACT = 2**53  # whole numbers beyond are not exact in a cell


def is_workbook(data: bytes | mmap) -> bool:
    """Whether the bytes are a zip archive whose first entries are those of an office document with a workbook."""
    return data[:4] == b"PK\x03\x04" and data.find(b"xl/workbook.xml", 0) >= 0


def derive(data: bytes | mmap) -> tuple[str, bytes]:
    """The suffix of the derived member's name, and its text.

    Raises:
        BadInput: `WORKBOOK`, `UNPACKED_SIZE`, and the codes of damaged archives.
    """
    _check(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [workbook.get_sheet_by_index(index) for index in range(len(workbook.sheet_names))]
    except CalamineError as error:
        raise _refuse("the workbook cannot be read") from error
    filled = [sheet for sheet in sheets if sheet.start is not None]
    if len(filled) != 1:
        raise _refuse(f"{len(filled)} sheets of the workbook hold values, where one is read")
    return SUFFIX, write_rows(_rows(filled[0]), len(data))


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    timed = {
        index for row in sheet.iter_rows() for index, value in enumerate(row) if isinstance(value, dt.datetime)
    }
    blank: list[list[str]] = []  # rows at the end that are formatted and empty are no rows of the table
    for row in sheet.iter_rows():
        texts = [_text(value, timed=index in timed) for index, value in enumerate(row)]
        blank.append(texts)
        if any(texts):
            yield from blank
            blank = []


def _text(value: object, *, timed: bool) -> str:
    """A cell's value as text: ISO 8601 for dates and times, numbers without a needless fraction."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, dt.date):
        return f"{value.isoformat()} 00:00:00" if timed else value.isoformat()
    return str(value)


def _check(data: bytes | mmap) -> None:
    """Refuse what acts, and sheets whose cells lie so far apart that reading them would exhaust memory."""
    budget = Budget.of(len(data))
    for entry in read_entries(data, "the workbook"):
        if active := _ACTIVE.match(entry.name):
            raise _refuse(f"the workbook is active or linked: it holds {active[0]}")
        if entry.name == "[Content_Types].xml" and _TYPE not in bytes(_content(data, entry, budget)):
            raise _refuse("the workbook is not a plain .xlsx")
        if _SHEET.fullmatch(entry.name):
            _check_sheet(_content(data, entry, budget), entry.name)


def _content(data: bytes | mmap, entry: Entry, budget: Budget) -> bytes | mmap:
    return inflate(data, entry, budget, f"the workbook!{entry.name}")


def _check_sheet(xml: bytes | mmap, name: str) -> None:
    if b"<!DOCTYPE" in xml[:4096]:
        raise _refuse(f"{name} holds a document type definition")
    if _REMOTE_FORMULA.search(xml):
        raise _refuse(f"{name} holds a formula that asks another program or host")
    cells, height, letters = 0, 0, set[bytes]()
    for at in range(0, len(xml), _STEP):
        piece = xml[at : at + _STEP + 64]  # a reference may stand across the step
        cells += len(_CELL.findall(piece))
        letters.update(_LETTERS.findall(piece))
        height = max(height, *map(int, set(_REFERENCE.findall(piece))), 0)
    width = max((_column(name) for name in letters), default=0)
    if width * height > _FREE_CELLS + _MAX_SPARSE * cells:
        raise _refuse(f"{name} spreads {cells} cells over {height} rows and {width} columns")


def _column(letters: bytes) -> int:
    """The number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _refuse(what: str) -> BadInput:
    return BadInput(
        "WORKBOOK",
        what,
        why="only the plain values of one sheet can be shown to be what the custodian produced",
        next_step="ask the custodian for the table as CSV",
    )
