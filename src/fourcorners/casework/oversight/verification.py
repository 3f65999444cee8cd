"""Verify a workspace: what is stored is what the ledger says, and the ledger is the one that was seen before."""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path
from typing import Any

from fourcorners.casework import catalogue
from fourcorners.casework import journal
from fourcorners.casework import recovery
from fourcorners.casework import store
from fourcorners.casework.holding import standing
from fourcorners.casework.journal import Entry
from fourcorners.casework.oversight import bindings
from fourcorners.casework.oversight import stamping
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.oversight.bindings import tampered
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.vault import slices


def verify(workspace: Workspace, *, since: Path | None = None) -> dict[str, Any]:
    """Check the log, the catalogue against it, every file's hash and every slice from its proof.

    Args:
        workspace: where.
        since: a checkpoint that was kept elsewhere; the log must be a continuation of it.

    Returns:
        How much was checked, and the head to compare with one that was noted earlier.

    Raises:
        VerificationFailed: naming the first thing that is not as it must be.
    """
    with workspace.attempt("verify", {}):
        recovery.check_continues(workspace)
        head = workspace.ledger.verify()
        extends = witnessing.check_since(workspace, since) if since else None
        entries = list(workspace.ledger.entries())
        witnessing.check_cosigned(workspace, entries)
        cosigned, seen = witnessing.check_kept(workspace), witnessing.last_seen(workspace)
        stamped = stamping.check(workspace, entries)
        _check_bodies(workspace, entries)
        _check_catalogue(workspace, entries)
        bindings.check(workspace, entries)
        _check_counts(workspace, entries)
        _check_originals(workspace)
        hashes, vault = catalogue.stored_hashes(workspace.tables), workspace.vault
        for name, digest in hashes.items():
            vault.check(name, digest)
        pieces = sum(_check_slices(workspace))
    return {
        "verified": True,
        "ledger": {"size": head.size, "hash": head.hash},
        "files": len(hashes),
        "slices": pieces,
        "extends": extends,
        "stamped": stamped,
        "witness": cosigned or f"none: {witnessing.without_quorum(seen)}",
        "witnesses": seen,
    }


def _check_slices(workspace: Workspace) -> list[int]:
    """The released slices of every member whose keys are there, each from its proof alone."""
    return [
        slices.check(workspace.vault, returned.instrument, member.slices, member.tree)
        for case in store.cases(workspace.tables)
        for instrument in store.of_owner(workspace.tables, InstrumentRow, case.id)
        if not standing.is_destroyed(workspace, instrument.id)
        for returned in store.of_owner(workspace.tables, ReturnRow, instrument.id)
        for member in store.members_of(workspace.tables, returned)
    ]


def _check_bodies(workspace: Workspace, entries: list[Entry]) -> None:
    """Compare the case tables with the ledger, both ways: nothing changed, moved, added or gone.

    Rows whose key was destroyed can be read by nobody; the entry of their destruction stands for them.
    """
    said: dict[str, str] = {}
    members: dict[str, dict[str, str]] = {}  # by return: read again, one may have fewer
    for entry in entries:
        if entry.evidence and "row" in entry.evidence:
            said[entry.evidence["row"]] = entry.evidence["body"]
            if entry.kind in bindings.STORED:
                members[entry.facts["return"]] = entry.evidence.get("members", {})
    for each in members.values():
        said |= each
    stored = store.stored_bodies(workspace.tables)
    differing = sorted(key for key in said.keys() | stored.keys() if said.get(key) != stored.get(key))
    if differing:
        raise tampered(f"the case tables differ from the ledger at {', '.join(differing[:5])}", "case tables")


def _check_catalogue(workspace: Workspace, entries: list[Entry]) -> None:
    """Compare the files of every return with the newest entry about it; needs no key."""
    said = {entry.facts["return"]: entry.facts["files"] for entry in entries if entry.kind in bindings.STORED}
    returns = {name for (name,) in workspace.tables.db.execute("SELECT id FROM returns").fetchall()}
    differing = [
        return_id
        for return_id in sorted(said.keys() | returns)
        if return_id not in returns
        or said.get(return_id) != journal.digest_of(catalogue.of_return(workspace.tables, return_id))
    ]
    if differing:
        raise tampered(f"the files of {', '.join(differing[:5])} are not those that were stored", "catalogue")


def _check_originals(workspace: Workspace) -> None:
    """Whole files and papers whose key was not destroyed: what lies in them is what was given."""
    if misplaced := catalogue.misplaced_originals(workspace.tables):
        raise tampered(f"{misplaced[0]} is not under the key of its return's instrument", "originals")
    vault = workspace.vault
    for name, owner, mac in catalogue.all_originals(workspace.tables):
        if workspace.tables.keys.is_shredded(owner):
            continue
        with vault.reading(name, owner) as source:
            digest = file_digest(source, "sha256").hexdigest()
            if store.mac_of(workspace.tables, owner, digest) != mac:
                raise tampered(f"{name} is not the paper or file that was given", "originals")


def _check_counts(workspace: Workspace, entries: list[Entry]) -> None:
    """Compare the numbers of rows shown, by person and case, with the reads on the ledger."""
    said: dict[tuple[str, str], int] = {}
    for entry in entries:
        if entry.kind == "read" and entry.facts["shown"] and entry.audit:
            key = (entry.audit["actor"], entry.facts["case"])
            said[key] = said.get(key, 0) + entry.facts["rows"]
    stored = workspace.tables.db.execute("SELECT actor, case_id, rows FROM shown").fetchall()
    if said != {(actor, case): rows for actor, case, rows in stored}:
        raise tampered("the numbers of rows that persons were shown are not those of the ledger", "shown")
