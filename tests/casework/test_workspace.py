from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.casework.conftest import TickingClock

from fourcorners import ledger
from fourcorners.casework import attribute
from fourcorners.casework import cases
from fourcorners.casework import outputs
from fourcorners.casework import records
from fourcorners.casework import show
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.oversight import inspection
from fourcorners.casework.oversight import verification
from fourcorners.casework.oversight import why
from fourcorners.casework.people import actors
from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import open_workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault import named


def kinds(workspace: Workspace) -> list[str]:
    return [entry.kind for entry in workspace.ledger.entries()]


def test_a_folder_with_other_things_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(UsageError) as found:
        workspaces.create(tmp_path, "tester")
    assert found.value.code == "WORKSPACE_EXISTS"


def test_a_library_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "fourcorners.ledger.postgres", raising=False)
    monkeypatch.delattr(ledger, "postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    making = workspaces.Making(database="postgresql://localhost/x")
    with pytest.raises(UsageError) as found:
        workspaces.create(tmp_path / "w", "tester", making=making)
    assert "fourcorners[postgres]" in found.value.next_step


@pytest.mark.parametrize(
    ("address", "code"), [("no address", "USAGE"), ("postgresql://127.0.0.1:9/x?connect_timeout=2", "SYSTEM")]
)
def test_a_database_server_that_is_not_there_is_said(tmp_path: Path, address: str, code: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(FourcornersError) as found:
        workspaces.create(tmp_path / "w", "tester", making=workspaces.Making(database=address))
    assert found.value.code == code
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("clear", [True, False], ids=["open", "verify"])
def test_a_folder_reaches_no_server_and_no_library_that_nobody_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, clear: bool
) -> None:
    pytest.importorskip("psycopg")
    from fourcorners.ledger import postgres  # noqa: PLC0415 - an extra

    asked: list[str] = []
    monkeypatch.setattr(postgres, "PostgresDatabase", asked.append)
    (folder / "database").write_text("postgresql://evil.example/x\n")
    with pytest.raises(BadInput) as found, open_workspace(folder, "tester", clear=clear):
        pass
    assert (found.value.code, asked) == ("NOT_NAMED", [])
    assert found.value.next_step.endswith(f"{named.file()}: database postgresql://evil.example/x")
    (folder / "database").write_text("")
    with pytest.raises(BadInput, match="nobody named"), open_workspace(folder, "tester", clear=clear):
        pass
    (folder / "database").unlink()
    (folder / "keys" / "root.json").chmod(0o600)
    (folder / "keys" / "root.json").write_text('{"kind": "pkcs11", "module": "/tmp/x.so", "token": "t"}')
    with pytest.raises(BadInput) as found, open_workspace(folder, "tester", clear=clear):
        pass
    assert (found.value.code, asked) == ("NOT_NAMED", [])


def test_no_workspace_is_said_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no workspace") as found, open_workspace(tmp_path, "tester"):
        pass
    assert "fourcorners init" in found.value.diagnostics()


def test_every_step_has_its_entry(workspace: Workspace, case: str) -> None:
    assert case == "C-1"
    assert kinds(workspace) == ["workspace", "case", "actor"]


def test_a_case_without_a_predicate_is_not_opened_and_the_refusal_is_written(workspace: Workspace) -> None:
    with pytest.raises(UsageError):
        cases.open_case(workspace, "Somebody", "  ")
    assert kinds(workspace) == ["workspace", "refusal"]


def test_m55_a_clock_rolled_back(workspace: Workspace, clock: TickingClock) -> None:
    clock.now -= 10**15
    with pytest.raises(Refused) as found:
        cases.open_case(workspace, "t", "p")
    assert (found.value.kind, found.value.code) == ("PRODUCT", "CLOCK_BEHIND")
    assert kinds(workspace) == ["workspace", "refusal"]
    workspace.ledger.verify()


def test_entries_of_many_threads_stand_in_the_order_of_their_times(workspace: Workspace) -> None:
    def refuse() -> None:
        with pytest.raises(UsageError), workspace.attempt("case", {}):
            raise UsageError("USAGE", "no", next_step="none")

    with ThreadPoolExecutor(8) as threads:
        refusals = [threads.submit(refuse) for _ in range(100)]
        entries = [threads.submit(workspace.record, "x", {}, {}) for _ in range(100)]
    for refusal in refusals:
        refusal.result()
    assert len({entry.result() for entry in entries}) == 100
    assert workspace.ledger.verify().size == 201


def test_a_transaction_that_raises_leaves_nothing(workspace: Workspace) -> None:
    def write_and_fail() -> None:
        with workspace.transaction():
            workspace.write_entry("x", {}, {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert kinds(workspace) == ["workspace"]


def test_unknown_files_are_deleted_and_missing_ones_reported(folder: Path, clock: TickingClock) -> None:
    with open_workspace(folder, "tester", clock=clock) as workspace:
        stray = folder / "segments" / "stray.parquet.part"
        stray.parent.mkdir(exist_ok=True)
        stray.write_text("cut off")
        stray_key = folder / "keys" / "C-1" / "files" / "segments" / "stray.parquet.key"
        stray_key.parent.mkdir(parents=True)
        stray_key.write_bytes(b"cut off")
        values = ("originals/C-1/gone", "C-1", "", "ab" * 32, "cd" * 32)
        workspace.tables.db.execute("INSERT INTO originals VALUES (?, ?, ?, ?, ?)", values)
    with pytest.raises(VerificationFailed) as found, open_workspace(folder, "tester", clock=clock):
        pass
    assert found.value.code == "MISSING_FILE"
    assert not stray.exists()
    assert not stray_key.exists()


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """Somebody's own folder, to which a workspace that was handed over leads."""
    (tmp_path / "victim" / "sub").mkdir(parents=True)
    (tmp_path / "victim" / "thesis.txt").write_text("ten years of work")
    (tmp_path / "victim" / "sub" / "notes.txt").write_text("notes")
    return tmp_path / "victim"


def everything(folder: Path) -> dict[str, bytes | None]:
    found = sorted(folder.rglob("*"))
    return {str(path): path.read_bytes() if path.is_file() and not path.is_symlink() else None for path in found}


LINKS = (
    "lock",
    "checkpoint.part",
    "workspace.sqlite-wal",
    "sealed",
    "originals",
    "stamps",
    "keys/C-1",
    "keys/log/self.key",
    "keys/workspace/files",
    "originals/C-1/stray",
    "anything",
)


@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize("to", ["thesis.txt", "sub", "gone.txt"])
def test_a_workspace_with_a_link_is_not_opened_and_nothing_behind_it_is_touched(
    folder: Path, clock: TickingClock, victim: Path, name: str, to: str
) -> None:
    with open_workspace(folder, "tester", clock=clock) as workspace:
        cases.open_case(workspace, "t", "p")
    link = folder / name
    if link.is_dir():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(victim / to)
    before = everything(victim), everything(folder)
    for clear in (True, False):
        with (
            pytest.raises(VerificationFailed) as found,
            open_workspace(folder, "tester", clock=clock, clear=clear),
        ):
            pass
        assert found.value.code == "LINK"
    assert (everything(victim), everything(folder)) == before


def test_a_workspace_that_is_a_link_or_holds_a_device_is_not_opened(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    for place in (tmp_path / "link", folder):
        with pytest.raises(VerificationFailed) as found, open_workspace(place, "tester"):
            pass
        assert found.value.code == "LINK"
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    with pytest.raises(VerificationFailed):
        workspaces.create(tmp_path / "link", "tester")
    assert list((tmp_path / "empty").iterdir()) == []


def test_an_output_follows_no_link_that_waits_for_it(victim: Path, tmp_path: Path) -> None:
    (tmp_path / "out.pdf.part").symlink_to(victim / "thesis.txt")
    outputs.write(tmp_path / "out.pdf", b"exhibit")
    assert (tmp_path / "out.pdf").read_bytes() == b"exhibit"
    assert (victim / "thesis.txt").read_text() == "ten years of work"


def test_who_only_looks_deletes_nothing(folder: Path, clock: TickingClock) -> None:
    with open_workspace(folder, "tester", clock=clock) as workspace:
        cases.open_case(workspace, "t", "p")
    stray = folder / "segments" / "stray.parquet"
    stray.parent.mkdir()
    stray.write_text("cut off")
    before = {path for path in folder.rglob("*") if path.is_file()}
    with open_workspace(folder, "tester", clock=clock, clear=False) as workspace:
        verification.verify(workspace)
    assert before <= {path for path in folder.rglob("*") if path.is_file()}
    with open_workspace(folder, "tester", clock=clock):
        assert not stray.exists()


def test_a_database_that_is_none_is_said(folder: Path) -> None:
    (folder / workspaces.DATABASE).write_bytes(b"not a database" * 100)
    with pytest.raises(Exception, match="cannot be read"), open_workspace(folder, "tester"):
        pass


def test_an_empty_or_damaged_database_is_no_older_workspace(folder: Path, clock: TickingClock) -> None:
    path = folder / workspaces.DATABASE
    with open_workspace(folder, "tester", clock=clock) as workspace:
        workspace.tables.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    whole = path.read_bytes()
    for data in (b"", whole[:4096], whole[:100] + bytes(len(whole) - 100)):
        for each in folder.glob(f"{workspaces.DATABASE}*"):
            each.unlink()
        path.write_bytes(data)
        with pytest.raises(BadInput) as found, open_workspace(folder, "tester", clock=clock):
            pass
        assert (found.value.code, "backup" in found.value.next_step) == ("TAMPERED", True)
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE cases (id TEXT PRIMARY KEY, body TEXT NOT NULL)")
    db.close()
    with pytest.raises(UsageError, match="version 1") as old, open_workspace(folder, "tester", clock=clock):
        pass
    assert old.value.code == "WORKSPACE_VERSION"


@pytest.mark.parametrize("spoil", [None, b"", b"[]", b'"x"', b"{}", b'{"kind": ["x"]}', b"[" * 100_000])
def test_keys_that_are_not_there_are_to_be_brought_back(
    folder: Path, clock: TickingClock, spoil: bytes | None
) -> None:
    path = folder / "keys" / "root.json"
    path.unlink()
    if spoil is not None:
        path.write_bytes(spoil)
    with pytest.raises(BadInput) as found, open_workspace(folder, "tester", clock=clock):
        pass
    assert found.value.code == "ROOT_KEY"
    assert str(path) in found.value.diagnostics()
    assert "backup --keys" in found.value.next_step


def test_a_newer_workspace_is_not_touched(folder: Path) -> None:
    db = sqlite3.connect(folder / workspaces.DATABASE)
    db.execute("UPDATE settings SET value = '99' WHERE name = 'version'")
    db.commit()
    db.close()
    with pytest.raises(UsageError) as found, open_workspace(folder, "tester"):
        pass
    assert found.value.code == "WORKSPACE_VERSION"


HOLDER = """
import sys, time
from pathlib import Path
from fourcorners.casework.workspace import open_workspace
with open_workspace(Path(sys.argv[1]), "other"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_writer_waits_and_says_so(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        said: list[str] = []

        def on_wait() -> None:
            said.append("waiting")
            assert holder.stdin
            holder.stdin.write("go\n")
            holder.stdin.flush()

        with open_workspace(folder, "tester", on_wait=on_wait):
            assert said == ["waiting"]


@pytest.mark.parametrize("words", [["I-1", "X" * 70_000], ["I-1", *("\U0001f600" * 200 for _ in range(5_000))]])
def test_a_refusal_keeps_its_code_however_long_the_list_that_was_typed(
    workspace: Workspace, words: list[str]
) -> None:
    with pytest.raises(UsageError) as found:
        attribute.attribute(workspace, "I-1", words, skew_s=1)
    assert found.value.entry
    *_, entry = workspace.ledger.entries()
    assert (entry.kind, entry.facts["attempt"], entry.facts["code"]) == ("refusal", "attribute", found.value.code)
    assert found.value.code != "ENTRY_SIZE"


def test_whoever_looks_leaves_an_entry(workspace: Workspace, case: str, tmp_path: Path) -> None:
    actors.add(workspace, "sue", "supervisor")
    with pytest.raises(UsageError) as refused:
        list(records.list_records(workspace, "I-9", family=None))
    stranger = replace(workspace, actor="stranger")
    for kind, look in (
        ("cases shown", lambda: list(show.list_cases(stranger))),
        ("actors shown", lambda: list(show.list_actors(stranger))),
        ("petitions shown", lambda: list(show.list_petitions(stranger))),
        ("retention shown", lambda: list(show.list_retention(stranger))),
        ("explained", lambda: why.why(stranger, refused.value.entry)),
        ("checkpoint", lambda: inspection.checkpoint(stranger, tmp_path / "c")),
        ("proof", lambda: inspection.proof(stranger, "E-1", tmp_path / "p")),
    ):
        look()
        *_, last = workspace.ledger.entries()
        assert last.audit
        assert (last.kind, last.audit["actor"]) == (kind, "stranger")
    show.show_case(workspace, case)
    *_, last = workspace.ledger.entries()
    assert last.kind == "case shown"
    workspace.ledger.verify()
    next_one = f"E-{workspace.log.size()}"
    for name in (next_one, "E-" + "9" * 5_000, "E-\u00b2", "E-01"):
        with pytest.raises(UsageError) as unknown:
            inspection.proof(stranger, name, tmp_path / "q")
        assert unknown.value.code == "UNKNOWN_ENTRY"


def test_a_refusal_of_any_length_has_its_entry(workspace: Workspace) -> None:
    with pytest.raises(UsageError) as found:
        list(records.list_records(workspace, "I-" + "9" * 100_000, family=None))
    assert found.value.entry
    assert kinds(workspace)[-1] == "refusal"
