"""The smallest workbook that spreadsheet programs open: one sheet, inline texts and numbers (ECMA-376, part 1)."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from fourcorners.samples.package import Archive

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="Records" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def write(path: Path, rows: Iterable[Sequence[str | int | None]]) -> None:
    """Write rows as the one sheet of a workbook; texts as inline strings, numbers as numbers, None as no cell."""
    with Archive(path) as archive:
        for name, content in _PARTS.items():
            archive.add(name, [_HEAD + content])
        archive.add("xl/worksheets/sheet1.xml", _sheet(rows))


def _sheet(rows: Iterable[Sequence[str | int | None]]) -> Iterator[str]:
    yield f'{_HEAD}<worksheet xmlns="{_SHEETS}"><sheetData>'
    for number, row in enumerate(rows, 1):
        cells = "".join(_cell(f"{_letters(n)}{number}", value) for n, value in enumerate(row))
        yield f'<row r="{number}">{cells}</row>'
    yield "</sheetData></worksheet>"


def _letters(n: int) -> str:
    """The name of a column: 0 is A, 26 is AA."""
    return (_letters(n // 26 - 1) if n >= 26 else "") + chr(65 + n % 26)  # noqa: PLR2004 - letters of the alphabet


def _cell(place: str, value: str | int | None) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, int):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
