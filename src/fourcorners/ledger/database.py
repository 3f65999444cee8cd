"""The database under case tables and ledger: one connection, durable transactions, SQL that two engines share.

Statements use `?` marks and the common subset of SQLite and PostgreSQL. Tables are written as SQLite's STRICT
tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any
from typing import Protocol


class Unsettled(OSError):  # noqa: N818 - what is known of the step
    """A commit failed while it was flushed: whether it is stored shows when the database is opened again.

    Until then nothing that belongs to it may be deleted.
    """


class Cursor(Protocol):
    """The rows of a statement."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""


class Database(Protocol):
    """One connection; autocommit outside `transaction`. A lock makes it safe in several threads."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        """One statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement, once a row."""

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside is durable together when the block ends, or not at all. One writer at a time.

        Raises:
            OSError: the medium refused a statement, and nothing is stored.
            Unsettled: it refused the commit.
        """

    def savepoint(self) -> AbstractContextManager[None]:
        """A part of a transaction that can fail alone.

        An error after which `in_transaction` is false has ended the whole transaction.
        """

    def create(self, tables: str) -> None:
        """Make tables."""

    def close(self) -> None:
        """End the connection."""
