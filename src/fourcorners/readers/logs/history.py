"""When each lease began and ended, from all records that speak of its address.

A record says what the server knew when it was written; another can say that it came otherwise. Files may be given
in any order, so records of one address are taken by their start:

* a lease that is given holds from its start to its end;
* records with the same client and start state one lease, and all tell the same of it: a record of its end ends it,
  else the longest counts;
* the next record, if it is of the same client, is a renewal or a release, and what came before held until then;
* another record that starts before that end means that a release is missing: from the start to that record nobody
  knows, and so where no end is stated, or none of a lease that is known to be over;
* a record of the end of a lease that no other record gives (the server drops them) tells of the past, but not that
  it was used: a doubt, and so is an address that somebody unknown held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from fourcorners.model.records import FOREVER
from fourcorners.model.records import Batch
from fourcorners.model.records import Reading
from fourcorners.readers.logs.held import COLUMNS
from fourcorners.readers.logs.held import NONE
from fourcorners.readers.logs.held import Ints
from fourcorners.readers.logs.held import empty
from fourcorners.readers.logs.held import with_held

#: What formats write for an end that never comes.
NEVER, INFINITE = "never", "infinite duration"


class Says(Enum):
    """What a record says of its lease."""

    GIVEN = "a client has it"
    OVER = "it is over, at the end that is stated"
    OVER_SOMETIME = "it is over, and not when"
    SOMEBODY = "somebody unknown uses the address"


#: Of a record's state, start (ns), and end (ns; None where none is stated); None where it tells of no lease.
Reader = Callable[[str, int, int | None], Says | None]


@dataclass(slots=True)
class _Record:
    """One row, by its number in the intake; `end` is None where it states none, `FOREVER` for `never`."""

    row: int
    ip: str
    start: int
    end: int | None
    says: Says
    client: str | None


def related(files: Sequence[Sequence[Reading]], says: Reader) -> list[list[Reading]]:
    """The readings with their derived columns.

    Args:
        files: a row's start is its `held_from` where the reader set it, else its `at`.
        says: what a state means in the format.
    """
    return with_held(files, spans(files, says))


def spans(files: Sequence[Sequence[Reading]], says: Reader) -> dict[str, Ints]:
    """The derived columns over all rows, as `held.empty` numbers them; arguments as of `related`."""
    columns, first = empty(files), 0
    by_address = defaultdict[str, list[_Record]](list)
    for batch in (batch for readings in files for reading in readings for batch in reading.batches):
        for record in _records(batch, first, says):
            by_address[record.ip].append(record)
        first += batch.rows.num_rows
    for records in by_address.values():
        for record, span in _spans(records):
            for name, value in zip(COLUMNS, span, strict=True):
                columns[name][record.row] = value
    return columns


def _records(batch: Batch, first: int, says: Reader) -> Iterator[_Record]:
    names = ("ip", "held_from", "at", "until", "until_text", "action", "problem")
    columns = [batch.rows.column(name) for name in names]
    columns.append(batch.rows.column("subscriber") if batch.clients is None else batch.clients)
    told = zip(*(column.to_pylist() for column in columns), strict=True)
    for row, (ip, held_from, at, until, until_text, action, problem, client) in enumerate(told, first):
        end = FOREVER if until_text in {NEVER, INFINITE} else until
        start = at if held_from is None else held_from
        if problem is None and start is not None and (end is not None or until_text is None):
            said = says(action or "", start, end)
            if said is not None:
                yield _Record(row, ip, start, end, said, client)


def _spans(records: list[_Record]) -> Iterator[tuple[_Record, tuple[int, int, int]]]:
    """Each record of one address that gives it out, with held from, held until, lost until."""
    groups = [list(group) for _, group in groupby(sorted(records, key=_start), key=_start)]
    nobody: list[_Record] = []
    for group, after in zip(groups, [*groups[1:], nobody], strict=True):
        following = after[0].start if after else FOREVER
        heard = {record.client for record in after if record.client and record.says is not Says.SOMEBODY}
        leases = defaultdict[str | None, list[_Record]](list)
        for record in group:
            leases[record.client].append(record)
        given = {
            client: _given(lease, following, heard=client in heard)
            for client, lease in leases.items()
            if any(each.says is Says.GIVEN for each in lease)
        }
        for record in group:
            if record.says is Says.SOMEBODY:
                yield record, (record.start, record.start, following)
            elif record.client in given:
                yield record, given[record.client]
            elif record.client and record.end:
                yield record, (record.start, record.start, min(record.end, following))


def _start(record: _Record) -> int:
    return record.start


def _given(lease: list[_Record], following: int, *, heard: bool) -> tuple[int, int, int]:
    """When a lease held that these records of one client and start state."""
    start = lease[0].start
    over = [each.end for each in lease if each.says is Says.OVER and each.end is not None]
    stated = [each.end for each in lease if each.says is Says.GIVEN and each.end is not None]
    if any(each.says is Says.OVER_SOMETIME for each in lease):
        return start, start, min(max(stated, default=FOREVER), following)
    ends = [min(over)] if over else stated
    last = min(max(ends, default=FOREVER), FOREVER)
    if ends and last <= following:
        return start, NONE if last == FOREVER else last, NONE
    if heard and not over:
        return start, following, NONE
    return start, start, following
