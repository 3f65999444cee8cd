"""Cases: what the work is for."""

from __future__ import annotations

from fourcorners.casework import store
from fourcorners.casework.store import CaseRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import UsageError


def open_case(workspace: Workspace, title: str, predicate: str) -> CaseRow:
    """Open a case.

    Args:
        workspace: where.
        title: what people call it.
        predicate: the facts that justify it; no case opens without one.

    Raises:
        UsageError: title or predicate is empty.
    """
    with workspace.attempt("case open", {}):
        if not title.strip() or not predicate.strip():
            raise UsageError(
                "USAGE",
                "a case needs a title and a predicate",
                why="a case without stated facts is a search for something to find",
                next_step="state in --predicate what happened and how it became known",
            )
        with workspace.transaction() as db:
            row = CaseRow(
                store.next_id(db, "cases", "C"),
                title.strip(),
                predicate.strip(),
                workspace.now(),
                workspace.actor,
            )
            body = store.add_case(db, row)
            workspace.write_entry(
                "case", {"case": row.id, "body": body}, {"title": row.title, "predicate": row.predicate}
            )
        return row
