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

    def keep(self, until: int) -> None:
        """Let nothing be certain from then on."""
        self.certain, self.is_doubted = min(self.certain, until), True


class _Moment:
    """The leases of one time, and what lines of other kinds, up to the next such time, tell of them.

    Attributes:
        leases: of one time; none before the first one.
        following: the time of the next ones.
        reach: of all leases.
    """

    def __init__(self, leases: list[_Lease], following: int) -> None:
        self.leases, self.following = leases, following
        self.reach = max((lease.reach for lease in leases), default=0)
        self._ends = {(lease.line.client, lease.certain) for lease in leases}
        self._reaches = dict[str | None, int]()
        for lease in leases:
            client = lease.line.client
            self._reaches[client] = max(self._reaches.get(client, 0), lease.reach)
        self._unread = self._deleted = FOREVER
        self._commands = dict[str | None, int]()

    def ends(self, client: str | None, at: int) -> bool:
        """Whether a lease of that client is known to end then."""
        return (client, at) in self._ends

    def tell(self, line: _Line, at: int) -> Iterator[Span]:
        """What a line of no client says of itself; what it says of these leases is kept for `doubt`."""
        if not line.is_read:
            self._unread = min(self._unread, at)
        elif line.action.endswith(_DELETED):
            self._deleted = min(self._deleted, at)
            if self.reach <= at:
                yield from _since_known(line, self)
        else:
            client = line.client or None
            self._commands[client] = min(self._commands.get(client, FOREVER), at)
            begin = max(at, self._reaches.get(client, 0)) if client else at
            if begin < self.following:
                yield line.row, begin, begin, self.following

    def doubt(self) -> None:
        """Let nothing be certain of these leases that the lines told otherwise."""
        first = sorted(self._commands.items(), key=lambda told: told[1])[:2]  # any client has another among two
        for lease in self.leases:
            client = lease.line.client
            others = [at for other, at in first if other is None or other != client]
            if min([self._unread, *others]) < lease.reach:
                lease.keep(lease.start)
            elif self._deleted < lease.reach:
                lease.keep(self._deleted)


def _beside(lines: list[_Line], columns: dict[str, Ints]) -> Iterator[Span]:
    """What is to be said of one address beside the leases of its clients."""
    leases = [_Lease.of(line, columns) for line in lines if line.is_of_client]
    by_time = defaultdict[int, list[_Lease]](list)
    for lease in leases:
        by_time[lease.line.at or 0].append(lease)
    times = sorted(by_time)
    groups = [list[_Lease](), *(by_time[at] for at in times)]
    moments = [_Moment(group, at) for group, at in zip(groups, [*times, FOREVER], strict=True)]

    for lease in leases:
        line, at = lease.line, lease.line.at or 0
        if line.action == _RELEASED and columns["held_from"][line.row] == NONE:
            before = moments[bisect_left(times, at)]
            if not before.ends(line.client, at):
                yield from _since_known(line, before)
    for line in lines:
        if not line.is_of_client and line.at is not None:
            yield from moments[bisect_right(times, line.at)].tell(line, line.at)
    for moment in moments:
        moment.doubt()
    undated = any(line.at is None for line in lines)
    for lease in leases:
        if undated and lease.start < lease.reach:
            lease.keep(lease.start)
        if lease.is_doubted:
            yield lease.line.row, lease.start, lease.certain, lease.reach


def _since_known(line: _Line, before: _Moment) -> Iterator[Span]:
    """Somebody had the address until that line, and no line says who."""
    known, at = before.reach, line.at or 0
    if known < at:
        yield line.row, known, known, at
