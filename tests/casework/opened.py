"""Everything that a workspace holds, for tests that search it: bytes as they lie, and all that its keys open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pyarrow.parquet as pq

from fourcorners.casework.workspace import DATABASE
from fourcorners.casework.workspace import Workspace


def every_byte(workspace: Workspace) -> bytes:
    """Every file as it lies on disk, and every file, row and detail that a key of this workspace opens."""
    workspace.tables.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    raw = [path.read_bytes() for path in sorted(workspace.root.rglob("*")) if path.is_file()]
    return b"\n".join([*raw, *_files(workspace), *_boxes(workspace)])


def owners(workspace: Workspace) -> list[str]:
    return [path.name for path in (workspace.root / "keys").iterdir() if path.is_dir()]


def _files(workspace: Workspace) -> Iterator[bytes]:
    for name in sorted(workspace.vault.files()):
        for owner in owners(workspace):
            if (workspace.root / "keys" / owner / "files" / f"{name}.key").is_file():
                with workspace.vault.reading(name, owner) as source:
                    yield source.read()
                    if name.endswith(".parquet"):
                        source.seek(0)
                        table = pq.read_table(source)
                        yield str(table.to_pylist()).encode()
                        for column in table.columns:
                            yield b"".join(v for v in column.to_pylist() if isinstance(v, bytes))


def _boxes(workspace: Workspace) -> Iterator[bytes]:
    with closing(sqlite3.connect(workspace.root / DATABASE)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            for row in db.execute(f"SELECT * FROM {name}"):
                for value in row:
                    yield str(value).encode() if not isinstance(value, bytes) else value
    for entry in workspace.ledger.entries():
        yield str((entry.facts, entry.audit, entry.evidence)).encode()
    yield from (body.encode() for body in bodies(workspace))


def bodies(workspace: Workspace) -> Iterator[str]:
    """The bodies of the case tables, opened."""
    db, keys = workspace.tables.db, workspace.tables.keys
    for table in ("actors", "cases", "instruments", "rulings", "returns", "attributions", "petitions"):
        for row_id, owner, box in db.execute(f"SELECT id, owner, body FROM {table}").fetchall():
            found = db.execute("SELECT owner FROM instruments WHERE id = ?", (owner,)).fetchone()
            key = found[0] if table == "rulings" else owner
            if keys.has(key):
                yield keys.unseal(key, box, f"{table}/{row_id}".encode()).decode()
    query = "SELECT owner, return_id, n, m.body FROM members m JOIN returns r ON r.id = m.return_id"
    for owner, return_id, n, box in db.execute(query).fetchall():
        if keys.has(owner):
            yield keys.unseal(owner, box, f"members/{return_id}/{n}".encode()).decode()
