from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from tests.conftest import new_database

from fourcorners.ledger.database import Database
from fourcorners.ledger.postgres import PostgresDatabase
from fourcorners.ledger.sqlite import SqliteDatabase
from fourcorners.model.errors import VerificationFailed

ROWS = "CREATE TABLE rows (n INTEGER PRIMARY KEY, word TEXT, body BLOB) STRICT;"


@pytest.fixture(params=["sqlite", "postgres"])
def connect(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Database]:
    """Connections to one database that has `ROWS`; the test closes them."""
    if request.param == "sqlite":

        def connect() -> Database:
            return SqliteDatabase(tmp_path / "w.sqlite")

    else:
        address = new_database(request.getfixturevalue("server"))

        def connect() -> Database:
            return PostgresDatabase(address)

    with closing(connect()) as db:
        db.create(ROWS)
    return connect


def numbers(db: Database) -> list[int]:
    return [n for (n,) in db.execute("SELECT n FROM rows ORDER BY n").fetchall()]


def test_values_come_back_as_they_went_in(connect: Callable[[], Database]) -> None:
    rows = [(2**63 - 1, "\u00e9\u4e16", b"\x00\xff"), (-(2**63), "", b""), (0, None, None)]
    with closing(connect()) as db:
        db.executemany("INSERT INTO rows VALUES (?, ?, ?)", iter(rows))
        found = db.execute("SELECT n, word, body FROM rows WHERE n > ? ORDER BY n DESC", (-1,))
        assert found.fetchone() == rows[0]
        assert found.fetchall() == [rows[2]]
        assert found.fetchone() is None
        assert db.execute("SELECT body FROM rows WHERE n < 0").fetchone() == (b"",)


def test_a_block_is_stored_whole_or_not_at_all(connect: Callable[[], Database]) -> None:
    with closing(connect()) as db, closing(connect()) as other:
        with db.transaction():
            assert db.in_transaction
            db.execute("INSERT INTO rows (n) VALUES (1)")
            assert numbers(other) == [], "not before its end"
        with suppress(ZeroDivisionError), db.transaction():
            db.execute("INSERT INTO rows (n) VALUES (2)")
            1 / 0  # noqa: B018 - the block fails
        assert not db.in_transaction
        assert numbers(db) == numbers(other) == [1]


def test_a_part_fails_alone_even_by_the_databases_own_error(connect: Callable[[], Database]) -> None:
    with closing(connect()) as db:
        with db.transaction():
            db.execute("INSERT INTO rows (n) VALUES (1)")
            with suppress(sqlite3.IntegrityError, psycopg.IntegrityError), db.savepoint():
                db.execute("INSERT INTO rows (n) VALUES (2)")
                db.execute("INSERT INTO rows (n) VALUES (1)")
                pytest.fail("a number stands once")
            assert db.in_transaction
            with db.savepoint():
                db.execute("INSERT INTO rows (n) VALUES (3)")
        assert numbers(db) == [1, 3]


def test_there_is_one_writer(connect: Callable[[], Database]) -> None:
    """Read, add, write: with two writers at once, two would read the same and one number would be lost."""
    each = 10

    def write() -> None:
        with closing(connect()) as db:
            for _ in range(each):
                with db.transaction():
                    count = db.execute("SELECT count(*) FROM rows").fetchone()[0]
                    db.execute("INSERT INTO rows (n) VALUES (?)", (count,))

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(connect()) as db:
        assert numbers(db) == list(range(3 * each))


def test_no_thread_sees_what_another_has_not_committed(connect: Callable[[], Database]) -> None:
    """One connection, so the database itself keeps nothing apart; neither statement nor its rows may slip in."""
    with closing(connect()) as db:
        db.executemany("INSERT INTO rows (n) VALUES (?)", [(1,), (2,), (3,)])
        early, late, inside, asking = db.execute("SELECT n FROM rows ORDER BY n"), [], threading.Event(), []

        def read() -> None:
            inside.wait(10)
            asking.append(True)
            late.extend(numbers(db))

        thread = threading.Thread(target=read)
        thread.start()
        with suppress(ZeroDivisionError), db.transaction():
            db.execute("INSERT INTO rows (n) VALUES (4)")
            inside.set()
            while not asking:
                pass
            assert early.fetchall() == [(1,), (2,), (3,)]
            1 / 0  # noqa: B018 - the block fails
        thread.join()
        assert late == [1, 2, 3]


def test_nothing_is_stored_after_sqlite_has_undone_a_transaction_by_itself(tmp_path: Path) -> None:
    with closing(SqliteDatabase(tmp_path / "w.sqlite")) as db:
        db.create(ROWS)
        db.execute("PRAGMA max_page_count = 20")

        def passing_over_a_full_disk() -> None:
            with db.transaction():
                with suppress(sqlite3.OperationalError), db.savepoint():
                    db.executemany("INSERT INTO rows VALUES (?, '', ?)", [(n, bytes(4000)) for n in range(99)])
                assert not db.in_transaction
                for write in (
                    lambda: db.execute("INSERT INTO rows (n) VALUES (1)"),
                    lambda: db.executemany("INSERT INTO rows (n) VALUES (?)", [(1,)]),
                    lambda: db.savepoint().__enter__(),
                ):
                    with pytest.raises(sqlite3.OperationalError, match="undid"):
                        write()

        with pytest.raises(OSError, match="an earlier error undid"):
            passing_over_a_full_disk()
        assert numbers(db) == []
        db.execute("INSERT INTO rows (n) VALUES (1)")
        assert numbers(db) == [1]


def test_sqlite_flushes_every_commit_and_overwrites_what_is_deleted(tmp_path: Path) -> None:
    with closing(SqliteDatabase(tmp_path / "w.sqlite")) as db:
        settings = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        found = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in settings]
    assert found == ["wal", 2, 1, 1]  # 2 is FULL


def test_a_server_that_is_set_up_to_lose_commits_is_not_let(server: str) -> None:
    address = new_database(server)
    with psycopg.connect(address, autocommit=True) as admin:
        name = admin.info.dbname
        admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    with psycopg.connect(address) as plain:
        assert plain.execute("SHOW synchronous_commit").fetchone() == ("off",)
    with closing(PostgresDatabase(address)) as db:
        assert db.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_damaged_file_has_a_code(tmp_path: Path) -> None:
    with closing(SqliteDatabase(tmp_path / "w.sqlite")) as db:
        db.create("CREATE TABLE texts (t TEXT NOT NULL) STRICT;")
        db.execute("INSERT INTO texts VALUES (CAST(x'ff' AS TEXT))")
        with pytest.raises(VerificationFailed) as found:
            db.execute("SELECT t FROM texts")
        assert found.value.code == "TAMPERED"
