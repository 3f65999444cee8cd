"""`fourcorners-check`: a program to drop an export on, for whoever has no terminal.

A file manager starts it with what was dropped. The page lies beside the export and opens in the browser, in the
language of the desktop. What goes wrong is such a page too: there is nowhere else to say it.
"""

from __future__ import annotations

import locale
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import click
from babel import default_locale

from fourcorners.casework import check as use_case
from fourcorners.casework import outputs
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import UsageError
from fourcorners.report import account_page
from fourcorners.report import failed_page
from fourcorners.report.words import LANGUAGES


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
    out = free_place(export)
    try:
        outputs.write(out, page)
    except FourcornersError as error:
        click.echo(error.diagnostics().encode("utf-8", "backslashreplace"), err=True)
        return error.exit_code
    open_page(out.as_uri())
    return code


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


def free_place(export: Path) -> Path:
    """Beside the export, under a name that nothing has."""
    names = (f"{export.name}-check{n}.html" for n in ("", *(f"-{n}" for n in range(2, 1_000))))
    return next(path for name in names if not (path := export.with_name(name)).exists())


def language() -> str:
    """The desktop's, if the page's words are there in it; else English."""
    told = default_locale("LC_MESSAGES") or locale.getlocale()[0] or ""
    spoken = locale.normalize(told)[:2]
    return spoken if spoken in LANGUAGES else "en"
