"""Verbs about what is sealed: the filter team, the list, and the opening by a court's order and two custodians."""

from __future__ import annotations

from pathlib import Path

import click

from fourcorners.casework import outputs
from fourcorners.casework import show
from fourcorners.casework.sealed import seals
from fourcorners.casework.sealed import unseal as unsealing
from fourcorners.desk.cli.root import FILE
from fourcorners.desk.cli.root import JSON
from fourcorners.desk.cli.root import REASON
from fourcorners.desk.cli.root import fourcorners
from fourcorners.desk.cli.session import Session
from fourcorners.desk.cli.session import ask_secret
from fourcorners.desk.cli.session import write
from fourcorners.vault.filter_team import CustodianKey


@fourcorners.group()
def seal() -> None:
    """What lies outside scope, and who alone can open it."""


@seal.command("key")
@click.option("--out", type=FILE, required=True, help="The file for the private key, on the custodian's medium.")
@JSON
@click.pass_obj
def seal_key(session: Session, out: Path, *, _json: bool) -> None:
    """Make a custodian's key, on his own machine; prints the line that he hands over."""
    outputs.check_free(out)
    key = CustodianKey.generate(session.actor)
    outputs.write(out, key.to_file(ask_secret("passphrase of the custodian's key", new=True)))
    out.chmod(0o400)
    write({"key": str(out), "line": key.custodian.line()})


@seal.command("team")
@click.argument("lines", nargs=-1, required=True)
@REASON
@JSON
@click.pass_obj
def seal_team(session: Session, lines: tuple[str, ...], reason: str, *, _json: bool) -> None:
    """Name the custodians, by their lines: from now on what lies outside scope is encrypted to them."""
    with session.workspace() as workspace:
        team = seals.set_team(workspace, "\n".join(lines), reason)
        write({"custodians": [each.name for each in team.custodians]})


@seal.command("list")
@click.option("--under", required=True, help="The instrument.")
@REASON
@JSON
@click.pass_obj
def seal_list(session: Session, under: str, reason: str, *, _json: bool) -> None:
    """Every sealed record by its id, with the reason, and no value."""
    with session.workspace() as workspace:
        for line in seals.list_sealed(workspace, under, reason):
            write(line)


@fourcorners.group()
def unseal() -> None:
    """Open sealed records that a court's order names."""


@unseal.command("request")
@click.argument("order", type=FILE)
@REASON
@JSON
@click.pass_obj
def unseal_request(session: Session, order: Path, reason: str, *, _json: bool) -> None:
    """Enter the court's order; two custodians then act on it."""
    with session.workspace() as workspace:
        write(show.petition_line(unsealing.request(workspace, order, reason)))


@unseal.command("open")
@click.argument("petition")
@click.option("--key", type=FILE, required=True, help="The acting custodian's private key.")
@JSON
@click.pass_obj
def unseal_open(session: Session, petition: str, key: Path, *, _json: bool) -> None:
    """Take a custodian's layer off; the second custodian's act releases the records."""
    passphrase = ask_secret("passphrase of the custodian's key")  # nobody waits for the workspace while he types
    with session.workspace() as workspace:
        held = unsealing.custodian_key(workspace, petition, key, passphrase)
        write(unsealing.act(workspace, petition, held))
