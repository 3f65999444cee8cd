"""Lines to rows: which lines are one row of the table, which are none.

A line that has a text in every column that a row needs is one. Any other may be the rest of a wrapped cell. It
belongs to a row if drawn lines part the rows from each other, or if it stands as near to that row as the lines of
a cell do, and those stand clearly nearer than rows. What may be the rest of a row, or of one of two, is no row of
its own for certain, and spoils both.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from itertools import pairwise

from fourcorners.readers.pdf_table.columns import is_near
from fourcorners.readers.pdf_table.drawn import Rule
from fourcorners.readers.pdf_table.lines import Line

_SAME = 1.15  # of the least distance of a wrapped line to its neighbour: up to there it is the rest of a cell
_APART = 1.3  # the same: from there on two lines are of two cells; in between nobody knows
_BESIDE = 1.3  # of the least distance of two rows: from there on what every page repeats is no part of the table
_FAR = 3.0  # of a line's height, and 1.6 of the greatest distance of two lines of the table: the same of any line
_FARTHER = 1.6
_WIDE = 0.6  # of the table's width, from which on a drawn line parts rows


@dataclass(slots=True)
class Row:
    """The lines of one row, from top to bottom, and why it cannot be read."""

    lines: list[Line] = field(default_factory=list)
    flaw: str | None = None


@dataclass(slots=True)
class Body:
    """The rows of a page and the lines that are none.

    Attributes:
        rows: from top to bottom.
        around: lines that belong to no row.
        open_above: the first line may be the rest of a row on the page before.
        parted: drawn lines part all rows.
    """

    rows: list[Row] = field(default_factory=list)
    around: list[Line] = field(default_factory=list)
    open_above: bool = False
    parted: bool = False


@dataclass(frozen=True, slots=True)
class Spacing:
    """How far the lines of all pages stand apart, in points; None where no two lines tell.

    Attributes:
        rows: the least distance of two lines that are rows, or, where each has several, of two rows' lines.
        cell: the distance from one line of a wrapped cell to the next, if it is clearly less than that of rows.
    """

    rows: float | None
    cell: float | None

    @classmethod
    def of(cls, bodies: Sequence[Sequence[Line]], needed: Collection[int]) -> Spacing:
        """The distances in all bodies of a table, whose lines have their cells."""
        rows: list[float] = []
        cells: list[float] = []
        for one, other in (pair for body in bodies for pair in pairwise(body)):
            full = all(line.cells.keys() >= set(needed) for line in (one, other))
            if full or is_near(one, other):
                (rows if full else cells).append(one.base - other.base)
        # in a cell that stands in the middle of its row, lines stand half a distance from those of the others
        shortest = min(cells, default=0.0)
        leading = max((gap for gap in cells if gap <= shortest * _SAME or _is_double(gap, shortest)), default=None)
        least = min(rows, default=None)
        if leading is not None and least is not None and least < _APART * leading:
            leading = None
        if least is None and leading is not None:
            apart = (one.base - other.base for body in bodies for one, other in pairwise(body))
            least = min((gap for gap in apart if gap >= _APART * leading), default=None)
        return cls(least, leading)

    def joins(self, one: Line, other: Line) -> bool | None:
        """Whether two neighbouring lines, one of which is no row, are of one; None where nobody knows."""
        gap = one.base - other.base
        if self.cell is None:
            return None
        return True if gap <= _SAME * self.cell else False if gap >= _APART * self.cell else None


def _is_double(gap: float, shortest: float) -> bool:
    return abs(gap - 2 * shortest) <= (_SAME - 1) * shortest


def rows_of(
    lines: Sequence[Line],
    needed: Collection[int],
    rules: Sequence[Rule],
    spacing: Spacing,
    repeated: Collection[int] = frozenset(),
) -> Body:
    """The rows of one page.

    Args:
        lines: below the header, or all of a page that has none; with their cells.
        needed: columns without which a row says nothing.
        rules: the horizontal lines drawn on the page.
        spacing: of the whole table.
        repeated: which lines stand on every page at the same place with the same words.
    """
    full = [n for n, line in enumerate(lines) if line.cells.keys() >= set(needed)]
    if not full:
        return Body(around=list(lines), parted=True)
    if (parted := _parted(lines, full, rules)) is not None:
        return parted
    body = Body(rows=[Row([lines[n]]) for n in full])
    whole = dict(zip(full, body.rows, strict=True))
    inside = [one.base - other.base for one, other in pairwise(lines[full[0] : full[-1] + 1])]
    far = max(_FAR * max(line.height for line in lines), _FARTHER * max(inside, default=0.0))
    joins = [spacing.joins(one, other) for one, other in pairwise(lines)]

    def least(n: int) -> float:
        return _BESIDE * spacing.rows if n in repeated and spacing.rows is not None else far

    for first, last in _partial_runs(len(lines), full):
        above, below = whole.get(first - 1), whole.get(last + 1)
        while below is None and first <= last and lines[last - 1].base - lines[last].base > least(last):
            body.around.append(lines[last])
            last -= 1  # noqa: PLW2901 - what stands far below the table is no part of it
        while above is None and first <= last and lines[first].base - lines[first + 1].base > least(first):
            body.around.append(lines[first])
            first += 1  # noqa: PLW2901 - the same above it
        if first > last:
            continue
        split = _split(joins, first, last, above=above is not None, below=below is not None)
        if split is None:
            body.open_above |= above is None
            body.rows += [Row([line], "BROKEN_VALUE") for line in lines[first : last + 1]]
            for row in (above, below):
                if row is not None:
                    row.flaw = row.flaw or "BROKEN_VALUE"
            continue
        if above is not None:
            above.lines += lines[first:split]
        if below is not None:
            below.lines = [*lines[split : last + 1], *below.lines]
    body.rows.sort(key=lambda row: -row.lines[0].base)
    return body


def _split(joins: Sequence[bool | None], first: int, last: int, *, above: bool, below: bool) -> int | None:
    """Of a run of lines that are no rows, the first that belongs to the row below; None where nobody knows.

    Between the two rows exactly one distance parts, and all others join. At an end of the page all must join.
    """
    between = list(range(first - 1 if above else first, last + 1 if below else last))
    parts = [n for n in between if joins[n] is False]
    if any(joins[n] is None for n in between) or len(parts) != int(above and below):
        return None
    return parts[0] + 1 if parts else first if below else last + 1


def _partial_runs(size: int, full: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches of lines between full ones, as first and last."""
    edges = [-1, *full, size]
    return [(one + 1, other - 1) for one, other in pairwise(edges) if other - one > 1]


def _parted(lines: Sequence[Line], full: Sequence[int], rules: Sequence[Rule]) -> Body | None:
    """The rows between drawn lines, if one is drawn between every two of them."""
    pieces = [piece for n in full for piece in lines[n].pieces]
    left, right = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    heights = _across(rules, left, right)
    if len(heights) < 2:  # noqa: PLR2004 - above and below a row
        return None
    bands: dict[int, list[int]] = {}
    for n, line in enumerate(lines):
        middle = line.base + line.height / 4
        bands.setdefault(sum(height > middle for height in heights), []).append(n)
    outer = {0, len(heights)}
    held = {band: [n for n in within if n in set(full)] for band, within in bands.items()}
    if any(len(inside) > 1 or (inside and band in outer) for band, inside in held.items()):
        return None
    body = Body(parted=True)
    for band, within in sorted(bands.items()):
        if band in outer:
            body.around += [lines[n] for n in within]
            continue
        # the first one of a page, if it lacks what it needs, may be the rest of a row on the page before
        body.open_above |= not held[band] and not body.rows
        body.rows.append(Row([lines[n] for n in within]))
    return body


def _across(rules: Sequence[Rule], left: float, right: float) -> list[float]:
    """Heights at which drawn lines together go across the table, from top to bottom."""
    heights: list[tuple[float, float]] = []
    for rule in sorted(rules, key=lambda rule: -rule.at):
        inside = max(0.0, min(rule.end, right) - max(rule.start, left))
        if heights and heights[-1][0] - rule.at < 1.0:
            heights[-1] = (heights[-1][0], heights[-1][1] + inside)
        else:
            heights.append((rule.at, inside))
    return [at for at, inside in heights if inside >= _WIDE * (right - left)]
