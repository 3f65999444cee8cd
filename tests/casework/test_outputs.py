"""Where an output cannot be written nothing of it is left, and no entry says that it is there."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.casework.conftest import write_order
from tests.casework.pages import TARGET
from tests.casework.pages import write_page

from fourcorners.casework import exhibit
from fourcorners.casework import instruments
from fourcorners.casework import next_request
from fourcorners.casework import outputs
from fourcorners.casework.holding import backup
from fourcorners.casework.ingest import ingest
from fourcorners.casework.oversight import inspection
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput

Output = Callable[[Workspace, Path], object]
#: Each use case that hands something over, and the kind of its entry.
OUTPUTS: dict[str, Output] = {
    "backup": backup.backup,
    "key backup": backup.backup_keys,
    "ledger export": inspection.export,
    "exhibit": lambda workspace, out: exhibit.make(workspace, "C-1", out),
    "next": lambda workspace, out: next_request.prepare(workspace, "I-1", out),
}


@pytest.fixture
def worked(workspace: Workspace, case: str, tmp_path: Path) -> Workspace:
    row = instruments.add(workspace, write_order(tmp_path / "order", accounts=(TARGET,)), case)
    ingest(workspace, [write_page(tmp_path / "records.html")], row.id)
    return workspace


def kinds(workspace: Workspace) -> list[str]:
    return [entry.kind for entry in workspace.ledger.entries()]


@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_place_that_cannot_be_written_has_a_refusal_and_no_entry_of_success(
    worked: Workspace, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "file").write_text("no folder")
    for place in (Path("/proc/nope"), tmp_path / "file" / "in", tmp_path / ("x" * 300)):
        with pytest.raises(BadInput) as found:
            OUTPUTS[kind](worked, place)
        assert (found.value.code, found.value.entry) == ("OUTPUT", f"E-{worked.log.size() - 1}")
    assert kind not in kinds(worked)
    OUTPUTS[kind](worked, tmp_path / "made" / "out")
    assert kinds(worked).count(kind) == 1


@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_medium_that_fills_up_is_left_as_it_was(
    worked: Workspace, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = [0]
    fsync = os.fsync

    def full(handle: int) -> None:
        synced[0] += 1
        if str(tmp_path / "new") in str(Path(f"/proc/self/fd/{handle}").readlink()):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(BadInput, match="No space left") as found:
            OUTPUTS[kind](worked, tmp_path / "new" / "out")
    assert (found.value.code, bool(found.value.entry)) == ("OUTPUT", True)
    assert synced[0]
    assert kind not in kinds(worked)
    assert not (tmp_path / "new").exists() or not any((tmp_path / "new").iterdir())
    OUTPUTS[kind](worked, tmp_path / "new" / "out")


def test_keys_that_are_copied_in_part_are_taken_back(
    worked: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry stands before the first copy: a receipt rather names a copy too many than lacks one."""
    copied = [0]
    copy = shutil.copyfileobj

    def full(*files: object) -> None:
        copied[0] += 1
        if copied[0] == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        copy(*files)  # type: ignore[arg-type]

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(BadInput, match="No space left"):
        backup.backup_keys(worked, tmp_path / "keys")
    assert kinds(worked)[-2:] == ["key backup", "refusal"]
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("copy", [backup.backup, backup.backup_keys])
def test_a_copy_does_not_lie_in_what_it_is_a_copy_of(worked: Workspace, tmp_path: Path, copy: Output) -> None:
    (tmp_path / "link").symlink_to(worked.root)
    for place in (worked.root / "copy", worked.root / "keys" / "copy", tmp_path / "link" / "copy"):
        with pytest.raises(BadInput, match="in the workspace itself"):
            copy(worked, place)
        assert not place.exists()


def test_the_entry_of_a_copy_names_its_place_whole(
    worked: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    backup.backup_keys(worked, Path("medium"))
    *_, entry = worked.ledger.entries()
    assert (entry.kind, (entry.audit or {})["place"]) == ("key backup", str(tmp_path / "medium"))


def test_a_file_has_a_name_and_a_folder_may_be_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    outputs.check_free(tmp_path / "empty", folder=True)
    monkeypatch.chdir(tmp_path / "empty")
    for taken in (tmp_path / "empty", Path()):
        with pytest.raises(BadInput) as found:
            outputs.check_free(taken)
        assert found.value.code == "OUTPUT"
