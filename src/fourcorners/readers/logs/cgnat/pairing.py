"""When each port block was held, from all events that speak of it.

Events of one address and block, in the order of their times:

* given out, then taken back from the same customer (or given out to him again, which some devices log from time to
  time): held in between;
* given out, then an event of another customer: an event is missing in between, and nobody knows;
* given out, and no event after it: still held if nothing is missing from the log, else nobody knows;
* taken back, with no event before it that gave it: nobody knows since the event before that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fourcorners.model.records import FOREVER
from fourcorners.model.records import Reading
from fourcorners.readers.logs.held import NONE
from fourcorners.readers.logs.held import empty
from fourcorners.readers.logs.held import with_held

Ints = NDArray[np.int64]

_USED = ("ip", "port_low", "port_high", "subscriber", "at", "until", "problem")


def related(files: Sequence[Sequence[Reading]], *, lossy: bool) -> list[list[Reading]]:
    """The readings with their derived columns; `lossy` says whether events may be missing at the end."""
    parts = [batch.rows.select(_USED) for readings in files for each in readings for batch in each.batches]
    return with_held(files, _spans(pa.Table.from_batches(parts), lossy=lossy) if parts else empty(files))


def _spans(events: pa.Table, *, lossy: bool) -> dict[str, Ints]:
    """`held_from`, `held_until` and `lost_until` of every event."""
    size = events.num_rows
    time = pc.fill_null(pc.coalesce(events["at"], events["until"]), NONE).to_numpy()
    good = events["problem"].is_null().to_numpy() & (time != NONE)
    given = events["at"].is_valid().to_numpy()
    block = _codes(
        pc.binary_join_element_wise(
            *(events[name].cast(pa.string()) for name in _USED[:3]), "/", null_handling="replace"
        )
    )
    who = _codes(pc.fill_null(events["subscriber"], ""))
    order = np.lexsort((given, time, block))  # at one instant, a block is taken back before it is given out
    order = order[good[order]]
    block, who, time, given = block[order], who[order], time[order], given[order]
    same = block[1:] == block[:-1]
    before, after = np.concatenate([[False], same]), np.concatenate([same, [False]])
    next_time = np.where(after, np.roll(time, -1), FOREVER)
    last_time = np.where(before, np.roll(time, 1), 0)
    goes_on = after & (np.roll(who, -1) == who)
    came_from = before & (np.roll(who, 1) == who) & np.roll(given, 1)
    still = ~after & (not lossy)
    start = np.where(given, time, last_time)
    until = np.where(
        given, np.where(goes_on, next_time, np.where(still, NONE, time)), np.where(came_from, time, last_time)
    )
    lost = np.where(given, np.where(goes_on | still, NONE, next_time), np.where(came_from, NONE, time))
    found = {}
    for name, values in (("held_from", start), ("held_until", until), ("lost_until", lost)):
        found[name] = np.full(size, NONE)
        found[name][order] = values
    return found


def _codes(texts: pa.ChunkedArray) -> Ints:
    codes: Ints = texts.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes
