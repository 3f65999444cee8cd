"""Group commit: many callers, one sequence, one flush to the medium for all that wait.

There is no thread of its own. The first caller that finds nobody at work leads: it takes what has gathered, runs
it in one transaction, and all of them return once that is durable. What fails fails alone, in a savepoint of its
own. Callers whose group has just ended come back one after the other; the next leader waits a moment for as many
as there were, or groups of one would alternate with groups of all the others. A caller who is alone waits for
nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from threading import Condition
from threading import Lock

from fourcorners.ledger.database import Database
from fourcorners.ledger.log import Log
from fourcorners.ledger.log import check_sizes

#: Given the number that its first entry will have, stores what belongs to it and gives its leaves.
Work = Callable[[int], Sequence[bytes]]


#: Seconds that a leader waits for those who were there a moment ago.
_MOMENT = 0.001


@dataclass(frozen=True, slots=True)
class Receipt:
    """The entry is durable: its number, and the size of the log that holds it."""

    index: int
    size: int


@dataclass(slots=True)
class _Waiting:
    work: Work
    leaves: Sequence[bytes] = ()
    index: int = -1
    receipt: Receipt | None = None
    error: BaseException | None = None
    done: bool = field(default=False)


class Sequencer:
    """The one way to the log for callers in several threads."""

    def __init__(self, db: Database, log: Log, on_commit: Callable[[], None] = lambda: None) -> None:
        """Take a database and its log; `on_commit` is called after each commit, before any receipt."""
        self._db = db
        self._log = log
        self._on_commit = on_commit
        self._queue: list[_Waiting] = []
        self._lock = Lock()
        self._turn = Condition(self._lock)
        self._gathered = Condition(self._lock)
        self._leading = False
        self._expected = 1

    def submit(self, work: Work) -> Receipt:
        """Run work and append its leaves; returns when both are durable.

        Raises:
            Exception: what the work raised (nothing of it is stored); what the commit raised (nothing of the whole
                group is); or what `on_commit` raised (all of it is stored, and nobody is told so).
        """
        mine = _Waiting(work)
        with self._lock:
            self._queue.append(mine)
            if len(self._queue) >= self._expected:
                self._gathered.notify()
            try:
                while self._leading and not mine.done:
                    self._turn.wait()
                group = [] if mine.done else self._gather()
            except BaseException:  # an interrupt: nobody waits for this work any more
                self._queue = [each for each in self._queue if each is not mine]
                raise
        if group:
            self._lead(group)
        if mine.error is not None:
            raise mine.error
        assert mine.receipt is not None
        return mine.receipt

    def _gather(self) -> list[_Waiting]:
        """Take the lead and all who wait; the lock is held."""
        self._leading = True
        try:
            self._gathered.wait_for(lambda: len(self._queue) >= self._expected, _MOMENT)
        except BaseException:  # an interrupt: without a leader the others would wait for ever
            self._leading = False
            self._turn.notify_all()
            raise
        group, self._queue = self._queue, []
        self._expected = len(group)
        return group

    def _lead(self, group: list[_Waiting]) -> None:
        try:
            self._commit(group)
        except BaseException as error:  # noqa: BLE001 - every caller of the group hears of it
            for each in group:
                each.error = each.error or error
        finally:
            with self._lock:
                for each in group:
                    each.done = True
                self._leading = False
                self._turn.notify_all()

    def _commit(self, group: list[_Waiting]) -> None:
        with self._db.transaction():
            size = self._log.size()
            for each in group:
                try:
                    with self._db.savepoint():
                        each.leaves = each.work(size)
                        check_sizes(each.leaves)
                except Exception as error:
                    if not self._db.in_transaction:  # no space, say: all that came before is undone as well
                        raise
                    each.error, each.leaves = error, ()  # it fails alone and is told to its own caller
                each.index = size
                size += len(each.leaves)
            self._log.append([leaf for each in group for leaf in each.leaves])
        self._on_commit()
        for each in group:
            if each.error is None:
                each.receipt = Receipt(each.index, size)
