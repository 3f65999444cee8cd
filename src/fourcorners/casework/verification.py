"""Verify a workspace: what is stored is what the ledger says."""

from __future__ import annotations

from typing import Any

from fourcorners.casework import store
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import VerificationFailed


def verify(workspace: Workspace) -> dict[str, Any]:
    """Check the chain, the catalogue against the ledger, every file's hash and every slice from its proof.

    Returns:
        How much was checked, and the head to compare with one that was noted earlier.

    Raises:
        VerificationFailed: naming the first thing that is not as it must be.
    """
    head = workspace.ledger.verify()
    said = _said_by_ledger(workspace)
    files = slices = 0
    for case in store.cases(workspace.db):
        for instrument in store.instruments_of(workspace.db, case.id):
            workspace.vault.check_original(instrument.document_sha256)
            files += 1
            for returned in store.returns_of(workspace.db, instrument.id):
                for member in store.members_of(workspace.db, returned.id):
                    stored = store.segments_of(workspace.db, returned.id, member.n)
                    hashes = {member.slices_sha256, *(segment.sha256 for segment in stored)}
                    _check_said(said.get((returned.id, member.n)), member.tree, hashes)
                    slices += workspace.vault.check_slices(member.slices, member.slices_sha256, member.tree)
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


def _said_by_ledger(workspace: Workspace) -> dict[tuple[str, int], tuple[str, set[str]]]:
    """Tree and file hashes of each member, as the newest entry about its return has them."""
    said: dict[tuple[str, int], tuple[str, set[str]]] = {}
    for entry in workspace.ledger.entries():
        if entry.kind in {"intake", "declaration"}:
            for n, member in enumerate(entry.facts["members"]):
                said[entry.facts["return"], n] = (
                    member["tree"],
                    {member["slices"], *member["segments"]},
                )
    return said


def _check_said(said: tuple[str, set[str]] | None, tree: str, hashes: set[str]) -> None:
    if said != (tree, hashes):
        raise VerificationFailed(
            "TAMPERED",
            "the catalogue names other files than the ledger does",
            where="workspace.sqlite, tables members and segments",
            why="what would be shown is not what was taken in",
            next_step="keep the workspace as it is and restore the database from a backup",
        )
