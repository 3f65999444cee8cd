"""What PDFium knows of a page: its glyphs with their places, and what is drawn on it.

A glyph that a person who looks at the page does not see, or sees turned or struck out, is marked. What PDFium's
text does not hold (form fields, notes, pictures that take a page), or holds in place of what the page shows
(layers that can be off, replaced text), refuses the file.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace

import pypdfium2 as pdfium
from pypdfium2 import raw

from fourcorners.readers.pdf_table.drawn import Box
from fourcorners.readers.pdf_table.drawn import Drawn
from fourcorners.readers.pdf_table.drawn import Rule
from fourcorners.readers.pdf_table.refused import bad
from fourcorners.readers.pdf_table.refused import check_size
from fourcorners.readers.pdf_table.shown import Shown

_SMALLEST = 3.0  # points; smaller text is not read by eye
_PALE = 208  # of 255, in all three colours: nobody knows what lies below it
_FAINT = 26  # of 255
_UNSEEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})
_TURN = 0.02  # radians
_PICTURE = 0.5  # of the page, all of them together
_MOST_GLYPHS = 20_000  # of a page; a dense one has 8,000
_LAYERS = b"/OCProperties"
_PRIVATE = (0xE000, 0xF8FF)


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
        seen: false where a person would not see it, or sees it struck out.
        known: false where it stands for no known character.
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
    known: bool = True
    pale: bool = False
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The glyphs of a page in the order in which they are painted, its lines and pictures."""

    glyphs: tuple[Glyph, ...]
    across: tuple[Rule, ...] = ()
    down: tuple[Rule, ...] = ()
    pictures: tuple[Box, ...] = ()


def pages(data: bytes) -> Iterator[Page]:
    """Every page of a PDF.

    Raises:
        BadInput: `PDF`.
    """
    if _LAYERS in data:
        raise bad("it has layers, which may be shown or not")
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
    check_size(page, number)
    text = page.get_textpage()
    if text.count_chars() > _MOST_GLYPHS:
        raise bad(f"page {number} holds more than {_MOST_GLYPHS:,} characters")
    drawn = Drawn.of(page, number)
    shown = Shown.of(page, number)
    glyphs = tuple(_glyphs(text, drawn, shown))
    left, bottom, right, top = shown.box
    if sum((box[2] - box[0]) * (box[3] - box[1]) for box in drawn.pictures) > _PICTURE * (right - left) * (
        top - bottom
    ):
        raise bad(f"page {number} is mostly a picture; what it shows is no text")
    return Page(glyphs, tuple(drawn.across), tuple(drawn.down), tuple(drawn.pictures))


def _glyphs(text: pdfium.PdfTextPage, drawn: Drawn, shown: Shown) -> Iterator[Glyph]:
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
        before = _glyph(text, n, code, blanks, drawn, shown)
        blanks = 0
    if before is not None:
        yield before


def _glyph(text: pdfium.PdfTextPage, n: int, code: int, blanks: int, drawn: Drawn, shown: Shown) -> Glyph:
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
    turned = min(angle, math.tau - angle) > _TURN or matrix.a <= 0 or matrix.d <= 0
    # above the baseline, since a line may run below a text
    aside = (right - left) / 5
    middle = (left + aside, y.value + 0.12 * size, right - aside, y.value + 0.6 * size)
    seen = (
        mode not in _UNSEEN_MODES
        and alpha >= _FAINT
        and size >= _SMALLEST
        and not drawn.is_hidden(item, ((left + right) / 2, (bottom + top) / 2))
        and (turned or not drawn.is_crossed(middle))
        and shown.has_ink(
            _tight(text, n) or (left, bottom, right, top), size, solid=turned or not chr(code).isalnum()
        )
    )
    return Glyph(
        chr(code) if code else "\ufffd",
        left,
        right,
        y.value,
        size,
        blanks,
        seen=seen,
        known=raw.FPDFText_HasUnicodeMapError(text, n) == 0
        and code not in {0, 0xFFFD}
        and not _PRIVATE[0] <= code <= _PRIVATE[1],
        pale=min(red, green, blue) >= _PALE,
        turned=turned,
    )


def _tight(text: pdfium.PdfTextPage, n: int) -> Box | None:
    """The box of a glyph's ink; None where the font does not tell."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(text, n, left, right, bottom, top)
    box = (left.value, bottom.value, right.value, top.value)
    return box if box[0] < box[2] and box[1] < box[3] else None


def check_seen(data: bytes) -> None:
    """Refuse a PDF of which a text is not seen upright, for a reader of lines who has no row to reject.

    Raises:
        BadInput: `PDF`.
    """
    for number, page in enumerate(pages(data), 1):
        if not all(glyph.seen and not glyph.turned for glyph in page.glyphs):
            raise bad(f"page {number} holds text that a person who looks at it does not see, or not upright")
