"""When each lease began and ended, from all blocks that speak of its address.

A block says what the server knew when it was written; another can say that it came otherwise. Files may be given
in any order, so blocks of one address are taken by their start:

* an active block holds from its start to its end;
* blocks with the same client and start state one lease: a release among them ends it, else the longest extension;
* the next block, if it is of the same client, is a renewal or a release, and what came before held until then;
* another block that starts before that end means that a release is missing: from the start to that block nobody
  knows, and so where no end is stated;
* a block that is not active and whose lease no active block tells (the server drops them) tells of the past, but
  not that it was used: a doubt, and so is an abandoned address, which somebody unknown held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from itertools import groupby

import numpy as np

from fourcorners.model.records import DERIVED
from fourcorners.model.records import FOREVER
from fourcorners.model.records import Reading
from fourcorners.readers.logs.held import NONE
from fourcorners.readers.logs.held import held

NEVER = "never"
_ACTIVE, _ABANDONED = "active", "abandoned"
_COLUMNS = tuple(name for name, _ in DERIVED["assignment"])


@dataclass(slots=True)
class _Block:
    """One row with what it states; `end` is None where it states none, `FOREVER` for `never`."""

    batch: tuple[int, int, int]
    row: int
    ip: str
    start: int
    end: int | None
    state: str
    client: str | None


def related(files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
    """The readings with their derived columns."""
    told = {
        (f, m, b): {name: np.full(batch.rows.num_rows, NONE) for name in _COLUMNS}
        for f, readings in enumerate(files)
        for m, reading in enumerate(readings)
        for b, batch in enumerate(reading.batches)
    }
    by_address = defaultdict[str, list[_Block]](list)
    for f, readings in enumerate(files):
        for m, reading in enumerate(readings):
            for b, _ in enumerate(reading.batches):
                for block in _blocks(reading, (f, m, b)):
                    by_address[block.ip].append(block)
    for blocks in by_address.values():
        for block, span in _spans(blocks):
            for name, value in zip(_COLUMNS, span, strict=True):
                told[block.batch][name][block.row] = value
    return [
        [
            replace(reading, batches=tuple(held(batch, told[f, m, b]) for b, batch in enumerate(reading.batches)))
            for m, reading in enumerate(readings)
        ]
        for f, readings in enumerate(files)
    ]


def _blocks(reading: Reading, place: tuple[int, int, int]) -> list[_Block]:
    rows = reading.batches[place[2]].rows
    names = ("ip", "at", "until", "until_text", "action", "subscriber", "problem")
    columns = zip(*(rows.column(name).to_pylist() for name in names), strict=True)
    found = []
    for row, (ip, at, until, until_text, action, subscriber, problem) in enumerate(columns):
        end = FOREVER if until_text == NEVER else until
        if problem is None and at is not None and (end is not None or until_text is None):
            found.append(_Block(place, row, ip, at, end, action or "", subscriber))
    return found


def _spans(blocks: list[_Block]) -> Iterator[tuple[_Block, tuple[int, int, int]]]:
    """Each block of one address that gives it out, with held from, held until, lost until."""
    groups = [list(group) for _, group in groupby(sorted(blocks, key=_start), key=_start)]
    nobody: list[_Block] = []
    for group, after in zip(groups, [*groups[1:], nobody], strict=True):
        until = after[0].start if after else FOREVER
        heard = {block.client for block in after if block.client and block.state != _ABANDONED}
        for block in group:
            restated = [each for each in group if each.client == block.client]
            if block.state == _ACTIVE:
                yield block, _active(block.start, _end(restated), until, heard=block.client in heard)
            elif block.state == _ABANDONED:
                yield block, (block.start, block.start, until)
            elif block.client and block.end and all(each.state != _ACTIVE for each in restated):
                yield block, (block.start, block.start, min(block.end, until))


def _start(block: _Block) -> int:
    return block.start


def _end(restated: list[_Block]) -> int | None:
    """The end of a lease, of all blocks that state it: a release if there is one, else the longest."""
    over = [each.end for each in restated if each.state != _ACTIVE]
    ends = over or [each.end for each in restated]
    if None in ends:
        return None
    return (min if over else max)(end for end in ends if end is not None)


def _active(start: int, end: int | None, following: int, *, heard: bool) -> tuple[int, int, int]:
    if end is not None and end <= following:
        return start, NONE if end == FOREVER else end, NONE
    if heard:
        return start, following, NONE
    return start, start, following
