"""Cells that go over two rows: a line that parts two rows in some columns and not in others parts them in none."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence
from itertools import pairwise

from fourcorners.readers.pdf_table.columns import Head
from fourcorners.readers.pdf_table.drawn import Rule
from fourcorners.readers.pdf_table.lines import Line
from fourcorners.readers.pdf_table.rows import Row

_NEAR = 1.5  # points: between the lines of two cells, and from a text to the line below it
_HIGH = 0.6  # of the height: a line lower than this goes through the text
_BELOW = 0.35  # of the height: from a baseline to a line below the text


def mark_merged(rows: Sequence[Row], head: Head, mapped: Collection[int], rules: Sequence[Rule]) -> None:
    """Make every two rows `BROKEN_VALUE` between which lines cross some of the mapped columns and not all.

    Args:
        rows: of one page, from top to bottom.
        head: the table's header.
        mapped: columns that the mapping names.
        rules: the horizontal lines drawn on the page.
    """
    spans = [_span(rows, head, column) for column in mapped]
    for above, below in pairwise(rows):
        low = max(line.base + _HIGH * line.height for line in below.lines)
        high = min(line.base for line in above.lines)
        between = [
            rule
            for rule in rules
            if low < rule.at < high and not any(_is_below_text(rule, line) for line in above.lines)
        ]
        touched = [any(rule.start < right and left < rule.end for rule in between) for left, right in spans]
        if any(touched) and not all(_is_crossed(span, between) for span in spans):
            above.flaw = above.flaw or "BROKEN_VALUE"
            below.flaw = below.flaw or "BROKEN_VALUE"


def _span(rows: Sequence[Row], head: Head, column: int) -> tuple[float, float]:
    """From where to where the texts of a column go."""
    pieces = [line.cells[column] for row in rows for line in row.lines if column in line.cells]
    left, right = head.spans[column]
    return min([left, *(piece.left for piece in pieces)]), max([right, *(piece.right for piece in pieces)])


def _is_crossed(span: tuple[float, float], rules: Sequence[Rule]) -> bool:
    """Whether lines, one beside the other, go across all of a column."""
    reached = span[0]
    for rule in sorted(rules, key=lambda rule: rule.start):
        if rule.start <= reached + _NEAR:
            reached = max(reached, rule.end)
    return reached + _NEAR >= span[1]


def _is_below_text(rule: Rule, line: Line) -> bool:
    """Whether a line underlines a text, as a link is."""
    return line.base - _BELOW * line.height <= rule.at and any(
        abs(rule.start - piece.left) <= _NEAR and abs(rule.end - piece.right) <= _NEAR for piece in line.pieces
    )
