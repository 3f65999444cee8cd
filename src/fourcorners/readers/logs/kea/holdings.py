"""When each address of a legal log was held.

The lines of clients tell it as `history` says: a lease holds for the time that its line states, or until its
client is heard again; another client before that end means that a release is missing. Clients are told apart by
their devices, since a renewal may lack what names the customer. Beside them stand lines of other kinds:

* a command, of an administrator or of the server's partner, is no use by a client, and gives no name. One that
  deletes a lease ends what is certain of it. One that names the device that has the lease only says that it may
  last longer. Any other means that a line is missing: nobody knows from the lease's start to the next client's;
* a release, or a deletion, where nobody had a lease: nobody knows since the last that is known;
* a line that cannot be read may have ended the lease of its time; where that is not known, any of its address.
"""

from __future__ import annotations

from bisect import bisect_left
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass

from fourcorners.model.records import FOREVER
from fourcorners.model.records import Batch
from fourcorners.model.records import Reading
from fourcorners.readers.logs.held import COLUMNS
from fourcorners.readers.logs.held import NONE
from fourcorners.readers.logs.held import Ints
from fourcorners.readers.logs.held import with_held
from fourcorners.readers.logs.history import Says
from fourcorners.readers.logs.history import spans

_RELEASED, _DELETED = "released", " deleted"
_SAYS = {"assigned": Says.GIVEN, "renewed": Says.GIVEN, _RELEASED: Says.OVER_SOMETIME}
_USED = ("ip", "at", "action", "problem")

#: A row, and from when it is held, until when, and until when nobody knows.
Span = tuple[int, int, int, int]


def related(files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
    """The readings with their derived columns."""
    columns, first = spans(files, lambda action, _start, _end: _SAYS.get(action)), 0
    by_address = defaultdict[str, list[_Line]](list)
    for batch in (batch for readings in files for reading in readings for batch in reading.batches):
        for ip, line in _lines(batch, first):
            by_address[ip].append(line)
        first += batch.rows.num_rows
    for lines in by_address.values():
        for row, *span in list(_beside(lines, columns)):
            for name, value in zip(COLUMNS, span, strict=True):
                columns[name][row] = value
    return with_held(files, columns)


@dataclass(frozen=True, slots=True)
class _Line:
    """One row, by its number in the intake."""

    row: int
    at: int | None
    action: str
    client: str | None
    is_read: bool

    @property
    def is_of_client(self) -> bool:
        """Whether a client did what it tells."""
        return self.is_read and self.action in _SAYS


def _lines(batch: Batch, first: int) -> Iterator[tuple[str, _Line]]:
    """The lines by their address; a deleted prefix is told without its length."""
    columns = [*(batch.rows.column(name) for name in _USED), batch.clients]
    told = zip(*(column.to_pylist() for column in columns), strict=True)
    for row, (ip, at, action, problem, client) in enumerate(told, first):
        if ip is not None:
            yield ip.partition("/")[0], _Line(row, at, action or "", client, problem is None and at is not None)


@dataclass(slots=True)
class _Lease:
    """What a client's line tells: certain until an instant, and possible until another."""

    line: _Line
    start: int
    certain: int
    reach: int
    is_doubted: bool = False

    @classmethod
    def of(cls, line: _Line, columns: dict[str, Ints]) -> _Lease:
        """As the lines of clients alone tell it; a release gives nothing, and is known at its own time."""
        start, until, lost = (int(columns[name][line.row]) for name in COLUMNS)
        if start == NONE:
            start = until = line.at or 0
        certain = FOREVER if until == NONE else until
        return cls(line, start, certain, max(certain, lost))

    def runs(self, at: int | None) -> bool:
        """Whether it may run at that time, or ever where the time is not known."""
        return self.start < self.reach and (at is None or self.start <= at < self.reach)

    def keep(self, until: int) -> None:
        """Let nothing be certain from then on."""
        self.certain, self.is_doubted = min(self.certain, until), True


def _beside(lines: list[_Line], columns: dict[str, Ints]) -> Iterator[Span]:
    """What is to be said of one address beside the leases of its clients."""
    leases = [_Lease.of(line, columns) for line in lines if line.is_of_client]
    leases.sort(key=lambda lease: lease.line.at or 0)
    times = [lease.line.at or 0 for lease in leases]

    def newest(behind: int) -> list[_Lease]:
        """Of the first so many, those with the last time."""
        return leases[bisect_left(times, times[behind - 1]) : behind] if behind else []

    for lease, at in zip(leases, times, strict=True):
        if lease.line.action == _RELEASED and columns["held_from"][lease.line.row] == NONE:
            before = newest(bisect_left(times, at))
            if not any(each.line.client == lease.line.client and each.certain == at for each in before):
                yield from _since_known(lease.line, before)
    for line in lines:
        if not line.is_of_client:
            behind = bisect_right(times, line.at) if line.at is not None else 0
            before = leases if line.at is None else newest(behind)
            yield from _told_otherwise(line, before, times[behind] if behind < len(times) else FOREVER)
    for lease in leases:
        if lease.is_doubted:
            yield lease.line.row, lease.start, lease.certain, lease.reach


def _told_otherwise(line: _Line, before: list[_Lease], following: int) -> Iterator[Span]:
    """What a line of no client says, of the leases before it and of itself until the following client's line."""
    running = [lease for lease in before if lease.runs(line.at)]
    if not line.is_read or line.at is None:
        for lease in running:
            lease.keep(lease.start)
    elif line.action.endswith(_DELETED):
        for lease in running:
            lease.keep(line.at)
        if not running:
            yield from _since_known(line, before)
    else:
        begin = line.at
        for lease in running:
            if line.client and line.client == lease.line.client:
                begin = max(begin, lease.reach)
            else:
                lease.keep(lease.start)
        if begin < following:
            yield line.row, begin, begin, following


def _since_known(line: _Line, before: list[_Lease]) -> Iterator[Span]:
    """Somebody had the address until that line, and no line says who."""
    known, at = max((lease.reach for lease in before), default=0), line.at or 0
    if known < at:
        yield line.row, known, known, at
