"""What PDFium knows of a page: its glyphs with their places, and the straight lines drawn on it.

A glyph that a person who looks at the page does not see, or sees turned, is marked. What PDFium's text does not
hold (form fields, notes, pictures that take a page) refuses the file.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from fourcorners.model.errors import BadInput

_SMALLEST = 3.0  # points; smaller text is not read by eye
_PALE = 230  # of 255, in all three colours: nobody knows what lies below it
_FAINT = 26  # of 255
_UNSEEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})
_TURN = 0.02  # radians
_THIN = 2.0  # points; a box of this height is a line
_SHORT = 8.0  # points; shorter lines are signs
_PICTURE = 0.5  # of the page
_PRIVATE = (0xE000, 0xF8FF)

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph that is not blank.

    Attributes:
        text: its character.
        left: where its box begins, in points from the page's left edge.
        right: where it ends.
        base: its baseline, in points from the page's bottom.
        height: the size of its font on the page.
        blanks: how many blank glyphs stand before it; -1 where PDFium's text begins a new line or object there.
        blank_behind: a blank glyph of the page follows it.
        seen: false where a person would not see it, or it stands for no known character.
        pale: nearly white. On a dark ground, as headers often have, it is seen.
        turned: it does not stand upright.
    """

    text: str
    left: float
    right: float
    base: float
    height: float
    blanks: int = 0
    blank_behind: bool = False
    seen: bool = True
    pale: bool = False
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: of a horizontal one its height `at` and how far it goes, of a vertical one its place."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Page:
    """The glyphs of a page in the order in which they are painted, and its lines."""

    glyphs: tuple[Glyph, ...]
    across: tuple[Rule, ...] = ()
    down: tuple[Rule, ...] = ()


def pages(data: bytes) -> Iterator[Page]:
    """Every page of a PDF.

    Raises:
        BadInput: `PDF`.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise bad(f"it cannot be opened: {error}") from error
    try:
        for number in range(len(document)):
            page = document[number]
            _check(page, number + 1)
            yield _page(page, number + 1)
    finally:
        document.close()


def _check(page: pdfium.PdfPage, number: int) -> None:
    if page.get_rotation():
        raise bad(f"page {number} is turned")
    for n in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, n)
        kind = raw.FPDFAnnot_GetSubtype(note)
        raw.FPDFPage_CloseAnnot(note)
        if kind != raw.FPDF_ANNOT_LINK:
            raise bad(f"page {number} holds form fields or notes, whose text is no text of the page")


def _page(page: pdfium.PdfPage, number: int) -> Page:
    order: dict[int, int] = {}
    covers: list[tuple[int, Box]] = []
    across: list[Rule] = []
    down: list[Rule] = []
    width, height = page.get_size()
    picture = False
    for place, item in enumerate(page.get_objects()):
        if item.type == raw.FPDF_PAGEOBJ_TEXT:
            order[_address(item.raw)] = place
        elif item.level == 0 and item.type == raw.FPDF_PAGEOBJ_PATH:
            box = item.get_bounds()
            if _is_filled(item.raw):
                covers.append((place, box))
            _add_rules(item.raw, across, down)
        elif item.type == raw.FPDF_PAGEOBJ_IMAGE:
            box = item.get_bounds()
            covers.append((place, box))
            picture |= (box[2] - box[0]) * (box[3] - box[1]) > _PICTURE * width * height
    text = page.get_textpage()
    glyphs = tuple(_glyphs(text, page.get_cropbox(), order, covers))
    if picture:
        raise bad(f"page {number} is mostly a picture; what it shows is no text")
    return Page(glyphs, tuple(across), tuple(down))


def _glyphs(
    text: pdfium.PdfTextPage, shown: Box, order: dict[int, int], covers: list[tuple[int, Box]]
) -> Iterator[Glyph]:
    blanks, before = 0, None
    for n in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, n)
        made = raw.FPDFText_IsGenerated(text, n) == 1
        if made or not chr(code).strip():
            blanks = -1 if made and chr(code) in "\r\n" else blanks if made or blanks < 0 else blanks + 1
            if before is not None and not made:
                before = replace(before, blank_behind=True)
            continue
        if before is not None:
            yield before
        before = _glyph(text, n, code, blanks, shown, order, covers)
        blanks = 0
    if before is not None:
        yield before


def _glyph(
    text: pdfium.PdfTextPage,
    n: int,
    code: int,
    blanks: int,
    shown: Box,
    order: dict[int, int],
    covers: list[tuple[int, Box]],
) -> Glyph:
    rect, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetLooseCharBox(text, n, rect)
    raw.FPDFText_GetCharOrigin(text, n, x, y)
    colours = [ctypes.c_uint() for _ in range(4)]
    raw.FPDFText_GetFillColor(text, n, *colours)
    red, green, blue, alpha = (colour.value for colour in colours)
    item = raw.FPDFText_GetTextObject(text, n)
    mode = raw.FPDFTextObj_GetTextRenderMode(item) if item else raw.FPDF_TEXTRENDERMODE_FILL
    left, right, bottom, top = rect.left, rect.right, rect.bottom, rect.top
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, n, matrix)
    size = raw.FPDFText_GetFontSize(text, n) * math.hypot(matrix.c, matrix.d)
    angle = raw.FPDFText_GetCharAngle(text, n) % math.tau
    middle = ((left + right) / 2, (bottom + top) / 2)
    mine = order.get(_address(item), -1) if item else -1
    covered = any(place > mine and _holds(box, *middle) for place, box in covers)
    seen = (
        mode not in _UNSEEN_MODES
        and alpha >= _FAINT
        and size >= _SMALLEST
        and _holds(shown, *middle)
        and not covered
        and raw.FPDFText_HasUnicodeMapError(text, n) == 0
        and code not in {0, 0xFFFD}
        and not _PRIVATE[0] <= code <= _PRIVATE[1]
    )
    return Glyph(
        chr(code) if code else "\ufffd",
        left,
        right,
        y.value,
        size,
        blanks,
        seen=seen,
        pale=min(red, green, blue) >= _PALE,
        turned=min(angle, math.tau - angle) > _TURN,
    )


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _address(item: Any) -> int:
    return ctypes.cast(item, ctypes.c_void_p).value or 0


def _is_filled(path: Any) -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, mode, stroke)
    return bool(mode.value != raw.FPDF_FILLMODE_NONE)


def _add_rules(path: Any, across: list[Rule], down: list[Rule]) -> None:
    """The straight edges of a path, in the page's own measure."""
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    last: tuple[float, float] | None = None
    first = last
    for n in range(raw.FPDFPath_CountSegments(path)):
        segment = raw.FPDFPath_GetPathSegment(path, n)
        x, y = ctypes.c_float(), ctypes.c_float()
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_LINETO and last is not None:
            _add_edge(last, point, across, down)
        else:
            first = point
        if raw.FPDFPathSegment_GetClose(segment) and first is not None:
            _add_edge(point, first, across, down)
        last = point


def _add_edge(a: tuple[float, float], b: tuple[float, float], across: list[Rule], down: list[Rule]) -> None:
    wide, high = abs(a[0] - b[0]), abs(a[1] - b[1])
    if high <= _THIN / 2 and wide >= _SHORT:
        across.append(Rule((a[1] + b[1]) / 2, min(a[0], b[0]), max(a[0], b[0])))
    elif wide <= _THIN / 2 and high >= _SHORT:
        down.append(Rule((a[0] + b[0]) / 2, min(a[1], b[1]), max(a[1], b[1])))


def bad(what: str) -> BadInput:
    """`PDF`, for a page whose text does not tell what it shows."""
    return BadInput(
        "PDF",
        f"no table can be read from the PDF: {what}",
        why="what a person sees on the page and what its text says must be the same",
        next_step="ask the custodian for the table as CSV or as a workbook",
    )
