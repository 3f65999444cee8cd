"""Whether a row lies in a window `[start, end)`.

An event is judged at its written instant: a login written to the second as 23:59:59 lies at 23:59:59.000, whatever
its precision, because that is all the record says. An interval is in scope if it overlaps the window. It is
half-open, `[at, until)`, but for `seen`, whose `until` is a sighting itself; a null `until` makes an event of it.
An assignment is judged by how long it may have held, for certain or not: `[held_from, lost_until or held_until)`,
and a null `held_until` reaches into the future. A row that gives nothing out is an event.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]
Nanoseconds = npt.NDArray[np.int64]

_FOREVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a batch, as columns.

    Attributes:
        undecidable: the row has a time that stands for no known instant.
        zoned: a zone is known for the row (an undecidable local time is then ambiguous or impossible in it).
        backwards: the interval ends before it starts.
        start: first instant.
        last: last instant that the row holds, inclusive; the start itself for an event.
        interval: whether the row is an interval.
    """

    undecidable: Mask
    zoned: Mask
    backwards: Mask
    start: Nanoseconds
    last: Nanoseconds
    interval: Mask

    def within(self, start: int, end: int) -> Mask:
        """Rows that lie in the window or overlap it."""
        held: Mask = (self.start < end) & (self.last >= start)
        return held

    def beyond(self, start: int, end: int) -> Mask:
        """Intervals that go beyond the window on either side."""
        crossing: Mask = self.interval & ((self.start < start) | (self.last >= end))
        return crossing


def times_of(family: str, rows: pa.RecordBatch) -> Times:
    """The times of a family that has `at`."""
    at = rows.column("at")
    start = _filled(at)
    undecidable = _null(at)
    last, interval = start, np.zeros(len(start), np.bool_)
    backwards = interval
    if "until" in rows.schema.names:
        until = rows.column("until")
        closed = ~_null(until)
        written = ~_null(pc.utf8_trim_whitespace(rows.column("until_text")), "")
        undecidable = undecidable | (~closed & written)
        stop = _filled(until)
        backwards = closed & ~undecidable & (stop < start)
        # a half-open interval ends a nanosecond before `until`; an empty one holds its start
        last = np.where(closed, np.maximum(stop - (family != "seen"), start), start)
        interval = closed & (stop > start)
    times = Times(undecidable, ~_null(rows.column("zone_basis")), backwards, start, last, interval)
    return _as_held(times, rows) if family == "assignment" else times


def _as_held(times: Times, rows: pa.RecordBatch) -> Times:
    """The times of assignments that hold, instead of what their rows state alone."""
    held = ~_null(rows.column("held_from"))
    until, lost = rows.column("held_until"), rows.column("lost_until")
    start = np.where(held, _filled(rows.column("held_from")), times.start)
    stop = np.maximum(_filled(until), _filled(lost))
    is_open = _null(until)
    last = np.where(is_open, _FOREVER, np.maximum(stop - 1, start))
    return replace(
        times,
        undecidable=times.undecidable & ~held,
        start=start,
        last=np.where(held, last, times.last),
        interval=np.where(held, is_open | (stop > start), times.interval),
    )


def _null(column: pa.Array, blank: str | None = None) -> Mask:
    empty = column.is_null() if blank is None else pc.fill_null(pc.equal(column, blank), True)
    mask: Mask = empty.to_numpy(zero_copy_only=False)
    return mask


def _filled(column: pa.Array) -> Nanoseconds:
    values: Nanoseconds = pc.fill_null(column, 0).to_numpy(zero_copy_only=False)
    return values
