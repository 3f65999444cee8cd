"""Cases: what the work is for."""

from __future__ import annotations

from fourcorners.casework import store
from fourcorners.casework.people import actors
from fourcorners.casework.rows import CaseRow
from fourcorners.casework.store import WORKSPACE
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import UsageError


def open_case(workspace: Workspace, title: str, predicate: str) -> CaseRow:
    """Open a case; the person who opens it is the first on its team.

    Args:
        workspace: where.
        title: what people call it.
        predicate: the facts that justify it; no case opens without one.

    Raises:
        UsageError: title or predicate is empty.
        Refused: `WALL`, for a custodian.
    """
    with workspace.attempt("case open", {}):
        if not title.strip() or not predicate.strip():
            raise UsageError(
                "USAGE",
                "a case needs a title and a predicate",
                why="a case without stated facts is a search for something to find",
                next_step="state in --predicate what happened and how it became known",
            )
        row = CaseRow(
            store.next_id(workspace.tables, CaseRow),
            title.strip(),
            predicate.strip(),
            workspace.now(),
            workspace.actor,
        )
        if not workspace.tables.keys.has(row.id):
            workspace.tables.keys.create(row.id)
        with workspace.transaction() as tables:
            bound = store.add(tables, row)
            workspace.write_entry(
                "case",
                {"case": row.id},
                {"title": row.title, "predicate": row.predicate},
                evidence=bound,
                owner=WORKSPACE,
            )
            actors.open_team(workspace, row.id)
        return row
