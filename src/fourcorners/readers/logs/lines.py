"""Line-oriented logs: whole lines of a block, and the fields that a pattern finds in all of them.

The pattern runs in Arrow (RE2: linear, outside the interpreter's lock), so blocks can be read side by side.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from mmap import mmap
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fourcorners.readers.table.cells import Column
from fourcorners.readers.table.split import Lines

BLOCK = 4 << 20
_LF, _CR = ord("\n"), ord("\r")

Data = bytes | mmap
Offsets = NDArray[np.int64]
Mask = NDArray[np.bool_]
T = TypeVar("T")

_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines.

    Attributes:
        data: the block's bytes.
        base: where it begins in the member.
        first: number of its first line in the member, from 0.
        starts: where each line begins within `data`.
        ends: where it ends, without its line feed or carriage return.
        stops: where the next one begins.
    """

    data: bytes
    base: int
    first: int
    starts: Offsets
    ends: Offsets
    stops: Offsets

    def texts(self) -> pa.StringArray:
        """The lines; the bytes must be UTF-8 (`markup.check_text`)."""
        edges = np.empty(2 * len(self.starts), np.int32)
        edges[0::2], edges[1::2] = self.starts, self.ends
        array = pa.StringArray.from_buffers(len(edges) - 1, pa.py_buffer(edges), pa.py_buffer(self.data))
        return array.take(pa.array(np.arange(0, len(edges), 2, dtype=np.int32)))

    def filled(self) -> Mask:
        """Which lines hold anything but blanks."""
        mask: Mask = pc.match_substring_regex(self.texts(), r"\S").to_numpy(zero_copy_only=False)
        return mask

    def fields(self, texts: pa.StringArray, lines: Offsets, pattern: str) -> tuple[Mask, dict[str, Column]]:
        """What the named groups of a pattern find.

        Args:
            texts: as `texts` gives them.
            lines: the lines to look at.
            pattern: RE2, with named groups; a group that takes no part, or is empty, is not present.

        Returns:
            Which of the lines match, and for each group a column over all of them.
        """
        found = pc.extract_regex_span(texts.take(pa.array(lines)), pattern=pattern)
        matches = found.is_valid().to_numpy(zero_copy_only=False)
        extents = np.stack([self.starts[lines], self.stops[lines]], axis=1)
        whole = Lines(
            self.data, self.base, self.first, self.starts[lines, None], self.ends[lines, None], extents, _NONE
        )
        columns = {}
        for field, spans in zip(found.type, found.flatten(), strict=True):
            taken = spans.is_valid().to_numpy(zero_copy_only=False) & matches
            # of the numbers at once: filling pair by pair is slower than the search itself
            pairs = pc.fill_null(spans.values, 0).to_numpy().reshape(-1, 2)[spans.offset :][: len(spans)]
            starts = self.starts[lines] + np.where(taken, pairs[:, 0], 0)
            columns[field.name] = _column(whole, starts, starts + np.where(taken, pairs[:, 1], 0))
        return matches, columns


def either(first: Column, second: Column) -> Column:
    """The first column, and the second where the first is not present."""
    starts = np.where(first.present, first.starts, second.starts)
    return _column(first.lines, starts, np.where(first.present, first.ends, second.ends))


def taken(column: Column, rows: Offsets) -> Column:
    """A column's cells at the given rows, each as often as it is named."""
    return _column(column.lines, column.starts[rows], column.ends[rows])


def within(column: Column, starts: Offsets, ends: Offsets) -> Column:
    """A piece of each cell, by where it stands in the cell."""
    return _column(column.lines, column.starts + starts, column.starts + ends)


def side_by_side(work: Callable[[Block], T], data: Data) -> Iterator[T]:
    """What the work makes of each block, in their order; as many at once as there are processors, and no more."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting: deque[Future[T]] = deque()
        for block in blocks(data):
            waiting.append(pool.submit(work, block))
            if len(waiting) > (os.cpu_count() or 1):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def blocks(data: Data) -> Iterator[Block]:
    """A member as blocks of whole lines; the last line may lack its line feed."""
    at = first = 0
    while at < len(data):
        end = len(data)
        if end - at > BLOCK:
            cut = data.rfind(b"\n", at, at + BLOCK)
            cut = data.find(b"\n", at + BLOCK) if cut < 0 else cut
            end = cut + 1 if cut >= 0 else end
        part = bytes(data[at:end])
        raw = np.frombuffer(part, np.uint8)
        stops = np.flatnonzero(raw == _LF) + 1
        if part[-1:] != b"\n":
            stops = np.append(stops, len(part))
        starts = np.concatenate([[0], stops[:-1]])
        ends = stops - (raw[stops - 1] == _LF)
        ends = ends - ((ends > starts) & (raw[np.maximum(ends - 1, 0)] == _CR))
        yield Block(part, at, first, starts, ends, stops)
        first += len(stops)
        at = end


def _column(lines: Lines, starts: Offsets, ends: Offsets) -> Column:
    """Pieces of a block, in any order, as a column; an empty piece is not present."""
    sizes = ends - starts
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    within = np.arange(offsets[-1], dtype=np.int64) + np.repeat(starts - offsets[:-1], sizes)
    content = np.frombuffer(lines.data, np.uint8)[within]
    texts = pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(content))
    return Column(texts, sizes > 0, starts, ends, lines, 0)
