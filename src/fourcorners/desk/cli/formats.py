"""The verb for whoever meets a format that has changed."""

from __future__ import annotations

from pathlib import Path

import click

from fourcorners.casework import outputs
from fourcorners.desk.cli.root import FILE
from fourcorners.desk.cli.root import JSON
from fourcorners.desk.cli.root import fourcorners
from fourcorners.desk.cli.session import write
from fourcorners.readers.fingerprint import fingerprint_of


@fourcorners.command()
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, default=None, help="The JSON to write, for the makers.")
@JSON
def fingerprint(file: Path, out: Path | None, *, _json: bool) -> None:
    """The structure of a file without any value in it, to send when a format has changed; nothing is stored."""
    if out is not None:
        outputs.check_free(out)
    found = fingerprint_of(file)
    if out is not None:
        outputs.write(out, found.text())
    write({"fingerprint": found.sha256(), "members": found.count, "out": str(out) if out else None})
