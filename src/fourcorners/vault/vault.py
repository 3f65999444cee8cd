"""The vault of one workspace: three folders and the rule of what may lie in them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault import slices
from fourcorners.vault.files import hash_of
from fourcorners.vault.files import sync_folder
from fourcorners.vault.files import write_once


@dataclass(frozen=True, slots=True)
class Vault:
    """Originals by content hash, segments and slices by name. Files are written once and never changed."""

    root: Path

    @property
    def originals(self) -> Path:
        """Whole files as produced: only such as hold nothing that is withheld."""
        return self.root / "originals"

    @property
    def segments(self) -> Path:
        """Released rows."""
        return self.root / "segments"

    @property
    def slices(self) -> Path:
        """Released pieces of members, with their proofs."""
        return self.root / "slices"

    def keep_original(self, sha256: str, source: Path) -> None:
        """Copy a file under its hash; one that is there already is left alone.

        Raises:
            BadInput: `CHANGED`, if the file is no longer the one of that hash.
        """
        path = self.originals / sha256[:2] / sha256
        if path.exists():
            return
        with write_once(path) as out, source.open("rb") as data:
            digest = hashlib.sha256()
            while block := data.read(1 << 20):
                digest.update(block)
                out.write(block)
            if digest.hexdigest() != sha256:
                raise BadInput(
                    "CHANGED",
                    "the file changed while it was taken in",
                    where=str(source),
                    why="what is stored would not be what was read and judged",
                    next_step="make sure that nothing writes to the file, and run the command again",
                )

    def files(self) -> set[str]:
        """Every file in the vault, by its path below the root."""
        return {
            path.relative_to(self.root).as_posix()
            for folder in (self.originals, self.segments, self.slices)
            for path in folder.rglob("*")
            if path.is_file()
        }

    def remove_unknown(self, known: set[str]) -> list[str]:
        """Delete what the catalogue does not know: the remains of an intake that was cut off."""
        unknown = sorted(self.files() - known)
        for name in unknown:
            (self.root / name).unlink()
        for folder in {(self.root / name).parent for name in unknown}:
            sync_folder(folder)
        return unknown

    def check_original(self, sha256: str) -> None:
        """Compare a stored original with its hash.

        Raises:
            VerificationFailed: `TAMPERED` or `MISSING_FILE`.
        """
        self._check(f"originals/{sha256[:2]}/{sha256}", sha256)

    def check_segment(self, name: str, sha256: str) -> None:
        """Compare a stored segment with the hash that the catalogue holds.

        Raises:
            VerificationFailed: `TAMPERED` or `MISSING_FILE`.
        """
        self._check(f"segments/{name}", sha256)

    def _check(self, name: str, sha256: str) -> None:
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

    def check_slices(self, name: str, sha256: str, tree: str) -> int:
        """Verify a member's stored slices, each from its proof alone; returns how many there are.

        Raises:
            VerificationFailed: `TAMPERED` or `MISSING_FILE`.
        """
        self._check(f"slices/{name}", sha256)
        count = 0
        for piece in slices.read(self.slices / name):
            piece.verify(bytes.fromhex(tree))
            count += 1
        return count
