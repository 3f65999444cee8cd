"""Somebody who can write the database and the folder, and has no key: the position of these attacks."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from fourcorners.casework.workspace import DATABASE


def sql(folder: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        for statement in statements:
            assert db.execute(statement, values).rowcount > 0, statement
        db.commit()


def copy_database(folder: Path, to: Path) -> Path:
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return Path(shutil.copy(folder / DATABASE, to))


def put_database(copy: Path, folder: Path) -> None:
    for beside in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
        (folder / beside).unlink(missing_ok=True)
    shutil.copy(copy, folder / DATABASE)


def rewrite_leaf(folder: Path, kind: str, change: Callable[[dict[str, Any]], None]) -> int:
    """Change the newest entry of a kind, and the tile over it. Returns its number."""
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        leaves = {n: json.loads(leaf) for n, leaf in db.execute("SELECT n, leaf FROM ledger_entries")}
        n: int = max(n for n, said in leaves.items() if said["kind"] == kind)
        change(leaves[n])
        leaf = json.dumps(leaves[n], sort_keys=True, separators=(",", ":")).encode()
        (hashes,) = db.execute("SELECT hashes FROM ledger_tiles WHERE level = 0 AND n = 0").fetchone()
        tile = bytearray(hashes)
        tile[n * 32 : n * 32 + 32] = sha256(b"\0" + leaf).digest()
        db.execute("UPDATE ledger_entries SET leaf = ? WHERE n = ?", (leaf, n))
        db.execute("UPDATE ledger_tiles SET hashes = ? WHERE level = 0 AND n = 0", (bytes(tile),))
        db.commit()
    return n
