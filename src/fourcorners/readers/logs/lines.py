"""Line-oriented logs: whole lines of a block, and the fields that a pattern finds in all of them.

The pattern runs in Arrow (RE2: linear, outside the interpreter's lock), so blocks can be read side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

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

    def fields(self, texts: pa.StringArray, rows: Offsets, pattern: str) -> tuple[Offsets, dict[str, Column]]:
        """What the named groups of a pattern find.

        Args:
            texts: as `texts` gives them.
            rows: the lines to look at.
            pattern: RE2, with named groups; a group that takes no part, or is empty, is not present.

        Returns:
            The lines that match, and for each group a column over them.
        """
        found = pc.extract_regex_span(texts.take(pa.array(rows)), pattern=pattern)
        matches = found.is_valid().to_numpy(zero_copy_only=False)
        rows, found = rows[matches], found.filter(pa.array(matches))
        lines = Lines(
            self.data,
            self.base,
            self.first,
            self.starts[rows, None],
            self.ends[rows, None],
            np.stack([self.starts[rows], self.stops[rows]], axis=1),
            np.zeros(0, np.int64),
        )
        columns = {}
        for field, spans in zip(found.type, found.flatten(), strict=True):
            taken = spans.is_valid().to_numpy(zero_copy_only=False)
            flat = pc.fill_null(spans.flatten() if taken.all() else _filled(spans), 0)
            pairs = flat.to_numpy(zero_copy_only=False).reshape(-1, 2).astype(np.int64)
            starts = self.starts[rows] + pairs[:, 0]
            ends = starts + pairs[:, 1]
            columns[field.name] = Column(
                _texts(self.data, starts, ends), taken & (ends > starts), starts, ends, lines
            )
        return rows, columns


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


def _filled(spans: pa.FixedSizeListArray) -> pa.Array:
    """The pairs, with zeroes where a group took no part."""
    zero = pa.scalar([0, 0], spans.type)
    return pc.fill_null(spans, zero).flatten()


def _texts(data: bytes, starts: Offsets, ends: Offsets) -> pa.StringArray:
    """Pieces of a block as an array of their own; pieces may stand in any order."""
    sizes = ends - starts
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    within = np.arange(offsets[-1], dtype=np.int64) + np.repeat(starts - offsets[:-1], sizes)
    content = np.frombuffer(data, np.uint8)[within]
    return pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(content))
