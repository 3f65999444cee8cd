"""Verbs about persons: who acts, who is on a team, who agrees to what another asked for."""

from __future__ import annotations

import click

from fourcorners.casework import show
from fourcorners.casework.people import actors
from fourcorners.casework.people import petitions
from fourcorners.desk.cli.root import JSON
from fourcorners.desk.cli.root import fourcorners
from fourcorners.desk.cli.session import Session
from fourcorners.desk.cli.session import write
from fourcorners.desk.cli.verbs import case


@fourcorners.group()
def actor() -> None:
    """Who acts in this workspace."""


@actor.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([actors.INVESTIGATOR, actors.SUPERVISOR]))
@JSON
@click.pass_obj
def actor_add(session: Session, name: str, role: str, *, _json: bool) -> None:
    """Give a person a role; custodians come with `seal team`."""
    with session.workspace() as workspace:
        write(show.actor_line(actors.add(workspace, name, role)))


@actor.command("list")
@JSON
@click.pass_obj
def actor_list(session: Session, *, _json: bool) -> None:
    """Everybody who is known here, with roles and teams."""
    with session.workspace() as workspace:
        for line in show.list_actors(workspace):
            write(line)


@case.command("join")
@click.argument("case_id")
@click.argument("name")
@JSON
@click.pass_obj
def case_join(session: Session, case_id: str, name: str, *, _json: bool) -> None:
    """Put an investigator on a case's team; somebody on the team does it."""
    with session.workspace() as workspace:
        write(show.actor_line(actors.join(workspace, case_id, name)))


@fourcorners.command("petitions")
@JSON
@click.pass_obj
def list_petitions(session: Session, *, _json: bool) -> None:
    """What waits for other persons, or waited."""
    with session.workspace() as workspace:
        for line in show.list_petitions(workspace):
            write(line)


@fourcorners.command()
@click.argument("petition")
@JSON
@click.pass_obj
def approve(session: Session, petition: str, *, _json: bool) -> None:
    """Agree to what another person asked for."""
    with session.workspace() as workspace:
        write(show.petition_line(petitions.approve(workspace, petition)))
