"""A process killed anywhere leaves the workspace as before, or the step complete with its ledger entry."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.casework.conftest import write_order
from tests.casework.people import filter_team

from fourcorners.casework import cases
from fourcorners.casework import instruments
from fourcorners.casework import store
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.ingest import STEPS
from fourcorners.casework.oversight import verification
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import open_workspace

CHILD = Path(__file__).with_name("crash_child.py")
MAPPING = """\
kind = "assignment"
certificate = "certificate.txt"

[columns]
ip = "ip"
start = "start"
end = "end"
subscriber = "subscriber"

[time]
zone = "UTC"

[coverage]
start = "2026-03-01T00:00:00Z"
end = "2026-03-08T00:00:00Z"
"""


@pytest.fixture
def input_files(tmp_path: Path) -> tuple[Path, Path]:
    table, mapping = tmp_path / "leases.csv", tmp_path / "mapping.toml"
    rows = [
        f"203.0.113.{i % 250},2026-03-0{1 + i % 7} 10:{i % 60:02}:00,2026-03-0{1 + i % 7} 23:00:00,S-{i}\n"
        for i in range(20_000)
    ]
    table.write_text("ip,start,end,subscriber\n" + "".join(rows))
    mapping.write_text(MAPPING)
    (tmp_path / "certificate.txt").write_text("certified")
    return table, mapping


@pytest.fixture
def log(tmp_path: Path) -> tuple[Path, Path]:
    """A log of which most is withheld while it is read."""
    path, mapping = tmp_path / "blocks.log", tmp_path / "log.toml"
    path.write_text(
        "".join(
            f"2026-03-0{1 + i % 7}T10:{i % 60:02}:00Z nat1: JSERVICES_NAT_PORT_BLOCK_ALLOC: 100.64.0.{i % 20} -> "
            f"203.0.113.{i % 250}:1024-1535\n"
            for i in range(5_000)
        )
    )
    coverage = MAPPING[MAPPING.index("[coverage]") :]
    mapping.write_text(f'format = "juniper-port-blocks"\ncertificate = "certificate.txt"\n{coverage}')
    (tmp_path / "certificate.txt").write_text("certified")
    return path, mapping


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    workspaces.create(folder, "tester")
    with open_workspace(folder, "tester") as workspace:
        case = cases.open_case(workspace, "Crash", "a test").id
        order = write_order(tmp_path / "o", accounts=tuple(f"203.0.113.{i}" for i in range(10)))
        instruments.add(workspace, order, case)
    return folder


def state(workspace: Workspace) -> tuple[int, int, frozenset[str]]:
    """Returns stored, intake entries on the ledger, files in the vault; all of it verified."""
    verification.verify(workspace)
    intakes = sum(entry.kind == "intake" for entry in workspace.ledger.entries())
    return len(store.of_owner(workspace.tables, ReturnRow, "I-1")), intakes, frozenset(workspace.vault.files())


def start(folder: Path, files: tuple[Path, Path], step: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(CHILD), str(folder), "I-1", str(files[1]), step, str(files[0])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_every_named_step(step: str, prepared: Path, input_files: tuple[Path, Path]) -> None:
    check_killed(step, prepared, input_files)


@pytest.mark.parametrize("step", ["opened", "slices stored"])
def test_killed_while_a_log_is_sifted(step: str, prepared: Path, log: tuple[Path, Path]) -> None:
    """What is withheld is stored while the rest is read, and belongs to nothing until the intake is complete."""
    with open_workspace(prepared, "tester") as workspace:
        filter_team(workspace)
    check_killed(step, prepared, log)


def check_killed(step: str, prepared: Path, input_files: tuple[Path, Path]) -> None:
    with open_workspace(prepared, "tester") as workspace:
        before = state(workspace)
    with start(prepared, input_files, step) as child:
        reached = child.communicate()[0].split("\n")
    assert child.returncode == -signal.SIGKILL
    assert step in reached, "the step exists and was reached"
    with open_workspace(prepared, "tester") as workspace:
        after = state(workspace)
    if step == "committed":
        assert after[:2] == (1, 1)
    else:
        assert after == before
    with start(prepared, input_files, "") as child:
        done = child.communicate()[0]
    assert ("acknowledged" in done) == (step != "committed"), "a second intake works, or is a duplicate"


@pytest.mark.parametrize(
    "seed", [pytest.param(n, marks=[pytest.mark.torture] if n >= 6 else []) for n in range(300)]
)
def test_killed_at_random_times(seed: int, prepared: Path, input_files: tuple[Path, Path]) -> None:
    with open_workspace(prepared, "tester") as workspace:
        before = state(workspace)
    with start(prepared, input_files, "") as child:
        assert child.stdout
        child.stdout.readline()  # imports are over
        time.sleep(random.Random(seed).uniform(0, 0.15))
        child.kill()
        said = child.stdout.read()
    with open_workspace(prepared, "tester") as workspace:
        after = state(workspace)
    assert after == before or after[:2] == (1, 1)
    if "acknowledged" in said:
        assert after[:2] == (1, 1), "what was acknowledged is there"
