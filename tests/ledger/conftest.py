"""One suite for both databases: a SQLite file, and a real PostgreSQL server that the tests start and stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.conftest import new_database

from fourcorners.ledger import log
from fourcorners.ledger.database import Database
from fourcorners.ledger.log import Log
from fourcorners.ledger.postgres import PostgresDatabase
from fourcorners.ledger.sqlite import SqliteDatabase


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


@pytest.fixture
def tree(db: Database) -> Log:
    return Log(db)
