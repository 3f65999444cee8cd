"""A backup and its keys make the workspace again, or nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fourcorners.casework import cases
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.holding import backup
from fourcorners.casework.oversight import verification
from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import no_secret
from fourcorners.casework.workspace import open_workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import VerificationFailed


@pytest.fixture
def copies(workspace: Workspace, tmp_path: Path) -> tuple[Path, Path]:
    cases.open_case(workspace, "Takeover", "Complaint")
    backup.backup(workspace, tmp_path / "backup")
    backup.backup_keys(workspace, tmp_path / "keys")
    return tmp_path / "backup", tmp_path / "keys"


def test_keys_of_another_workspace_are_said_to_be_that(copies: tuple[Path, Path], tmp_path: Path) -> None:
    workspaces.create(tmp_path / "other", "tester")
    with open_workspace(tmp_path / "other", "tester") as other:
        backup.backup_keys(other, tmp_path / "theirs")
    with pytest.raises(VerificationFailed, match="are those of another workspace") as found:
        backup.restore(copies[0], tmp_path / "theirs", tmp_path / "again", "tester", no_secret)
    assert (found.value.code, str(tmp_path / "theirs") in found.value.what) == ("SIGNATURE", True)
    assert not (tmp_path / "again").exists()
    backup.restore(*copies, tmp_path / "again", "tester", no_secret)


@pytest.mark.parametrize("spoil", ["root.json", "log/self.key", "workspace/self.key"])
def test_a_restore_that_fails_can_be_tried_again(copies: tuple[Path, Path], tmp_path: Path, spoil: str) -> None:
    shutil.copytree(copies[1], tmp_path / "spoiled")
    victim = tmp_path / "spoiled" / spoil
    victim.chmod(0o600)
    victim.write_bytes(victim.read_bytes()[:-3])
    (tmp_path / "again").mkdir()
    with pytest.raises(FourcornersError):
        backup.restore(copies[0], tmp_path / "spoiled", tmp_path / "again", "tester", no_secret)
    assert not any((tmp_path / "again").iterdir())
    backup.restore(*copies, tmp_path / "again", "tester", no_secret)
    with open_workspace(tmp_path / "again", "tester") as workspace:
        assert verification.verify(workspace)["verified"]
    with pytest.raises(BadInput, match="exists already") as found:
        backup.restore(*copies, tmp_path / "again", "tester", no_secret)
    assert "-w" in found.value.next_step


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("passphrase", None),
        ("pkcs11", None),
        ("pkcs11", {"module": "/nowhere.so", "token": "x"}),
        ("os_keyring", None),
        ("unheard", None),
    ],
)
def test_a_workspace_that_was_not_made_can_be_made_again(
    tmp_path: Path, kind: str, parameters: dict[str, str] | None
) -> None:
    place = tmp_path / "deep" / "w"
    with pytest.raises(FourcornersError) as found:
        workspaces.create(place, "tester", making=workspaces.Making(kind, parameters), secret=no_secret)
    assert found.value.code == "ROOT_KEY"
    assert not any(tmp_path.iterdir())
    workspaces.create(place, "tester")
