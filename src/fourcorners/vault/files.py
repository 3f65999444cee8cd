"""Write-once files: a temporary name, fsync, rename, fsync of the folder; read-only from then on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

TEMPORARY = ".part"


@contextmanager
def write_once(path: Path) -> Iterator[BinaryIO]:
    """Open a new file for writing; it appears under its name, durable and whole, when the block ends.

    A block that raises leaves nothing behind. A file that already stands there is kept: names are hashes or
    never given twice, so it holds the same bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + TEMPORARY)
    try:
        with part.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.chmod(0o400)
        part.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            part.unlink()
        raise
    sync_folder(path.parent)


def move(source: Path, target: Path) -> None:
    """Give a file another place in the same file system, durably."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)
    sync_folder(target.parent)
    sync_folder(source.parent)


def hash_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a rename or removal in a folder durable (POSIX; elsewhere the file system does it itself)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
