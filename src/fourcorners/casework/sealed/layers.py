"""The layer that a first custodian took off: it waits for the second, and no longer than the court's order.

Without it the second custodian's key alone would open whole files of sealed rows. So it goes when the order that
permitted it has run out, when the instrument is quashed, and when the records were opened by another order.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fourcorners.casework import store
from fourcorners.casework.rows import OPEN
from fourcorners.casework.rows import CaseRow
from fourcorners.casework.rows import PetitionRow
from fourcorners.law import unseal_order

if TYPE_CHECKING:
    from fourcorners.casework.workspace import Workspace

ACTED = "acted"


def of_case(workspace: Workspace, case: str) -> list[PetitionRow]:
    """The petitions of a case in which one custodian has acted."""
    rows = store.of_owner(workspace.tables, PetitionRow, case)
    return [row for row in rows if row.kind == "unseal" and row.state == ACTED]


def has_lapsed(row: PetitionRow, now: int) -> bool:
    """Whether a layer is off and the order behind it may no longer be carried out."""
    return row.state == ACTED and not unseal_order.parse(row.subject["order"].encode()).is_live(now)


def drop(workspace: Workspace, row: PetitionRow, why: str) -> PetitionRow:
    """Forget a layer, within the caller's transaction; the petition stands as if nobody had acted."""
    subject = {name: value for name, value in row.subject.items() if name != "begun"}
    bare = replace(row, approvers=[], state=OPEN, subject=subject)
    bound = store.replace(workspace.tables, bare)
    workspace.write_entry(
        "layer dropped",
        {"case": row.case, "petition": row.id, "why": why},
        {"requester": row.requester, "acted": row.approvers},
        evidence=bound,
        owner=row.case,
    )
    return bare


def drop_lapsed(workspace: Workspace) -> None:
    """Forget every layer whose order has run out."""
    now = workspace.clock()
    if now < workspace.ledger.newest():
        return  # a clock that was set back is refused at the next step, and must not keep the workspace shut
    lapsed = [
        row
        for case in store.of_owner(workspace.tables, CaseRow, store.WORKSPACE)
        for row in of_case(workspace, case.id)
        if has_lapsed(row, now)
    ]
    for row in lapsed:
        with workspace.transaction():
            drop(workspace, row, "order ran out")
