"""When each session began and ended, from all entries that speak of it.

Entries of one server, session id and address belong together, in the order of their events; a session id can come
again after a restart, so a start, or a length that does not fit, begins another session. A session that no Stop
ends is certain up to its last entry; then it is lost until its server restarts or its address is given out again;
where neither comes and nothing is missing from the log, it goes on.
Where no entry tells the start, all before the last entry is lost.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import pyarrow as pa

from fourcorners.model.instant import SECOND
from fourcorners.model.records import FOREVER
from fourcorners.model.records import Reading
from fourcorners.readers.logs.held import COLUMNS
from fourcorners.readers.logs.held import NONE
from fourcorners.readers.logs.held import empty
from fourcorners.readers.logs.held import with_held

#: Lengths are whole seconds, and messages take their time: starts this near to each other are of one session.
_SAME = 60 * SECOND


@dataclass(slots=True)
class _Entry:
    row: int
    start: int | None
    event: int
    status: str


@dataclass(slots=True)
class _Session:
    ip: str
    server: str
    start: int | None
    last: int
    over: bool = False
    entries: list[_Entry] = field(default_factory=list)


def related(files: Sequence[Sequence[Reading]], *, lossy: bool) -> list[list[Reading]]:
    """The readings with their derived columns; `lossy` says whether a Stop may be missing at the end."""
    columns, first = empty(files), 0
    groups = defaultdict[tuple[str, str, str], list[_Entry]](list)
    restarts = defaultdict[str, list[int]](list)
    for reading in (reading for readings in files for reading in readings):
        for server, times in reading.restarts.items():
            restarts[server] += times
        for batch in reading.batches:
            for key, entry in _entries(batch.rows, first):
                groups[key].append(entry)
            first += batch.rows.num_rows
    sessions = [session for key, entries in groups.items() for session in _sessions(key, entries)]
    begun: dict[str, list[int]] = defaultdict(list)
    for session in sessions:
        begun[session.ip].append(session.last if session.start is None else session.start)
    begun = {ip: sorted(starts) for ip, starts in begun.items()}
    anew = {server: sorted(times) for server, times in restarts.items()}
    for session in sessions:
        bound = min(_after(begun[session.ip], session.last), _after(anew.get(session.server, []), session.last))
        if session.start is None:
            span = (0, 0, session.last if session.over else bound)
        elif bound == FOREVER and not session.over and not lossy:
            span = (session.start, NONE, NONE)
        else:
            span = (session.start, session.last, NONE if session.over else bound)
        for entry in session.entries:
            for name, value in zip(COLUMNS, span, strict=True):
                columns[name][entry.row] = value
    return with_held(files, columns)


def _entries(rows: pa.RecordBatch, first: int) -> Iterator[tuple[tuple[str, str, str], _Entry]]:
    names = ("ip", "session", "server", "action", "held_from", "held_until", "problem")
    columns = zip(*(rows.column(name).to_pylist() for name in names), strict=True)
    for row, (ip, session, server, action, start, event, problem) in enumerate(columns, first):
        if problem is None:
            yield (ip, session, server or ""), _Entry(row, start, event, action.removeprefix("::"))


def _sessions(key: tuple[str, str, str], entries: list[_Entry]) -> Iterator[_Session]:
    """The sessions of one id, one after the other."""
    ip, _, server = key
    session: _Session | None = None
    for entry in sorted(entries, key=lambda each: (each.event, each.status != "Start")):
        if session is None or not _is_of(entry, session):
            if session:
                yield session
            session = _Session(ip, server, entry.start, entry.event)
        session.entries.append(entry)
        starts = [start for start in (session.start, entry.start) if start is not None]
        session.start = min(starts, default=None)
        if not session.over:
            session.last = max(session.last, entry.event)
        session.over = session.over or entry.status == "Stop"
    if session:
        yield session


def _is_of(entry: _Entry, session: _Session) -> bool:
    """Whether an entry speaks of the session that its id had before; one that tells no start may be of any."""
    if entry.start is None or session.start is None:
        return entry.status != "Start"
    return abs(entry.start - session.start) <= _SAME


def _after(times: list[int], instant: int) -> int:
    """The first of the sorted times that lies behind an instant."""
    place = bisect_right(times, instant)
    return times[place] if place < len(times) else FOREVER
