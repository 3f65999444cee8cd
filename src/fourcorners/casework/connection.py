"""Where a workspace's tables stand: in a file of its folder, or on a database server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fourcorners.ledger.database import Database
from fourcorners.ledger.sqlite import SqliteDatabase
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import UsageError
from fourcorners.vault import named

DATABASE = "workspace.sqlite"
#: Beside it, where the tables stand on a server: its address, without a password.
SERVER = "database"


def check_address(address: str) -> None:
    """Whether an address can be stored in the folder.

    Raises:
        UsageError: it is none, holds a password, or the extra is not installed.
    """
    if not address:
        return
    with _extra("postgres"):
        from fourcorners.ledger import postgres  # noqa: PLC0415 - an extra that few install

    if postgres.has_password(address):
        raise UsageError(
            "USAGE",
            "the database's address holds a password, and would be stored with it",
            why="whoever reads the folder could then write the ledger's tables",
            next_step="leave it out, and keep the password in ~/.pgpass",
        )


@contextmanager
def _extra(name: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise UsageError(
            "USAGE",
            f"what this needs is not installed: {error}",
            next_step=f"install fourcorners[{name}]",
        ) from error


def version(db: Database, root: Path) -> str:
    """The version that made the tables; the first had no settings.

    Raises:
        BadInput: `TAMPERED`, if there are no tables, or none that can be read.
    """
    try:
        row = _one(db, "SELECT value FROM settings WHERE name = 'version'")
    except LookupError:
        try:
            _one(db, "SELECT count(*) FROM cases")
        except LookupError as error:
            raise BadInput(
                "TAMPERED",
                "the workspace's database is empty or damaged",
                where=str(root),
                why=f"not one table of it can be read: {error}",
                next_step="keep it as it is, and restore the workspace from a backup",
            ) from error
        return "1"
    return str(row[0]) if row else "unknown"


def _one(db: Database, query: str) -> Any:
    """The first row.

    Raises:
        LookupError: the table cannot be read.
    """
    try:
        return db.execute(query).fetchone()
    except FourcornersError:
        raise
    except Exception as error:  # each database has its own error for a table that is not there
        raise LookupError(str(error)) from error


def connect(root: Path) -> Database:
    """The database of a folder; a file is made where there is none.

    Raises:
        UsageError: an extra is not installed.
        BadInput: `TAMPERED`, `SYSTEM`; `NOT_NAMED`: the server is not one that the user named on this machine.
    """
    if (root / SERVER).is_file():
        address = (root / SERVER).read_text(encoding="utf-8", errors="replace").strip()
        named.check(named.SERVER, address, str(root / SERVER))
        with _extra("postgres"):
            from fourcorners.ledger.postgres import PostgresDatabase  # noqa: PLC0415 - an extra that few install

        return PostgresDatabase(address)
    return SqliteDatabase(root / DATABASE)
