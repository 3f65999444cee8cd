"""Under a CyberTip the report of its number goes in, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.casework.conftest import write_order
from tests.casework.pages import TARGET
from tests.casework.pages import write_page

from fourcorners.casework import instruments
from fourcorners.casework import store
from fourcorners.casework.ingest import ingest
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
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
    for i in range(25):
        tip = write_tip(tmp_path / str(i), accounts=(f"1000890000{i:05}",), number=f"{NUMBER}{i}")
        instruments.add(workspace, tip, case)
    with pytest.raises(Refused) as caught:
        instruments.add(workspace, write_tip(tmp_path / "last", accounts=("1000890000999",)), case)
    assert caught.value.code == "APPROVAL_NEEDED"
