"""Glyphs to lines, and lines to pieces: what stands together without a gap as wide as those between columns."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from itertools import pairwise

from fourcorners.readers.pdf_table.drawn import Rule
from fourcorners.readers.pdf_table.page import Glyph
from fourcorners.readers.pdf_table.page import Page

#: Of a line's height: a wider gap separates columns. A blank is 0.2 to 0.6 wide.
GAP = 0.65
_WORD = 0.15  # a gap from which on two glyphs are two words, where no blank stands between them
_SAME = 0.2  # baselines nearer than this, of the height, are one line
_LARGER = 1.1  # than another glyph of its piece: they are not of one value for certain
_RAISED = 0.04  # of the height, above another glyph of its piece: the same
_CROWDED = 0.5  # lines nearer than this are printed over each other
_STAMP = 1.6  # times a line's height
_OVER = 0.45  # of the narrower glyph's width
#: Two letters that fonts draw as one glyph, which then has one place for both. There are none of figures.
_LIGATURES = frozenset({"ff", "fi", "fl", "ft", "fj", "fb", "fh", "fk", "tt", "ti", "st", "ct", "Th", "Qu"})


@dataclass(frozen=True, slots=True)
class Piece:
    """Glyphs of one line that stand together: a cell, or a line of one.

    Attributes:
        text: with one blank between its words.
        left: where it begins.
        right: where it ends.
        flaw: the code with which its row cannot be read.
        ends_in_blank: a blank glyph follows it, as where a text was wrapped between two words.
        pale: it is nearly white, wholly or in part.
        size: number of its glyphs.
    """

    text: str
    left: float
    right: float
    flaw: str | None = None
    ends_in_blank: bool = False
    pale: bool = False
    size: int = 0


@dataclass(slots=True)
class Line:
    """The pieces of one line of a page, from left to right."""

    base: float
    height: float
    pieces: tuple[Piece, ...]
    flaw: str | None = None
    cells: dict[int, Piece] = field(default_factory=dict)

    def text(self) -> str:
        """All of it."""
        return " ".join(piece.text for piece in self.pieces)


def lines_of(page: Page) -> tuple[list[Line], list[str]]:
    """The upright lines of a page from top to bottom, and the texts that stand turned."""
    upright = sorted((glyph for glyph in page.glyphs if not glyph.turned), key=lambda glyph: -glyph.base)
    groups: list[list[Glyph]] = []
    for glyph in upright:
        if groups and groups[-1][0].base - glyph.base < _SAME * glyph.height:
            groups[-1].append(glyph)
        else:
            groups.append([glyph])
    lines = [_line(group, page.down) for group in groups]
    for above, below in pairwise(lines):
        if above.base - below.base < _CROWDED * min(above.height, below.height):
            above.flaw = below.flaw = "AMBIGUOUS_ROW"
    aside = [glyph for glyph in page.glyphs if glyph.turned]
    for line in lines:
        if any(_is_in(glyph, line) for glyph in aside):
            line.flaw = line.flaw or "AMBIGUOUS_ROW"
    turned = "".join(glyph.text for glyph in aside)
    return lines, [turned] if turned else []


def _is_in(turned: Glyph, line: Line) -> bool:
    """Whether a turned glyph could be one of a line's; a stamp across the page has larger ones."""
    small = max(turned.height, turned.right - turned.left) < _STAMP * line.height
    return small and abs(turned.base - line.base) < line.height


def _line(glyphs: Iterable[Glyph], rules: Sequence[Rule]) -> Line:
    ordered = sorted(glyphs, key=lambda glyph: (glyph.left, glyph.right))
    base, height = ordered[0].base, max(glyph.height for glyph in ordered)
    near = sorted(rule.at for rule in rules if rule.start - 1 <= base + height / 3 <= rule.end + 1)
    runs = [[ordered[0]]]
    for before, glyph in pairwise(ordered):
        if _apart(before, glyph, height) or any(before.right - 1 <= at <= glyph.left + 1 for at in near):
            runs.append([])
        runs[-1].append(glyph)
    return Line(base, height, tuple(_piece(run, height) for run in runs))


def _apart(before: Glyph, glyph: Glyph, height: float) -> bool:
    gap = glyph.left - before.right
    if glyph.blanks == 1 and before.blank_behind and gap <= height:
        return False  # one blank glyph, as wide as it may be in a font of even widths
    return gap >= GAP * height


def _piece(glyphs: Sequence[Glyph], height: float) -> Piece:
    text, flaw = glyphs[0].text, None if glyphs[0].seen and glyphs[0].known else "HIDDEN_TEXT"
    for before, glyph in pairwise(glyphs):
        gap = glyph.left - before.right
        if before.blank_behind or gap > _WORD * height:
            text += " "
        text += glyph.text
        narrower = min(before.right - before.left, glyph.right - glyph.left)
        if not (glyph.seen and glyph.known):
            flaw = "HIDDEN_TEXT"
        elif -gap > _OVER * narrower and before.text + glyph.text not in _LIGATURES:
            flaw = flaw or "AMBIGUOUS_ROW"
    sizes, bases = [glyph.height for glyph in glyphs], [glyph.base for glyph in glyphs]
    if max(sizes) > _LARGER * min(sizes) or max(bases) - min(bases) > _RAISED * height:
        flaw = flaw or "AMBIGUOUS_ROW"  # the sign of a footnote is no part of a value
    return Piece(
        text,
        glyphs[0].left,
        max(glyph.right for glyph in glyphs),
        flaw,
        glyphs[-1].blank_behind,
        any(glyph.pale for glyph in glyphs),
        len(glyphs),
    )
