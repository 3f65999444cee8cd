"""The vault of one workspace: what may lie in it, written once, encrypted, each file under a key of its own.

The wrapped key is durable before its file appears; the hash that catalogue and ledger keep is that of what lies on
disk, so that it can be checked by whoever has no key, and after a destruction.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault.files import TEMPORARY
from fourcorners.vault.files import hash_of
from fourcorners.vault.files import move
from fourcorners.vault.files import sync_folder
from fourcorners.vault.files import write_once
from fourcorners.vault.filter_team import FilterTeam
from fourcorners.vault.frames import FrameReader
from fourcorners.vault.frames import FrameWriter
from fourcorners.vault.keys import KeyStore

#: Whole files as produced: only such as hold nothing that is withheld, and the papers of a case.
ORIGINALS = "originals"
#: Released rows.
SEGMENTS = "segments"
#: Released pieces of members, with their proofs.
SLICES = "slices"
#: What only the filter team opens: sealed rows, originals that hold one, salts of withheld leaves.
SEALED = "sealed"
FOLDERS = (ORIGINALS, SEGMENTS, SLICES, SEALED)
#: Files that no catalogue knows, as an opening found them: nothing is deleted that may be somebody's only copy.
QUARANTINE = "quarantine"

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored file: its path below the vault's root, and the hash of what lies on disk (hex)."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Vault:
    """The files of a workspace. `team` is None where nobody but the case team holds a key."""

    root: Path
    keys: KeyStore
    team: FilterTeam | None

    @contextmanager
    def writing(self, name: str, owner: str) -> Iterator[FrameWriter]:
        """Write a new file that the owner's key opens; it appears whole when the block ends."""
        key = self.keys.new_file_key(owner, name)
        with write_once(self.root / name) as out, FrameWriter(out, key, name.encode()) as to:
            yield to

    @contextmanager
    def writing_sealed(self, name: str, owner: str) -> Iterator[FrameWriter]:
        """Write a new file that two custodians of the filter team open, and nobody here."""
        assert self.team is not None
        key = self.keys.sealed_file_key(owner, name, self.team, self.sealed_context(name, owner))
        with write_once(self.root / name) as out, FrameWriter(out, key, name.encode()) as to:
            yield to

    def reading(self, name: str, owner: str) -> FrameReader:
        """Read a file with the owner's key.

        Raises:
            Refused: `DESTROYED`.
            VerificationFailed: `TAMPERED`, `MISSING_KEY`.
        """
        return self.reading_with(name, self.keys.file_key(owner, name))

    def reading_with(self, name: str, key: bytes) -> FrameReader:
        """Read a file with its key, which two custodians laid bare."""
        file = (self.root / name).open("rb")
        try:
            return FrameReader(file, key, name.encode(), name)
        except BaseException:
            file.close()
            raise

    @staticmethod
    def sealed_context(name: str, owner: str) -> bytes:
        """What a sealed file's wrapped key is bound to."""
        return f"fourcorners sealed {owner} {name}".encode()

    def keep_original(self, sha256: str, source: Path, owner: str) -> Stored:
        """Store a whole file under the owner's key.

        Raises:
            BadInput: `CHANGED`, if the file is no longer the one of that hash.
        """
        name = f"{ORIGINALS}/{owner}/{secrets.token_hex(8)}"
        with self.writing(name, owner) as to:
            _copy(source, sha256, to)
        return Stored(name, to.digest)

    def seal_original(self, sha256: str, source: Path, owner: str, name: str) -> Stored:
        """Store a whole file for the filter team alone: something in it lies outside the scope.

        Raises:
            BadInput: `CHANGED`.
        """
        with self.writing_sealed(name, owner) as to:
            _copy(source, sha256, to)
        return Stored(name, to.digest)

    def files(self) -> set[str]:
        """Every file in the vault, by its path below the root."""
        return {
            path.relative_to(self.root).as_posix()
            for folder in FOLDERS
            for path in (self.root / folder).rglob("*")
            if path.is_file()
        }

    def key_commitment(self, name: str, owner: str) -> str:
        """A hash of a file's wrapped key, hex.

        Raises:
            Refused: `DESTROYED`.
            VerificationFailed: `MISSING_KEY`.
        """
        return self.keys.commitment(owner, name, sealed=name.startswith(f"{SEALED}/"))

    def set_aside(self, known: set[str]) -> list[str]:
        """Move what the catalogue does not know, with its keys, to a place of its own; nothing whole is deleted.

        It may be the remains of a step that was cut off, or what a newer database knows than the one that is here.
        """
        batch = secrets.token_hex(8)
        self.keys.set_aside(known, batch)
        unknown = sorted(self.files() - known)
        for name in unknown:
            if name.endswith(TEMPORARY):
                (self.root / name).unlink()
                sync_folder((self.root / name).parent)
            else:
                move(self.root / name, self.root / QUARANTINE / batch / name)
        return unknown

    def aside(self) -> list[Path]:
        """The files that were set aside."""
        return [path for path in sorted((self.root / QUARANTINE).rglob("*")) if path.is_file()]

    def put_back(self, known: Mapping[str, str]) -> None:
        """Bring back what was set aside and the catalogue knows: a newer database came back.

        Args:
            known: the hash that the catalogue has for each file.
        """
        aside = self.root / QUARANTINE
        gone = {name for name in known.keys() - self.files() if _is_ours(name)} if aside.is_dir() else set()
        for name in sorted(gone):
            for batch in aside.iterdir():
                kept = batch / name
                if kept.is_file() and hash_of(kept) == known[name]:
                    self.keys.put_back(name, batch.name)
                    move(kept, self.root / name)
                    break

    def remove_unknown(self, known: set[str]) -> list[str]:
        """Delete what is not known, and its keys: what a step left that failed in this process."""
        unknown = sorted(self.files() - known)
        for name in unknown:
            (self.root / name).unlink()
        for folder in {(self.root / name).parent for name in unknown}:
            sync_folder(folder)
        self.keys.remove_unknown(known)
        return unknown

    def check(self, name: str, sha256: str) -> None:
        """Compare a stored file with the hash that the catalogue holds; needs no key.

        Raises:
            VerificationFailed: `TAMPERED` or `MISSING_FILE`.
        """
        path = self.root / name
        if not path.is_file():
            raise VerificationFailed(
                "MISSING_FILE",
                f"{name} is gone",
                where=name,
                why="records of the case rest on it",
                next_step="restore it from a backup; its content is bound by the hash on the ledger",
            )
        if hash_of(path) != sha256:
            raise VerificationFailed(
                "TAMPERED",
                f"{name} is not what was stored",
                where=name,
                why="records of the case rest on it",
                next_step="keep the workspace as it is and restore the file from a backup",
            )


def _is_ours(name: str) -> bool:
    """Whether a catalogue's name is of a file in the vault; what a database says is not believed."""
    first, *rest = name.split("/")
    return first in {ORIGINALS, SEGMENTS, SLICES, SEALED} and not {"", ".", ".."} & set(rest)


def _copy(source: Path, sha256: str, to: FrameWriter) -> None:
    digest = hashlib.sha256()
    with source.open("rb") as data:
        while block := data.read(_BLOCK):
            digest.update(block)
            to.write(block)
    if digest.hexdigest() != sha256:
        raise BadInput(
            "CHANGED",
            "the file changed while it was taken in",
            where=str(source),
            why="what is stored would not be what was read and judged",
            next_step="make sure that nothing writes to the file, and run the command again",
        )
