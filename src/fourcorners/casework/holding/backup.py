"""Backup and restore: everything but the keys, and the keys apart.

A backup holds the database and the vault's ciphertexts, so whoever finds one can read nothing, and a lawful
destruction reaches it without anybody looking for it. The wrapped keys go to another place, by a step of its own
that stays on the ledger: a destruction names every such copy.
"""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from fourcorners.casework import catalogue
from fourcorners.casework import documents
from fourcorners.casework import outputs
from fourcorners.casework import recovery
from fourcorners.casework.workspace import DATABASE
from fourcorners.casework.workspace import KEYS
from fourcorners.casework.workspace import LOG
from fourcorners.casework.workspace import STAMPS
from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import open_workspace
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Signer
from fourcorners.ledger.note import open_note
from fourcorners.ledger.sqlite import SqliteDatabase
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault import root_key
from fourcorners.vault.files import check_plain
from fourcorners.vault.files import hash_of
from fourcorners.vault.files import sync_folder
from fourcorners.vault.files import write_once
from fourcorners.vault.keys import KeyStore
from fourcorners.vault.root_key import Secret
from fourcorners.vault.vault import FOLDERS

MANIFEST = "manifest.json"
_BLOCK = 4096
#: A folder or file as this product names them.
_PART = re.compile("[A-Za-z0-9][A-Za-z0-9._-]*")


def backup(workspace: Workspace, out: Path) -> dict[str, Any]:
    """Copy the database and the vault to a new folder, with a manifest of hashes; no key goes with them.

    The entry is written once the copy is whole, so the copy ends with the entry before it.

    Raises:
        BadInput: `OUTPUT`.
        UsageError: `SERVER_BACKUP`, where the tables stand on a database server.
    """
    with workspace.attempt("backup", {}):
        database = workspace.tables.db
        if not isinstance(database, SqliteDatabase):
            raise UsageError(
                "SERVER_BACKUP",
                "the tables of this workspace stand on a database server",
                why="a copy of the folder alone would lack them",
                next_step="back the server up with its own means, and the folder without `keys` beside it",
            )
        _check_place(workspace, out)
        size = workspace.log.size()
        with outputs.new_folder(out):
            stamps = [f"{STAMPS}/{path.name}" for path in sorted((workspace.root / STAMPS).glob("*"))]
            names = [*sorted(catalogue.stored_hashes(workspace.tables)), recovery.CHECKPOINT, *stamps]
            with outputs.writing(out):
                database.copy_to(out / DATABASE)
                for name in names:
                    _copy(workspace.root / name, out / name)
                manifest = {name: hash_of(out / name) for name in (DATABASE, *names)}
            # a folder is no backup before it has its manifest, and has none before there is an entry
            with outputs.prepared(out / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode()):
                workspace.record("backup", {"size": size}, {"place": str(out.resolve())})
        return {"backup": str(out), "files": len(manifest), "ledger": size, "keys": False}


def backup_keys(workspace: Workspace, out: Path) -> dict[str, Any]:
    """Copy the wrapped keys to a new folder. They open only with the root key, which is not among them.

    The entry is there before the first copy: no receipt of a destruction may lack one. So it is tried before that
    whether the place takes the keys.

    Raises:
        BadInput: `OUTPUT`.
    """
    with workspace.attempt("backup keys", {}):
        _check_place(workspace, out)
        folder = workspace.root / KEYS
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        with outputs.new_folder(out):
            outputs.check_room(out, sum(_on_disk(path) for path in paths))
            workspace.record("key backup", {"keys": len(paths)}, {"place": str(out.resolve())})
            with outputs.writing(out):
                for path in paths:
                    _copy(path, out / path.relative_to(folder))
        return {"keys": str(out), "files": len(paths)}


def _check_place(workspace: Workspace, out: Path) -> None:
    outputs.check_free(out, folder=True)
    outputs.check_outside(out, workspace.root)


def _on_disk(path: Path) -> int:
    """What a small file takes: whole blocks, and its name's place in the folder."""
    return -(-path.stat().st_size // _BLOCK) * _BLOCK


def restore(backup_folder: Path, keys: Path, root: Path, actor: str, secret: Secret) -> dict[str, Any]:
    """Make a workspace of a backup and its keys, in a new folder.

    What was entered after the backup is missing: a witness, or any later checkpoint, notices that at the next
    submission (`ROLLED_BACK`).

    Raises:
        BadInput: `OUTPUT`; `TAMPERED`, if a file is not what the manifest says; `NOT_FOUND`; `ROOT_KEY`; `PATH`,
            if the manifest names what is no part of a backup.
        VerificationFailed: `LINK`; `SIGNATURE`, if the keys are another workspace's.
    """
    outputs.check_free(root, folder=True, option="-w")
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
    once = cache(secret)  # nobody types a passphrase twice
    _check_keys(backup_folder, keys, once)
    with outputs.new_folder(root, option="-w"):
        with outputs.writing(root, option="-w"):
            for name in manifest:
                _copy(backup_folder / name, root / name)
            for path in sorted(keys.rglob("*")):
                if path.is_file():
                    _copy(path, root / KEYS / path.relative_to(keys))
        with open_workspace(root, actor, secret=once) as workspace:
            workspace.record("restored", {"size": workspace.log.size()}, {"from": str(backup_folder)})
            return {"workspace": str(root), "files": len(manifest), "ledger": workspace.log.size()}


def _check_keys(backup_folder: Path, keys: Path, secret: Secret) -> None:
    """Whether the log's key among the keys is the one that signed the backup's checkpoint."""
    data = documents.content(backup_folder / recovery.CHECKPOINT, next_step="use another backup")
    store_of_keys = KeyStore(keys, root_key.unlock(keys, secret=secret))
    signer = Signer(Checkpoint.parse(Note.parse(data).text).origin, store_of_keys.secret(LOG))
    try:
        open_note(data, [signer.verifier])
    except VerificationFailed as error:
        raise VerificationFailed(
            "SIGNATURE",
            f"the keys in {keys} are those of another workspace",
            where=str(keys),
            why="they open nothing of this backup",
            next_step="name the keys that `backup --keys` copied from the workspace that was backed up",
        ) from error


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
