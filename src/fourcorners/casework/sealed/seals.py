"""What is sealed, and the filter team that alone can open it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from fourcorners.casework import gate
from fourcorners.casework import store
from fourcorners.casework.holding import standing
from fourcorners.casework.people import actors
from fourcorners.casework.people import petitions
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import PetitionRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError
from fourcorners.vault import segments
from fourcorners.vault.filter_team import FilterTeam
from fourcorners.vault.segments import WITHHELD_FAMILY

#: The rule under which `law.scope` withholds; what a reader could not read has another.
_SCOPE = "scope"


def set_team(workspace: Workspace, lines: str, reason: str = "") -> FilterTeam:
    """Name the custodians to whom everything outside scope is encrypted from now on.

    The first team is named by whoever makes the workspace ready. To put another in its place takes a second
    person, a supervisor who is on no case's team and is none of the new custodians: else anybody who can type
    could have what is sealed from then on encrypted to himself.

    Args:
        workspace: where.
        lines: one line a custodian, as `seal key` printed it on his own machine.
        reason: why another team.

    Raises:
        BadInput: `CUSTODIAN_KEY`: a line is not whole, or there are fewer than two custodians.
        Refused: `WALL`: one of them is on a case's team; `LOOK_ALIKE`; `TWO_PERSONS`, with the petition's name.
    """
    with workspace.attempt("seal team", {}):
        team, before = FilterTeam.parse(lines), workspace.filter_team()
        if team == before:
            return team
        for each in team.custodians:
            actors.check_custodian(workspace, each.name)
        agreed = _agreed(workspace, before, team, reason) if before else None
        with workspace.transaction() as tables:
            for each in team.custodians:
                actors.add_custodian(workspace, each.name)
            store.put_setting(tables, "filter_team", team.lines())
            workspace.write_entry(
                "filter team",
                {"custodians": len(team.custodians), "keys": [each.public.hex() for each in team.custodians]},
                {"names": [each.name for each in team.custodians]},
            )
            if agreed:
                petitions.use(workspace, agreed)
        return team


def _agreed(workspace: Workspace, before: FilterTeam, team: FilterTeam, reason: str) -> PetitionRow:
    """The petition for this team in the place of that one, approved by somebody who gains nothing by it."""
    replaced = sha256(before.lines().encode()).hexdigest()
    subject = {"custodians": [each.line() for each in team.custodians], "replaces": replaced}
    found = petitions.agreed(workspace, store.WORKSPACE, "team", subject)
    if found and set(found.approvers) - {each.name for each in team.custodians}:
        return found
    row = petitions.make(workspace, store.WORKSPACE, "team", subject, reason)
    raise Refused(
        "PRODUCT",
        "TWO_PERSONS",
        "there is a filter team; another takes its place only if an independent person agrees",
        why="whoever names the custodians decides who can open what is sealed from then on",
        next_step=f"a supervisor who is on no case's team and is no custodian of the new one runs "
        f"`fourcorners --as NAME approve {row.id}`; then run the command again",
    )


def list_sealed(workspace: Workspace, instrument_id: str, reason: str = "") -> Iterator[dict[str, Any]]:
    """Every sealed record under an instrument by its id, with the reason; no value of it.

    `opened` says whether a court had it opened since; `kept` whether it can be: what was taken in before there was
    a filter team is not stored.

    Raises:
        UsageError: `UNKNOWN_INSTRUMENT`.
        Refused: `DESTROYED`, and what the policies refuse.
    """
    with workspace.attempt("seal list", {"instrument": instrument_id}):
        case = store.get(workspace.tables, InstrumentRow, instrument_id).case
        decision = gate.check_show(workspace, case, reason)
        standing.check_not_destroyed(workspace, instrument_id)
        found = list(_sealed(workspace, instrument_id))
        workspace.record(
            "seals shown",
            {
                "case": case,
                "instrument": instrument_id,
                "sealed": len(found),
                "policies": list(decision.policies),
            },
            {"reason": reason, "asked": decision.question},
        )
    yield from found


def _sealed(workspace: Workspace, instrument_id: str) -> Iterator[dict[str, Any]]:
    returns = store.of_owner(workspace.tables, ReturnRow, instrument_id)
    opened = {item for each in returns if each.unsealed for item in each.unsealed["items"].split()}
    for returned in returns:
        kept = bool(store.sealed_of(workspace.tables, returned.id))
        for member in store.members_of(workspace.tables, returned):
            for segment in store.segments_of(workspace.tables, returned.id, member.n):
                if segment.family != WITHHELD_FAMILY or returned.unsealed:
                    continue
                for batch in segments.read(workspace.vault, instrument_id, segment.name):
                    for row, reason, rule in zip(
                        *(batch.column(name).to_pylist() for name in ("row", "reason", "rule")), strict=True
                    ):
                        if rule == _SCOPE:
                            item = f"{returned.id}.{member.n}.{row}"
                            yield {"item": item, "reason": reason, "kept": kept, "opened": item in opened}


def check_kept(workspace: Workspace, instrument_id: str, items: tuple[str, ...]) -> None:
    """Whether every item is a sealed record under the instrument that was kept for a court.

    Raises:
        UsageError: `UNKNOWN_ITEM`.
    """
    known = {line["item"]: line for line in _sealed(workspace, instrument_id)}
    for item in items:
        line = known.get(item)
        if line is None or not line["kept"] or line["opened"]:
            why = "is no sealed record" if line is None else "was not kept" if not line["kept"] else "was opened"
            raise UsageError(
                "UNKNOWN_ITEM",
                f"{item} {why} under {instrument_id}",
                why="a court opens records that are named one by one",
                next_step=f"`fourcorners seal list --under {instrument_id}` has the ids",
            )
