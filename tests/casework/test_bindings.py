"""Edits by somebody without a key: each ends at the next use or in `verify`, with no checkpoint from elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.casework.conftest import TickingClock
from tests.casework.conftest import write_order
from tests.casework.keyless import sql
from tests.casework.pages import TARGET
from tests.casework.pages import write_page
from tests.casework.people import acting
from tests.casework.people import filter_team
from tests.casework.people import supervisors
from tests.ledger import authority

from fourcorners.casework import cases
from fourcorners.casework import instruments
from fourcorners.casework import records
from fourcorners.casework import show
from fourcorners.casework.holding import backup
from fourcorners.casework.holding import destruction
from fourcorners.casework.holding import standing
from fourcorners.casework.ingest import ingest
from fourcorners.casework.oversight import inspection
from fourcorners.casework.oversight import stamping
from fourcorners.casework.oversight import verification
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.people import petitions
from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import open_workspace
from fourcorners.ledger import submission
from fourcorners.ledger import timestamp
from fourcorners.ledger.note import KeyType
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Signer
from fourcorners.ledger.witness import Witness
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import Refused
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault.filter_team import CustodianKey
from fourcorners.vault.filter_team import FilterTeam


@pytest.fixture
def worked(folder: Path, clock: TickingClock, tmp_path: Path) -> Path:
    """A case with a filter team, a witness, a return, and a read by a supervisor."""
    with open_workspace(folder, "tester", clock=clock) as workspace:
        case = cases.open_case(workspace, "Account takeover", "Complaint of 2 March 2026").id
        supervisors(workspace, "sue")
        filter_team(workspace)
        witnessing.add_witness(workspace, "court", _witness_key(), "")
        instruments.add(workspace, write_order(tmp_path / "o", accounts=(TARGET,)), case)
        ingest(workspace, [write_page(tmp_path / "records.html")], "I-1")
        list(records.list_records(acting(workspace, "sue"), "I-1", family=None, reason="curious"))
        verification.verify(workspace)
    return folder


def _witness_key() -> str:
    return Signer.generate("court.example", KeyType.ED25519_COSIGNATURE).verifier.vkey()


def verified(folder: Path, clock: TickingClock) -> str:
    """The code with which opening and `verify` end, or nothing."""
    try:
        with open_workspace(folder, "tester", clock=clock) as workspace:
            verification.verify(workspace)
    except FourcornersError as error:
        return error.code
    return ""


def paper(tmp_path: Path, text: str) -> Path:
    (tmp_path / "paper.txt").write_text(text)
    return tmp_path / "paper.txt"


def newest(workspace: Workspace, kind: str) -> int:
    return max(entry.n for entry in workspace.ledger.entries() if entry.kind == kind)


@pytest.mark.parametrize("edit", ["DELETE FROM rulings", "UPDATE rulings SET owner = 'I-9'"])
def test_an_instrument_is_not_unquashed_by_sql(
    worked: Path, clock: TickingClock, tmp_path: Path, edit: str
) -> None:
    with open_workspace(worked, "tester", clock=clock) as workspace:
        instruments.rule(workspace, "I-1", standing.QUASHED, paper(tmp_path, "void"), "the warrant is void")
        n = newest(workspace, standing.QUASHED)
        workspace.tables.db.create(f"PRAGMA foreign_keys = OFF; {edit}")
        with pytest.raises(VerificationFailed) as found:
            list(records.list_records(workspace, "I-1", family=None))
        assert found.value.code == "TAMPERED"
    assert verified(worked, clock) == "TAMPERED"
    sql(worked, f"DELETE FROM details WHERE n = {n} AND part = 'evidence'")
    assert verified(worked, clock) == "TAMPERED"


def test_who_read_is_not_erased(worked: Path, clock: TickingClock) -> None:
    with open_workspace(worked, "tester", clock=clock) as workspace:
        n = newest(workspace, "read")
    sql(worked, "DELETE FROM shown", f"UPDATE details SET box = x'00' WHERE n = {n} AND part = 'audit'")
    assert verified(worked, clock) == "TAMPERED"
    with open_workspace(worked, "tester", clock=clock) as workspace, pytest.raises(VerificationFailed):
        list(inspection.listing(workspace, None))


MINE = FilterTeam(tuple(CustodianKey.generate(name).custodian for name in ("carol", "dave"))).lines()


@pytest.mark.parametrize(
    ("edit", "values"),
    [
        ("UPDATE settings SET value = ? WHERE name = 'filter_team'", (MINE,)),
        ("DELETE FROM settings WHERE name = 'filter_team'", ()),
        ("UPDATE settings SET value = '999999999' WHERE name = 'rows_a_person'", ()),
        ("DELETE FROM settings WHERE name = 'policy'", ()),
        ("UPDATE settings SET name = 'x' WHERE name = 'policy'", ()),
    ],
)
def test_a_setting_is_refused_at_use_and_by_verify(
    worked: Path, clock: TickingClock, tmp_path: Path, edit: str, values: tuple[object, ...]
) -> None:
    with open_workspace(worked, "tester", clock=clock) as workspace:
        workspace.tables.db.execute(edit, values)
        uses: list[Callable[[], object]] = [
            lambda: ingest(workspace, [write_page(tmp_path / "second.html")], "I-1"),
            lambda: list(records.list_records(workspace, "I-1", family=None)),
            lambda: witnessing.request(workspace, "court"),
            lambda: cases.open_case(workspace, "Another", "Report"),
        ]
        for use in uses:
            with pytest.raises(VerificationFailed) as found:
                use()
            assert found.value.code == "TAMPERED"
    assert verified(worked, clock) == "TAMPERED"


def test_an_entry_of_something_else_makes_no_setting_good(worked: Path, clock: TickingClock) -> None:
    with open_workspace(worked, "tester", clock=clock) as workspace:
        workspace.tables.db.execute("UPDATE settings SET value = '9' WHERE name = 'rows_a_person'")
        with workspace.tables.db.transaction():
            workspace.write_entry("case", {"case": "C-1"}, {})
        with pytest.raises(VerificationFailed):
            workspace.ledger.check_state()


@pytest.mark.parametrize("gone", ["I-1", "I-1/self.key"])
def test_a_removed_key_is_no_destruction(worked: Path, clock: TickingClock, gone: str) -> None:
    path = worked / "keys" / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert verified(worked, clock) == "MISSING_KEY"
    with open_workspace(worked, "tester", clock=clock) as workspace:
        with pytest.raises(VerificationFailed) as found:
            list(records.list_records(workspace, "I-1", family=None))
        assert (found.value.code, found.value.exit_code) == ("MISSING_KEY", 5)
        with pytest.raises(VerificationFailed, match="no entry says"):
            list(show.list_retention(workspace))
        assert cases.open_case(workspace, "Another", "Report").id == "C-2", "other cases go on"


@pytest.mark.parametrize("kind", ["sealed", "files/segments", "files/slices"])
@pytest.mark.parametrize("how", ["gone", "flipped"])
def test_the_wrapped_keys_are_bound(worked: Path, clock: TickingClock, kind: str, how: str) -> None:
    path = next((worked / "keys" / "I-1" / kind).rglob("*.key"))
    path.chmod(0o600)
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert verified(worked, clock) == ("MISSING_KEY" if how == "gone" else "TAMPERED")


def test_keys_that_come_back_after_a_destruction_go_again(
    worked: Path, clock: TickingClock, tmp_path: Path
) -> None:
    with open_workspace(worked, "tester", clock=clock) as workspace:
        backup.backup_keys(workspace, tmp_path / "copy")
        row = destruction.request(workspace, "I-1", paper(tmp_path, "destroy it"), "period over")
        petitions.approve(acting(workspace, "sue"), row.id)
        destruction.execute(workspace, row.id)
        shutil.copytree(tmp_path / "copy" / "I-1", worked / "keys" / "I-1", dirs_exist_ok=True)
        with pytest.raises(Refused) as found:
            list(records.list_records(workspace, "I-1", family=None))
        assert found.value.code == "DESTROYED"
    with open_workspace(worked, "tester", clock=clock) as workspace:
        assert not list((worked / "keys" / "I-1").rglob("*.key"))
        (entry,) = (entry for entry in workspace.ledger.entries() if entry.kind == "destroyed again")
        assert entry.facts["instrument"] == "I-1"
        assert entry.facts["keys"] > 0
        uses: list[Callable[[], object]] = [
            lambda: list(records.list_records(workspace, "I-1", family=None)),
            lambda: ingest(workspace, [write_page(tmp_path / "third.html")], "I-1"),
        ]
        for use in uses:
            with pytest.raises(Refused) as refused:
                use()
            assert refused.value.code == "DESTROYED"
        assert verification.verify(workspace)["verified"]


def test_a_destruction_is_not_taken_back_by_an_older_petition(
    worked: Path, clock: TickingClock, tmp_path: Path
) -> None:
    """The row as it was before, in an older page, and the keys of an older copy."""
    with open_workspace(worked, "tester", clock=clock) as workspace:
        backup.backup_keys(workspace, tmp_path / "copy")
        row = destruction.request(workspace, "I-1", paper(tmp_path, "destroy it"), "period over")
        petitions.approve(acting(workspace, "sue"), row.id)
        query = "SELECT body FROM petitions WHERE id = ?"
        (older,) = workspace.tables.db.execute(query, (row.id,)).fetchone()
        destruction.execute(workspace, row.id)
        workspace.tables.db.execute("UPDATE petitions SET body = ?", (older,))
    shutil.copytree(tmp_path / "copy" / "I-1", worked / "keys" / "I-1", dirs_exist_ok=True)
    with open_workspace(worked, "tester", clock=clock) as workspace:
        with pytest.raises(Refused) as found:
            list(records.list_records(workspace, "I-1", family=None))
        assert found.value.code == "DESTROYED"
    assert verified(worked, clock) == "TAMPERED"
    sql(worked, "DELETE FROM settings WHERE name LIKE 'destroyed %'")
    assert verified(worked, clock) == "TAMPERED"


@pytest.mark.parametrize(
    "edit",
    [
        "DELETE FROM originals WHERE owner = 'C-1'",
        "UPDATE originals SET owner = 'C-9' WHERE owner = 'C-1'",
        "UPDATE originals SET return_id = 'R-9' WHERE owner = 'C-1'",
    ],
)
def test_a_courts_paper_does_not_vanish(worked: Path, clock: TickingClock, edit: str) -> None:
    sql(worked, edit)
    assert verified(worked, clock) == "TAMPERED"


@pytest.mark.parametrize("how", ["file", "key"])
def test_a_courts_paper_and_its_key_are_bound(worked: Path, clock: TickingClock, how: str) -> None:
    place = "originals/C-1" if how == "file" else "keys/C-1/files/originals"
    path = next(path for path in (worked / place).rglob("*") if path.is_file())
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert verified(worked, clock) == "TAMPERED"


@pytest.mark.parametrize(
    "edit", ["DELETE FROM files", "UPDATE files SET mac = 'x'", "UPDATE files SET instrument = 'I-9'"]
)
def test_what_was_taken_in_is_bound(worked: Path, clock: TickingClock, edit: str) -> None:
    sql(worked, edit)
    assert verified(worked, clock) == "TAMPERED"


def test_a_whole_file_is_not_hidden_under_a_destroyed_instrument(
    worked: Path, clock: TickingClock, tmp_path: Path
) -> None:
    with open_workspace(worked, "tester", clock=clock) as workspace:
        page = write_page(tmp_path / "whole.html", (("203.0.113.9", "2026-03-03 01:00:00 UTC"),))
        ingest(workspace, [page], "I-1")
        instruments.add(workspace, write_order(tmp_path / "o2", accounts=(TARGET,)), "C-1")
        row = destruction.request(workspace, "I-2", paper(tmp_path, "destroy it"), "period over")
        petitions.approve(acting(workspace, "sue"), row.id)
        destruction.execute(workspace, row.id)
        verification.verify(workspace)
    sql(worked, "UPDATE originals SET owner = 'I-2', mac = 'x' WHERE owner = 'I-1'")
    assert verified(worked, clock) == "TAMPERED"


def test_a_stamp_of_ones_own_is_nobodys(worked: Path, clock: TickingClock, tmp_path: Path) -> None:
    made = authority.make(tmp_path / "mine")
    with open_workspace(worked, "tester", clock=clock) as workspace:
        note, place = (worked / "checkpoint").read_bytes(), worked / "stamps"
        place.mkdir()
        parts = {"tsr": made.answer(timestamp.request(note).data), "checkpoint": note, "pem": made.roots}
        for suffix, data in parts.items():
            (place / f"{workspace.log.size()}.{suffix}").write_bytes(data)
        (place / "x.tsr").write_bytes(b"")
        assert verification.verify(workspace)["stamped"] is None


@pytest.mark.parametrize("part", ["tsr", "checkpoint", "pem"])
@pytest.mark.parametrize("how", ["gone", "other"])
def test_a_stamp_is_bound(worked: Path, clock: TickingClock, tmp_path: Path, part: str, how: str) -> None:
    made = authority.make(tmp_path / "tsa")
    with open_workspace(worked, "tester", clock=clock) as workspace, authority.serving(made) as address:
        size = stamping.stamp(workspace, f"{address}/tsa", made.roots)["size"]
        stamped = verification.verify(workspace)["stamped"]
        assert stamped
        assert stamped["size"] == size
    path = worked / "stamps" / f"{size}.{part}"
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(authority.make(tmp_path / "other").roots)
    assert verified(worked, clock) == ("MISSING_FILE" if how == "gone" else "TAMPERED")


@pytest.mark.parametrize("after", ["named", "removed", "replaced"])
def test_a_cosignature_is_bound_also_when_its_witness_was_taken_out(
    worked: Path, clock: TickingClock, tmp_path: Path, after: str
) -> None:
    made = Witness.create(tmp_path / "witness", "witness.example/w")
    with open_workspace(worked, "tester", clock=clock) as workspace:
        witnessing.remove_witness(workspace, "court", "its key is another")
        witnessing.add_witness(workspace, "court", made.signer.verifier.vkey(), "")
        made.add_log(workspace.signer.verifier)
        asked = witnessing.request(workspace, "court")
        answer = submission.to_file(made.add_checkpoint(asked, 1_775_000_000))
        size = witnessing.answer(workspace, "court", answer)["size"]
        kept = workspace.log.kept()[-1]
        if after != "named":
            witnessing.remove_witness(workspace, "court", "its key was lost")
        if after == "replaced":
            witnessing.add_witness(workspace, "court", _witness_key(), "")
        assert verification.verify(workspace)["verified"]
    bare = Note(kept.text, kept.signatures[:1]).encode()
    sql(worked, "UPDATE ledger_checkpoints SET note = ? WHERE size = ?", values=(bare, size))
    assert verified(worked, clock) == "TAMPERED"


def test_an_exchanged_log_key_is_found_without_a_checkpoint(worked: Path, clock: TickingClock) -> None:
    with open_workspace(worked, "tester", clock=clock) as workspace:
        (worked / "keys" / "log" / "self.key").unlink()
        workspace.tables.keys.create("log")
        (worked / "checkpoint").unlink()
    assert verified(worked, clock) == "TAMPERED"
