from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.ledger import oracle

from fourcorners.ledger import log
from fourcorners.ledger.database import Database
from fourcorners.ledger.log import Log
from fourcorners.ledger.sequencer import Receipt
from fourcorners.ledger.sequencer import Sequencer
from fourcorners.ledger.sequencer import Work
from fourcorners.ledger.sqlite import SqliteDatabase
from fourcorners.model.errors import BadInput


def test_many_callers_have_their_own_receipts_in_one_sequence(db: Database, tree: Log) -> None:
    sequencer, found = Sequencer(db, tree), dict[int, tuple[Receipt, list[bytes]]]()
    failed: list[int] = []

    def call(caller: int) -> None:
        chance = random.Random(caller)
        for step in range(20):
            count, fails = chance.randint(0, 3), chance.random() < 0.2

            def work(first: int, count: int = count, fails: bool = fails, step: int = step) -> Sequence[bytes]:  # noqa: FBT001 - bound here
                made = [f"{first + n}: {caller}/{step}".encode() for n in range(count)]
                if fails:
                    raise ZeroDivisionError
                return made

            try:
                receipt = sequencer.submit(work)
            except ZeroDivisionError:
                failed.append(caller)
                continue
            assert receipt.index + count <= receipt.size
            made = [f"{receipt.index + n}: {caller}/{step}".encode() for n in range(count)]
            found[caller * 100 + step] = (receipt, made)

    threads = [threading.Thread(target=call, args=(caller,)) for caller in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = list(tree.leaves())
    assert sum(len(made) for _, made in found.values()) == len(written)
    assert failed, "some work failed, alone"
    for receipt, made in found.values():
        assert written[receipt.index : receipt.index + len(made)] == made
    assert tree.root() == oracle.root(written)
    assert tree.verify() == len(written)


def test_what_a_failing_work_stored_is_not_there(db: Database, tree: Log) -> None:
    db.create("CREATE TABLE rows (n INTEGER PRIMARY KEY) STRICT;")
    sequencer = Sequencer(db, tree)

    def good(first: int) -> Sequence[bytes]:
        db.execute("INSERT INTO rows VALUES (?)", (first,))
        return [b"good"]

    def bad(first: int) -> Sequence[bytes]:
        db.execute("INSERT INTO rows VALUES (?)", (first + 100,))
        raise KeyError("no")

    assert sequencer.submit(good) == Receipt(0, 1)
    with pytest.raises(KeyError):
        sequencer.submit(bad)
    assert sequencer.submit(good) == Receipt(1, 2)
    assert db.execute("SELECT n FROM rows ORDER BY n").fetchall() == [(0,), (1,)]


def one_group(sequencer: Sequencer, works: Sequence[Work]) -> list[Receipt | BaseException]:
    """Submit a first work, and while it runs the given ones, so that they make one group, in this order."""
    gate, entered = threading.Event(), threading.Event()
    found: dict[int, Receipt | BaseException] = {}

    def first(_n: int) -> Sequence[bytes]:
        entered.set()
        gate.wait(10)
        return [b"first"]

    def call(place: int, work: Work) -> None:
        try:
            found[place] = sequencer.submit(work)
        except BaseException as error:  # noqa: BLE001 - it is what is looked at
            found[place] = error

    threads = [threading.Thread(target=call, args=(place, work)) for place, work in enumerate([first, *works])]
    for count, thread in enumerate(threads):
        thread.start()
        entered.wait(10)
        while len(sequencer._queue) < count:
            time.sleep(0.001)
    gate.set()
    for thread in threads:
        thread.join()
    assert found[0] == Receipt(0, 1)
    return [found[place] for place in range(1, len(threads))]


def test_no_caller_of_a_group_whose_commit_fails_has_a_receipt(db: Database, tree: Log) -> None:
    db.create(
        "CREATE TABLE above (n INTEGER PRIMARY KEY) STRICT;"
        "CREATE TABLE below (n INTEGER REFERENCES above (n) DEFERRABLE INITIALLY DEFERRED) STRICT;"
    )

    def lacking(_first: int) -> Sequence[bytes]:
        db.execute("INSERT INTO below VALUES (1)")  # only the commit looks whether there is one above
        return [b"lacking"]

    found = one_group(Sequencer(db, tree), [lambda _n: [b"before"], lacking, lambda _n: [b"after"]])
    assert {type(each).__name__ for each in found} <= {"Unsettled", "ForeignKeyViolation"}
    assert list(tree.leaves()) == [b"first"]
    assert not db.in_transaction
    assert Sequencer(db, tree).submit(lambda _n: [b"next"]) == Receipt(1, 2)


def test_an_entry_that_the_format_cannot_hold_fails_alone(db: Database, tree: Log) -> None:
    large, small = one_group(Sequencer(db, tree), [lambda _n: [b"x" * 70_000], lambda _n: [b"small"]])
    assert isinstance(large, BadInput)
    assert large.code == "ENTRY_SIZE"
    assert small == Receipt(1, 2)
    assert list(tree.leaves()) == [b"first", b"small"]


def test_a_full_disk_in_one_work_undoes_the_group_and_is_said_to_all_of_it(tmp_path: Path) -> None:
    """SQLite undoes the whole transaction by itself; what came after would be stored piece by piece."""
    db = SqliteDatabase(tmp_path / "w.sqlite")
    db.create(log.TABLES + "CREATE TABLE rows (n INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;")
    tree = Log(db)
    db.execute("PRAGMA max_page_count = 60")

    def small(first: int) -> Sequence[bytes]:
        db.execute("INSERT INTO rows VALUES (?, ?)", (first, b""))
        return [b"small"]

    def large(_first: int) -> Sequence[bytes]:
        db.executemany("INSERT INTO rows VALUES (?, ?)", [(n, bytes(4000)) for n in range(1000, 1200)])
        return [b"large"]

    found = one_group(Sequencer(db, tree), [small, large, small])
    assert ["full" in str(each) for each in found] == [True] * 3
    assert list(tree.leaves()) == [b"first"]
    assert db.execute("SELECT count(*) FROM rows").fetchone() == (0,)
    assert Sequencer(db, tree).submit(small) == Receipt(1, 2)
    db.close()


def test_a_leader_who_is_interrupted_leaves_the_queue_to_the_next(
    db: Database, tree: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequencer = Sequencer(db, tree)

    def interrupt(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sequencer._gathered, "wait_for", interrupt)
        with pytest.raises(KeyboardInterrupt):
            sequencer.submit(lambda _n: [b"given up"])
    found: list[Receipt] = []
    # a daemon, so that a queue without a leader fails this test and does not hang the run
    thread = threading.Thread(target=lambda: found.append(sequencer.submit(lambda _n: [b"next"])), daemon=True)
    thread.start()
    thread.join(10)
    assert found == [Receipt(0, 1)]
    assert list(tree.leaves()) == [b"next"]


def test_the_checkpoint_is_signed_after_the_commit_and_before_the_receipt(db: Database, tree: Log) -> None:
    seen: list[tuple[bool, int]] = []
    sequencer = Sequencer(db, tree, lambda: seen.append((db.in_transaction, tree.size())))
    receipt = sequencer.submit(lambda _first: [b"a", b"b"])
    assert seen == [(False, 2)]
    assert receipt == Receipt(0, 2)
