"""PostgreSQL for workspaces that outgrow one file: the same statements, one writer by an advisory lock.

An installation that uses it has the extra `postgres`.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any
from typing import cast

import psycopg
from psycopg import sql as composing
from psycopg.conninfo import conninfo_to_dict

from fourcorners.ledger.database import Cursor
from fourcorners.ledger.database import Unsettled
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError

#: Names the one writer among PostgreSQL's advisory locks: "4corners" as a number.
_WRITER = int.from_bytes(b"4corners", "big")


class PostgresDatabase:
    """A PostgreSQL database of one workspace."""

    def __init__(self, address: str) -> None:
        """Connect.

        Args:
            address: a libpq connection string or URL; passwords come from libpq's own files.

        Raises:
            BadInput: `SYSTEM`, if the server does not answer or does not let us in.
        """
        self._lock = RLock()
        try:
            self._db = psycopg.connect(address, autocommit=True)
        except psycopg.Error as error:
            raise BadInput(
                "SYSTEM",
                f"the database server does not let us in: {error}",
                why="the tables of the workspace stand there",
                next_step="start the server, check the address, and keep the password in ~/.pgpass",
            ) from error
        self._db.execute("SET synchronous_commit = on")  # a server may be set up to lose acknowledged commits

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._db.info.transaction_status != psycopg.pq.TransactionStatus.IDLE

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        """One statement."""
        with self._lock:
            return cast("Cursor", self._db.execute(_marks(sql), values))

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement, once a row."""
        with self._lock, self._db.cursor() as cursor:
            cursor.executemany(_marks(sql), list(rows))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is durable together when the block ends, or not at all.

        Raises:
            Unsettled: the connection broke before the server said that it committed.
        """
        with self._lock:
            try:
                with self._db.transaction():
                    self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_WRITER,))
                    yield
            except psycopg.OperationalError as error:
                raise Unsettled(errno.EIO, f"the database did not answer: {error}") from error

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction that can fail alone."""
        with self._lock, self._db.transaction():
            yield

    def create(self, tables: str) -> None:
        """Make tables, in PostgreSQL's words for the same types.

        Raises:
            UsageError: `WORKSPACE_EXISTS`.
        """
        spelled = tables.replace(" INTEGER", " BIGINT").replace(" BLOB", " BYTEA").replace(") STRICT", ")")
        try:
            with self._lock:
                self._db.execute(composing.SQL(cast("Any", spelled)))
        except psycopg.errors.DuplicateTable as error:
            raise UsageError(
                "WORKSPACE_EXISTS",
                "the database holds the tables of a workspace already",
                next_step="name another database with --database",
            ) from error

    def close(self) -> None:
        """End the connection."""
        self._db.close()


def has_password(address: str) -> bool:
    """Whether an address holds a password, which belongs into libpq's own files.

    Raises:
        UsageError: it is no address.
    """
    try:
        return bool(conninfo_to_dict(address).get("password"))
    except psycopg.ProgrammingError as error:
        raise UsageError(
            "USAGE", "that is no database's address", next_step="postgresql://USER@HOST/DATABASE"
        ) from error


def _marks(sql: str) -> composing.SQL:
    return composing.SQL(cast("Any", sql.replace("?", "%s")))
