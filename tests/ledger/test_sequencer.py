from __future__ import annotations

import random
import threading
from collections.abc import Sequence

import pytest
from tests.ledger import oracle

from fourcorners.ledger.database import Database
from fourcorners.ledger.log import Log
from fourcorners.ledger.sequencer import Receipt
from fourcorners.ledger.sequencer import Sequencer


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


def test_no_caller_of_a_group_whose_commit_fails_has_a_receipt(db: Database, tree: Log) -> None:
    sequencer = Sequencer(db, tree)
    gate, entered = threading.Event(), threading.Event()
    outcomes: list[str] = []

    def slow(_first: int) -> Sequence[bytes]:
        entered.set()
        gate.wait(10)
        return [b"first"]

    def too_large(_first: int) -> Sequence[bytes]:
        return [b"x" * 70_000]  # the log refuses the group's append as a whole

    def call(work: object) -> None:
        try:
            sequencer.submit(work)  # type: ignore[arg-type] # one of the two above
            outcomes.append("receipt")
        except Exception as error:  # noqa: BLE001 - its kind is what is looked at
            outcomes.append(type(error).__name__)

    first = threading.Thread(target=call, args=(slow,))
    first.start()
    entered.wait(10)
    others = [threading.Thread(target=call, args=(work,)) for work in (too_large, lambda _n: [b"small"])]
    for thread in others:
        thread.start()
    while len(sequencer._queue) < 2:
        pass
    gate.set()
    for thread in (first, *others):
        thread.join()
    assert outcomes == ["receipt", "BadInput", "BadInput"]
    assert list(tree.leaves()) == [b"first"]


def test_the_checkpoint_is_signed_after_the_commit_and_before_the_receipt(db: Database, tree: Log) -> None:
    seen: list[tuple[bool, int]] = []
    sequencer = Sequencer(db, tree, lambda: seen.append((db.in_transaction, tree.size())))
    receipt = sequencer.submit(lambda _first: [b"a", b"b"])
    assert seen == [(False, 2)]
    assert receipt == Receipt(0, 2)
