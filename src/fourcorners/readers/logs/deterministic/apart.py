"""Configurations of one intake that were in force at once must not give one port to two hosts."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fourcorners.model.errors import BadInput
from fourcorners.model.records import Reading

Ints = NDArray[np.int64]

_COLUMNS = ("ip", "port_low", "port_high", "subscriber", "at", "until")
_PORTS = 1 << 16


def check_apart(readings: Sequence[Reading]) -> None:
    """Compare every two of them.

    Raises:
        BadInput: `NAT_CONFIGURATION`, with both files.
    """
    parts = [(each.place, part) for each in readings for part in _by_time(each)]
    for (place, one), (other_place, other) in combinations(parts, 2):
        if _at_once(one, other) and _disagree(one, other):
            raise BadInput(
                "NAT_CONFIGURATION",
                "two configurations that are declared in force at once give ports of one address to two hosts",
                where=f"{place} and {other_place}",
                why="one of them was not in force, or at another time; who had the ports would be a guess",
                next_step="ask the carrier from when to when each was in force, and declare that",
            )


def _by_time(reading: Reading) -> Iterator[pa.Table]:
    """The assignments of each time in which the configuration was in force."""
    rows = pa.Table.from_batches([batch.rows.select(_COLUMNS) for batch in reading.batches])
    for at in pc.unique(rows["at"]):
        yield rows.filter(pc.equal(rows["at"], at))


def _at_once(one: pa.Table, other: pa.Table) -> bool:
    """Whether the times overlap; all rows of a part have the same."""
    (a, b), (c, d) = ((table["at"][0].as_py(), table["until"][0].as_py()) for table in (one, other))
    return bool(a < d and c < b)


def _disagree(one: pa.Table, other: pa.Table) -> bool:
    """Whether a port is in blocks of two hosts.

    Blocks of one configuration are apart and each is of another host. So it is enough to look, for each block of
    the one, at the last block of the other that begins no later, and at the next.
    """
    both = pa.concat_tables([one, other])
    code = both["ip"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64) * _PORTS
    low, high = (code + both[name].to_numpy() for name in ("port_low", "port_high"))
    who = both["subscriber"].combine_chunks().dictionary_encode().indices.to_numpy()
    mine, theirs = slice(0, one.num_rows), slice(one.num_rows, None)
    order = np.argsort(low[theirs])
    their_low, their_high, their_who = (column[theirs][order] for column in (low, high, who))
    at = np.searchsorted(their_low, low[mine], side="right") - 1
    for place in (at, at + 1):
        there = (place >= 0) & (place < len(order))
        near = np.clip(place, 0, len(order) - 1)
        meets = there & (their_low[near] <= high[mine]) & (their_high[near] >= low[mine])
        if (meets & (their_who[near] != who[mine])).any():
            return True
    return False
