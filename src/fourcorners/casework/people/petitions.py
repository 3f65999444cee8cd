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
from fourcorners.casework.rows import OPEN
from fourcorners.casework.rows import PetitionRow
from fourcorners.casework.store import WORKSPACE
from fourcorners.casework.workspace import Workspace
from fourcorners.law.access import petition as access
from fourcorners.law.access.actor import Actor
from fourcorners.law.access.decision import Decision
from fourcorners.law.access.petition import Petition
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError

DONE = "done"
#: Other persons who must agree to more rows than the agency's number (M52).
DUAL = 2


def make(
    workspace: Workspace,
    case: str,
    kind: str,
    subject: dict[str, Any],
    reason: str,
    paper: Paper | None = None,
    asks: Mapping[str, Any] | None = None,
) -> PetitionRow:
    """Write down that the acting person asks for a step.

    Args:
        workspace: where.
        case: the case, or `store.WORKSPACE`.
        kind: `targets`, `reads`, `unseal`, `destroy` or `team`.
        subject: what it is about; two petitions of one person about the same are one.
        reason: why, in his words; said later, it takes the place of the one before, until somebody has agreed.
        paper: the order on which it rests.
        asks: what else those who answer it see.
    """
    if paper:
        subject = {**subject, **paper.fields()}
    for row in store.of_owner(workspace.tables, PetitionRow, case):
        if (row.kind, row.subject, row.requester, row.state) == (kind, subject, workspace.actor, OPEN):
            return _said_again(workspace, row, reason, asks)
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
            asks=dict(asks or {}),
        )
        bound = store.add(tables, row)
        write(workspace, "petition", row, bound, **(paper.facts() if paper else {}))
    return row


def _said_again(
    workspace: Workspace, row: PetitionRow, reason: str, asks: Mapping[str, Any] | None
) -> PetitionRow:
    """The petition with what is said of it now; what somebody has agreed to stays as he read it."""
    again = replace(row, reason=reason if reason.strip() else row.reason, asks=dict(asks or row.asks))
    if row.approvers or again == row:
        return row
    with workspace.transaction() as tables:
        write(workspace, "petition", again, store.replace(tables, again))
    return again


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
        UsageError: `UNKNOWN_PETITION`: there is none, or it waits for nobody's approval.
        Refused: `SELF_APPROVAL`, `NOT_INDEPENDENT`, and what else the policies refuse; `LOOK_ALIKE`.
    """
    with workspace.attempt("approve", {"petition": petition_id}):
        row = store.get(workspace.tables, PetitionRow, petition_id)
        actors.check_not_alike(workspace.actor, (row.requester, *row.approvers))
        decision = decide(workspace, "approve", row)
        if row.state != OPEN:
            raise UsageError(
                "UNKNOWN_PETITION",
                f"{petition_id} waits for nobody any more: it is {row.state}",
                why="who agreed after the step would stand there as if he had agreed before it",
                next_step="`fourcorners petitions` lists what waits for whom",
            )
        people = [*row.approvers, workspace.actor]
        # more rows are asked for again and again; each petition is answered once
        answered = row.kind == "reads" and len(people) >= DUAL
        approved = replace(row, approvers=people, state=DONE if answered else OPEN)
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
        requester=_person(workspace, row, row.requester),
        approvers=frozenset(_person(workspace, row, name) for name in row.approvers),
        **state,
    )
    actor = _person(workspace, row, workspace.actor)
    decision = access.decide_petition(actor, action, petition, workspace.now())
    if not decision.allowed:
        raise refusal(decision)
    return decision


def _person(workspace: Workspace, row: PetitionRow, name: str) -> Actor:
    """A person as the policies see him at a petition.

    One about the workspace is about every case in it, so whoever is on any team is on its team.
    """
    found = actors.person(workspace, name)
    return replace(found, teams=found.teams | {WORKSPACE}) if found.teams and row.case == WORKSPACE else found


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


def agreed(workspace: Workspace, case: str, kind: str, subject: dict[str, Any]) -> PetitionRow | None:
    """The acting person's petition about a subject that another approved, and that no step has used yet."""
    found = approved(workspace, case, kind, subject, 1)
    return next((row for row in found if row.state == OPEN), None)


def use(workspace: Workspace, row: PetitionRow) -> None:
    """Close a petition with the step that it permitted, within the caller's transaction: it permits one."""
    done = replace(row, state=DONE)
    write(workspace, "petition used", done, store.replace(workspace.tables, done))
