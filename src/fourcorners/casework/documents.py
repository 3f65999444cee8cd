"""The papers behind a step (warrants, court orders, schedules), kept whole under the case's key."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from fourcorners.casework import store
from fourcorners.casework.store import Tables
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput
from fourcorners.readers import registry
from fourcorners.vault.vault import Stored

#: Bytes of a paper on which nothing stands: blanks, and the marks and halves of blanks in UTF-8 and UTF-16.
_BLANK = b"\t\n\v\f\r \x1a\0\xef\xbb\xbf\xff\xfe\xc2\xa0"

_BESIDE = "check the path; the document stands beside the order, under the name that the order gives"


class Paper(NamedTuple):
    """A stored paper: its hash, its name, where it lies, and a hash of its wrapped key."""

    sha256: str
    name: str
    stored: Stored
    key: str

    def fields(self) -> dict[str, str]:
        """As a row holds it."""
        return {"document_sha256": self.sha256, "document_name": self.name}

    def facts(self) -> dict[str, dict[str, str]]:
        """As an entry binds it: the ciphertext and its key, which tell nothing of it."""
        return {"paper": {"file": self.stored.name, "sha256": self.stored.sha256, "key": self.key}}


def read(path: Path) -> bytes:
    """The paper itself: a plain file that says something and is no production in disguise.

    Raises:
        BadInput: `NOT_FOUND`, `EMPTY_FILE`, `ORDER_FILE`.
    """
    data = content(path)
    if not data.strip(_BLANK):
        raise BadInput(
            "EMPTY_FILE",
            f"{path.name} is empty",
            where=str(path),
            why="a step that rests on a court's paper would rest on nothing",
            next_step="name the warrant, order or consent itself: a PDF, a scan or a text",
        )
    is_production = zipfile.is_zipfile(path) or registry.reader_for(path.name, data[: registry.HEAD]) is not None
    if path.is_symlink() or is_production:
        raise BadInput(
            "ORDER_FILE",
            f"{path.name} is a link or a production, not an instrument's document",
            where=str(path),
            why="the document is stored as it is, whatever the instrument's scope",
            next_step="name the warrant, order or consent itself: a PDF, a scan or a text",
        )
    return data


def keep(workspace: Workspace, case: str, path: Path, data: bytes) -> Paper:
    """Store a paper under the case's key, before the transaction that `note`s it."""
    digest = sha256(data).hexdigest()
    vault = workspace.vault
    stored = store.find_original(workspace.tables, case, digest) or vault.keep_original(digest, path, case)
    return Paper(digest, path.name, stored, vault.key_commitment(stored.name, case))


def note(tables: Tables, case: str, paper: Paper) -> None:
    """Put a paper into the catalogue, within the caller's transaction."""
    if not store.find_original(tables, case, paper.sha256):
        store.add_original(tables, case, paper.sha256, paper.stored)


def content(path: Path, *, next_step: str = _BESIDE) -> bytes:
    """The bytes of a plain file.

    Args:
        path: the file.
        next_step: what to do where it cannot be read.

    Raises:
        BadInput: `NOT_FOUND`.
    """
    try:
        if path.is_file():
            return path.read_bytes()
        reason = "it is no plain file" if path.exists() else "it does not exist"
    except OSError as error:
        reason = str(error.strerror)
    raise BadInput(
        "NOT_FOUND",
        f"{path} cannot be read: {reason}",
        where=str(path),
        next_step=next_step,
    )
