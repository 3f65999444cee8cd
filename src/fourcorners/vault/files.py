"""Write-once files: a temporary name, fsync, rename, fsync of the folder; read-only from then on.

No link is followed in a folder that somebody handed over: what it leads to would be truncated, overwritten or
deleted with the rights of whoever opens it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from fourcorners.model.errors import VerificationFailed

TEMPORARY = ".part"


def check_plain(root: Path, folders: Iterable[str] = ()) -> None:
    """A folder, what stands in it, and all that stands below some of its folders: plain files and folders only.

    Raises:
        VerificationFailed: `LINK`, naming the first that is a link or a device.
    """
    for path in _paths(root, folders):
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise VerificationFailed(
                "LINK",
                f"{path} is a link or a device, not a plain file or folder",
                where=str(path),
                why="what it leads to lies outside the folder, and would be read, overwritten or deleted",
                next_step="copy what belongs there to its place, or name the folder itself",
            )


def _paths(root: Path, folders: Iterable[str]) -> Iterator[Path]:
    """In an order in which a link is met before anything behind it."""
    yield root
    yield from sorted(root.iterdir())
    for name in folders:
        yield from (root / name).rglob("*")


def create(path: Path) -> BinaryIO:
    """Open a new file to write; what stood under that name goes, and is not followed if it was a link."""
    path.unlink(missing_ok=True)
    return path.open("xb")


@contextmanager
def write_once(path: Path) -> Iterator[BinaryIO]:
    """Open a new file for writing; it appears under its name, durable and whole, when the block ends.

    A block that raises leaves nothing behind. A file that already stands there is kept: names are hashes or
    never given twice, so it holds the same bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + TEMPORARY)
    try:
        with create(part) as out:
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
