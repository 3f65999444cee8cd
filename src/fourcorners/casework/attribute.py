"""Attribute logins to a carrier's assignments: collect both sides through the gate, join, keep the parameters.

What is stored is what was asked and the hash of the answer, not the answer: the join is deterministic and is
computed again when an exhibit shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.attribution import outcomes
from fourcorners.attribution.sources import AssignmentSource
from fourcorners.casework import gate
from fourcorners.casework import kinds
from fourcorners.casework import store
from fourcorners.casework.gate import Rows
from fourcorners.casework.holding import standing
from fourcorners.casework.journal import canonical
from fourcorners.casework.mappings import DeclaredMapping
from fourcorners.casework.rows import AttributionRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.coverage import Coverage
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError
from fourcorners.model.instant import SECOND
from fourcorners.model.instrument import Instrument

#: Categories without which logins or assignments cannot lawfully be compared.
NEEDED = "session_ip_log"

_LOGIN = ("ip", "port", "at", "precision")
_ASSIGNMENT = ("ip", "port_low", "port_high", "held_from", "held_until", "lost_until", "subscriber", "precision")
_LOGINS = pa.schema(
    [("id", pa.string()), ("ip", pa.string()), ("port", pa.int32()), ("at", pa.int64()), ("precision", pa.int64())]
)
#: Reasons for which rows may be withheld from a log that is complete for what it was asked.
_HARMLESS = frozenset({"OUTSIDE_DATE_RANGE", "OUTSIDE_ACCOUNT"})
_TABLES = (".csv", ".tsv", ".xlsx", ".parquet", ".leases", ".log", ".detail", ".conf")


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
        if len(set(assignments)) != len(assignments):
            raise UsageError(
                "USAGE",
                "an instrument is named twice under --assignments",
                why="one log counted twice would look like two that agree",
                next_step="name each instrument once",
            )
        case = store.load_instrument(workspace.tables, logins).case
        table = join(workspace, case, logins, assignments, skew_s=skew_s, reason=reason)
        with workspace.transaction() as tables:
            row = AttributionRow(
                id=store.next_id(tables, AttributionRow),
                case=case,
                logins=logins,
                assignments=assignments,
                skew_s=skew_s,
                at=workspace.now(),
                by=workspace.actor,
                outcomes=dict(sorted(Counter(table.column("outcome").to_pylist()).items())),
                answer_sha256=answer_hash(table),
                basis=store.basis_of(tables, [logins, *assignments]),
            )
            bound = store.add(tables, row)
            workspace.write_entry(
                "attribution",
                {
                    **facts,
                    "case": case,
                    "attribution": row.id,
                    "outcomes": row.outcomes,
                },
                {"reason": reason},
                evidence={**bound, "answer": row.answer_sha256},
                owner=case,
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
        _check_reach(store.load_instrument(workspace.tables, each))
    rows = list(gate.read(workspace, logins, family="login", purpose="attribute", reason=reason, case=case))
    left = (
        pa.Table.from_batches([_select(each, _LOGIN) for each in rows], _LOGINS) if rows else _LOGINS.empty_table()
    )
    left = left.filter(pc.and_(pc.is_valid(left["at"]), pc.is_valid(left["ip"])))
    sources = [source for each in assignments for source in _sources(workspace, case, each, reason)]
    if not left.num_rows or not sources:
        raise _one_side(workspace, logins, assignments, left.num_rows, len(sources))
    return _by_precision(left, sources, skew_s * SECOND)


def _one_side(workspace: Workspace, logins: str, assignments: list[str], left: int, logs: int) -> BadInput:
    """What a comparison lacks; where the two sides were swapped, the command that was meant."""
    what = f"{left} released login(s) under {logins}, {logs} carrier log(s) under {', '.join(assignments)}"
    next_step = "take both returns in first; `records` shows what was released, `case show` what was sealed"
    holds = {each: kinds.of_instrument(workspace.tables, each) for each in (logins, *assignments)}
    mine = [each for each, found in holds.items() if found["login"]]
    logged = [each for each, found in holds.items() if found["assignment"]]
    if len(mine) == 1 and logins in logged and logins not in mine:
        hold = "holds" if len(logged) == 1 else "hold"
        what += f": {', '.join(logged)} {hold} assignments and {mine[0]} logins"
        named = " ".join(f"--assignments {each}" for each in logged)
        next_step = f"swap them: `attribute --logins {mine[0]} {named}`"
    why = "an answer without both sides would say nothing"
    return BadInput("ATTRIBUTION_INPUT", what, why=why, next_step=next_step)


def _by_precision(logins: pa.Table, sources: list[AssignmentSource], skew: int) -> pa.Table:
    """The join, with the clock's uncertainty widened by what was not written.

    A time written to the second is taken as it is. One written to the minute or the day can be anywhere within it:
    both sides' units are added to the uncertainty, so that a coarser time can only lose a name, never gain one.
    """
    coarsest = max((_coarse(pc.max(source.rows["precision"]).as_py()) for source in sources), default=0)
    plain = [replace(source, rows=source.rows.drop_columns(["precision"])) for source in sources]
    place = pa.chunked_array([range(logins.num_rows)], pa.int64())
    parts = []
    for precision in pc.unique(logins["precision"]).to_pylist():
        of_it = pc.equal(logins["precision"], precision)
        wider = skew + _coarse(precision) + coarsest
        answer = outcomes.attribute(logins.filter(of_it).drop_columns(["precision"]), plain, wider)
        parts.append(answer.append_column("place", place.filter(of_it)))
    return pa.concat_tables(parts).sort_by("place").drop_columns(["place"])


def _coarse(precision: int | None) -> int:
    """How far a written time may lie from what it says, beyond the second; ns."""
    return precision if precision is not None and precision > SECOND else 0


def stands(workspace: Workspace, row: AttributionRow) -> bool:
    """Whether an attribution still rests on what it was made from."""
    return lost_ground(workspace, row) is None


def lost_ground(workspace: Workspace, row: AttributionRow) -> str | None:
    """What took an attribution's ground away: `quashed`, `destroyed`, `reread` or `changed`; None if it stands.

    `reread`: another version of a reader has read a return on which it rests. `changed`: records were added or
    judged anew since.
    """
    instruments = [row.logins, *row.assignments]
    if any(standing.quashed_by(workspace, each) for each in instruments):
        return "quashed"
    if any(standing.is_destroyed(workspace, each) for each in instruments):
        return "destroyed"
    if row.basis == store.basis_of(workspace.tables, instruments):
        return None
    returns = (each for name in instruments for each in store.of_owner(workspace.tables, ReturnRow, name))
    again = any(row.basis.get(each.id) == told["was"] for each in returns for told in each.rereads)
    return "reread" if again else "changed"


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
    instrument = store.load_instrument(workspace.tables, instrument_id)
    read = list(
        gate.read(
            workspace,
            instrument_id,
            family="assignment",
            purpose="attribute",
            reason=reason,
            case=case,
            shown=False,  # the join shows the logins; of the log only what matches them
        )
    )
    for returned in store.of_owner(workspace.tables, ReturnRow, instrument_id):
        declared = DeclaredMapping.stored(returned.mapping) if returned.mapping else None
        if declared is None or declared.mapping.family != "assignment":
            continue
        mapping = declared.mapping
        mine = [_select(each, _ASSIGNMENT) for each in read if each.returned.id == returned.id]
        rows = pa.Table.from_batches(mine) if mine else _no_assignments()
        rows = rows.filter(rows["held_from"].is_valid())
        coverage = _coverage(mapping.coverage, declared.reader().name, instrument, returned)
        if mapping.has_ports:
            coverage = replace(coverage, shared=True)  # given out by ports, whatever a single row says
        held = rows.drop_columns(["lost_until"]).rename_columns({"held_from": "at", "held_until": "until"})
        yield AssignmentSource(f"{instrument_id}/{returned.id}", held, coverage, _doubts(rows))


def _doubts(rows: pa.Table) -> pa.Table:
    """From the end of what is certain to the end of what is possible."""
    lost = rows.filter(rows["lost_until"].is_valid())
    return lost.drop_columns(["held_from"]).rename_columns({"held_until": "at", "lost_until": "until"})


def _coverage(declared: Coverage, reader: str, instrument: Instrument, returned: ReturnRow) -> Coverage:
    """What the source covers for this case: the declared coverage, cut to the instrument's window.

    Rows outside the window are sealed, so beyond it the source must not answer `none`. Rows withheld for any
    reason but the window and the accounts, and tables that were not read, are a possible loss.
    """
    window = instrument.scope.window
    unread = any(
        file["path"].lower().endswith(_TABLES) and not file["read"].startswith((f"{reader}/", "archive of "))
        for file in returned.files
    )
    complete = not unread and returned.reasons.keys() <= _HARMLESS
    return declared.within(window.start, window.end, asked=instrument.scope.accounts, complete=complete)


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
