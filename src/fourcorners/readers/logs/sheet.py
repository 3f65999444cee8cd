"""Assignments gathered one by one, for formats whose records are blocks of labelled values; batches at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fourcorners.model.instant import STATED
from fourcorners.model.records import Batch
from fourcorners.model.records import schema
from fourcorners.readers.table.addresses import read_addresses
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.times import Times
from fourcorners.readers.table.times import read_times

#: Records that are gathered before they make a batch.
ROWS = 16_384
_EPOCH = TimeFormat.declared("epoch")
CATEGORY = "session_ip_log"
FIELD_CATEGORIES = {"subscriber": "subscriber_identity"}

_FIELDS = ("ip", "at", "until", "subscriber", "action", "session", "server")
_TIMES = ("at", "until")


@dataclass(frozen=True, slots=True)
class Piece:
    """A value as written, and where: `[start, end)` in the member."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Row:
    """One record of a log.

    Attributes:
        start: where it begins in the member.
        end: where it ends.
        texts: how many texts it owns.
        values: field -> value; of `ip`, `at`, `until`, `subscriber`, `action`, `session`, `server`.
        span: start (None if unknown) and last sign of life, ns UTC, where they are no instants as written.
        problem: the first thing that is wrong with it.
    """

    start: int
    end: int = 0
    texts: int = 0
    values: dict[str, Piece] = field(default_factory=dict)
    problem: str | None = None
    span: tuple[int | None, int] | None = None


def batch_of(
    rows: list[Row],
    first: int,
    section: str,
    read: Callable[[pa.StringArray], Times],
    basis: str,
    *,
    open_end: str = "",
) -> Batch:
    """The rows as a batch of assignments.

    Args:
        rows: in file order.
        first: number of the first one in the member.
        section: what the format calls such a record.
        read: reads times as the format writes them.
        basis: zone basis of instants that rest on a declaration.
        open_end: the word for an end that never comes.
    """
    return Batch("assignment", section, _batch(rows, first, read, basis, open_end), FIELD_CATEGORIES)


def read_epoch(texts: pa.StringArray) -> Times:
    """Seconds since 1970-01-01T00:00:00Z: in UTC by their definition, so no zone has to be declared."""
    times = read_times(texts, _EPOCH, None)
    return replace(times, stated=times.known, declared=np.zeros(len(texts), np.bool_))


def _batch(
    rows: list[Row], first: int, read: Callable[[pa.StringArray], Times], basis: str, open_end: str
) -> pa.RecordBatch:
    size = len(rows)
    problems = [row.problem for row in rows]
    columns: dict[str, pa.Array] = {}
    for name in _FIELDS:
        pieces = [row.values.get(name) for row in rows]
        texts = pa.array([piece.text if piece else None for piece in pieces], pa.string())
        ranges = [[piece.start, piece.end] if piece else None for piece in pieces]
        columns[f"{name}_text" if name in {"ip", *_TIMES} else name] = texts
        columns[f"{name}@"] = pa.array(ranges, pa.list_(pa.int64()))
    addresses, ports = read_addresses(columns["ip_text"].fill_null(""))
    good = (addresses.is_valid().to_numpy(zero_copy_only=False)) & ports.is_null().to_numpy(zero_copy_only=False)
    columns["ip"] = pa.array(addresses.to_pylist(), pa.string(), mask=~good)
    _mark(problems, ~good, "BAD_ADDRESS")
    for name in _TIMES:
        given = columns[f"{name}_text"].is_valid().to_numpy(zero_copy_only=False)
        times = read(columns[f"{name}_text"].filter(pa.array(given))).spread(given)
        never = pc.fill_null(pc.equal(columns[f"{name}_text"], open_end), False).to_numpy(zero_copy_only=False)
        _mark(problems, given & ~times.read & ~never, "BAD_TIME")
        columns[name] = pa.array(times.ns, mask=~times.known)
        precision = pa.array(times.precision, mask=~times.read)
        bases = pa.array([STATED, basis, None], pa.string())
        rests_on = bases.take(pa.array(np.where(times.stated, 0, np.where(times.declared, 1, 2))))
        for column, found in (("precision", precision), ("zone_basis", rests_on)):  # of the end where no start is
            columns[column] = pc.coalesce(columns[column], found) if column in columns else found
    columns["held_from"] = pa.array([row.span and row.span[0] for row in rows], pa.int64())
    columns["held_until"] = pa.array([row.span and row.span[1] for row in rows], pa.int64())
    columns["row"] = pa.array(range(first, first + size), pa.int64())
    columns["category"] = pa.repeat(CATEGORY, size)
    columns["problem"] = pa.array(problems, pa.string())
    for name in ("start", "end"):
        columns[name] = pa.array([getattr(row, name) for row in rows], pa.int64())
    columns["texts"] = pa.array([row.texts for row in rows], pa.int32())
    wanted = schema("assignment")
    arrays = [columns[each.name] if each.name in columns else pa.nulls(size, each.type) for each in wanted]
    return pa.RecordBatch.from_arrays(arrays, schema=wanted)


def _mark(problems: list[str | None], where: NDArray[np.bool_], code: str) -> None:
    for row in np.flatnonzero(where).tolist():
        problems[row] = problems[row] or code
