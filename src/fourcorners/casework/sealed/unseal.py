"""Open sealed records: a court's order names them, and two custodians each take a layer off.

The first custodian's act leaves a layer that opens with another custodian's key alone. The second's lays the keys
of the files bare, in his process: the rows that the order names are stored as a return of their own under the same
instrument, with their slices of the same tree, and what else the files hold is forgotten.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.casework import catalogue
from fourcorners.casework import documents
from fourcorners.casework import journal
from fourcorners.casework import keeping
from fourcorners.casework import store
from fourcorners.casework.holding import standing
from fourcorners.casework.people import actors
from fourcorners.casework.people import petitions
from fourcorners.casework.rows import MemberRow
from fourcorners.casework.rows import PetitionRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.sealed import layers
from fourcorners.casework.sealed import seals
from fourcorners.casework.workspace import Workspace
from fourcorners.law import unseal_order
from fourcorners.law.access.decision import Decision
from fourcorners.law.unseal_order import UnsealOrder
from fourcorners.model.errors import UsageError
from fourcorners.model.records import FAMILIES
from fourcorners.model.verdict import WITHHELD
from fourcorners.model.verdict import JudgedBatch
from fourcorners.vault import segments
from fourcorners.vault import slices
from fourcorners.vault.filter_team import CustodianKey
from fourcorners.vault.segments import Segment


def request(workspace: Workspace, path: Path, reason: str) -> PetitionRow:
    """Enter a court's order that names sealed records.

    Args:
        workspace: where.
        path: UNSEAL.toml, with the document it names beside it.
        reason: what the investigator says.

    Raises:
        BadInput: the order or its document cannot be read.
        Refused: `COURT_ORDER_NEEDED`, `NOT_ON_TEAM`, `QUASHED`, `DESTROYED`.
        UsageError: `UNKNOWN_ITEM`.
    """
    facts: dict[str, Any] = {}
    with workspace.attempt("unseal request", facts):
        text = documents.content(path)
        order = unseal_order.parse(text)
        facts["instrument"] = order.opens
        unseal_order.check_live(order, workspace.now())
        instrument = store.load_instrument(workspace.tables, order.opens)
        actors.check_team(workspace, instrument.case)
        standing.check_not_quashed(workspace, order.opens)
        standing.check_not_destroyed(workspace, order.opens)
        seals.check_kept(workspace, order.opens, order.items)
        document = path.parent / order.document
        paper = documents.keep(workspace, instrument.case, document, documents.read(document))
        subject = {"opens": order.opens, "items": list(order.items), "order": text.decode(), "categories": []}
        return petitions.make(workspace, instrument.case, "unseal", subject, reason, paper)


def custodian_key(workspace: Workspace, petition_id: str, path: Path, passphrase: bytes) -> CustodianKey:
    """The key with which a custodian is about to act; a try that fails has its entry like an act that is refused.

    Raises:
        BadInput: `NOT_FOUND`, `CUSTODIAN_KEY`.
    """
    with workspace.attempt("unseal open", {"petition": petition_id}):
        data = documents.content(path, next_step="name the file that `fourcorners seal key` wrote")
        return CustodianKey.from_file(data, passphrase)


def act(workspace: Workspace, petition_id: str, key: CustodianKey) -> dict[str, Any]:
    """Take a custodian's layer off; the second act releases what the order names.

    Args:
        workspace: where.
        petition_id: the petition.
        key: the acting custodian's own.

    Returns:
        `{"petition", "acted", "return"}`: who acted, and the return with the opened records after the second act.

    Raises:
        UsageError: `UNKNOWN_PETITION`, or the key is another person's.
        Refused: what the policies refuse; `NOT_A_CUSTODIAN`.
    """
    with workspace.attempt("unseal open", {"petition": petition_id}):
        row = store.get(workspace.tables, PetitionRow, petition_id)
        if row.kind != "unseal" or row.state == petitions.DONE:
            raise UsageError(
                "UNKNOWN_PETITION",
                f"{petition_id} asks for nothing that is still sealed",
                next_step="`fourcorners petitions` lists what waits for whom",
            )
        if key.name != workspace.actor:
            raise UsageError(
                "USAGE",
                f"the key is {key.name}'s, and {workspace.actor} acts",
                next_step=f"{key.name} runs this himself, with --as {key.name}",
            )
        if layers.has_lapsed(row, workspace.now()):
            with workspace.transaction():
                row = layers.drop(workspace, row, "order ran out")
        standing.check_not_quashed(workspace, row.subject["opens"])
        standing.check_not_destroyed(workspace, row.subject["opens"])
        _check_still_sealed(workspace, row)
        if row.approvers in ([], [workspace.actor]):
            return _begin(workspace, row, key)
        return _finish(workspace, row, key)


def _check_still_sealed(workspace: Workspace, row: PetitionRow) -> None:
    """Another order may have opened a record since this one was entered; opened twice it would stand as two.

    Raises:
        UsageError: `UNKNOWN_ITEM`; the layer that was taken off for it goes.
    """
    try:
        seals.check_kept(workspace, row.subject["opens"], tuple(row.subject["items"]))
    except UsageError:
        if row.state == layers.ACTED:
            with workspace.transaction():
                layers.drop(workspace, row, "opened by another order")
        raise


def _begin(workspace: Workspace, row: PetitionRow, key: CustodianKey) -> dict[str, Any]:
    """The first custodian's act; to repeat it changes nothing."""
    order = unseal_order.parse(row.subject["order"].encode())
    _decide(workspace, "act", row, order, [workspace.actor])
    begun = {name: key.begin(wrapped, context).decode() for name, wrapped, context in _wrapped(workspace, row)}
    # with the instrument's key, so that a destruction between the two acts ends what the first one laid bare
    box = workspace.tables.keys.seal(row.subject["opens"], json.dumps(begun).encode(), _begun(row))
    subject = {**row.subject, "begun": base64.b64encode(box).decode()}
    acted = replace(row, approvers=[workspace.actor], state=layers.ACTED, subject=subject)
    with workspace.transaction() as tables:
        petitions.write(workspace, "key use", acted, store.replace(tables, acted), files=len(begun))
    return {"petition": row.id, "acted": acted.approvers, "return": None}


def _finish(workspace: Workspace, row: PetitionRow, key: CustodianKey) -> dict[str, Any]:
    """The second custodian's act."""
    order = unseal_order.parse(row.subject["order"].encode())
    instrument = order.opens
    acted = [*row.approvers, workspace.actor]
    decision = _decide(workspace, "unseal", row, order, acted)
    box = base64.b64decode(row.subject["begun"])
    begun: dict[str, str] = json.loads(workspace.tables.keys.unseal(instrument, box, _begun(row)))
    if begun.keys() != {name for name, _, _ in _wrapped(workspace, row)}:
        raise UsageError(
            "UNKNOWN_PETITION",
            f"the records of {row.id} were judged anew since the first custodian acted",
            why="the layer that was taken off is of files that are no longer there",
            next_step="enter the court's order again: `fourcorners unseal request`",
        )
    keys = {
        name: key.finish(layer.encode(), workspace.vault.sealed_context(name, instrument))
        for name, layer in sorted(begun.items())
    }
    return_id = store.next_id(workspace.tables, ReturnRow)
    stem = f"{return_id}.{workspace.log.size()}"
    with keeping.nothing_left_behind(workspace):
        members = _open(workspace, instrument, order.items, keys, stem)
        opened = _return(workspace, row, return_id, members, order.items)
        categories = sorted({category for _, _, found in members for category in found})
        subject = {name: value for name, value in row.subject.items() if name != "begun"}
        done = replace(row, approvers=acted, state=petitions.DONE, subject={**subject, "categories": categories})
        stored = [(member, kept) for member, kept, _ in members]
        with workspace.transaction() as tables:
            bound = store.replace(tables, done)
            petitions.write(workspace, "key use", done, bound, files=len(keys), policies=list(decision.policies))
            returned = store.add_return(tables, opened, stored, [], {})
            workspace.write_entry(
                "unsealed",
                {
                    "case": row.case,
                    "instrument": instrument,
                    "petition": row.id,
                    "return": return_id,
                    "items": len(order.items),
                    "files": journal.digest_of(catalogue.of_return(tables, return_id)),
                    "keys": keeping.wrapped_keys(workspace, instrument, return_id),
                },
                {"reason": row.reason, "custodians": acted},
                evidence={
                    **returned,
                    "items": list(order.items),
                    "members": {
                        store.member_name(return_id, member.n): store.hash_of_member(member, kept)
                        for member, kept in stored
                    },
                },
                owner=instrument,
            )
    return {"petition": row.id, "acted": acted, "return": return_id}


def _begun(row: PetitionRow) -> bytes:
    return f"begun/{row.id}".encode()


def _decide(workspace: Workspace, action: str, row: PetitionRow, order: UnsealOrder, acted: list[str]) -> Decision:
    return petitions.decide(
        workspace,
        action,
        replace(row, approvers=acted),
        acted=frozenset(acted),
        live_order=order.is_live(workspace.now()),
        items=len(order.items),
    )


def _wrapped(workspace: Workspace, row: PetitionRow) -> list[tuple[str, bytes, bytes]]:
    """The sealed files that hold the items: name, wrapped key and what it is bound to."""
    instrument = row.subject["opens"]
    wanted = {item.rpartition(".")[0] for item in row.subject["items"]}
    found = []
    for member in sorted(wanted):
        return_id, n = member.split(".")
        sealed = (stored.name for stored in store.sealed_of(workspace.tables, return_id))
        found += [name for name in sealed if _member_of(name) == int(n)]
    keys, vault = workspace.tables.keys, workspace.vault
    return [(name, keys.sealed_key(instrument, name), vault.sealed_context(name, instrument)) for name in found]


def _member_of(name: str) -> int:
    """Which member a sealed file is about (`sealed/R-1.5-0-login-0000.parquet`: 0); an original: none."""
    part = name.rsplit("/", 1)[1].split("-")[2]
    return int(part) if part.isdigit() else -1


def _open(
    workspace: Workspace, instrument: str, items: tuple[str, ...], keys: dict[str, bytes], stem: str
) -> list[tuple[MemberRow, list[Segment], set[str]]]:
    """Store the items of each member: its opened rows and their slices."""
    by_member: dict[tuple[str, int], list[int]] = {}
    for item in items:
        return_id, n, number = unseal_order.place_of(item)
        by_member.setdefault((return_id, n), []).append(number)
    members = []
    for place, ((return_id, n), numbers) in enumerate(sorted(by_member.items())):
        source = store.get(workspace.tables, ReturnRow, return_id)
        member = store.members_of(workspace.tables, source)[n]
        names = [each.name for each in store.sealed_of(workspace.tables, return_id) if _member_of(each.name) == n]
        batches = [
            batch
            for name in names
            if not name.endswith("-slices.parquet")
            for batch in _rows(workspace, name, keys[name], numbers)
        ]
        kept = segments.append(workspace.vault, instrument, f"{stem}-{place}", batches)
        (leaves,) = (name for name in names if name.endswith("-slices.parquet"))
        with workspace.vault.reading_with(leaves, keys[leaves]) as withheld:
            proven = slices.open_some(
                workspace.vault, instrument, f"{stem}-{place}", member.slices, withheld, _extents(batches)
            )
        found = {category for batch in batches for category in batch.released.column("category").to_pylist()}
        count = sum(batch.released.num_rows for batch in batches)
        opened = replace(
            member,
            n=place,
            slices=proven.name,
            slices_sha256=proven.sha256,
            counts={"rows": count, "released": count, "sealed": 0, "rejected": 0},
            reasons={},
            unclassified=[],
            facts={},
        )
        members.append((opened, kept, {category for category in found if category}))
    return members


def _rows(workspace: Workspace, name: str, key: bytes, numbers: list[int]) -> list[JudgedBatch]:
    """The wanted rows of one sealed file, as released rows."""
    family = next(each for each in FAMILIES if f"-{each}-" in name)
    with workspace.vault.reading_with(name, key) as source:
        found = [
            batch.filter(pc.is_in(batch.column("row"), value_set=pa.array(numbers, pa.int64())))
            for batch in segments.read_from(source)
        ]
    nothing = pa.RecordBatch.from_pylist([], schema=WITHHELD)
    return [JudgedBatch(family, "", _released(batch), nothing, nothing) for batch in found if batch.num_rows]


def _released(batch: pa.RecordBatch) -> pa.RecordBatch:
    """An opened row in the columns of released ones; nothing of it is sealed, no window judges it any more."""
    rows = batch.drop_columns(["reason"])
    none = pa.array(np.zeros(rows.num_rows, np.bool_))
    rows = rows.append_column("sealed_fields", pa.array([[]] * rows.num_rows, pa.list_(pa.string())))
    return rows.append_column("day_differs", none).append_column("crosses_window", none)


def _extents(batches: list[JudgedBatch]) -> slices.Positions:
    pairs = [
        np.column_stack([batch.released.column(name).to_numpy() for name in ("start", "end")]) for batch in batches
    ]
    return np.concatenate(pairs) if pairs else slices.NONE


def _return(
    workspace: Workspace,
    row: PetitionRow,
    return_id: str,
    members: list[tuple[MemberRow, list[Segment], set[str]]],
    items: tuple[str, ...],
) -> ReturnRow:
    count = sum(member.counts["rows"] for member, _, _ in members)
    if count != len(items):
        raise AssertionError("every item that was checked is found")
    sources = {unseal_order.place_of(item)[0] for item in items}
    first = store.get(workspace.tables, ReturnRow, min(sources))
    return ReturnRow(
        id=return_id,
        instrument=row.subject["opens"],
        at=workspace.now(),
        by=workspace.actor,
        format=first.format,
        files=[],
        counts={"rows": count, "released": count, "sealed": 0, "rejected": 0},
        reasons={},
        unclassified=[],
        unsealed={"petition": row.id, "from": " ".join(sorted(sources)), "items": " ".join(items)},
    )
