"""The last step of a destruction: the keys go, the ledger says so; it ends the same however often it is begun.

An intention is on the ledger, durable, before the first key goes. From then on opening the workspace completes it:
half a destruction is never left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fourcorners.casework import store
from fourcorners.casework.rows import PetitionRow

if TYPE_CHECKING:
    from fourcorners.casework.workspace import Workspace

INTENDED, DONE = "intended", "done"


def recall(workspace: Workspace) -> None:
    """Tell the key store which instruments the ledger has destroyed."""
    for instrument in store.destroyed(workspace.tables):
        workspace.tables.keys.recall_shredded(instrument)


def finish(workspace: Workspace) -> None:
    """Complete every destruction whose intention is on the ledger, and every one whose keys came back."""
    recall(workspace)
    for instrument, petition in store.destroyed(workspace.tables).items():
        row = store.get(workspace.tables, PetitionRow, petition)
        if row.state == INTENDED:
            _shred(workspace, row)
        elif keys := workspace.tables.keys.commitments(instrument):
            _again(workspace, row, len(keys))


def _again(workspace: Workspace, row: PetitionRow, keys: int) -> None:
    """Keys of a destroyed instrument lie here again (a copy was restored): they go, and the ledger says so."""
    facts = {"case": row.case, "instrument": row.subject["instrument"], "petition": row.id, "keys": keys}
    workspace.record("destroyed again", facts, {})
    workspace.tables.keys.shred(row.subject["instrument"])


def _shred(workspace: Workspace, row: PetitionRow) -> None:
    instrument = row.subject["instrument"]
    workspace.tables.keys.shred(instrument)
    done = replace(row, state=DONE)
    with workspace.transaction() as tables:
        tables.db.execute("DELETE FROM files WHERE instrument = ?", (instrument,))
        tables.db.execute("UPDATE originals SET mac = '' WHERE owner = ?", (instrument,))
        bound = store.replace(tables, done)
        workspace.write_entry(
            "destroyed",
            {"case": row.case, "instrument": instrument, "petition": row.id, "keys": len(row.subject["keys"])},
            {"requester": row.requester, "approvers": row.approvers, "reason": row.reason},
            evidence=bound,
            owner=row.case,
        )
