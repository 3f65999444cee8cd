"""One column of a block: its texts as an Arrow array, and the bytes they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fourcorners.readers.table.split import Lines
from fourcorners.readers.table.split import Offsets

Mask = NDArray[np.bool_]
_BLANKS = b" \t"
_FEW = 4  # blanks that are passed over in all cells at once; cells with more are few, or the table is odd


@dataclass(frozen=True, slots=True)
class Column:
    """The cells of one column, without their outer spaces.

    Attributes:
        texts: the cells as text, blank ones as the empty text.
        present: which cells hold a value: neither blank nor a text that means the same.
        starts: where each cell begins in the block.
        ends: where it ends.
        lines: the block.
        index: which column of the block it is.
    """

    texts: pa.StringArray
    present: Mask
    starts: Offsets
    ends: Offsets
    lines: Lines
    index: int

    def values(self) -> pa.StringArray:
        """The texts, null where nothing is present."""
        return where(self.texts, self.present)

    def ranges(self, keep: Mask) -> pa.ListArray:
        """Byte ranges in the member of the cells to keep, null for the others.

        A doubled quote within quotes splits a cell: its second quote belongs to no range.
        """
        starts, ends = self.starts[keep], self.ends[keep]
        doubled = self.lines.doubled
        if len(doubled) and len(starts):
            cell = np.minimum(np.searchsorted(ends, doubled, side="right"), len(ends) - 1)
            doubled = doubled[(starts[cell] <= doubled) & (doubled < ends[cell])]
            edges = np.sort(np.concatenate([starts, ends, doubled, doubled + 1])).reshape(-1, 2)
            edges = edges[edges[:, 0] < edges[:, 1]]
            pieces = np.bincount(np.searchsorted(ends, edges[:, 0], side="right"), minlength=len(ends))
        else:
            edges = np.stack([starts, ends], axis=1)
            pieces = np.ones(len(starts), np.int64)
        sizes = np.zeros(len(keep) + 1, np.int32)
        sizes[1:][keep] = 2 * pieces
        offsets = pa.array(np.cumsum(sizes, dtype=np.int32))
        values = pa.array((edges + self.lines.base).ravel())
        if keep.all():
            return pa.ListArray.from_arrays(offsets, values)
        return pa.ListArray.from_arrays(offsets, values, mask=pa.array(~keep))

    def separators(self) -> Offsets:
        """Where the delimiter after each cell stands in the block: behind outer blanks and a closing quote."""
        raw = np.frombuffer(self.lines.data, np.uint8)
        at = self.lines.ends[:, self.index]
        quoted: Offsets = at + (raw[at] == ord('"'))
        return quoted


def join(columns: Sequence[Column]) -> tuple[pa.StringArray, pa.ListArray]:
    """Columns in file order as one text, with the delimiters between them; null where all are blank.

    Every cell but the last of a line ends in its delimiter, behind its closing quote.
    """
    lines = columns[0].lines
    raw = np.frombuffer(lines.data, np.uint8)
    given = np.logical_or.reduce([cell.present for cell in columns])
    parts, pairs, counts = [columns[0].texts], [], np.zeros(len(given), np.int64)
    for place, cell in enumerate(columns):
        found = cell.ranges(given & (cell.ends > cell.starts))
        pairs.append(np.asarray(found.flatten()))
        counts += np.diff(np.asarray(found.offsets))
        if place:
            after = columns[place - 1].separators()
            delimiter = chr(raw[after[0]]) if len(after) else ","
            parts += [pa.array([delimiter] * len(given)), cell.texts]
            pairs.append((np.stack([after, after + 1], axis=1)[given] + lines.base).ravel())
            counts += 2 * given
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    # cells and delimiters of one column each, now in file order: ranges never overlap
    values = pa.array(np.sort(np.concatenate(pairs)))
    ranges = pa.ListArray.from_arrays(offsets, values, mask=pa.array(~given))
    return where(pc.binary_join_element_wise(*parts, ""), given), ranges


def column(lines: Lines, index: int, unknown: frozenset[str]) -> Column:
    """One column of a block; the texts of `unknown` mean that nothing is present."""
    starts, ends = _without_spaces(lines, index)
    size = len(starts)
    # every cell and every gap between two cells is an element of one array over the block's own bytes
    offsets = np.empty(2 * size, np.int32)
    offsets[0::2], offsets[1::2] = starts, ends
    array = pa.StringArray.from_buffers(2 * size - 1, pa.py_buffer(offsets), pa.py_buffer(lines.data))
    texts = array.take(pa.array(np.arange(0, 2 * size, 2, dtype=np.int32)))
    if len(lines.doubled):
        texts = pc.replace_substring(texts, '""', '"')
    present = ends > starts
    if unknown:
        present &= ~pc.is_in(texts, pa.array(sorted(unknown), pa.string())).to_numpy(zero_copy_only=False)
    return Column(texts, present, starts, ends, lines, index)


def _without_spaces(lines: Lines, index: int) -> tuple[Offsets, Offsets]:
    """Where the cells begin and end within their outer blanks; a cell of blanks begins where it ends."""
    raw = np.frombuffer(lines.data, np.uint8)
    starts, ends = lines.starts[:, index], lines.ends[:, index]
    for _ in range(_FEW):
        leading = (starts < ends) & _is_blank(raw[np.minimum(starts, len(raw) - 1)])
        trailing = (starts < ends) & _is_blank(raw[ends - 1])
        if not (leading | trailing).any():
            return starts, ends
        starts = starts + leading
        ends = np.maximum(ends - trailing, starts)
    for row in np.flatnonzero(leading | trailing).tolist():
        cell = lines.data[starts[row] : ends[row]].lstrip(_BLANKS)
        starts[row] = ends[row] - len(cell)
        ends[row] = starts[row] + len(cell.rstrip(_BLANKS))
    return starts, ends


def _is_blank(raw: NDArray[np.uint8]) -> Mask:
    blank: Mask = (raw == _BLANKS[0]) | (raw == _BLANKS[1])
    return blank


def where(array: pa.Array, keep: Mask) -> pa.Array:
    """The array with null where it is not to be kept."""
    return array if keep.all() else pc.if_else(pa.array(keep), array, pa.scalar(None, array.type))
