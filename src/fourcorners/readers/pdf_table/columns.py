"""The header, by the words that the mapping names, and which column each piece of the lines below it stands in.

A piece is in a column if it lies below or above that column's header cell and no other's. Where pieces of two
neighbouring columns reach past each other, a cut is laid where it touches the fewest, and what it touches is in no
column for certain. So a value is never moved into a neighbour's cell: either it is clear, or its row is not read.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fourcorners.model.errors import BadInput
from fourcorners.readers.pdf_table.lines import Line
from fourcorners.readers.pdf_table.lines import Piece

_MOST_LINES = 4  # of a header whose cells are wrapped
_LEADING = 1.5  # of a line's height: from one line of a cell to its next
_MOST = 2  # of a header that lacks columns at least half of them stand
_SAME_PLACE = 3.0  # points by which the header may stand elsewhere on another page


@dataclass(frozen=True, slots=True)
class Head:
    """A header: its cells' words and where each stands; which lines of its page it takes, from and up to."""

    names: tuple[str, ...]
    spans: tuple[tuple[float, float], ...]
    first: int
    end: int

    def is_again(self, other: Head) -> bool:
        """Whether the other one has the same words at the same places."""
        return self.names == other.names and all(
            abs(a - b) <= _SAME_PLACE
            for mine, theirs in zip(self.spans, other.spans, strict=True)
            for a, b in zip(mine, theirs, strict=True)
        )


def heads_of(lines: Sequence[Line], labels: Collection[str]) -> list[Head]:
    """Every header on a page: lines that together have a cell for each label, without a row among them."""
    found, at = [], 0
    while at < len(lines):
        tries = [_head(lines, at, at + size, labels) for size in range(_MOST_LINES, 0, -1)]
        head = next((each for each in tries if each), None)
        while head and (shorter := _head(lines, head.first + 1, head.end, labels)):
            head = shorter  # what stood above was a title
        if head:
            found.append(head)
        at = head.end if head else at + 1
    return found


def _head(lines: Sequence[Line], first: int, end: int, labels: Collection[str]) -> Head | None:
    cells = _cells(lines, first, end)
    if cells is None:
        return None
    names = _names(cells)
    if any(names.count(label) != 1 for label in labels) or len(set(names)) < len(names):
        return None
    spans = tuple((min(p.left for p in cell), max(p.right for p in cell)) for cell in cells)
    if any(one[1] > other[0] for one, other in pairwise(spans)):
        return None
    return Head(names, spans, first, end)


def _cells(lines: Sequence[Line], first: int, end: int) -> list[list[Piece]] | None:
    """What stands below each other in a few lines, from left to right; None where that is not clear."""
    if end > len(lines) or first >= end or any(not is_near(*pair) for pair in pairwise(lines[first:end])):
        return None
    cells: list[list[Piece]] = []
    for piece in (piece for line in lines[first:end] for piece in line.pieces):
        mine = [cell for cell in cells if any(_overlap(piece, other) for other in cell)]
        if len(mine) > 1:
            return None
        if mine:
            mine[0].append(piece)
        else:
            cells.append([piece])
    return sorted(cells, key=lambda cell: min(piece.left for piece in cell))


def _names(cells: Sequence[Sequence[Piece]]) -> tuple[str, ...]:
    return tuple(" ".join(piece.text for piece in cell) for cell in cells)


def is_near(above: Line, below: Line) -> bool:
    """Whether two lines stand as near as the lines of one cell."""
    return above.base - below.base <= _LEADING * max(above.height, below.height)


def _overlap(one: Piece, other: Piece) -> bool:
    return one.left < other.right and other.left < one.right


def place(head: Head, lines: Iterable[Line]) -> None:
    """Give each line of the body its cells; `flaw` where a piece of it stands in no column for certain."""
    lines = list(lines)
    below = [(line, piece, _below(head, piece)) for line in lines for piece in line.pieces]
    sure = [(piece, columns[0]) for _, piece, columns in below if len(columns) == 1]
    edges = [_edges(head, column, sure) for column in range(len(head.names))]
    cuts = [_cut(column, head, edges) for column in range(len(head.names) - 1)]
    for line, piece, columns in below:
        column = columns[0] if len(columns) == 1 else _between(head, piece, edges) if not columns else None
        crossed = any(piece.left < cut < piece.right for cut in cuts)
        if column is None or crossed or column in line.cells:
            line.flaw = line.flaw or "AMBIGUOUS_ROW"
            column = _nearest(head, piece) if column is None else column
        if column in line.cells:
            piece = _joined(line.cells[column], piece)  # noqa: PLW2901 - the cell holds both, and its row is not read
        line.cells[column] = piece


def _below(head: Head, piece: Piece) -> list[int]:
    return [n for n, (left, right) in enumerate(head.spans) if piece.left < right and left < piece.right]


def _edges(head: Head, column: int, sure: Iterable[tuple[Piece, int]]) -> tuple[list[float], list[float]]:
    """Where pieces of a column begin and end, its header among them."""
    mine = [piece for piece, where in sure if where == column]
    left, right = head.spans[column]
    return sorted([left, *(piece.left for piece in mine)]), sorted([right, *(piece.right for piece in mine)])


def _cut(column: int, head: Head, edges: Sequence[tuple[list[float], list[float]]]) -> float:
    """Between two headers, where a line down the page touches the fewest pieces of both columns."""
    rights, lefts = edges[column][1], edges[column + 1][0]
    low, high = head.spans[column][1], head.spans[column + 1][0]
    tries = sorted({x for x in (*rights, *lefts) if low <= x <= high})
    costs = [(sum(right > x for right in rights) + sum(left < x for left in lefts), x) for x in _few(tries)]
    return min(costs)[1]


def _few(values: list[float]) -> list[float]:
    """At most two hundred of them: one more or less row that is not read is no wrong value."""
    return values[:: max(1, len(values) // 200)]


def _between(head: Head, piece: Piece, edges: Sequence[tuple[list[float], list[float]]]) -> int | None:
    """The column of a piece that stands beside its header's words: within what that column's other pieces take."""
    mine = [
        n
        for n in range(len(head.names))
        if edges[n][0][0] - 1 <= piece.left and piece.right <= edges[n][1][-1] + 1
    ]
    return mine[0] if len(mine) == 1 else None


def _nearest(head: Head, piece: Piece) -> int:
    middle = (piece.left + piece.right) / 2
    return min(range(len(head.names)), key=lambda n: abs(sum(head.spans[n]) / 2 - middle))


def _joined(one: Piece, other: Piece) -> Piece:
    return Piece(
        f"{one.text} {other.text}",
        min(one.left, other.left),
        max(one.right, other.right),
        one.flaw or other.flaw,
        other.ends_in_blank,
        one.pale or other.pale,
        one.size + other.size,
    )


def no_header(pages: Iterable[Sequence[Line]], labels: Collection[str]) -> BadInput:
    """`HEADER`: no line has all the words that the mapping names; which it lacks, where most stand in one."""
    seen = max((each for lines in pages for each in _seen(lines, labels)), key=len, default=frozenset())
    missing = sorted(set(labels) - seen if _MOST * len(seen) >= len(labels) else labels)
    names = ", ".join(repr(label) for label in missing)
    return BadInput(
        "HEADER",
        f"no line of the PDF has a cell for each column that the mapping names: {names}"
        if len(missing) == len(labels)
        else f"the PDF's header has no cell of its own for {names}; the other columns of the mapping stand there",
        why="which column a value stands in is certain only below a header of which each cell stands apart",
        next_step="compare the mapping with the table's header, or ask the custodian for the table as CSV",
    )


def _seen(lines: Sequence[Line], labels: Collection[str]) -> Iterator[frozenset[str]]:
    """Which of the labels stand once in a cell of their own, for each few lines that could be a header."""
    for first in range(len(lines)):
        for end in range(first + 1, first + _MOST_LINES + 1):
            names = _names(_cells(lines, first, end) or ())
            yield frozenset(label for label in labels if names.count(label) == 1)
