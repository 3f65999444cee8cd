from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.ledger import oracle

from fourcorners.ledger import tiles
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.checkpoint import sign
from fourcorners.ledger.database import Cursor
from fourcorners.ledger.database import Database
from fourcorners.ledger.database import Unsettled
from fourcorners.ledger.log import Log
from fourcorners.ledger.note import Signer
from fourcorners.ledger.note import open_note
from fourcorners.ledger.sqlite import SqliteDatabase
from fourcorners.model import merkle
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed

SIGNER = Signer.generate("log.example/1")


def leaves(count: int, start: int = 0) -> list[bytes]:
    return [f"entry {n}".encode() for n in range(start, start + count)]


def append(db: Database, tree: Log, entries: list[bytes]) -> int:
    with db.transaction():
        return tree.append(entries)


@pytest.mark.parametrize("batches", [[1], [255, 1, 1], [256, 256, 5], [700], [1] * 20, [3, 250, 4, 512, 1]])
def test_roots_and_proofs_are_those_of_the_specification(db: Database, tree: Log, batches: list[int]) -> None:
    written: list[bytes] = []
    for count in batches:
        new = leaves(count, len(written))
        assert append(db, tree, new) == len(written)
        written += new
        assert tree.root() == oracle.root(written)
    size = len(written)
    assert tree.size() == size
    assert list(tree.leaves()) == written
    for at in {1, size // 2 or 1, size - 1 or 1, size}:
        assert tree.root(at) == oracle.root(written[:at])
        for index in {0, at // 3, at - 1}:
            assert tree.inclusion(index, at) == oracle.path(index, written[:at])
        for old in {1, at // 2 or 1, at}:
            assert tree.consistency(old, at) == oracle.consistency(old, written[:at])
    assert tree.verify() == size


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 300), st.booleans()), max_size=12))
def test_what_is_rolled_back_was_never_there(tmp_path: Path, steps: list[tuple[int, bool]]) -> None:
    path = tmp_path / "w.sqlite"
    path.unlink(missing_ok=True)
    db = SqliteDatabase(path)
    db.create(_tables())
    tree, written = Log(db), list[bytes]()
    for count, kept in steps:
        new = leaves(count, len(written) + 7 * kept)
        with suppress(ZeroDivisionError), db.transaction():
            tree.append(new)
            1 // kept
        written += new if kept else []
        assert (tree.size(), tree.root()) == (len(written), oracle.root(written))
    assert tree.verify() == len(written)
    db.close()


def _tables() -> str:
    from fourcorners.ledger import log  # noqa: PLC0415 - its name is taken by nothing here

    return log.TABLES


@given(st.integers(1, 400), st.data())
def test_a_proof_that_is_changed_anywhere_is_refused(size: int, data: st.DataObject) -> None:
    entries = leaves(size)
    old, index = data.draw(st.integers(1, size)), data.draw(st.integers(0, size - 1))
    root, before = oracle.root(entries), oracle.root(entries[:old])
    proof = oracle.consistency(old, entries) if old < size else []
    assert merkle.is_consistent(old, before, size, root, proof)
    path = oracle.path(index, entries)
    leaf = merkle.leaf_hash(entries[index])
    assert merkle.root_from_path(leaf, index, size, path) == root
    for broken in _mutants(proof):
        assert not merkle.is_consistent(old, before, size, root, broken)
    assert not merkle.is_consistent(old, bytes(32), size, root, proof)
    assert not merkle.is_consistent(old, before, size, bytes(32), proof)
    assert not merkle.is_consistent(size + 1, before, size, root, proof)
    for broken in _mutants(path):
        with suppress(ValueError):
            assert merkle.root_from_path(leaf, index, size, broken) != root


def _mutants(proof: list[bytes]) -> list[list[bytes]]:
    found = [[*proof, bytes(32)], [bytes(32), *proof]]
    for at, node in enumerate(proof):
        found += [proof[:at] + proof[at + 1 :], [*proof[:at], bytes([node[0] ^ 1]) + node[1:], *proof[at + 1 :]]]
    return found


def test_the_first_tree_is_continued_by_every_other_and_needs_no_proof() -> None:
    root = oracle.root(leaves(5))
    assert merkle.is_consistent(0, merkle.EMPTY, 5, root, [])
    assert not merkle.is_consistent(0, merkle.EMPTY, 5, root, [bytes(32)])
    assert not merkle.is_consistent(0, bytes(32), 5, root, [])


EDITS = {
    "an entry": "UPDATE ledger_entries SET leaf = (SELECT leaf FROM ledger_entries e WHERE e.n = 4) WHERE n = 3",
    "an entry gone": "DELETE FROM ledger_entries WHERE n = 100",
    "the last gone": "DELETE FROM ledger_entries WHERE n = 699",
    "a tile": "UPDATE ledger_tiles SET hashes = (SELECT hashes FROM ledger_tiles WHERE level = 0 AND n = 1) "
    "WHERE level = 0 AND n = 0",
    "an upper tile": "DELETE FROM ledger_tiles WHERE level = 1",
    "an entry before the first": "INSERT INTO ledger_entries SELECT -1, leaf FROM ledger_entries WHERE n = 0",
    "a kept checkpoint": "UPDATE ledger_checkpoints SET note = (SELECT leaf FROM ledger_entries WHERE n = 3)",
    "a kept checkpoint's size": "UPDATE ledger_checkpoints SET size = 699",
    "a tile more": "INSERT INTO ledger_tiles SELECT 0, 77, hashes FROM ledger_tiles WHERE level = 1",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_verifying_finds_what_was_edited(db: Database, tree: Log, edit: str) -> None:
    append(db, tree, leaves(700))
    with db.transaction():
        tree.keep(tree.checkpoint(SIGNER))
    assert tree.verify() == 700
    db.execute(edit)
    with pytest.raises(VerificationFailed) as found:
        tree.verify()
    assert found.value.code == "TAMPERED"


def test_a_history_that_was_rewritten_whole_is_found_by_a_kept_checkpoint(db: Database, tree: Log) -> None:
    append(db, tree, leaves(300))
    with db.transaction():
        tree.keep(tree.checkpoint(SIGNER))
    append(db, tree, leaves(5, 300))
    assert tree.verify() == 305
    for table in ("ledger_entries", "ledger_tiles"):
        db.execute(f"DELETE FROM {table}")
    append(db, tree, [*leaves(299), b"another", *leaves(5, 300)])
    with pytest.raises(VerificationFailed, match="another root"):
        tree.verify()


def test_a_kept_checkpoint_that_gives_the_right_root_for_another_size_is_found(db: Database, tree: Log) -> None:
    append(db, tree, leaves(9))
    forged = sign(Checkpoint(SIGNER.name, 5, tree.root()), SIGNER)
    db.execute("INSERT INTO ledger_checkpoints VALUES (9, ?)", (forged.encode(),))
    with pytest.raises(VerificationFailed, match="another root"):
        tree.verify()


def test_an_entry_before_the_first_is_found_in_a_log_that_has_no_other(db: Database, tree: Log) -> None:
    db.execute("INSERT INTO ledger_entries VALUES (-3, ?)", (b"hidden",))
    with pytest.raises(VerificationFailed) as found:
        tree.verify()
    assert found.value.code == "TAMPERED"


def test_roots_and_proofs_read_few_tiles_and_no_entry(tmp_path: Path) -> None:
    db = _Counting(tmp_path / "w.sqlite")
    db.create(_tables())
    tree, size = Log(db), 256 * 256 + 300  # three levels of tiles
    append(db, tree, [b""] * size)
    for make in (
        lambda: tree.root(size),
        lambda: tree.root(65_000),
        lambda: tree.inclusion(1000, size),
        lambda: tree.consistency(65_000, size),
    ):
        db.asked.clear()
        make()
        assert all("FROM ledger_tiles" in sql for sql in db.asked)
        assert len(db.asked) <= 2 * 3, "at most the path's tile and the edge's, a level"
    db.close()


class _Counting(SqliteDatabase):
    """A database that keeps what it was asked."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked: list[str] = []

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        self.asked.append(sql)
        return super().execute(sql, values)


def test_a_checkpoint_is_a_note_of_the_logs_key(db: Database, tree: Log) -> None:
    append(db, tree, leaves(3))
    note = open_note(tree.checkpoint(SIGNER).encode(), [SIGNER.verifier])
    assert note.text.split("\n")[:2] == ["log.example/1", "3"]
    assert tree.checkpoint(SIGNER) == tree.checkpoint(SIGNER), "signing again gives the same bytes"


def test_an_entry_that_the_format_cannot_hold_is_refused_and_none_is_added(db: Database, tree: Log) -> None:
    append(db, tree, [b"x" * tiles.LARGEST_ENTRY])
    with pytest.raises(BadInput) as found:
        append(db, tree, [b"small", b"x" * (tiles.LARGEST_ENTRY + 1)])
    assert found.value.code == "ENTRY_SIZE"
    assert tree.size() == 1


def test_the_files_are_those_of_tlog_tiles(db: Database, tree: Log) -> None:
    entries = leaves(256 * 3 + 7)
    append(db, tree, entries)
    files = dict(tree.files())
    assert set(files) == {
        *(f"tile/0/{n:03}" for n in range(3)),
        "tile/0/003.p/7",
        "tile/1/000.p/3",
        *(f"tile/entries/{n:03}" for n in range(3)),
        "tile/entries/003.p/7",
    }
    assert tiles.split(files["tile/0/003.p/7"]) == [merkle.leaf_hash(leaf) for leaf in entries[768:]]
    assert tiles.split(files["tile/1/000.p/3"])[1] == oracle.root(entries[256:512])
    bundle = files["tile/entries/003.p/7"]
    assert bundle == b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in entries[768:])


@given(st.integers(0, 8), st.data())
def test_a_tiles_root_is_that_of_the_specification(level: int, data: st.DataObject) -> None:
    entries = data.draw(st.lists(st.binary(max_size=3), min_size=1 << level, max_size=1 << level))
    assert tiles.root(b"".join(merkle.leaf_hash(each) for each in entries)) == oracle.root(entries)


@given(st.integers(0, 10**9), st.integers(1, 256))
def test_a_tiles_path_says_its_number(n: int, width: int) -> None:
    path = tiles.path("0", n, width)
    head, _, partial = path.removeprefix("tile/0/").partition(".p/")
    groups = head.split("/")
    assert all(group.startswith("x") for group in groups[:-1])
    assert not groups[-1].startswith("x")
    assert int("".join(group.removeprefix("x") for group in groups)) == n
    assert partial == ("" if width == 256 else str(width))
    assert tiles.path("0", 1234067, 256) == "tile/0/x001/x234/067"


def test_a_savepoint_fails_alone(db: Database, tree: Log) -> None:
    with db.transaction():
        tree.append([b"kept"])
        with suppress(ZeroDivisionError), db.savepoint():
            tree.append([b"gone"])
            1 / 0  # noqa: B018 - the part fails
        tree.append([b"kept too"])
    assert list(tree.leaves()) == [b"kept", b"kept too"]
    assert not db.in_transaction


def test_no_space_left_is_said_and_not_hidden_by_a_second_rollback(tmp_path: Path) -> None:
    db = SqliteDatabase(tmp_path / "w.sqlite")
    db.create(_tables())
    tree = Log(db)
    append(db, tree, leaves(10))
    db.execute("PRAGMA max_page_count = 40")
    with pytest.raises(OSError, match="full"):
        append(db, tree, [b"x" * 4000] * 100)
    assert not db.in_transaction
    db.execute("PRAGMA max_page_count = 100000")
    append(db, tree, leaves(5, 10))
    assert tree.verify() == 15
    db.close()


def test_a_commit_that_is_not_flushed_is_unsettled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        """A connection whose COMMIT fails, as it does when the medium refuses the flush."""

        def __init__(self, real: sqlite3.Connection) -> None:
            self.real = real

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

        def execute(self, sql: str, values: tuple[object, ...] = ()) -> object:
            if sql == "COMMIT":
                raise sqlite3.OperationalError("disk I/O error")
            return self.real.execute(sql, values)

    db = SqliteDatabase(tmp_path / "w.sqlite")
    db.create(_tables())
    with monkeypatch.context() as patch:
        patch.setattr(db, "_db", Broken(db._db))
        with pytest.raises(Unsettled, match="not flushed"):
            append(db, Log(db), [b"x"])
    assert not db.in_transaction
    assert Log(db).size() == 0
    db.close()
