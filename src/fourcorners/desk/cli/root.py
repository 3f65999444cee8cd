"""The root of the command line: the options before the verb, and those that verbs share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

import fourcorners as product
from fourcorners.casework.people import names
from fourcorners.desk.cli.session import Session
from fourcorners.desk.cli.session import default_actor
from fourcorners.desk.cli.session import default_folder


class _File(click.Path):
    """A path that is not empty: an unset shell variable must not mean the current folder."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        if not os.fspath(value):
            self.fail("the path is empty", param, ctx)
        return super().convert(value, param, ctx)


FILE = _File(path_type=Path)
JSON = click.option(
    "--json", "_json", is_flag=True, help="One compact JSON object a line; the only form there is."
)
REASON = click.option("--reason", default="", help="Why, where a justification is asked for.")
CASE = click.option("--case", "case_id", required=True, help="The case.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(product.__version__, prog_name="fourcorners")
@click.option(
    "-w", "folder", type=FILE, default=default_folder, help="The workspace (FOURCORNERS_HOME, ./workspace)."
)
@click.option("--as", "actor", default=default_actor, help="The acting person (the operating system's user).")
@JSON
@click.pass_context
def fourcorners(context: click.Context, folder: Path, actor: str, *, _json: bool) -> None:
    """Legal-process returns, kept in scope: no instrument, no record; every step on a ledger."""
    if not actor.strip() or not actor.isprintable():
        raise click.UsageError("--as names the acting person: printable, and not empty")
    context.obj = Session(folder, names.normal(actor))
