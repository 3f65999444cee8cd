"""Instruments: enter an order, ask the law, keep both; read it again at each use."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.casework import gate
from fourcorners.casework import store
from fourcorners.casework.store import InstrumentRow
from fourcorners.casework.workspace import Workspace
from fourcorners.law import advice
from fourcorners.law import clocks
from fourcorners.law import decide
from fourcorners.law import order
from fourcorners.law import pack
from fourcorners.law import refusals
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.identifier import normalise
from fourcorners.model.instrument import Instrument
from fourcorners.readers import registry

#: Columns of released records in which an identifier can stand.
IDENTIFIERS = ("account", "ip", "subscriber")


def add(workspace: Workspace, path: Path, case: str) -> InstrumentRow:
    """Enter an order under a case.

    The order's own text is stored and parsed again at each use: there is no second form that could drift from it.

    Args:
        workspace: where.
        path: ORDER.toml, with the document it names beside it.
        case: the case.

    Raises:
        BadInput: the order or its document cannot be read.
        Refused: law or product do not permit it.
    """
    with workspace.attempt("instrument add", {"case": case}) as known:
        store.get_case(workspace.db, case)
        text = _bytes(path)
        known["order"] = sha256(text).hexdigest()
        name = order.document_name(text)
        document = _document(path.parent / name)
        document_sha256 = known["document"] = sha256(document).hexdigest()
        row_id = store.next_id(workspace.db, "instruments", "I")
        instrument = order.parse(
            text, id=row_id, case=case, document_sha256=document_sha256, entered_by=workspace.actor
        )
        clocks.check_entry(instrument, workspace.now())
        decision = decide.decide(pack.pack_for(instrument.jurisdiction), instrument)
        _check_targets(workspace, instrument)
        workspace.vault.keep_original(document_sha256, path.parent / name)
        row = InstrumentRow(
            id=row_id,
            case=case,
            order=text.decode(),
            document_sha256=document_sha256,
            document_name=name,
            entered=workspace.now(),
            entered_by=workspace.actor,
            decision=decision.as_dict(),
            warnings=list(advice.warnings(instrument, decision)),
        )
        with workspace.transaction() as db:
            body = store.add_instrument(db, row)
            workspace.write_entry(
                "instrument",
                {
                    "case": case,
                    "instrument": row_id,
                    "body": body,
                    "order": known["order"],
                    "document": document_sha256,
                    "pack": decision.pack_sha256,
                    "rules": [rule.id for rule in decision.rules],
                },
                {"document": name},
            )
        return row


def _check_targets(workspace: Workspace, instrument: Instrument) -> None:
    """Count root targets: identifiers that stand in no released record of the same case (M48)."""
    others = [
        store.load_instrument(workspace.db, row.id) for row in store.instruments_of(workspace.db, instrument.case)
    ]
    released = _released_identifiers(workspace, others)
    of_case = [target for each in (*others, instrument) for target in each.scope.accounts]
    refusals.check_targets(
        len(refusals.root_targets(instrument.scope.accounts, released)),
        len(refusals.root_targets(of_case, released)),
    )


def _released_identifiers(workspace: Workspace, instruments: list[Instrument]) -> set[str]:
    found: set[str] = set()
    for each in instruments:
        try:
            for rows in gate.read(workspace, each.id, family=None, purpose="root targets"):
                found.update(*(_distinct(rows.batch, name) for name in IDENTIFIERS))
        except Refused:
            continue  # what may no longer be read derives nothing
    return found


def _distinct(batch: pa.RecordBatch, name: str) -> set[str]:
    if name not in batch.schema.names:
        return set()
    values = pc.unique(batch.column(name).drop_null()).to_pylist()
    return {value if name == "ip" else normalise(value) for value in values}


def _document(path: Path) -> bytes:
    """The paper itself: a plain file that is no production in disguise."""
    data = _bytes(path)
    is_production = zipfile.is_zipfile(path) or registry.reader_for(path.name, data[: registry.HEAD]) is not None
    if path.is_symlink() or is_production:
        raise BadInput(
            "ORDER_FILE",
            f"{path.name} is a link or a production, not an instrument's document",
            where=str(path),
            why="the document is stored as it is, whatever the instrument's scope",
            next_step="name the warrant, order or consent itself: a PDF, a scan or a text",
        )
    return data


def _bytes(path: Path) -> bytes:
    try:
        if path.is_file():
            return path.read_bytes()
        reason = "it is no plain file" if path.exists() else "it does not exist"
    except OSError as error:
        reason = str(error.strerror)
    raise BadInput(
        "NOT_FOUND",
        f"{path} cannot be read: {reason}",
        where=str(path),
        next_step="check the path; the document stands beside the order, under the name that the order gives",
    )
