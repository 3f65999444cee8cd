"""Who acts: names that are claimed on this machine, what each may do, and on whose team each is.

There is no sign-in here, so a name is a statement of the person who types it, and the ledger keeps it as that.
What the names do is keep roles apart that the law keeps apart: who is on a case's team neither approves in it nor
opens what was sealed in it, whatever else he is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fourcorners.casework import store
from fourcorners.casework.people import names
from fourcorners.casework.rows import ActorRow
from fourcorners.casework.rows import CaseRow
from fourcorners.casework.workspace import Workspace
from fourcorners.law.access.actor import Actor
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError

INVESTIGATOR, SUPERVISOR, CUSTODIAN = ROLES = ("investigator", "supervisor", "custodian")


def acting(workspace: Workspace) -> Actor:
    """The acting person as the access policies see him."""
    return person(workspace, workspace.actor)


def person(workspace: Workspace, name: str) -> Actor:
    """A person as the access policies see him; one who is not known here has no role and no team."""
    row = store.find_actor(workspace.tables, name) or ActorRow(name, [], [])
    return Actor(row.id, frozenset(row.roles), frozenset(row.teams))


def add(workspace: Workspace, name: str, role: str) -> ActorRow:
    """Give a person a role.

    Args:
        workspace: where.
        name: as he will name himself with `--as`.
        role: `investigator` or `supervisor`; custodians come with their keys (`seal team`).

    Raises:
        UsageError: no such role, or no printable name.
        Refused: `WALL`, for a custodian; `LOOK_ALIKE`.
    """
    name = names.normal(name)
    with workspace.attempt("actor add", {"role": role}, evidence={"name": name}):
        if role not in {INVESTIGATOR, SUPERVISOR} or not name.strip() or not name.isprintable():
            raise UsageError(
                "USAGE",
                f"{name!r} cannot be added as {role!r}",
                next_step="`actor add NAME --role investigator` or `supervisor`; custodians come with `seal team`",
            )
        before = store.find_actor(workspace.tables, name)
        if before and CUSTODIAN in before.roles:
            raise wall(name, "is a custodian of sealed records")
        with workspace.transaction():
            return _store(workspace, before, name, role, None)


def join(workspace: Workspace, case: str, name: str) -> ActorRow:
    """Put an investigator on a case's team.

    Raises:
        UsageError: `UNKNOWN_CASE`, `UNKNOWN_ACTOR`.
        Refused: `WALL` for a custodian; `NOT_ON_TEAM`, if the acting person is not on the team himself.
    """
    name = names.normal(name)
    with workspace.attempt("case join", {"case": case}, evidence={"name": name}):
        store.get(workspace.tables, CaseRow, case)
        check_team(workspace, case)
        before = store.get(workspace.tables, ActorRow, name)
        if CUSTODIAN in before.roles:
            raise wall(name, "is a custodian of sealed records")
        with workspace.transaction():
            return _store(workspace, before, name, INVESTIGATOR, case)


def open_team(workspace: Workspace, case: str) -> None:
    """The team of a new case begins with the person who opens it; within the caller's transaction.

    Raises:
        Refused: `WALL`, for a custodian; `LOOK_ALIKE`.
    """
    before = store.find_actor(workspace.tables, workspace.actor)
    if before and CUSTODIAN in before.roles:
        raise wall(workspace.actor, "is a custodian of sealed records")
    _store(workspace, before, workspace.actor, INVESTIGATOR, case)


def check_custodian(workspace: Workspace, name: str) -> None:
    """Whether a person may be a custodian.

    Raises:
        UsageError: the name is not in the form in which names are compared.
        Refused: `WALL`, if he is or was on a case's team; `LOOK_ALIKE`.
    """
    if name != names.normal(name) or not name.isprintable():
        raise UsageError(
            "USAGE",
            f"{name!r} is no name under which anybody acts",
            why="the key of that name could be used by nobody",
            next_step="the custodian makes his key again with `seal key`, under a plain name",
        )
    before = store.find_actor(workspace.tables, name)
    if before and before.teams:
        raise wall(name, f"is on the team of {', '.join(before.teams)}")
    if not before:
        _check_new(workspace, name)


def add_custodian(workspace: Workspace, name: str) -> None:
    """Make a person a custodian, who was checked; within the caller's transaction."""
    _store(workspace, store.find_actor(workspace.tables, name), name, CUSTODIAN, None)


def check_team(workspace: Workspace, case: str) -> None:
    """Whether the acting person is on a case's team, which alone takes records in for it.

    Raises:
        Refused: `PRODUCT NOT_ON_TEAM`.
    """
    if case not in acting(workspace).teams:
        raise Refused(
            "PRODUCT",
            "NOT_ON_TEAM",
            f"{workspace.actor} is not on the team of {case}",
            why="who works on a case is written down before he does",
            next_step=f"somebody on the team runs `fourcorners case join {case} NAME`",
        )


def check_not_alike(name: str, others: Iterable[str]) -> None:
    """Whether a name can be told from the names of others; the same name is no other's.

    Raises:
        Refused: `PRODUCT LOOK_ALIKE`.
    """
    for other in others:
        if names.look_alike(name, other):
            raise Refused(
                "PRODUCT",
                "LOOK_ALIKE",
                f"{name!r} can be taken for {other!r}",
                why="one person under two names would be two persons to every rule that asks for another",
                next_step=f"use the name {other!r} if it is the same person, else one that nobody takes for it",
            )


def wall(name: str, what: str) -> Refused:
    """The refusal that keeps custodians and case teams apart."""
    return Refused(
        "PRODUCT",
        "WALL",
        f"{name} {what}",
        why="who works on a case must not be the one who can open what was sealed in it",
        next_step="another person takes that part",
    )


def _check_new(workspace: Workspace, name: str) -> None:
    check_not_alike(name, (row.id for row in store.of_owner(workspace.tables, ActorRow, store.WORKSPACE)))


def _store(workspace: Workspace, before: ActorRow | None, name: str, role: str, case: str | None) -> ActorRow:
    if not before:
        _check_new(workspace, name)
    row = before or ActorRow(name, [], [])
    row = replace(
        row,
        roles=sorted({*row.roles, role}),
        teams=sorted({*row.teams, case}) if case else row.teams,
    )
    if row == before:
        return row
    bound = store.replace(workspace.tables, row) if before else store.add(workspace.tables, row)
    workspace.write_entry(
        "actor", {"role": role, **({"case": case} if case else {})}, {"name": name}, evidence=bound
    )
    return row
