"""The account holder's verb: no case, no workspace, and nothing is kept."""

from __future__ import annotations

from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourcorners.casework import check as use_case
from fourcorners.casework import outputs
from fourcorners.desk.cli.root import FILE
from fourcorners.desk.cli.root import fourcorners
from fourcorners.desk.cli.session import progress
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import UsageError
from fourcorners.report import account_table
from fourcorners.report import failed_page
from fourcorners.report.access import Access
from fourcorners.report.words import LANGUAGES
from fourcorners.report.words import Words
from fourcorners.report.words import words


@fourcorners.command()
@click.argument("export", type=FILE)
@click.option("--out", type=FILE, default=None, help="A page to read, mark and print; a new file.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="The words' language.")
@click.option("--json", "as_json", is_flag=True, hidden=True)
@click.pass_context
def check(context: click.Context, export: Path, out: Path | None, lang: str, *, as_json: bool) -> None:
    """Who was in my account? From one's own export (a zip, or its folder); nothing is kept, nothing is sent."""
    if as_json or context.find_root().params["_json"]:
        raise UsageError(
            "USAGE",
            "`check` is for people to read and has no JSON",
            why="a form for programs would make it a tool to work through other people's exports",
            next_step="leave out --json; --out writes a page to read and print",
        )
    try:
        if out is not None:
            _check_place(out)
        with progress("reading"):
            access = use_case.check(export)
        if out is not None:
            use_case.write(access, out, lang)
    except FourcornersError as error:
        for line in failed_page.sentences(error, words(lang)):
            error.add_note(line)
        raise
    _show(access, words(lang))
    if out is not None:
        click.echo(str(out).encode("utf-8", "backslashreplace"))


def _check_place(out: Path) -> None:
    outputs.check_free(out)
    if not out.parent.is_dir():
        raise BadInput(
            "OUTPUT",
            f"there is no folder {out.parent}",
            where=str(out),
            why="the page tells of the account, and should lie nowhere by mistake",
            next_step="name a place in a folder that exists",
        )


def _show(access: Access, say: Words) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    table = Table(title=say("page", "title"), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, leading=1)
    for place, heading in enumerate(account_table.headings(say)):
        table.add_column(heading, overflow="fold", width=10 if place in account_table.MOMENTS else None)
    for cells in account_table.rows(access, say):
        table.add_row(*map(Text, cells))
    console.print(table)
    for line in account_table.notes(access, say):
        console.print(Text(line))
