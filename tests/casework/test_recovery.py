"""What an opening believes, in which order, and that it deletes nothing which may be somebody's only copy."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.casework.conftest import TickingClock
from tests.casework.conftest import write_order
from tests.casework.keyless import copy_database
from tests.casework.keyless import put_database
from tests.casework.keyless import rewrite_leaf
from tests.casework.keyless import sql
from tests.casework.pages import TARGET
from tests.casework.pages import write_page

from fourcorners.casework import cases
from fourcorners.casework import instruments
from fourcorners.casework import records
from fourcorners.casework import recovery
from fourcorners.casework import show
from fourcorners.casework.ingest import ingest
from fourcorners.casework.oversight import verification
from fourcorners.casework.workspace import open_workspace
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault.files import hash_of

SECOND = (("203.0.113.9", "2026-03-03 01:00:00 UTC"),)


@pytest.fixture
def worked(folder: Path, clock: TickingClock, tmp_path: Path) -> Path:
    with open_workspace(folder, "tester", clock=clock) as workspace:
        case = cases.open_case(workspace, "Account takeover", "Complaint of 2 March 2026").id
        instruments.add(workspace, write_order(tmp_path / "o", accounts=(TARGET,)), case)
        ingest(workspace, [write_page(tmp_path / "records.html")], "I-1")
        list(records.list_records(workspace, "I-1", family=None))
    return folder


def content(folder: Path) -> dict[str, bytes]:
    """Every file of the vault and every wrapped key, wherever in the folder it lies."""
    places = ("segments", "slices", "sealed", "originals", "keys", "quarantine")
    found = (path for place in places for path in (folder / place).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def opens(folder: Path, clock: TickingClock) -> str:
    """The code with which an opening ends, or nothing."""
    try:
        with open_workspace(folder, "anybody", clock=clock):
            return ""
    except VerificationFailed as error:
        return error.code


def test_an_older_database_touches_nothing_and_the_newest_one_works_again(
    worked: Path, clock: TickingClock, tmp_path: Path
) -> None:
    older = copy_database(worked, tmp_path / "older")
    with open_workspace(worked, "tester", clock=clock) as workspace:
        ingest(workspace, [write_page(tmp_path / "second.html", SECOND)], "I-1")
    newest, before = copy_database(worked, tmp_path / "newest"), content(worked)
    put_database(older, worked)
    assert opens(worked, clock) == "ROLLED_BACK"
    assert content(worked) == before
    put_database(newest, worked)
    with open_workspace(worked, "tester", clock=clock) as workspace:
        assert verification.verify(workspace)["verified"]


def test_what_an_older_database_does_not_know_is_set_aside_and_brought_back(
    worked: Path, clock: TickingClock, tmp_path: Path
) -> None:
    """With the older checkpoint beside it, an older database is like one after a crash: but nothing is lost."""
    older, checkpoint = copy_database(worked, tmp_path / "older"), (worked / recovery.CHECKPOINT).read_bytes()
    with open_workspace(worked, "tester", clock=clock) as workspace:
        ingest(workspace, [write_page(tmp_path / "second.html", SECOND)], "I-1")
    newest, before, newer = copy_database(worked, tmp_path / "newest"), content(worked), worked / "newer"
    (worked / recovery.CHECKPOINT).rename(newer)
    put_database(older, worked)
    (worked / recovery.CHECKPOINT).write_bytes(checkpoint)
    with open_workspace(worked, "tester", clock=clock) as workspace:
        assert verification.verify(workspace)["verified"]
        assert len(workspace.vault.files()) < len(before)
    aside = content(worked)
    assert sorted(aside.values()) == sorted(before.values()), "moved, and not one byte lost"
    assert any(name.startswith("quarantine/") for name in aside)
    with open_workspace(worked, "tester", clock=clock) as workspace:
        (line,) = (line for line in show.examine(workspace) if line["what"] == "set aside")
        assert not line["ok"]
    put_database(newest, worked)
    newer.replace(worked / recovery.CHECKPOINT)
    with open_workspace(worked, "tester", clock=clock) as workspace:
        assert verification.verify(workspace)["verified"]
        assert len(list(records.list_records(workspace, "I-1", family="login"))) == 3
    assert content(worked) == before


def test_a_file_that_lost_its_row_is_set_aside_under_its_instruments_keys(
    worked: Path, clock: TickingClock
) -> None:
    """So that a destruction reaches it."""
    before = content(worked)
    sql(worked, "DELETE FROM originals")
    assert opens(worked, clock) == ""
    with open_workspace(worked, "tester", clock=clock) as workspace:
        with pytest.raises(VerificationFailed) as found:
            verification.verify(workspace)
        assert found.value.code == "TAMPERED"
        assert any("quarantine" in name for name in workspace.tables.keys.commitments("C-1"))
    assert sorted(content(worked).values()) == sorted(before.values())


def test_a_name_that_leaves_the_folder_brings_nothing_back(worked: Path, clock: TickingClock) -> None:
    outside = worked.parent / "thesis.txt"
    outside.write_text("ten years of work")
    (worked / "quarantine" / "x").mkdir(parents=True)
    values = ("../../../thesis.txt", hash_of(outside))
    sql(worked, "UPDATE originals SET name = ?, sha256 = ? WHERE owner = 'C-1'", values=values)
    assert opens(worked, clock) == "MISSING_FILE"
    assert outside.read_text() == "ten years of work"


@pytest.mark.parametrize("checkpoint", ["kept", "gone"])
def test_a_leaf_that_was_rewritten_without_a_key(worked: Path, clock: TickingClock, checkpoint: str) -> None:
    signed = (worked / recovery.CHECKPOINT).read_bytes()
    rewrite_leaf(worked, "read", lambda said: said["facts"].update(instrument="I-7"))
    if checkpoint == "kept":
        assert opens(worked, clock) == "ROLLED_BACK"
        assert (worked / recovery.CHECKPOINT).read_bytes() == signed, "the forgery was not signed"
        return
    (worked / recovery.CHECKPOINT).unlink()
    with open_workspace(worked, "tester", clock=clock) as workspace:
        *_, entry = workspace.ledger.entries()
        assert entry.kind == "checkpoint missing", "nothing here says what was signed: the ledger says that"


def test_a_leaf_that_is_rewritten_while_somebody_works_is_not_signed(worked: Path, clock: TickingClock) -> None:
    signed = (worked / recovery.CHECKPOINT).read_bytes()
    with open_workspace(worked, "tester", clock=clock) as workspace:
        rewrite_leaf(worked, "read", lambda said: said["facts"].update(purpose="exhibit"))
        with pytest.raises(VerificationFailed) as found:
            cases.open_case(workspace, "Another", "Report of 4 March 2026")
        assert found.value.code == "ROLLED_BACK"
        with pytest.raises(VerificationFailed) as again:
            verification.verify(workspace)
        assert again.value.code == "ROLLED_BACK"
    assert (worked / recovery.CHECKPOINT).read_bytes() == signed
