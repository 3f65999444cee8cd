"""Instruments: enter an order, ask the law, keep both; read it again at each use."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.casework import documents
from fourcorners.casework import gate
from fourcorners.casework import store
from fourcorners.casework.holding import standing
from fourcorners.casework.people import actors
from fourcorners.casework.people import petitions
from fourcorners.casework.reason import is_given
from fourcorners.casework.rows import CaseRow
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import PetitionRow
from fourcorners.casework.rows import RulingRow
from fourcorners.casework.sealed import layers
from fourcorners.casework.workspace import Workspace
from fourcorners.law import advice
from fourcorners.law import clocks
from fourcorners.law import decide
from fourcorners.law import order
from fourcorners.law import pack
from fourcorners.law import refusals
from fourcorners.law.access.ruling import decide_ruling
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError
from fourcorners.model.identifier import normalise
from fourcorners.model.instrument import Instrument

#: Columns of released records in which an identifier can stand.
IDENTIFIERS = ("account", "ip", "subscriber")
#: A court's ruling -> what the access policies call the entering of it.
_ACTIONS = {standing.QUASHED: "quash", standing.REINSTATED: "reinstate"}


def add(workspace: Workspace, path: Path, case: str, *, reason: str = "") -> InstrumentRow:
    """Enter an order under a case.

    The order's own text is stored and parsed again at each use: there is no second form that could drift from it.

    Args:
        workspace: where.
        path: ORDER.toml, with the document it names beside it.
        case: the case.
        reason: why so many accounts, where that is asked.

    Raises:
        BadInput: the order or its document cannot be read.
        Refused: law or product do not permit it.
    """
    facts = {"case": case}
    with workspace.attempt("instrument add", facts) as known:
        store.get(workspace.tables, CaseRow, case)
        actors.check_team(workspace, case)
        text = documents.content(path)
        known["order"] = sha256(text).hexdigest()
        document = path.parent / order.document_name(text)
        data = documents.read(document)
        known["document"] = sha256(data).hexdigest()
        row_id = store.next_id(workspace.tables, InstrumentRow)
        instrument = order.parse(
            text,
            id=row_id,
            case=case,
            document_sha256=known["document"],
            entered_by=workspace.actor,
        )
        clocks.check_entry(instrument, workspace.now())
        decision = decide.decide(pack.pack_for(instrument.jurisdiction), instrument)
        derived_from, agreed = _check_targets(workspace, instrument, known["order"], reason)
        paper = documents.keep(workspace, case, document, data)
        if not workspace.tables.keys.has(row_id):
            workspace.tables.keys.create(row_id)
        row = InstrumentRow(
            id=row_id,
            case=case,
            order=text.decode(),
            **paper.fields(),
            entered=workspace.now(),
            entered_by=workspace.actor,
            decision=decision.as_dict(),
            warnings=list(advice.warnings(instrument, decision)),
            derived_from=derived_from,
        )
        with workspace.transaction() as tables:
            documents.note(tables, case, paper)
            bound = store.add(tables, row)
            workspace.write_entry(
                "instrument",
                {
                    **facts,
                    **paper.facts(),
                    "instrument": row_id,
                    "derived_from": derived_from,
                    "pack": decision.pack_sha256,
                    "rules": [rule.id for rule in decision.rules],
                },
                {},
                evidence={**known, **bound, "name": paper.name},
                owner=case,
            )
            if agreed:
                petitions.use(workspace, agreed)
        return row


def rule(workspace: Workspace, instrument_id: str, ruling: str, document: Path, reason: str) -> RulingRow:
    """Enter a court's ruling on an instrument: what it quashes is locked, with all that came from it.

    Args:
        workspace: where.
        instrument_id: the instrument.
        ruling: `standing.QUASHED` or `standing.REINSTATED`.
        document: the court's order.
        reason: what it says, in a sentence.

    Raises:
        UsageError: no reason, or the instrument stands like that already.
        BadInput: the document cannot be read, or is empty.
        Refused: `NOT_PERMITTED`, `WALL`.
    """
    facts = {"instrument": instrument_id, "ruling": ruling}
    with workspace.attempt(f"instrument {ruling}", facts):
        instrument = store.get(workspace.tables, InstrumentRow, instrument_id)
        decision = decide_ruling(
            actors.acting(workspace),
            _ACTIONS[ruling],
            standing.of_instrument(workspace, instrument_id),
            workspace.now(),
        )
        if not decision.allowed:
            raise petitions.refusal(decision)
        rulings = store.of_owner(workspace.tables, RulingRow, instrument_id)
        before = rulings[-1].ruling if rulings else standing.REINSTATED
        if ruling == before or not is_given(reason):
            raise UsageError(
                "USAGE",
                f"{instrument_id} is not {ruling} by this: "
                + ("it stands so already" if ruling == before else "no reason is given"),
                next_step="say in --reason what the court decided; `case show` tells how the instrument stands",
            )
        paper = documents.keep(workspace, instrument.case, document, documents.read(document))
        with workspace.transaction() as tables:
            documents.note(tables, instrument.case, paper)
            row = RulingRow(
                id=store.next_id(tables, RulingRow),
                instrument=instrument_id,
                ruling=ruling,
                reason=reason.strip(),
                **paper.fields(),
                at=workspace.now(),
                by=workspace.actor,
            )
            bound = store.add(tables, row)
            workspace.write_entry(
                ruling,
                {"case": instrument.case, **facts, "policies": list(decision.policies), **paper.facts()},
                {"reason": row.reason},
                evidence={**bound, "document": paper.sha256},
                owner=instrument.case,
            )
            for waiting in layers.of_case(workspace, instrument.case):
                if standing.quashed_by(workspace, waiting.subject["opens"]):
                    layers.drop(workspace, waiting, "instrument quashed")
        return row


def _check_targets(
    workspace: Workspace, instrument: Instrument, text_sha256: str, reason: str
) -> tuple[list[str], PetitionRow | None]:
    """Count root targets: identifiers that stand in no released record of the same case (M48).

    Returns:
        The instruments whose released records hold accounts that this one asks about; and the petition that
        another approved, where their number asked for one.
    """
    others = [
        store.load_instrument(workspace.tables, row.id)
        for row in store.of_owner(workspace.tables, InstrumentRow, instrument.case)
    ]
    released = {each.id: _released_identifiers(workspace, each) for each in others}
    # a target that stands in records which may not be read now is a root: it has no ground in this case
    found = set[str]().union(*(released[each.id] for each in others if standing.is_ground(workspace, each.id)))
    of_case = [target for each in (*others, instrument) for target in each.scope.accounts]
    agreed = None
    try:
        refusals.check_targets(
            len(refusals.root_targets(instrument.scope.accounts, found)),
            len(refusals.root_targets(of_case, found)),
        )
    except Refused as refused:
        if refused.code != "APPROVAL_NEEDED":
            raise
        subject = {"order": text_sha256}
        agreed = petitions.agreed(workspace, instrument.case, "targets", subject)
        if not agreed:
            asks = {
                "order_sha256": text_sha256,
                "custodian": instrument.custodian,
                "accounts": [target.text for target in instrument.scope.accounts],
                "categories": sorted(instrument.scope.categories),
                "window": instrument.scope.window.text(),
            }
            row = petitions.make(workspace, instrument.case, "targets", subject, reason, asks=asks)
            refused.next_step = (
                f"a supervisor outside the team runs `fourcorners --as NAME approve {row.id}`; "
                "then run the command again"
            )
            raise
    roots = refusals.root_targets(instrument.scope.accounts, set())
    derived_from = sorted(
        name
        for name, identifiers in released.items()
        if refusals.root_targets(instrument.scope.accounts, identifiers) != roots
    )
    return derived_from, agreed


def _released_identifiers(workspace: Workspace, instrument: Instrument) -> set[str]:
    found: set[str] = set()
    for rows in gate.own_check(workspace, instrument.id, "root targets"):
        found.update(*(_distinct(rows.batch, name) for name in IDENTIFIERS))
    return found


def _distinct(batch: pa.RecordBatch, name: str) -> set[str]:
    if name not in batch.schema.names:
        return set()
    values = pc.unique(batch.column(name).drop_null()).to_pylist()
    return {value if name == "ip" else normalise(value) for value in values}
