"""A backup that somebody hands over: a workspace is made of what `backup` copies, and of nothing else."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from tests.casework.conftest import TickingClock
from tests.casework.conftest import write_order
from tests.casework.pages import TARGET
from tests.casework.pages import write_page

from fourcorners.casework import cases
from fourcorners.casework import instruments
from fourcorners.casework.holding import backup
from fourcorners.casework.ingest import ingest
from fourcorners.casework.oversight import verification
from fourcorners.casework.workspace import no_secret
from fourcorners.casework.workspace import open_workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault.files import hash_of


@pytest.fixture
def copy(folder: Path, clock: TickingClock, tmp_path: Path) -> Path:
    """A backup of a workspace with a return; its keys beside it."""
    with open_workspace(folder, "tester", clock=clock) as workspace:
        case = cases.open_case(workspace, "Takeover", "Complaint").id
        instruments.add(workspace, write_order(tmp_path / "o", accounts=(TARGET,)), case)
        ingest(workspace, [write_page(tmp_path / "records.html")], "I-1")
        backup.backup_keys(workspace, tmp_path / "keys")
        backup.backup(workspace, tmp_path / "backup")
    return tmp_path / "backup"


def restore(copy: Path) -> Path:
    root = copy.with_name("restored")
    backup.restore(copy, copy.with_name("keys"), root, "tester", no_secret)
    return root


def add(copy: Path, name: str, content: str) -> None:
    (copy / name).parent.mkdir(parents=True, exist_ok=True)
    (copy / name).write_text(content)
    manifest = json.loads((copy / backup.MANIFEST).read_text())
    manifest[name] = hash_of(copy / name)
    (copy / backup.MANIFEST).write_text(json.dumps(manifest))


def test_a_backup_restores(copy: Path) -> None:
    with open_workspace(restore(copy), "tester") as workspace:
        assert verification.verify(workspace)["verified"]


def test_a_manifest_that_names_a_database_server_connects_to_nobody(copy: Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        port = server.getsockname()[1]
        add(copy, "database", f"host=127.0.0.1 port={port} dbname=x user=x connect_timeout=1")
        with pytest.raises(BadInput) as found:
            restore(copy)
        assert found.value.code == "PATH"
        with pytest.raises(TimeoutError):
            server.accept()
    assert not copy.with_name("restored").exists()


@pytest.mark.parametrize(
    "name",
    ["lock", "keys/root.json", "manifest.json", "segments", "stamps/.tsr", "originals/./x", "sealed//x", "x"],
)
def test_a_file_that_is_no_part_of_a_backup_is_not_restored(copy: Path, name: str) -> None:
    manifest = json.loads((copy / backup.MANIFEST).read_text())
    manifest[name] = "ab" * 32
    (copy / backup.MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BadInput) as found:
        restore(copy)
    assert found.value.code == "PATH"


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        ("[1]", "NOT_FOUND"),
        ("1", "NOT_FOUND"),
        ("{}", "NOT_FOUND"),
        ("[" * 100_000, "NOT_FOUND"),
        ('{"workspace.sqlite": null}', "NOT_FOUND"),
        ('{"workspace.sqlite": ["x"]}', "NOT_FOUND"),
        ('{"checkpoint": "x"}', "NOT_FOUND"),
        ('{"segments/x\\u0000": "y"}', "PATH"),
        ('{"segments/../lock": "y"}', "PATH"),
        ('{"/segments/x": "y"}', "PATH"),
        ('{"segments\\\\..\\\\x": "y"}', "PATH"),
        ('{"workspace.sqlite": "x"}', "TAMPERED"),
    ],
)
def test_a_manifest_that_is_none_is_refused(copy: Path, manifest: str, code: str) -> None:
    (copy / backup.MANIFEST).write_text(manifest)
    with pytest.raises(BadInput) as found:
        restore(copy)
    assert found.value.code == code
    assert not copy.with_name("restored").exists()


@pytest.mark.parametrize("place", ["backup/checkpoint", "backup/segments", "keys/root.json", "keys/I-1"])
def test_a_link_in_a_backup_is_not_followed(copy: Path, tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(VerificationFailed) as found:
        restore(copy)
    assert found.value.code == "LINK"
    assert not copy.with_name("restored").exists()
