from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.casework.conftest import write_order

from fourcorners.casework import instruments
from fourcorners.casework import store
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError


def newest(workspace: Workspace) -> dict[str, object]:
    *_, last = workspace.ledger.entries()
    return {"kind": last.kind, **last.facts}


def test_an_order_is_entered_with_its_decision(workspace: Workspace, case: str, tmp_path: Path) -> None:
    row = instruments.add(workspace, write_order(tmp_path / "o"), case)
    assert row.id == "I-1"
    assert row.decision["permitted"] == {
        "session_ip_log": ["US-FED-002"],
        "subscriber_identity": ["US-FED-001"],
    }
    assert json.dumps(row.decision)
    instrument = store.load_instrument(workspace.tables, row.id)
    assert instrument.entered_by == "tester"
    assert newest(workspace)["kind"] == "instrument"
    stored = store.find_original(workspace.tables, case, row.document_sha256)
    assert stored
    workspace.vault.check(stored.name, stored.sha256)


def test_a_refusal_is_written_with_its_rules(workspace: Workspace, case: str, tmp_path: Path) -> None:
    order = write_order(
        tmp_path / "o", kind="grand_jury_subpoena", role="grand_jury", categories=("content_stored",)
    )
    with pytest.raises(Refused) as found:
        instruments.add(workspace, order, case)
    entry = newest(workspace)
    assert found.value.rules
    assert (entry["kind"], entry["code"], entry["rules"]) == ("refusal", found.value.code, ["US-FED-023"])
    with pytest.raises(UsageError):
        store.get(workspace.tables, InstrumentRow, "I-1")


def test_m47_a_range_as_an_account_is_refused_and_written(workspace: Workspace, case: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as found:
        instruments.add(workspace, write_order(tmp_path / "o", accounts=("203.0.113.0/24",)), case)
    assert found.value.code == "NO_PARTICULAR_TARGET"
    assert newest(workspace)["code"] == "NO_PARTICULAR_TARGET"


@pytest.mark.parametrize(("count", "code"), [(11, "APPROVAL_NEEDED"), (101, "TOO_MANY_TARGETS")])
def test_m48_the_giant_case(workspace: Workspace, case: str, tmp_path: Path, count: int, code: str) -> None:
    accounts = tuple(f"10008900000{i:04}" for i in range(count))
    with pytest.raises(Refused) as found:
        instruments.add(workspace, write_order(tmp_path / "o", accounts=accounts), case)
    assert found.value.code == code


def test_m48_many_instruments_count_together(workspace: Workspace, case: str, tmp_path: Path) -> None:
    for i in range(2):
        accounts = tuple(f"1000890000{i}{n:04}" for n in range(10))
        instruments.add(workspace, write_order(tmp_path / str(i), accounts=accounts), case)
    accounts = tuple(f"20008900000{n:04}" for n in range(6))
    with pytest.raises(Refused) as found:
        instruments.add(workspace, write_order(tmp_path / "last", accounts=accounts), case)
    assert found.value.code == "APPROVAL_NEEDED"


def test_a_missing_document_is_named(workspace: Workspace, case: str, tmp_path: Path) -> None:
    order = write_order(tmp_path / "o")
    (tmp_path / "o" / "order.txt").unlink()
    with pytest.raises(BadInput) as found:
        instruments.add(workspace, order, case)
    assert found.value.code == "NOT_FOUND"


def test_a_document_on_which_nothing_stands_is_none(workspace: Workspace, case: str, tmp_path: Path) -> None:
    order = write_order(tmp_path / "o")
    (tmp_path / "o" / "order.txt").write_text(" \n")
    with pytest.raises(BadInput) as found:
        instruments.add(workspace, order, case)
    assert found.value.code == newest(workspace)["code"] == "EMPTY_FILE"


def test_an_unknown_case_is_said(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as found:
        instruments.add(workspace, write_order(tmp_path / "o"), "C-9")
    assert found.value.code == "UNKNOWN_CASE"
