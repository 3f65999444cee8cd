"""Backup and restore: everything but the keys, and the keys apart.

A backup holds the database and the vault's ciphertexts, so whoever finds one can read nothing, and a lawful
destruction reaches it without anybody looking for it. The wrapped keys go to another place, by a step of its own
that stays on the ledger: a destruction names every such copy.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from fourcorners.casework import outputs
from fourcorners.casework import recovery
from fourcorners.casework import store
from fourcorners.casework.workspace import DATABASE
from fourcorners.casework.workspace import KEYS
from fourcorners.casework.workspace import STAMPS
from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import open_workspace
from fourcorners.ledger.sqlite import SqliteDatabase
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.vault.files import check_plain
from fourcorners.vault.files import hash_of
from fourcorners.vault.files import sync_folder
from fourcorners.vault.files import write_once
from fourcorners.vault.root_key import Secret
from fourcorners.vault.vault import FOLDERS

MANIFEST = "manifest.json"
#: A folder or file as this product names them.
_PART = re.compile("[A-Za-z0-9][A-Za-z0-9._-]*")


def backup(workspace: Workspace, out: Path) -> dict[str, Any]:
    """Copy the database and the vault to a new folder, with a manifest of hashes; no key goes with them.

    Raises:
        BadInput: `OUTPUT`.
        UsageError: `SERVER_BACKUP`, where the tables stand on a database server.
    """
    with workspace.attempt("backup", {}):
        outputs.check_free(out)
        database = workspace.tables.db
        if not isinstance(database, SqliteDatabase):
            raise UsageError(
                "SERVER_BACKUP",
                "the tables of this workspace stand on a database server",
                why="a copy of the folder alone would lack them",
                next_step="back the server up with its own means, and the folder without `keys` beside it",
            )
        workspace.record("backup", {"size": workspace.log.size() + 1}, {"place": str(out)})
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        database.copy_to(out / DATABASE)
        stamps = [f"{STAMPS}/{path.name}" for path in sorted((workspace.root / STAMPS).glob("*"))]
        names = [*sorted(store.stored_hashes(workspace.tables)), recovery.CHECKPOINT, *stamps]
        for name in names:
            _copy(workspace.root / name, out / name)
        manifest = {name: hash_of(out / name) for name in (DATABASE, *names)}
        outputs.write(out / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
        return {"backup": str(out), "files": len(manifest), "ledger": workspace.log.size(), "keys": False}


def backup_keys(workspace: Workspace, out: Path) -> dict[str, Any]:
    """Copy the wrapped keys to a new folder. They open only with the root key, which is not among them.

    Raises:
        BadInput: `OUTPUT`.
    """
    with workspace.attempt("backup keys", {}):
        outputs.check_free(out)
        names = sorted(
            path.relative_to(workspace.root / KEYS)
            for path in (workspace.root / KEYS).rglob("*")
            if path.is_file()
        )
        workspace.record("key backup", {"keys": len(names)}, {"place": str(out)})
        for name in names:
            _copy(workspace.root / KEYS / name, out / name)
        return {"keys": str(out), "files": len(names)}


def restore(backup_folder: Path, keys: Path, root: Path, actor: str, secret: Secret) -> dict[str, Any]:
    """Make a workspace of a backup and its keys, in a new folder.

    What was entered after the backup is missing: a witness, or any later checkpoint, notices that at the next
    submission (`ROLLED_BACK`).

    Raises:
        BadInput: `OUTPUT`; `TAMPERED`, if a file is not what the manifest says; `NOT_FOUND`; `PATH`, if it names
            what is no part of a backup.
        VerificationFailed: `LINK`.
    """
    outputs.check_free(root)
    for folder in (backup_folder, keys):
        if folder.is_dir():
            check_plain(folder, (path.name for path in sorted(folder.iterdir())))
    manifest = _manifest(backup_folder)
    for name, digest in manifest.items():
        path = backup_folder / name
        if not path.is_file() or hash_of(path) != digest:
            raise BadInput(
                "TAMPERED",
                f"{name} is not what the backup's manifest says",
                where=str(path),
                why="a workspace made of it would not be the one that was backed up",
                next_step="use another backup",
            )
    if not (keys / "root.json").is_file():
        raise BadInput(
            "NOT_FOUND",
            f"{keys} holds no keys",
            where=str(keys),
            next_step="name the folder that `backup --keys` made",
        )
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in manifest:
        _copy(backup_folder / name, root / name)
    for path in sorted(keys.rglob("*")):
        if path.is_file():
            _copy(path, root / KEYS / path.relative_to(keys))
    with open_workspace(root, actor, secret=secret) as workspace:
        workspace.record("restored", {"size": workspace.log.size()}, {"from": str(backup_folder)})
        return {"workspace": str(root), "files": len(manifest), "ledger": workspace.log.size()}


def _manifest(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(found, dict) or not all(isinstance(digest, str) for digest in found.values()):
            raise ValueError("its manifest is no list of files")  # noqa: TRY301 - one answer to all of these
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(
            "NOT_FOUND",
            f"{folder} is no backup: {error}",
            where=str(folder / MANIFEST),
            next_step="name a folder that `backup` made",
        ) from error
    if foreign := sorted(name for name in found if not _is_part(name)):
        raise BadInput(
            "PATH",
            f"the backup's manifest names {foreign[0]!r}, which is no part of a backup",
            where=str(folder / MANIFEST),
            why="a workspace made of it would hold what nobody put there: another database's address, say",
            next_step="use another backup",
        )
    if DATABASE not in found:
        raise BadInput(
            "NOT_FOUND",
            f"{folder} is no backup: it holds no database",
            where=str(folder / MANIFEST),
            next_step="name a folder that `backup` made",
        )
    return found


def _is_part(name: str) -> bool:
    """Whether a manifest may name a file: what `backup` copies, and nothing else that a workspace looks at."""
    folder, *parts = name.split("/")
    inside = folder in {STAMPS, *FOLDERS} and bool(parts) and all(_PART.fullmatch(part) for part in parts)
    return inside or name in {DATABASE, recovery.CHECKPOINT}


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as data, write_once(target) as out:
        shutil.copyfileobj(data, out)
    if target.name in {DATABASE, recovery.CHECKPOINT}:
        target.chmod(0o600)  # they go on being written
        sync_folder(target.parent)
