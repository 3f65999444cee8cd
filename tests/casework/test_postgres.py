"""The whole way with the tables and the ledger in a PostgreSQL database, and the vault in the folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.casework.conftest import write_order
from tests.casework.pages import TARGET
from tests.casework.pages import write_page
from tests.casework.people import acting
from tests.casework.people import filter_team
from tests.casework.people import supervisors
from tests.conftest import new_database

from fourcorners.casework import cases
from fourcorners.casework import exhibit
from fourcorners.casework import instruments
from fourcorners.casework import records
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.holding import backup
from fourcorners.casework.holding import destruction
from fourcorners.casework.ingest import ingest
from fourcorners.casework.oversight import verification
from fourcorners.casework.people import petitions
from fourcorners.casework.workspace import Making
from fourcorners.casework.workspace import open_workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault import named
from fourcorners.vault.root_keys import owner_file


def test_an_address_with_a_password_is_not_stored(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="password"):
        workspaces.create(tmp_path / "w", "t", making=Making(database="postgresql://u:secret@localhost/x"))
    assert not (tmp_path / "w").exists()


def test_a_server_is_asked_where_its_address_was_named(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = new_database(server)
    workspaces.create(tmp_path / "w", "tester", making=Making(database=address))
    assert f"database {address}" in named.file().read_text().splitlines()
    key = owner_file.folder() / json.loads((tmp_path / "w" / "keys" / "root.json").read_text())["name"]
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another machine"))
    owner_file.folder().mkdir(parents=True)
    shutil.copy(key, owner_file.folder() / key.name)
    with pytest.raises(BadInput) as found, open_workspace(tmp_path / "w", "tester"):
        pass
    assert found.value.code == "NOT_NAMED"
    named.file().write_text(found.value.next_step.partition(": ")[2])
    with open_workspace(tmp_path / "w", "tester") as workspace:
        assert verification.verify(workspace)["verified"]


def test_the_whole_way_on_postgres(server: str, tmp_path: Path) -> None:
    address = new_database(server)
    workspaces.create(tmp_path / "w", "tester", making=Making(database=address))
    assert not list((tmp_path / "w").glob("*.sqlite"))
    with open_workspace(tmp_path / "w", "tester") as workspace:
        case = cases.open_case(workspace, "Takeover", "Complaint").id
        filter_team(workspace)
        instruments.add(workspace, write_order(tmp_path / "o", accounts=(TARGET,)), case)
        row = ingest(workspace, [write_page(tmp_path / "records.html")], "I-1")
        assert row.counts == {"rows": 4, "released": 2, "sealed": 2, "rejected": 0}
        with pytest.raises(BadInput):
            ingest(workspace, [tmp_path / "records.html"], "I-1")
        assert len(list(records.list_records(workspace, "I-1", family="login"))) == 2
        exhibit.make(workspace, case, tmp_path / "exhibit.pdf")
        assert verification.verify(workspace)["verified"]
        with pytest.raises(UsageError) as found:
            backup.backup(workspace, tmp_path / "backup")
        assert found.value.code == "SERVER_BACKUP"
    with open_workspace(tmp_path / "w", "tester") as workspace:
        supervisors(workspace, "sue")
        (tmp_path / "paper.txt").write_text("destroy")
        asked = destruction.request(workspace, "I-1", tmp_path / "paper.txt", "over")
        petitions.approve(acting(workspace, "sue"), asked.id)
        assert destruction.execute(workspace, asked.id)["state"] == "done"
        verification.verify(workspace)
        workspace.tables.db.execute("UPDATE ledger_entries SET leaf = ? WHERE n = 2", (b"{}",))
        with pytest.raises(VerificationFailed):
            workspace.ledger.verify()
