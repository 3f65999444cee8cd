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

#: Names the one writer among PostgreSQL's advisory locks: "4corners" as a number.
_WRITER = int.from_bytes(b"4corners", "big")


class PostgresDatabase:
    """A PostgreSQL database of one workspace."""

    def __init__(self, address: str) -> None:
        """Connect.

        Args:
            address: a libpq connection string or URL; passwords come from libpq's own files.
        """
        self._lock = RLock()
        self._db = psycopg.connect(address, autocommit=True)
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
        """Make tables, in PostgreSQL's words for the same types."""
        spelled = tables.replace(" INTEGER", " BIGINT").replace(" BLOB", " BYTEA").replace(") STRICT", ")")
        with self._lock:
            self._db.execute(composing.SQL(cast("Any", spelled)))

    def close(self) -> None:
        """End the connection."""
        self._db.close()


def has_password(address: str) -> bool:
    """Whether an address holds a password, which belongs into libpq's own files."""
    return bool(conninfo_to_dict(address).get("password"))


def _marks(sql: str) -> composing.SQL:
    return composing.SQL(cast("Any", sql.replace("?", "%s")))
