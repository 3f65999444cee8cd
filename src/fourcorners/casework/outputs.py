"""Output places: nothing is overwritten, nothing is half written, and no entry tells of what is not there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path

from fourcorners.model.errors import BadInput
from fourcorners.vault import files
from fourcorners.vault.files import sync_folder

OUT = "--out"


def check_free(path: Path, *, folder: bool = False, option: str = OUT) -> None:
    """An output must not exist yet; a folder may, if it is empty.

    Args:
        path: the place.
        folder: whether it is to be a folder.
        option: which word of the command names it.

    Raises:
        BadInput: `OUTPUT`.
    """
    try:
        taken = path.exists() and not (folder and path.is_dir() and not any(path.iterdir()))
    except OSError as error:
        raise _unwritable(path, error, option) from error
    if taken or not (folder or path.name):
        raise BadInput(
            "OUTPUT",
            f"{path} exists already",
            where=str(path),
            why="an earlier output may have been handed over",
            next_step=f"name a new place with {option}",
        )


def check_outside(path: Path, folder: Path) -> None:
    """A copy of a folder does not lie in that folder.

    Raises:
        BadInput: `OUTPUT`.
    """
    if path.resolve().is_relative_to(folder.resolve()):
        raise BadInput(
            "OUTPUT",
            f"{path} lies in the workspace itself",
            where=str(path),
            why="what destroys the workspace would destroy the copy with it",
            next_step="name a place on another medium with --out",
        )


def replace(path: Path, data: bytes) -> None:
    """Put a small file in the place of an older one, at once and whole."""
    part = path.with_name(path.name + files.TEMPORARY)
    with files.create(part) as out:
        out.write(data)
    part.replace(path)


def write(path: Path, data: bytes) -> None:
    """Write a whole file; it appears when all of it is there.

    Raises:
        BadInput: `OUTPUT`, if the place cannot be written.
    """
    with prepared(path, data):
        pass


@contextmanager
def prepared(path: Path, data: bytes) -> Iterator[None]:
    """A whole file, durable under another name; it takes its own after the block, which writes the entry.

    So what cannot be written has no entry, and what was handed over has one. A block that raises leaves nothing.

    Raises:
        BadInput: `OUTPUT`, if the place cannot be written.
    """
    part = path.with_name(path.name + files.TEMPORARY)
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with files.create(part) as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
        yield
        with writing(path):
            part.replace(path)
            sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


@contextmanager
def new_folder(path: Path, *, option: str = OUT) -> Iterator[None]:
    """Make a folder, or take an empty one; a block that raises leaves what was there before it.

    Raises:
        BadInput: `OUTPUT`, if the place cannot be written.
    """
    missing: list[Path] = []
    try:
        with writing(path, option=option):
            missing += [each for each in (path, *path.parents) if not each.exists()]
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield
    except BaseException:
        with suppress(OSError):
            _empty(path)
        for each in missing:
            with suppress(OSError):
                each.rmdir()
        raise


def _empty(folder: Path) -> None:
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink()


@contextmanager
def writing(path: Path, *, option: str = OUT) -> Iterator[None]:
    """What the operating system refuses in the block, it refuses to an output.

    Raises:
        BadInput: `OUTPUT`.
    """
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error, option) from error


def check_room(path: Path, size: int) -> None:
    """Whether a folder takes so many bytes: they are written there, and removed.

    Raises:
        BadInput: `OUTPUT`.
    """
    trial = path / "trial.part"
    try:
        with writing(path), trial.open("xb") as out:
            out.write(bytes(size))
            out.flush()
            os.fsync(out.fileno())
    finally:
        with suppress(OSError):
            trial.unlink()


def _unwritable(path: Path, error: OSError, option: str) -> BadInput:
    return BadInput(
        "OUTPUT",
        f"{path} cannot be written: {error.strerror}",
        where=str(path),
        next_step=f"name another place with {option}",
    )
