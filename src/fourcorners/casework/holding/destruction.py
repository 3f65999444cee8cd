"""Lawful destruction: two persons, an order, the keys and salts go, a receipt stays.

What is destroyed are the keys of everything that was produced under an instrument: segments, slices, originals,
what the filter team holds, the bodies of its returns and the evidence beside its entries with their salts. The
ciphertexts stay where they are and open no more; the ledger's proofs stay whole. No receipt proves that nobody
kept a copy of a key: the copies that this workspace made are listed, so that they can be destroyed too.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from fourcorners.casework import catalogue
from fourcorners.casework import documents
from fourcorners.casework import journal
from fourcorners.casework import store
from fourcorners.casework.holding import shredding
from fourcorners.casework.holding import standing
from fourcorners.casework.people import actors
from fourcorners.casework.people import petitions
from fourcorners.casework.reason import is_given
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import PetitionRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError


def request(workspace: Workspace, instrument_id: str, order: Path, reason: str) -> PetitionRow:
    """Ask for the destruction of what was produced under an instrument.

    Args:
        workspace: where.
        instrument_id: the instrument.
        order: the court's order, the retention schedule or the policy that asks for it.
        reason: why now.

    Raises:
        UsageError: no reason.
        Refused: `DESTROYED`, `NOT_ON_TEAM`.
    """
    facts = {"instrument": instrument_id}
    with workspace.attempt("destroy request", facts):
        instrument = store.get(workspace.tables, InstrumentRow, instrument_id)
        actors.check_team(workspace, instrument.case)
        standing.check_not_destroyed(workspace, instrument_id)
        if not is_given(reason):
            raise UsageError(
                "USAGE",
                "a destruction needs a reason",
                why="what is destroyed cannot be looked at again",
                next_step="say in --reason which period ended or which order asks for it",
            )
        paper = documents.keep(workspace, instrument.case, order, documents.read(order))
        subject = {"instrument": instrument_id, "returns": _held(workspace, instrument_id)}
        return petitions.make(workspace, instrument.case, "destroy", subject, reason, paper)


def execute(workspace: Workspace, petition_id: str) -> dict[str, Any]:
    """Destroy, once another person has approved.

    Returns:
        The receipt: what was destroyed, by whom, and which copies of keys this workspace once made.

    Raises:
        UsageError: `UNKNOWN_PETITION`.
        Refused: `TWO_PERSONS`, also where something was taken in or opened since it was asked for; `DESTROYED`.
    """
    with workspace.attempt("destroy run", {"petition": petition_id}):
        row = store.get(workspace.tables, PetitionRow, petition_id)
        if row.kind != "destroy":
            raise UsageError("UNKNOWN_PETITION", f"{petition_id} asks for no destruction", next_step="`petitions`")
        instrument_id = row.subject["instrument"]
        standing.check_not_destroyed(workspace, instrument_id)
        decision = petitions.decide(workspace, "destroy", row)
        _check_as_confirmed(workspace, row)
        keys = workspace.tables.keys.commitments(instrument_id)
        intended = replace(row, state=shredding.INTENDED, subject={**row.subject, "keys": keys})
        with workspace.transaction() as tables:
            store.note_destroyed(tables, instrument_id, petition_id)
            bound = store.replace(tables, intended)
            petitions.write(
                workspace,
                "destruction",
                intended,
                bound,
                instrument=instrument_id,
                policies=list(decision.policies),
                keys=len(keys),
                commitment=_commitment(keys),
            )
    shredding.finish(workspace)
    return receipt(workspace, petition_id)


def _held(workspace: Workspace, instrument_id: str) -> dict[str, str]:
    """The returns under an instrument, each with the hash over its stored files, which tells nothing of them."""
    returns = store.of_owner(workspace.tables, ReturnRow, instrument_id)
    return {each.id: journal.digest_of(catalogue.of_return(workspace.tables, each.id)) for each in returns}


def _check_as_confirmed(workspace: Workspace, row: PetitionRow) -> None:
    """What goes is what was there when it was asked for, and nothing that nobody confirmed."""
    held, asked = _held(workspace, row.subject["instrument"]), row.subject["returns"]
    if held == asked:
        return
    changed = sorted(name for name in held.keys() | asked.keys() if held.get(name) != asked.get(name))
    raise Refused(
        "PRODUCT",
        "TWO_PERSONS",
        f"{', '.join(changed)}: taken in, judged anew or opened since {row.id} was made",
        why="whoever confirmed has not confirmed that it goes as well",
        next_step="ask anew with `fourcorners destroy request`, and have it confirmed",
    )


def receipt(workspace: Workspace, petition_id: str) -> dict[str, Any]:
    """What a completed destruction left behind as its proof."""
    row = store.get(workspace.tables, PetitionRow, petition_id)
    entries = [
        entry
        for entry in workspace.ledger.entries()
        if entry.kind in {"destruction", "destroyed"} and entry.facts["petition"] == petition_id
    ]
    copies = [
        dict(entry.audit or {}, entry=entry.id)
        for entry in workspace.ledger.entries()
        if entry.kind == "key backup"
    ]
    return {
        "petition": row.id,
        "instrument": row.subject["instrument"],
        "order": row.subject["document_sha256"],
        "requested_by": row.requester,
        "approved_by": row.approvers,
        "keys": len(row.subject["keys"]),
        "commitment": _commitment(row.subject["keys"]),
        "entries": [entry.id for entry in entries],
        "key_copies": [{"entry": copy["entry"], "place": copy.get("place", "")} for copy in copies],
        "state": row.state,
    }


def _commitment(keys: dict[str, str]) -> str:
    """One hash over the commitments to all wrapped keys, hex."""
    return sha256("\n".join(f"{name} {digest}" for name, digest in sorted(keys.items())).encode()).hexdigest()
