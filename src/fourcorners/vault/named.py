"""What a workspace may make this machine load or connect to: only what its user named here himself.

A workspace says in its own folder which library of a device, or which database server, it needs. Such a folder may
have come from anybody; a library that it names would run with the user's rights, a server be connected to in his
name. So `init` notes both in the user's data folder, beside the root keys, and nothing else is loaded or asked. A
workspace that is taken to another machine needs the line there.
"""

from __future__ import annotations

import os
from pathlib import Path

from fourcorners.model.errors import BadInput
from fourcorners.vault.root_keys import owner_file

FILE = "named"
#: The first word of a line: what is named.
LIBRARY, SERVER = "pkcs11", "database"


def file() -> Path:
    """Where it is noted, a line each."""
    return owner_file.folder() / FILE


def note(kind: str, value: str) -> None:
    """Note what the user names at `init`."""
    line = _line(kind, value)
    if line in _lines():
        return
    file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(file(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b") as out:
        held = out.read()  # a last line that somebody typed may lack its end
        out.write(b"\n" * (bool(held) and not held.endswith(b"\n")) + f"{line}\n".encode())


def check(kind: str, value: str, where: str) -> None:
    """See that the user named it.

    Args:
        kind: `LIBRARY` or `SERVER`.
        value: its path or address, as the folder says.
        where: the file that says so.

    Raises:
        BadInput: `NOT_NAMED`.
    """
    plain = value.isprintable() and value == value.strip()
    if plain and _line(kind, value) in _lines():
        return
    what = "the library of a device" if kind == LIBRARY else "a database server"
    raise BadInput(
        "NOT_NAMED",
        f"the workspace names {what} that nobody named on this machine: {value!r}",
        where=where,
        why="whoever made the folder chose it; a library would run with your rights, a server be told your name",
        next_step=f"if it is yours, add this line to {file()}: {_line(kind, value)}"
        if plain and value
        else "ask who made the folder",
    )


def _line(kind: str, value: str) -> str:
    return f"{kind} {value}".strip()


def _lines() -> set[str]:
    """The lines of two parts: a word alone names nothing."""
    try:
        text = file().read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return set()
    return {line.strip() for line in text.split("\n")} - {"", LIBRARY, SERVER}
