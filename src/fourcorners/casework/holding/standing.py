"""Where an instrument stands now: its periods, what a court said of it since, whether its records still exist.

The order's text never changes. What happens to the instrument later stands beside it: a ruling that quashes it,
and what was derived from it; an order that opened some of its sealed records; a destruction.
"""

from __future__ import annotations

from typing import Any

from fourcorners.casework import store
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import PetitionRow
from fourcorners.casework.rows import RulingRow
from fourcorners.casework.workspace import Workspace
from fourcorners.law import clocks
from fourcorners.law.access.instrument import NO_END
from fourcorners.law.access.instrument import InstrumentFacts
from fourcorners.model.errors import Refused
from fourcorners.model.instant import rfc3339
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import Purpose
from fourcorners.vault.keys import missing

QUASHED, REINSTATED = "quashed", "reinstated"


def of_instrument(workspace: Workspace, instrument_id: str) -> InstrumentFacts:
    """What the access policies ask of an instrument."""
    instrument = store.load_instrument(workspace.tables, instrument_id)
    return InstrumentFacts(
        id=instrument.id,
        case=instrument.case,
        categories=instrument.scope.categories | opened_categories(workspace, instrument),
        readable_from=instrument.issued,
        retain_until=NO_END if instrument.retain_until is None else instrument.retain_until,
        quashed=bool(quashed_by(workspace, instrument_id)),
        destroyed=is_destroyed(workspace, instrument_id),
        emergency=instrument.purpose is Purpose.EMERGENCY,
        ratification_deadline=clocks.ratification_deadline(instrument),
        ratified=clocks.ratified_in_time(instrument),
    )


def is_destroyed(workspace: Workspace, instrument_id: str) -> bool:
    """Whether the ledger has what was produced under it destroyed, or is about to.

    Raises:
        VerificationFailed: `MISSING_KEY`: its key is gone, and no destruction says so.
    """
    if workspace.tables.keys.is_shredded(instrument_id):
        return True
    if not workspace.tables.keys.has(instrument_id):
        raise missing(instrument_id, f"{instrument_id}/self.key")
    return False


def is_ground(workspace: Workspace, instrument_id: str) -> bool:
    """Whether its records may be read now without anybody being asked why: further steps may rest on them."""
    facts, now = of_instrument(workspace, instrument_id), workspace.now()
    in_time = facts.readable_from <= now <= facts.retain_until
    return in_time and not facts.quashed and not facts.destroyed and (facts.ratified or not facts.emergency)


def opened_categories(workspace: Workspace, instrument: Instrument) -> frozenset[str]:
    """Data categories outside the instrument of which a court had records opened."""
    return frozenset(
        category
        for row in store.of_owner(workspace.tables, PetitionRow, instrument.case)
        if row.kind == "unseal" and row.subject["opens"] == instrument.id
        for category in row.subject.get("categories", ())
    )


def quashed_by(workspace: Workspace, instrument_id: str) -> list[str]:
    """The quashed instruments from which this one comes, itself among them; none of it is read or used.

    Raises:
        VerificationFailed: `TAMPERED`: the rulings are not those of the newest entry.
    """
    workspace.ledger.check_state()
    row = store.get(workspace.tables, InstrumentRow, instrument_id)
    rulings = store.of_owner(workspace.tables, RulingRow, instrument_id)
    own = [instrument_id] if rulings and rulings[-1].ruling == QUASHED else []
    above = [each for parent in row.derived_from for each in quashed_by(workspace, parent)]
    return list(dict.fromkeys(own + above))


def check_not_quashed(workspace: Workspace, instrument_id: str) -> None:
    """Whether something may still be taken in under an instrument.

    Raises:
        Refused: `LAW QUASHED`.
    """
    if found := quashed_by(workspace, instrument_id):
        raise Refused(
            "LAW",
            "QUASHED",
            f"{instrument_id} rests on {', '.join(found)}, which a court quashed",
            why="what comes from a quashed instrument is locked until a court decides",
            next_step="`fourcorners instrument reinstate` with the court's order, if there is one",
        )


def check_not_destroyed(workspace: Workspace, instrument_id: str) -> None:
    """Whether what was produced under an instrument still exists.

    Raises:
        Refused: `PRODUCT DESTROYED`.
    """
    if is_destroyed(workspace, instrument_id):
        raise Refused(
            "PRODUCT",
            "DESTROYED",
            f"what was produced under {instrument_id} was destroyed",
            why="its keys are gone, and nothing more is taken in under it",
            next_step="`fourcorners petitions` names the destruction; its entries are the proof",
        )


def retention(workspace: Workspace, instrument_id: str) -> dict[str, Any]:
    """How long records are held: `held`, `IN_BREACH` once the period is over, or `destroyed`."""
    instrument = store.load_instrument(workspace.tables, instrument_id)
    until = instrument.retain_until
    if is_destroyed(workspace, instrument_id):
        state = "destroyed"
    else:
        state = "IN_BREACH" if until is not None and workspace.now() > until else "held"
    return {"state": state, "retain_until": None if until is None else rfc3339(until)}
