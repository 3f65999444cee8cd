"""The only door for reads: decide, write the entry, then give the rows.

Decided once a query: the instrument's clocks (retention, ratification) and its case. The ledger entry is durable
before the first row leaves, and says who, why, under which instrument, what kind and how many.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from fourcorners.casework import store
from fourcorners.casework.store import MemberRow
from fourcorners.casework.store import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.law import clocks
from fourcorners.model.errors import Refused
from fourcorners.model.instrument import Instrument
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
) -> Iterator[Rows]:
    """Released rows under one instrument.

    Args:
        workspace: where.
        instrument_id: the authority for the read.
        family: one record family, or None for all.
        purpose: the use case that reads (`records`, `attribute`, ...).
        reason: what the reader says, where a justification is asked for.
        case: the case for which is read; another case's records are refused.

    Raises:
        Refused: `RETENTION_OVER`, `NOT_RATIFIED`, `CROSS_CASE`.
        VerificationFailed: a segment is not what was stored.
    """
    facts = {"instrument": instrument_id, "family": family or "all", "purpose": purpose}
    with workspace.attempt("read", facts):
        instrument = store.load_instrument(workspace.db, instrument_id)
        _check(workspace, instrument, case)
        stored = list(_segments(workspace, instrument, family))
        with workspace.transaction():
            workspace.write_entry(
                "read",
                {
                    **facts,
                    "rows": sum(s.segment.rows for s in stored),
                    "segments": [s.segment.sha256 for s in stored],
                },
                {"reason": reason},
            )
    for each in stored:
        with workspace.attempt("read", facts):
            workspace.vault.check_segment(each.segment.name, each.segment.sha256)
        for batch in segments.read(workspace.vault.segments / each.segment.name):
            yield Rows(each.returned, each.member, each.segment.family, batch)


def _check(workspace: Workspace, instrument: Instrument, case: str | None) -> None:
    if case is not None and instrument.case != case:
        raise Refused(
            "PRODUCT",
            "CROSS_CASE",
            f"{instrument.id} belongs to {instrument.case}, not to {case}",
            why="what was obtained for one case is not searched for another",
            next_step="obtain an instrument in this case",
        )
    clocks.check_reading(instrument, workspace.now())


def _segments(workspace: Workspace, instrument: Instrument, family: str | None) -> Iterator[_Stored]:
    for returned in store.returns_of(workspace.db, instrument.id):
        for member in store.members_of(workspace.db, returned.id):
            for segment in store.segments_of(workspace.db, returned.id, member.n):
                if segment.family != WITHHELD_FAMILY and family in {None, segment.family}:
                    yield _Stored(returned, member, segment)
