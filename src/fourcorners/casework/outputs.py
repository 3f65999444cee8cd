"""Output places: nothing is overwritten, and nothing is half written."""

from __future__ import annotations

from pathlib import Path

from fourcorners.model.errors import BadInput
from fourcorners.vault import files
from fourcorners.vault.files import sync_folder


def check_free(path: Path) -> None:
    """An output must not exist yet.

    Raises:
        BadInput: `OUTPUT`.
    """
    if path.exists() and (path.is_file() or any(path.iterdir())):
        raise BadInput(
            "OUTPUT",
            f"{path} exists already",
            where=str(path),
            why="an earlier output may have been handed over",
            next_step="name a new place with --out",
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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, data)
        sync_folder(path.parent)
    except OSError as error:
        raise BadInput(
            "OUTPUT",
            f"{path} cannot be written: {error.strerror}",
            where=str(path),
            next_step="name another place with --out",
        ) from error
