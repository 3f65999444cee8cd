"""The wrapped keys of a workspace: root, then owner (instrument, case, workspace), then file.

They lie beside the vault and in no database, so that to shred one is to remove one file. A key of a file is
wrapped by its owner's key; what only the filter team may open is wrapped to that team and to nobody here.

    keys/<owner>/self.key            the owner's key, wrapped by the root key
    keys/<owner>/files/<name>.key    a file's key, wrapped by the owner's key
    keys/<owner>/sealed/<name>.key   a file's key, wrapped to the filter team
    keys/<owner>/quarantine/         keys of files that were set aside, as they stood

That a key is not there says nothing of why. Which owners were lawfully destroyed is for the ledger to say; whoever
opens the workspace tells it (`recall_shredded`), and every other missing key is `MISSING_KEY`.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fourcorners.model.errors import Refused
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault.files import TEMPORARY
from fourcorners.vault.files import move
from fourcorners.vault.files import sync_folder
from fourcorners.vault.files import write_once
from fourcorners.vault.filter_team import FilterTeam
from fourcorners.vault.root_key import RootKey

SIZE = 32
_NONCE = 12
_SELF = "self.key"
_OWNER = re.compile("[A-Za-z]{1,20}(-[0-9]{1,20})?")  # names a folder
_FILES, _SEALED = "files", "sealed"
_QUARANTINE = "quarantine"


class KeyStore:
    """The keys of one workspace."""

    def __init__(self, folder: Path, root: RootKey) -> None:
        """Take the folder of wrapped keys and the root key that opens them."""
        self._folder = folder
        self._root = root
        self._open: dict[str, bytes] = {}
        self._shredded: set[str] = set()

    @property
    def root_kind(self) -> str:
        """Where the root key is kept."""
        return self._root.kind

    def create(self, owner: str) -> None:
        """Make an owner's key, durable before this returns."""
        key = secrets.token_bytes(SIZE)
        self._write(f"{owner}/{_SELF}", self._root.wrap(key, owner.encode()))
        self._open[owner] = key

    def has(self, owner: str) -> bool:
        """Whether an owner's key is there: it was made, and not destroyed."""
        there = bool(_OWNER.fullmatch(owner)) and (self._folder / owner / _SELF).is_file()
        return there and owner not in self._shredded

    def recall_shredded(self, owner: str) -> None:
        """Take note that the ledger has an owner's keys destroyed: a copy that was put back opens nothing."""
        self._shredded.add(owner)
        self._open.pop(owner, None)

    def is_shredded(self, owner: str) -> bool:
        """Whether the ledger has an owner's keys destroyed."""
        return owner in self._shredded

    def secret(self, owner: str) -> bytes:
        """An owner's key itself, 32 bytes: the seed of the log's signing key is kept as one.

        Raises:
            Refused: `DESTROYED`.
            VerificationFailed: `MISSING_KEY`.
        """
        if owner not in self._open:
            self._open[owner] = self._root.unwrap(self._wrapped(owner, _SELF), owner.encode())
        return self._open[owner]

    def seal(self, owner: str, data: bytes, context: bytes) -> bytes:
        """A small box that only the owner's key opens, and only as `context`."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._derived(owner, b"box")).encrypt(nonce, data, context)

    def unseal(self, owner: str, box: bytes, context: bytes) -> bytes:
        """What is in a box.

        Raises:
            Refused: `DESTROYED`.
            VerificationFailed: `TAMPERED`, `MISSING_KEY`.
        """
        return _decrypt(self._derived(owner, b"box"), box, context)

    def mac(self, owner: str, data: bytes) -> str:
        """A code for bytes that only the owner's key gives, hex: it finds them, and without the key tells nothing.

        Raises:
            Refused: `DESTROYED`.
        """
        return hmac.digest(self._derived(owner, b"mac"), data, "sha256").hex()

    def new_file_key(self, owner: str, name: str) -> bytes:
        """A fresh key for a file that is about to be written; its wrapped form is durable before this returns."""
        key, nonce = secrets.token_bytes(SIZE), secrets.token_bytes(_NONCE)
        box = nonce + AESGCM(self._derived(owner, b"file")).encrypt(nonce, key, f"{owner}/{name}".encode())
        self._write(f"{owner}/{_FILES}/{name}.key", box)
        return key

    def file_key(self, owner: str, name: str) -> bytes:
        """A file's key.

        Raises:
            Refused: `DESTROYED`.
            VerificationFailed: `TAMPERED`, `MISSING_KEY`.
        """
        wrapped = self._wrapped(owner, f"{_FILES}/{name}.key")
        return _decrypt(self._derived(owner, b"file"), wrapped, f"{owner}/{name}".encode())

    def sealed_file_key(self, owner: str, name: str, team: FilterTeam, context: bytes) -> bytes:
        """A fresh key for a file that only the filter team will open; the caller uses it once and forgets it."""
        key = secrets.token_bytes(SIZE)
        self._write(f"{owner}/{_SEALED}/{name}.key", team.wrap(key, context))
        return key

    def sealed_key(self, owner: str, name: str) -> bytes:
        """The key of a sealed file as it is wrapped to the filter team.

        Raises:
            Refused: `DESTROYED`.
            VerificationFailed: `MISSING_KEY`.
        """
        return self._wrapped(owner, f"{_SEALED}/{name}.key")

    def commitment(self, owner: str, name: str, *, sealed: bool) -> str:
        """A hash of a file's wrapped key, hex: what the entry about the file binds.

        Raises:
            Refused: `DESTROYED`.
            VerificationFailed: `MISSING_KEY`.
        """
        return sha256(self._wrapped(owner, f"{_SEALED if sealed else _FILES}/{name}.key")).hexdigest()

    def commitments(self, owner: str) -> dict[str, str]:
        """A hash over name and content of every wrapped key of an owner, hex: what a destruction writes down."""
        return {
            name: sha256(name.encode() + b"\0" + path.read_bytes()).hexdigest()
            for name, path in self._paths(owner).items()
        }

    def shred(self, owner: str) -> None:
        """Overwrite and remove every wrapped key of an owner; done again after a crash, it does what is left.

        The owner's own key goes first: without it the others open nothing.
        """
        self.recall_shredded(owner)
        paths = self._paths(owner)
        for name in sorted(paths, key=lambda name: (not name.endswith(_SELF), name)):
            path = paths[name]
            path.chmod(0o600)
            with path.open("r+b", buffering=0) as file:
                file.write(secrets.token_bytes(path.stat().st_size))
                os.fsync(file.fileno())
            path.unlink()
            sync_folder(path.parent)

    def remove_unknown(self, known: set[str]) -> None:
        """Remove keys of files that are not known: those of a step that failed."""
        self._each_unknown(known, lambda _owner, _name, path: path.unlink())

    def set_aside(self, known: set[str], batch: str) -> None:
        """Move keys of files that are not known out of the way; one that was never whole goes."""

        def aside(owner: str, name: str, path: Path) -> None:
            if path.name.endswith(TEMPORARY):
                path.unlink()
            else:
                move(path, self._folder / owner / _QUARANTINE / batch / name)

        self._each_unknown(known, aside)

    def put_back(self, name: str, batch: str) -> None:
        """Bring the key of a file that was set aside back to its place, from the same batch if it is there."""
        for owner in self._owners():
            aside = self._folder / owner / _QUARANTINE
            batches = sorted(aside.iterdir(), key=lambda path: path.name != batch) if aside.is_dir() else []
            for kept in batches:
                for key in (f"{_FILES}/{name}.key", f"{_SEALED}/{name}.key"):
                    if (kept / key).is_file() and not (self._folder / owner / key).exists():
                        move(kept / key, self._folder / owner / key)

    def _each_unknown(self, known: set[str], do: Callable[[str, str, Path], None]) -> None:
        for owner in self._owners():
            for path_name, path in self._paths(owner).items():
                name = path_name.removeprefix(f"{owner}/")
                kind, _, file = name.partition("/")
                if kind in {_FILES, _SEALED} and file.removesuffix(".key") not in known:
                    do(owner, name, path)
                    sync_folder(path.parent)

    def _wrapped(self, owner: str, name: str) -> bytes:
        if owner in self._shredded:
            raise _destroyed(owner)
        path = self._folder / owner / name
        if not path.is_file():
            raise missing(owner, f"{owner}/{name}")
        return path.read_bytes()

    def _owners(self) -> list[str]:
        return [path.name for path in self._folder.iterdir() if path.is_dir()]

    def _paths(self, owner: str) -> dict[str, Path]:
        folder = self._folder / owner
        return {
            path.relative_to(self._folder).as_posix(): path for path in folder.rglob("*.key*") if path.is_file()
        }

    def _derived(self, owner: str, use: bytes) -> bytes:
        """A key of its own for each use of an owner's key."""
        return HKDF(SHA256(), SIZE, salt=None, info=b"fourcorners " + use).derive(self.secret(owner))

    def _write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        with suppress(FileNotFoundError):  # left by an intake that was cut off under the same name
            path.unlink()
        with write_once(path) as out:
            out.write(data)


def _decrypt(key: bytes, box: bytes, context: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], context)
    except (InvalidTag, ValueError):
        raise VerificationFailed(
            "TAMPERED",
            f"{context.decode()} is not what was stored",
            where=context.decode(),
            why="it was changed, or moved here from another place",
            next_step="keep the workspace as it is and restore it from a backup",
        ) from None


def _destroyed(owner: str) -> Refused:
    return Refused(
        "PRODUCT",
        "DESTROYED",
        f"the keys of {owner} were destroyed",
        why="what they opened is unreadable",
        next_step="`fourcorners petitions` names the destruction; its entries are the proof",
    )


def missing(owner: str, name: str) -> VerificationFailed:
    """The error for a key that is gone without a destruction on the ledger."""
    return VerificationFailed(
        "MISSING_KEY",
        f"a key of {owner} is not there, and no entry says that it was destroyed",
        where=f"keys/{name}",
        why="what it opened cannot be read, also where a court has to",
        next_step="restore the keys from the copy that `backup --keys` made",
    )
