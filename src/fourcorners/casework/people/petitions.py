"""Petitions: steps that wait for other persons, and their approvals.

A petition is made where a rule asks for others: an instrument with many accounts, more rows than the agency's
number, the opening of sealed records, a destruction. Who may say yes, and how many must, is for the access
policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fourcorners.casework import documents
from fourcorners.casework import store
from fourcorners.casework.documents import Paper
from fourcorners.casework.people import actors
from fourcorners.casework.rows import PetitionRow
from fourcorners.casework.workspace import Workspace
from fourcorners.law.access import petition as access
from fourcorners.law.access.decision import Decision
from fourcorners.law.access.petition import Petition
from fourcorners.model.errors import Refused

OPEN, DONE = "open", "done"


def make(
    workspace: Workspace,
    case: str,
    kind: str,
    subject: dict[str, Any],
    reason: str,
    paper: Paper | None = None,
) -> PetitionRow:
    """Write down that the acting person asks for a step.

    Args:
        workspace: where.
        case: the case.
        kind: `targets`, `reads`, `unseal` or `destroy`.
        subject: what it is about; two petitions of one person about the same are one.
        reason: why, in his words.
        paper: the order on which it rests.
    """
    if paper:
        subject = {**subject, **paper.fields()}
    for row in store.of_owner(workspace.tables, PetitionRow, case):
        if (row.kind, row.subject, row.requester, row.state) == (kind, subject, workspace.actor, OPEN):
            return row
    with workspace.transaction() as tables:
        if paper:
            documents.note(tables, case, paper)
        row = PetitionRow(
            id=store.next_id(tables, PetitionRow),
            case=case,
            kind=kind,
            subject=subject,
            requester=workspace.actor,
            reason=reason,
            at=workspace.now(),
            approvers=[],
        )
        bound = store.add(tables, row)
        write(workspace, "petition", row, bound, **(paper.facts() if paper else {}))
    return row


def write(workspace: Workspace, kind: str, row: PetitionRow, bound: Mapping[str, str], **facts: Any) -> str:
    """The entry of a step of a petition, within the caller's transaction. Returns its name."""
    return workspace.write_entry(
        kind,
        {"case": row.case, "petition": row.id, "step": row.kind, "approvals": len(row.approvers), **facts},
        {"reason": row.reason, "requester": row.requester, "approvers": row.approvers},
        evidence=bound,
        owner=row.case,
    )


def approve(workspace: Workspace, petition_id: str) -> PetitionRow:
    """Say yes to a petition.

    Raises:
        UsageError: `UNKNOWN_PETITION`, or it waits for nobody's approval.
        Refused: `SELF_APPROVAL`, `NOT_INDEPENDENT`, and what else the policies refuse.
    """
    with workspace.attempt("approve", {"petition": petition_id}):
        row = store.get(workspace.tables, PetitionRow, petition_id)
        decision = decide(workspace, "approve", row)
        approved = replace(row, approvers=[*row.approvers, workspace.actor])
        with workspace.transaction() as tables:
            bound = store.replace(tables, approved)
            write(workspace, "approval", approved, bound, policies=list(decision.policies))
        return approved


def decide(workspace: Workspace, action: str, row: PetitionRow, **state: Any) -> Decision:
    """Ask the policies about a step of a petition.

    Args:
        workspace: where, and who acts.
        action: `approve`, `unseal` or `destroy`.
        row: the petition.
        state: what the policies ask about beyond the row (`court_order`, `order_live`, `items`, ...).

    Raises:
        Refused: with the code, the sentence and the next step of the policy that forbids it.
    """
    petition = Petition(
        id=row.id,
        kind=row.kind,
        case=row.case,
        requester=actors.person(workspace, row.requester),
        approvers=frozenset(actors.person(workspace, name) for name in row.approvers),
        **state,
    )
    decision = access.decide_petition(actors.acting(workspace), action, petition, workspace.now())
    if not decision.allowed:
        raise refusal(decision)
    return decision


def refusal(decision: Decision) -> Refused:
    """A deny in the words of its policy."""
    return Refused(
        decision.whose,
        decision.code,
        decision.what,
        next_step=decision.question or decision.next,
        rules=decision.policies,
    )


def approved(workspace: Workspace, case: str, kind: str, subject: dict[str, Any], count: int) -> list[PetitionRow]:
    """The acting person's petitions about a subject that `count` others have approved."""
    return [
        row
        for row in store.of_owner(workspace.tables, PetitionRow, case)
        if (row.kind, row.subject, row.requester) == (kind, subject, workspace.actor)
        and len(set(row.approvers)) >= count
    ]
