"""Attribute logins to a carrier's assignments: collect both sides through the gate, join, keep the parameters.

What is stored is what was asked and the hash of the answer, not the answer: the join is deterministic and is
computed again when an exhibit shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.attribution import outcomes
from fourcorners.attribution.sources import AssignmentSource
from fourcorners.casework import gate
from fourcorners.casework import store
from fourcorners.casework.gate import Rows
from fourcorners.casework.mappings import DeclaredMapping
from fourcorners.casework.store import AttributionRow
from fourcorners.casework.store import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.ledger.chain import canonical
from fourcorners.model.coverage import Coverage
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.instant import SECOND
from fourcorners.model.instrument import Instrument

#: Categories without which logins or assignments cannot lawfully be compared.
NEEDED = "session_ip_log"

_LOGIN = ("ip", "port", "at")
_ASSIGNMENT = ("ip", "port_low", "port_high", "at", "until", "subscriber")
_LOGINS = pa.schema([("id", pa.string()), ("ip", pa.string()), ("port", pa.int32()), ("at", pa.int64())])


@dataclass(frozen=True, slots=True)
class Attributed:
    """An attribution: its parameters, and one row a login as `attribution.outcomes` gives them."""

    row: AttributionRow
    table: pa.Table

    def lines(self) -> Iterator[dict[str, Any]]:
        """One dictionary a login, as the command line prints it."""
        return _lines(self.table)


def attribute(
    workspace: Workspace, logins: str, assignments: list[str], *, skew_s: int, reason: str = ""
) -> Attributed:
    """Join logins with assignments.

    Args:
        workspace: where.
        logins: the instrument under which the logins came.
        assignments: instruments of the same case under which carriers' logs came.
        skew_s: clock uncertainty on each side, whole seconds; an assumption that the exhibit states.
        reason: what the acting person says.

    Raises:
        Refused: an instrument does not reach what is needed, or belongs to another case.
        BadInput: `ATTRIBUTION_INPUT`, if there is no login or no assignment at all.
    """
    facts = {"logins": logins, "assignments": assignments, "skew_s": skew_s}
    with workspace.attempt("attribute", facts):
        case = store.load_instrument(workspace.db, logins).case
        table = join(workspace, case, logins, assignments, skew_s=skew_s, reason=reason)
        with workspace.transaction() as db:
            row = AttributionRow(
                id=store.next_id(db, "attributions", "A"),
                case=case,
                logins=logins,
                assignments=assignments,
                skew_s=skew_s,
                at=workspace.now(),
                by=workspace.actor,
                outcomes=dict(sorted(Counter(table.column("outcome").to_pylist()).items())),
                answer_sha256=answer_hash(table),
            )
            store.add_attribution(db, row)
            workspace.write_entry(
                "attribution",
                {
                    **facts,
                    "case": case,
                    "attribution": row.id,
                    "outcomes": row.outcomes,
                    "answer": row.answer_sha256,
                },
                {"reason": reason},
            )
        return Attributed(row, table)


def join(
    workspace: Workspace, case: str, logins: str, assignments: list[str], *, skew_s: int, reason: str
) -> pa.Table:
    """The answer, from what is released now; rows in the order of the logins.

    Raises:
        Refused: `WRONG_CATEGORY`, `CROSS_CASE`, and what the gate refuses.
        BadInput: `ATTRIBUTION_INPUT`.
    """
    for each in (logins, *assignments):
        _check_reach(store.load_instrument(workspace.db, each))
    rows = list(gate.read(workspace, logins, family="login", purpose="attribute", reason=reason, case=case))
    left = (
        pa.Table.from_batches([_select(each, _LOGIN) for each in rows], _LOGINS) if rows else _LOGINS.empty_table()
    )
    left = left.filter(pc.and_(pc.is_valid(left["at"]), pc.is_valid(left["ip"])))
    sources = [source for each in assignments for source in _sources(workspace, case, each, reason)]
    if not left.num_rows or not sources:
        raise BadInput(
            "ATTRIBUTION_INPUT",
            f"{left.num_rows} released login(s) under {logins}, {len(sources)} carrier log(s) under "
            + ", ".join(assignments),
            why="an answer without both sides would say nothing",
            next_step="take both returns in first; `records` shows what was released, `case show` what was sealed",
        )
    return outcomes.attribute(left, sources, skew_s * SECOND)


def answer_hash(table: pa.Table) -> str:
    """SHA-256 over the lines of an answer, hex."""
    digest = sha256()
    for line in _lines(table):
        digest.update(canonical(line).encode() + b"\n")
    return digest.hexdigest()


def _lines(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=16_384):
        for row in batch.to_pylist():
            yield {
                "login": row["login"],
                "outcome": row["outcome"],
                "candidates": row["candidates"],
                "subscribers": row["subscribers"],
                "covered_by": row["covered_by"],
                "fragility": row["fragility"],
                "sources": [match["id"] for match in row["matches"]],
                "margin_s": None if row["margin_ns"] is None else row["margin_ns"] / SECOND,
            }


def _check_reach(instrument: Instrument) -> None:
    if NEEDED not in instrument.scope.categories:
        raise Refused(
            "PRODUCT",
            "WRONG_CATEGORY",
            f"{instrument.id} does not cover {NEEDED}",
            next_step=f"an attribution compares records of {NEEDED}; obtain an instrument that names it",
        )


def _sources(workspace: Workspace, case: str, instrument_id: str, reason: str) -> Iterator[AssignmentSource]:
    """One source a return: two files of one carrier from different days may contradict each other."""
    instrument = store.load_instrument(workspace.db, instrument_id)
    read = list(
        gate.read(workspace, instrument_id, family="assignment", purpose="attribute", reason=reason, case=case)
    )
    for returned in store.returns_of(workspace.db, instrument_id):
        mapping = DeclaredMapping.stored(returned.mapping).mapping if returned.mapping else None
        if mapping is None or mapping.shape.family != "assignment":
            continue
        mine = [_select(each, _ASSIGNMENT) for each in read if each.returned.id == returned.id]
        rows = pa.Table.from_batches(mine) if mine else _no_assignments()
        yield AssignmentSource(
            f"{instrument_id}/{returned.id}", rows, _coverage(mapping.coverage, instrument, returned)
        )


def _coverage(declared: Coverage, instrument: Instrument, returned: ReturnRow) -> Coverage:
    """What the source covers for this case: the declared coverage, cut to the instrument's window.

    Rows outside the window are sealed, so beyond it the source must not answer `none`; rows that could not be read
    or judged are a possible loss.
    """
    window = instrument.scope.window
    lost = any(reason.startswith("UNDECIDABLE") for reason in returned.reasons) or returned.counts["rejected"] > 0
    return declared.within(window.start, window.end, asked=instrument.scope.accounts, complete=not lost)


def _no_assignments() -> pa.Table:
    kinds = {"ip": pa.string(), "subscriber": pa.string(), "port_low": pa.int32(), "port_high": pa.int32()}
    return pa.schema(
        [("id", pa.string()), *((name, kinds.get(name, pa.int64())) for name in _ASSIGNMENT)]
    ).empty_table()


def _select(rows: Rows, names: tuple[str, ...]) -> pa.RecordBatch:
    """The columns that the join needs, with the records' ids."""
    prefix = f"{rows.returned.id}.{rows.member.n}."
    ids = pc.binary_join_element_wise(prefix, pc.cast(rows.batch.column("row"), pa.string()), "")
    return pa.RecordBatch.from_arrays([ids, *(rows.batch.column(name) for name in names)], names=["id", *names])
