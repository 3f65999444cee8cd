"""The embedded database: one SQLite file, write-ahead log, every commit flushed to the medium.

`synchronous=FULL` is what durability rests on: with NORMAL a power cut takes acknowledged commits (the negative
control of the durability tests). `secure_delete` overwrites what is deleted.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from fourcorners.ledger.database import Cursor
from fourcorners.ledger.database import Unsettled
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed


class SqliteDatabase:
    """A SQLite file."""

    def __init__(self, path: Path, *, synchronous: str = "FULL") -> None:
        """Open a file, or make it.

        Args:
            path: the file.
            synchronous: `FULL`; the durability tests show that less is not enough.

        Raises:
            BadInput: `TAMPERED`, if it is no database.
        """
        self._path = path
        self._lock = RLock()
        self._begun = False
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute(f"PRAGMA synchronous = {synchronous}")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA secure_delete = ON")
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            self._db.close()
            raise BadInput(
                "TAMPERED",
                "the workspace's database cannot be read",
                where=str(path),
                why=str(error),
                next_step="restore it from a backup",
            ) from error

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._db.in_transaction

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        """One statement. Its rows are read before the lock is let go: none is another thread's open work.

        Raises:
            VerificationFailed: `TAMPERED`: the file is damaged.
        """
        with self._lock:
            self._check_not_undone()
            try:
                return _Rows(self._db.execute(sql, values).fetchall())
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                if _is_damaged(error):
                    raise _damaged(self._path, error) from error
                raise

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement, once a row."""
        with self._lock:
            self._check_not_undone()
            self._db.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is durable together when the block ends, or not at all.

        On some errors (no space) SQLite has rolled back already; a second ROLLBACK would hide the cause, and what
        came after it would be stored statement by statement: it is refused. When the flush of a commit fails, its
        frames stand in the write-ahead log all the same, and the next opening may find them whole.

        Raises:
            OSError: the medium refused a statement, and nothing is stored.
            Unsettled: it refused the commit.
        """
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            self._begun = True
            try:
                yield
                self._check_not_undone()
            except BaseException as error:
                self._roll_back()
                if isinstance(error, sqlite3.OperationalError):
                    raise OSError(errno.EIO, f"the database was not written: {error}") from error
                raise
            finally:
                self._begun = False
            try:
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise Unsettled(errno.EIO, f"the database was not flushed: {error}") from error

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction that can fail alone."""
        with self._lock:
            self._check_not_undone()
            self._db.execute("SAVEPOINT part")
            try:
                yield
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK TO part")
                    self._db.execute("RELEASE part")
                raise
            self._db.execute("RELEASE part")

    def _check_not_undone(self) -> None:
        if self._begun and not self._db.in_transaction:
            raise sqlite3.OperationalError("an earlier error undid this transaction")

    def create(self, tables: str) -> None:
        """Make tables."""
        with self._lock:
            self._db.executescript(tables)

    def copy_to(self, path: Path) -> None:
        """A consistent copy of the whole file, as SQLite's own backup makes it.

        Raises:
            OSError: the copy cannot be written.
        """
        try:
            with self._lock, closing(sqlite3.connect(path)) as copy:
                self._db.backup(copy)
        except sqlite3.OperationalError as error:
            raise OSError(errno.EIO, f"the database was not copied: {error}", str(path)) from error

    def close(self) -> None:
        """End the connection, once no other thread is at it."""
        with self._lock:
            self._db.close()


def _is_damaged(error: Exception) -> bool:
    """Whether the file is not as SQLite wrote it; a text that is no UTF-8 has no code of its own."""
    if isinstance(error, UnicodeDecodeError):  # in the error's own words
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or str(error).startswith("Could not decode")


def _damaged(path: Path, error: Exception) -> VerificationFailed:
    return VerificationFailed(
        "TAMPERED",
        "the workspace's database is damaged",
        where=str(path),
        why=str(error),
        next_step="keep the workspace as it is and restore the database from a backup",
    )


class _Rows:
    """The rows of a statement, all read."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = iter(rows)

    def fetchone(self) -> Any:
        """The next row, or None."""
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        return list(self._rows)
