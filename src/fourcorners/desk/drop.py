"""`fourcorners-check`: a program to drop an export on, for whoever has no terminal.

A file manager starts it with what was dropped. The page lies beside the export, or at home where nothing can be
written there, and opens in the browser, in the language of the desktop. What goes wrong is such a page too: there
is nowhere else to say it.
"""

from __future__ import annotations

import locale
import os
import sys
import webbrowser
from collections.abc import Callable
from itertools import chain
from itertools import count
from pathlib import Path

import click

from fourcorners.casework import check as use_case
from fourcorners.casework import outputs
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import UsageError
from fourcorners.report import account_page
from fourcorners.report import failed_page
from fourcorners.report.words import LANGUAGES
from fourcorners.vault.files import TEMPORARY

#: Characters of the export's name that the page's name begins with; systems take 255 bytes.
_NAME = 48


def main() -> None:
    """Look at what was dropped."""
    sys.exit(run(sys.argv[1:], webbrowser.open))


def run(dropped: list[str], open_page: Callable[[str], object]) -> int:
    """Write the page and open it. Returns the exit code: 0 done, 2 usage, 3 refused, 4 bad input."""
    if not dropped:
        click.echo("USAGE: drop an export on fourcorners-check: the zip, or its folder", err=True)
        return 2
    export, spoken = Path(dropped[0]).absolute(), language()
    try:
        page, code = _looked_at(export, dropped, spoken), 0
    except FourcornersError as error:
        page, code = failed_page.to_html(error, spoken), error.exit_code
    for folder in (export.parent, Path.home()):
        try:
            out = free_place(folder, export.name)
            outputs.write(out, page)
        except (OSError, FourcornersError) as error:
            click.echo(str(error).encode("utf-8", "backslashreplace"), err=True)
        else:
            open_page(out.as_uri())
            return code
    return code or BadInput.exit_code


def _looked_at(export: Path, dropped: list[str], spoken: str) -> bytes:
    if len(dropped) > 1:
        raise UsageError(
            "USAGE",
            f"{len(dropped):,} things were dropped",
            why="this looks at one person's own export, and compares no people",
            next_step="drop one; parts of one export go into one folder, and the folder is dropped",
        )
    try:
        return account_page.to_html(use_case.check(export), spoken)
    except OSError as error:
        raise BadInput("SYSTEM", f"the operating system refused: {error.strerror}", where=str(export)) from error


def free_place(folder: Path, name: str) -> Path:
    """A place in a folder for the page of an export of that name, where nothing lies.

    Raises:
        OSError: there is no such folder, or it cannot be looked into.
    """
    taken = {path.name for path in folder.iterdir()}
    for number in chain([""], (f"-{n}" for n in count(2))):
        page = f"{name[:_NAME] or 'export'}-check{number}.html"
        if taken.isdisjoint({page, page + TEMPORARY}):
            break
    return folder / page


def language() -> str:
    """The desktop's, if the page's words are there in it; else English.

    By the variables in gettext's order, but for `C`: where a desktop's locale is not installed, Python itself puts
    that into `LC_CTYPE`. On Windows nothing of it is set, and the system says it.
    """
    listed = os.environ.get("LANGUAGE", "").split(":")
    stated = [*listed, *(os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))]
    named = [locale.normalize(each)[:2] for each in (*stated, locale.getlocale()[0] or "") if each]
    return next((each for each in named if each in LANGUAGES), "en")
