"""What every verb shares: the workspace that is named, who acts and why, and how results are written."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import open_workspace
from fourcorners.model.errors import UsageError


@dataclass(frozen=True, slots=True)
class Session:
    """The options before the verb."""

    folder: Path
    actor: str

    @contextmanager
    def workspace(self, *, clear: bool = True) -> Iterator[Workspace]:
        """Open the workspace; say so once if another process holds it. `clear` is that of `open_workspace`."""

        def say_waiting() -> None:
            click.echo("another process works in this workspace; waiting for it to end", err=True)

        with open_workspace(
            self.folder, self.actor, on_wait=say_waiting, secret=ask_secret, clear=clear
        ) as workspace:
            yield workspace


def ask_secret(what: str, *, new: bool = False) -> bytes:
    """A passphrase or PIN, typed unseen; from `FOURCORNERS_SECRET` where nobody types.

    Raises:
        UsageError: `ROOT_KEY`, if nobody can be asked.
    """
    if given := os.environ.get("FOURCORNERS_SECRET"):
        return given.encode()
    if not sys.stdin.isatty():
        raise UsageError(
            "ROOT_KEY",
            f"the {what} is asked for, and nobody can type it",
            next_step="run the command in a terminal, or set FOURCORNERS_SECRET for it",
        )
    return str(click.prompt(what, hide_input=True, confirmation_prompt=new, err=True)).encode()


def default_folder() -> Path:
    """`FOURCORNERS_HOME`, else `./workspace`."""
    return Path(os.environ.get("FOURCORNERS_HOME") or "workspace")


def default_actor() -> str:
    """The operating system's user; its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def write(line: Mapping[str, Any]) -> None:
    """One compact JSON object a line on stdout."""
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    # a file name may hold bytes that are no text; they come out as JSON's own escapes
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader of the pipe has seen enough: what is left goes nowhere, and that is no error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(0) from None


@contextmanager
def progress(title: str) -> Iterator[Any]:
    """A moving line on stderr while long work goes on, where a person looks; gives a function to tell the step."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _step: None
        return
    with console.status(title) as status:
        yield lambda step: status.update(f"{title}: {step}")
