"""Under a CyberTip the report of its number goes in, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.casework.conftest import write_order
from tests.casework.opened import every_byte
from tests.casework.pages import TARGET
from tests.casework.pages import write_page

from fourcorners.casework import instruments
from fourcorners.casework import records
from fourcorners.casework import store
from fourcorners.casework.ingest import ingest
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused

NUMBER = "123456789"


def write_tip(folder: Path, *, accounts: tuple[str, ...] = (TARGET,), number: str = NUMBER) -> Path:
    path = write_order(
        folder, accounts=accounts, kind="cybertip_report", role="officer", more=f'reference = "{number}"'
    )
    path.write_text(path.read_text().replace("18 USC 1030", "18 USC 2252A"))
    return path


def newest(workspace: Workspace) -> tuple[str, dict[str, object]]:
    last = json.loads(workspace.log.leaf(workspace.log.size() - 1))
    return last["kind"], last["facts"]


def test_m18_what_a_provider_sends_beside_a_report_is_refused(
    workspace: Workspace, case: str, tmp_path: Path
) -> None:
    tip = instruments.add(workspace, write_tip(tmp_path / "tip"), case)
    assert any(warning.startswith("NO_DEMAND") for warning in tip.warnings)
    production = write_page(tmp_path / "records.html")
    with pytest.raises(Refused) as caught:
        ingest(workspace, [production], tip.id)
    assert caught.value.code == "NOT_THE_REPORT"
    kind, facts = newest(workspace)
    assert (kind, facts["code"]) == ("refusal", "NOT_THE_REPORT")
    assert not store.of_owner(workspace.tables, ReturnRow, tip.id)
    warrant = instruments.add(workspace, write_order(tmp_path / "order", accounts=(TARGET,)), case)
    assert ingest(workspace, [production], warrant.id).counts["released"]


@pytest.mark.parametrize(("count", "code"), [(11, "APPROVAL_NEEDED"), (101, "TOO_MANY_TARGETS")])
def test_m48_the_users_of_a_report_count_as_any_targets(
    workspace: Workspace, case: str, tmp_path: Path, count: int, code: str
) -> None:
    accounts = tuple(f"10008900000{i:04}" for i in range(count))
    with pytest.raises(Refused) as caught:
        instruments.add(workspace, write_tip(tmp_path / "tip", accounts=accounts), case)
    assert caught.value.code == code


def test_m48_many_reports_count_together(workspace: Workspace, case: str, tmp_path: Path) -> None:
    for i in range(2):
        accounts = tuple(f"1000890000{i}{n:04}" for n in range(10))
        instruments.add(workspace, write_tip(tmp_path / str(i), accounts=accounts, number=f"{NUMBER}{i}"), case)
    six = tuple(f"20008900000{n:04}" for n in range(6))
    with pytest.raises(Refused) as caught:
        instruments.add(workspace, write_tip(tmp_path / "last", accounts=six), case)
    assert caught.value.code == "APPROVAL_NEEDED"


def capture(ip: str, at: str, word: str = "UPLOAD") -> dict[str, Any]:
    return {"captureType": "IP Address", "value": ip, "dateTime": at, "eventName": word, "port": 4711}


def write_report(path: Path, number: str = NUMBER) -> Path:
    """A report about the target, with a recipient, a file and free text that nobody may see."""
    inside = [
        capture("203.0.113.7", "2026-03-02T10:00:00Z"),
        capture("203.0.113.7", "2026-03-02T09:00:00Z", "Login"),
    ]
    outside = [capture("198.51.100.77", "2026-02-28T23:59:59Z", "CANARY-BEFORE")]
    hidden = [capture("198.51.100.78", "2026-03-02T10:00:00Z", "CANARY-HIDDEN")]

    def with_captures(captures: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        return more | {"sourceInformation": {"sourceCaptures": captures}}

    recipient = with_captures(hidden, espUserId=TARGET, firstName="CANARY-CHILD")
    file = with_captures(hidden, filename="CANARY-FILE", viewedByEsp=False)
    report = {
        "reportId": int(number),
        "reportedInformation": {
            "reportingEsp": {"espName": "Meta Platforms, Inc."},
            "reportedPeople": {"reportedPersons": [with_captures([*inside, *outside], espUserId=TARGET)]},
            "intendedRecipients": {"intendedRecipients": [recipient]},
            "uploadedFiles": {"uploadedFiles": [file]},
            "additionalInformations": [{"value": "CANARY-TEXT"}],
        },
    }
    path.write_text(json.dumps(report), encoding="utf-8")
    return path


def test_the_report_of_its_number_goes_in_and_gives_what_it_says_of_the_reported_user(
    workspace: Workspace, case: str, tmp_path: Path
) -> None:
    tip = instruments.add(workspace, write_tip(tmp_path / "tip"), case)
    row = ingest(workspace, [write_report(tmp_path / "report.json")], tip.id)
    lines = list(records.list_records(workspace, tip.id, family=None))
    assert [(line["ip"], line["at"], line["action"]) for line in lines if line["kind"] == "login"] == [
        ("203.0.113.7", "2026-03-02T10:00:00Z", "UPLOAD"),
        ("203.0.113.7", "2026-03-02T09:00:00Z", "Login"),
    ]
    assert [line["value"] for line in lines if line["kind"] == "subscriber"] == [TARGET]
    # the recipient has the reported user's own number, and is released all the same to nobody
    assert row.reasons == {"NO_FAMILY": 1, "OUTSIDE_DATE_RANGE": 1, "UNDECIDABLE_ACCOUNT": 1}
    assert "CANARY" not in json.dumps(lines)
    stored = every_byte(workspace)
    assert b"203.0.113.7" in stored
    assert b"CANARY" not in stored


@pytest.mark.parametrize("numbers", [("987654321",), (NUMBER, "987654321")])
def test_m10_another_report_is_not_taken_in(
    workspace: Workspace, case: str, tmp_path: Path, numbers: tuple[str, ...]
) -> None:
    tip = instruments.add(workspace, write_tip(tmp_path / "tip"), case)
    reports = [write_report(tmp_path / f"{number}.json", number) for number in numbers]
    with pytest.raises(Refused) as caught:
        ingest(workspace, reports, tip.id)
    assert caught.value.code == "NOT_THE_REPORT"
    assert "987654321" in caught.value.what
    assert not store.of_owner(workspace.tables, ReturnRow, tip.id)


def test_the_report_itself_is_no_document_of_its_order(workspace: Workspace, case: str, tmp_path: Path) -> None:
    order = write_tip(tmp_path / "tip")
    write_report(tmp_path / "tip" / "order.txt")
    with pytest.raises(BadInput) as caught:
        instruments.add(workspace, order, case)
    assert caught.value.code == "ORDER_FILE"
