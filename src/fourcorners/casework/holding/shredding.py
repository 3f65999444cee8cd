"""The last step of a destruction: the keys go, the ledger says so; it ends the same however often it is begun.

An intention is on the ledger, durable, before the first key goes. From then on opening the workspace completes it:
half a destruction is never left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fourcorners.casework import store
from fourcorners.casework.rows import CaseRow
from fourcorners.casework.rows import PetitionRow

if TYPE_CHECKING:
    from fourcorners.casework.workspace import Workspace

INTENDED, DONE = "intended", "done"


def finish(workspace: Workspace) -> list[PetitionRow]:
    """Complete every destruction whose intention is on the ledger. Returns their petitions."""
    intended = [
        row
        for case in store.of_owner(workspace.tables, CaseRow, store.WORKSPACE)
        for row in store.of_owner(workspace.tables, PetitionRow, case.id)
        if row.kind == "destroy" and row.state == INTENDED
    ]
    return [_shred(workspace, row) for row in intended]


def _shred(workspace: Workspace, row: PetitionRow) -> PetitionRow:
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
    return done
