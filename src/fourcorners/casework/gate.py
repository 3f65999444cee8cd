"""The only door for reads: decide, write the entry, then give the rows. And for what a case holds beside them.

Decided once a query, by the access policies, for the acting person, one case and one instrument. The entry is
durable before the first row leaves: who, why, the wording that he saw, under which instrument, what kind, how
many, and the policies that decided. What the policies leave open because it depends on the record becomes the
filter through which the stored rows pass, whatever the catalogue says about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import pyarrow as pa

from fourcorners.casework import journal
from fourcorners.casework import store
from fourcorners.casework.holding import standing
from fourcorners.casework.people import actors
from fourcorners.casework.people import petitions
from fourcorners.casework.reason import is_given
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import MemberRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.law.access.decision import Decision
from fourcorners.law.access.instrument import InstrumentFacts
from fourcorners.law.access.read import decide_read
from fourcorners.law.access.show import decide_show
from fourcorners.model.errors import Refused
from fourcorners.vault import segments
from fourcorners.vault.segments import WITHHELD_FAMILY
from fourcorners.vault.segments import Segment


@dataclass(frozen=True, slots=True)
class Rows:
    """Released rows of one member and family."""

    returned: ReturnRow
    member: MemberRow
    family: str
    batch: pa.RecordBatch


@dataclass(frozen=True, slots=True)
class _Stored:
    returned: ReturnRow
    member: MemberRow
    segment: Segment


def read(
    workspace: Workspace,
    instrument_id: str,
    *,
    family: str | None,
    purpose: str,
    reason: str = "",
    case: str | None = None,
    shown: bool = True,
) -> Iterator[Rows]:
    """Released rows under one instrument.

    Args:
        workspace: where.
        instrument_id: the authority for the read.
        family: one record family, or None for all.
        purpose: the use case that reads (`records`, `attribute`, ...).
        reason: what the reader says, where a justification is asked for.
        case: the case for which is read; another case's records are refused.
        shown: whether a person gets to see the rows as such. A join or an exhibit that shows what comes of them is
            decided and written down all the same, but does not count towards the number.

    Raises:
        Refused: with the code, the sentence and the next step of the policy that forbids it.
        VerificationFailed: a segment is not what was stored.
    """
    facts = {"instrument": instrument_id, "family": family or "all", "purpose": purpose}
    with workspace.attempt("read", facts):
        asked = standing.of_instrument(workspace, instrument_id)
        bound = asked.case if case is None else case
        stored = [] if asked.destroyed else list(_segments(workspace, instrument_id, family))
        rows = sum(each.segment.rows for each in stored)
        decision = _admit(workspace, facts, asked, bound, rows, _files(stored), reason=reason, shown=shown)
    condition = decision.filter.arrow(
        {"case": asked.case, "instrument": asked.id, "sealed": False}, {"category": "category"}
    )
    for found in _stored_rows(workspace, instrument_id, stored, facts):
        yield replace(found, batch=found.batch.filter(condition))


def count_shown(workspace: Workspace, instrument_id: str, rows: int, *, purpose: str, reason: str = "") -> None:
    """Decide and count that a person sees so many rows of what `read` gave to a use case unshown.

    Raises:
        Refused: as `read`.
    """
    facts = {"instrument": instrument_id, "family": "all", "purpose": purpose}
    with workspace.attempt("read", facts):
        asked = standing.of_instrument(workspace, instrument_id)
        _admit(workspace, facts, asked, asked.case, rows, _files([]), reason=reason, shown=True)


def _admit(
    workspace: Workspace,
    facts: dict[str, str],
    asked: InstrumentFacts,
    bound: str,
    rows: int,
    files: str,
    *,
    reason: str,
    shown: bool,
) -> Decision:
    """Decide on a read of so many rows, and write it down with what is counted."""
    before = store.shown_to(workspace.tables, workspace.actor, bound) if shown else 0
    allowance = _allowance(workspace, bound)
    decision = decide_read(
        actors.acting(workspace),
        case=bound,
        instrument=asked,
        now=workspace.now(),
        justified=is_given(reason),
        rows=before + rows if shown else 0,
        allowance=allowance,
    )
    if not decision.allowed:
        asks = {"instrument": asked.id, "rows": rows, "shown": before, "allowed": allowance}
        raise _refusal(workspace, bound, decision, reason, asks)
    seen = {
        **facts,
        "case": bound,
        "rows": rows,
        "shown": shown,
        "files": files,
        "policies": list(decision.policies),
    }

    def count() -> None:
        if shown:
            store.add_shown(workspace.tables, workspace.actor, bound, rows)

    workspace.record("read", seen, {"reason": reason, "asked": decision.question}, alongside=count)
    return decision


def own_check(workspace: Workspace, instrument_id: str, purpose: str) -> Iterator[Rows]:
    """Released rows for the product's own checks: is a return out of proportion, what does an order rest on?

    No person gets to see them, and how the instrument stands is no matter: what a quashed or unratified instrument
    led to must be found, or its lock could be walked around by entering the next order after the ruling. What was
    destroyed is nobody's to read, and gives nothing. Each check has its entry.

    Args:
        workspace: where; the acting person must be on the case's team, as for every step that makes such a check.
        instrument_id: whose rows.
        purpose: the check.

    Raises:
        Refused: `NOT_ON_TEAM`.
        VerificationFailed: a segment is not what was stored.
    """
    facts = {"instrument": instrument_id, "family": "all", "purpose": purpose}
    with workspace.attempt("read", facts):
        case = store.get(workspace.tables, InstrumentRow, instrument_id).case
        actors.check_team(workspace, case)
        destroyed = standing.is_destroyed(workspace, instrument_id)
        stored = [] if destroyed else list(_segments(workspace, instrument_id, None))
        seen = {
            **facts,
            "case": case,
            "rows": sum(each.segment.rows for each in stored),
            "shown": False,
            "files": _files(stored),
            "policies": [],
        }
        workspace.record("read", seen, {})
    yield from _stored_rows(workspace, instrument_id, stored, facts)


def _stored_rows(
    workspace: Workspace, instrument_id: str, stored: list[_Stored], facts: dict[str, str]
) -> Iterator[Rows]:
    for each in stored:
        with workspace.attempt("read", facts):
            workspace.vault.check(each.segment.name, each.segment.sha256)
        for batch in segments.read(workspace.vault, instrument_id, each.segment.name):
            yield Rows(each.returned, each.member, each.segment.family, batch)


def _files(stored: list[_Stored]) -> str:
    return journal.digest_of((each.segment.name, each.segment.sha256) for each in stored)


def check_show(workspace: Workspace, case: str, reason: str) -> Decision:
    """Whether the acting person may see what a case holds beside its records; the caller writes the entry.

    Raises:
        Refused: with the code, the sentence and the next step of the policy that forbids it.
    """
    decision = decide_show(actors.acting(workspace), case, justified=is_given(reason))
    if not decision.allowed:
        raise petitions.refusal(decision)
    return decision


def _allowance(workspace: Workspace, case: str) -> int:
    """The agency's number, once more for each time that two others agreed."""
    number = int(workspace.setting("rows_a_person") or 0)
    return number * (1 + len(petitions.approved(workspace, case, "reads", _more(workspace), petitions.DUAL)))


def _more(workspace: Workspace) -> dict[str, str]:
    return {"reader": workspace.actor}


def _refusal(workspace: Workspace, case: str, decision: Decision, reason: str, asks: dict[str, Any]) -> Refused:
    """The deny; where it is a matter of numbers, with the petition that two others can answer."""
    if decision.code != "DUAL_CONTROL":
        return petitions.refusal(decision)
    row = petitions.make(workspace, case, "reads", _more(workspace), reason, asks=asks)
    refused = petitions.refusal(decision)
    refused.next_step = f"two others run `fourcorners --as NAME approve {row.id}`; then run the command again"
    return refused


def _segments(workspace: Workspace, instrument: str, family: str | None) -> Iterator[_Stored]:
    for returned in store.of_owner(workspace.tables, ReturnRow, instrument):
        for member in store.members_of(workspace.tables, returned):
            for segment in store.segments_of(workspace.tables, returned.id, member.n):
                if segment.family != WITHHELD_FAMILY and family in {None, segment.family}:
                    yield _Stored(returned, member, segment)
