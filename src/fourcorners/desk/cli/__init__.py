"""The command line: verbs, JSON lines and exit codes are a public contract (docs/command-line.md)."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import click

from fourcorners.desk.cli import check as _check  # noqa: F401 - each adds its verbs
from fourcorners.desk.cli import formats as _formats  # noqa: F401 - the same
from fourcorners.desk.cli import holding as _holding  # noqa: F401
from fourcorners.desk.cli import oversight as _oversight  # noqa: F401
from fourcorners.desk.cli import people as _people  # noqa: F401
from fourcorners.desk.cli import sealing as _sealing  # noqa: F401
from fourcorners.desk.cli.root import fourcorners
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError


def main() -> None:
    """Run, and turn what went wrong into words on stderr and an exit code."""
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:
        # what cannot be written has been said; the interpreter must not try again while it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = code or 4
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """One command. Returns the exit code: 0 done, 2 usage, 3 refused, 4 bad input, 5 verification failed."""
    try:
        fourcorners.main(arguments, prog_name="fourcorners", standalone_mode=False)
    except FourcornersError as error:
        told = "\n".join([error.diagnostics(), *getattr(error, "__notes__", [])])
        click.echo(told.encode("utf-8", "backslashreplace"), err=True)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2
    except click.ClickException as error:
        click.echo(f"USAGE: {error.format_message()}\n  next: {_help(error)}", err=True)
        return 2
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("stopped; nothing that was not already on the ledger was stored", err=True)
        return 130
    except OSError as error:
        refused = BadInput(
            "SYSTEM",
            f"the operating system refused: {error.strerror}",
            where=str(error.filename or "output"),
            next_step="check permissions and free space; nothing that was not already on the ledger was stored",
        )
        with suppress(OSError):
            click.echo(refused.diagnostics().encode("utf-8", "backslashreplace"), err=True)
        return refused.exit_code
    return 0


def _help(error: click.ClickException) -> str:
    """Where the words and options of what was typed are listed."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None or isinstance(context.command, click.Group):
        return f"`{context.command_path if context else 'fourcorners'} --help` names the verbs"
    return f"`{context.command_path} --help` names its words and options"
