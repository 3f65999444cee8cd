"""Verbs about how long records are held, and what a court says of an instrument afterwards; backup and restore."""

from __future__ import annotations

from pathlib import Path

import click

from fourcorners.casework import instruments
from fourcorners.casework import show
from fourcorners.casework.holding import backup as backups
from fourcorners.casework.holding import destruction
from fourcorners.casework.holding import standing
from fourcorners.desk.cli.root import FILE
from fourcorners.desk.cli.root import JSON
from fourcorners.desk.cli.root import REASON
from fourcorners.desk.cli.root import fourcorners
from fourcorners.desk.cli.session import Session
from fourcorners.desk.cli.session import ask_secret
from fourcorners.desk.cli.session import write
from fourcorners.desk.cli.verbs import instrument

DOCUMENT = click.option("--order", type=FILE, required=True, help="The court's order, or the schedule.")


@instrument.command("quash")
@click.argument("instrument_id")
@DOCUMENT
@REASON
@JSON
@click.pass_obj
def quash(session: Session, instrument_id: str, order: Path, reason: str, *, _json: bool) -> None:
    """Lock an instrument that a court quashed, and everything that came from it."""
    with session.workspace() as workspace:
        write(show.ruling_line(instruments.rule(workspace, instrument_id, standing.QUASHED, order, reason)))


@instrument.command("reinstate")
@click.argument("instrument_id")
@DOCUMENT
@REASON
@JSON
@click.pass_obj
def reinstate(session: Session, instrument_id: str, order: Path, reason: str, *, _json: bool) -> None:
    """Open again what was locked, by a court's order."""
    with session.workspace() as workspace:
        write(show.ruling_line(instruments.rule(workspace, instrument_id, standing.REINSTATED, order, reason)))


@fourcorners.command()
@JSON
@click.pass_obj
def retention(session: Session, *, _json: bool) -> None:
    """Every instrument with the end of its period: held, IN_BREACH or destroyed."""
    with session.workspace() as workspace:
        for line in show.list_retention(workspace):
            write(line)


@fourcorners.group()
def destroy() -> None:
    """Destroy what was produced under an instrument: its keys and salts go, the proofs stay."""


@destroy.command("request")
@click.option("--under", required=True, help="The instrument.")
@DOCUMENT
@REASON
@JSON
@click.pass_obj
def destroy_request(session: Session, under: str, order: Path, reason: str, *, _json: bool) -> None:
    """Ask for it; another person confirms with `approve`."""
    with session.workspace() as workspace:
        write(show.petition_line(destruction.request(workspace, under, order, reason)))


@destroy.command("run")
@click.argument("petition")
@JSON
@click.pass_obj
def destroy_run(session: Session, petition: str, *, _json: bool) -> None:
    """Carry out a confirmed destruction; prints the receipt."""
    with session.workspace() as workspace:
        write(destruction.execute(workspace, petition))


@fourcorners.command()
@click.option("--out", type=FILE, required=True, help="A new folder.")
@click.option("--keys", is_flag=True, help="The wrapped keys instead, to another medium.")
@JSON
@click.pass_obj
def backup(session: Session, out: Path, *, keys: bool, _json: bool) -> None:
    """Copy database and vault, without any key; with --keys the wrapped keys alone."""
    with session.workspace() as workspace:
        write(backups.backup_keys(workspace, out) if keys else backups.backup(workspace, out))


@fourcorners.command()
@click.argument("folder", type=FILE)
@click.option("--keys", type=FILE, required=True, help="The folder that `backup --keys` made.")
@JSON
@click.pass_obj
def restore(session: Session, folder: Path, keys: Path, *, _json: bool) -> None:
    """Make the workspace named by -w of a backup and its keys."""
    write(backups.restore(folder, keys, session.folder, session.actor, ask_secret))
