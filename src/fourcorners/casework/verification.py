"""Verify a workspace: what is stored is what the ledger says."""

from __future__ import annotations

from typing import Any

from fourcorners.casework import store
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import VerificationFailed

#: Entries that stand for a row of the case tables, and the fact that names it.
_SUBJECTS = {
    "case": "case",
    "instrument": "instrument",
    "intake": "return",
    "declaration": "return",
    "attribution": "attribution",
}


def verify(workspace: Workspace) -> dict[str, Any]:
    """Check the chain, the catalogue against the ledger, every file's hash and every slice from its proof.

    Returns:
        How much was checked, and the head to compare with one that was noted earlier.

    Raises:
        VerificationFailed: naming the first thing that is not as it must be.
    """
    with workspace.attempt("verify", {}):
        head = workspace.ledger.verify()
        _check_bodies(workspace)
        files = slices = 0
        for case in store.cases(workspace.db):
            for instrument in store.instruments_of(workspace.db, case.id):
                workspace.vault.check_original(instrument.document_sha256)
                files += 1
                for returned in store.returns_of(workspace.db, instrument.id):
                    for member in store.members_of(workspace.db, returned.id):
                        slices += workspace.vault.check_slices(member.slices, member.slices_sha256, member.tree)
                        stored = store.segments_of(workspace.db, returned.id, member.n)
                        for segment in stored:
                            workspace.vault.check_segment(segment.name, segment.sha256)
                        files += len(stored) + 1
        for sha256 in store.originals(workspace.db):
            workspace.vault.check_original(sha256)
            files += 1
    return {
        "verified": True,
        "ledger": {"size": head.size, "hash": head.hash},
        "files": files,
        "slices": slices,
        "witness": "none: whoever holds this folder can rewrite it; compare the hash with one noted earlier",
    }


def _check_bodies(workspace: Workspace) -> None:
    """Compare the case tables with the ledger, both ways: nothing changed, moved, added or gone."""
    said: dict[str, str] = {}
    for entry in workspace.ledger.entries():
        if name := _SUBJECTS.get(entry.kind):
            row_id = entry.facts[name]
            said[row_id] = entry.facts["body"]
            for n, member in enumerate(entry.facts.get("members", ())):
                said[f"{row_id}/{n}"] = member["body"]
    stored = store.stored_bodies(workspace.db)
    differing = sorted(key for key in said.keys() | stored.keys() if said.get(key) != stored.get(key))
    if differing:
        raise VerificationFailed(
            "TAMPERED",
            f"the case tables differ from the ledger at {', '.join(differing[:5])}",
            where="workspace.sqlite",
            why="what would be shown is not what was entered or taken in",
            next_step="keep the workspace as it is and restore the database from a backup",
        )
