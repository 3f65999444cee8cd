"""Nothing is written but where it belongs: every file that a command opens for writing, as the kernel sees it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.casework.conftest import write_order
from tests.casework.pages import TARGET
from tests.casework.pages import write_page
from tests.casework.people import filter_team

from fourcorners.casework import cases
from fourcorners.casework import instruments
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.workspace import open_workspace

OPENED = re.compile(r'openat\([^,]*, "([^"]+)", ([A-Z_|]+)')
CANARIES = (b"CANARY", b"198.51.100.77", b"203.0.113.7")


@pytest.mark.parametrize(
    "verb",
    [["ingest", "records.html", "--under", "I-1"], ["records", "--under", "I-2"], ["exhibit", "--case", "C-1"]],
)
def test_no_command_writes_outside_its_workspace_and_its_output(tmp_path: Path, verb: list[str]) -> None:
    """Temporary folders, spills and caches among them; the workspace's own bytes are searched as well."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("NOT CHECKED: where commands write, for want of strace (Debian package strace)")
    workspaces.create(tmp_path / "w", "tester")
    with open_workspace(tmp_path / "w", "tester") as workspace:
        case = cases.open_case(workspace, "Takeover", "Complaint").id
        filter_team(workspace)
        for name in "ab":
            instruments.add(workspace, write_order(tmp_path / name, accounts=(TARGET,)), case)
    write_page(tmp_path / "records.html")
    out = ["--out", str(tmp_path / "out.pdf")] if verb[0] == "exhibit" else []
    words = [str(tmp_path / word) if word == "records.html" else word for word in verb]
    tracing = [strace, "-f", "-o", str(tmp_path / "trace"), "-e", "trace=openat,creat,rename,memfd_create"]
    who = ["--as", "tester"]
    done = subprocess.run(
        [*tracing, sys.executable, "-m", "fourcorners.desk.cli", "-w", str(tmp_path / "w"), *who, *words, *out],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(tmp_path / "tmp")},
    )
    assert done.returncode == 0, done.stderr
    trace = (tmp_path / "trace").read_text()
    written = {path for path, how in OPENED.findall(trace) if re.search("WRONLY|RDWR|CREAT", how)}
    assert any(path.startswith(str(tmp_path / "w")) for path in written), "the trace sees what is written"
    allowed = (str(tmp_path / "w"), str(tmp_path / "out.pdf"), "/dev/", "/proc/")
    assert [path for path in sorted(written) if not path.startswith(allowed)] == []
    assert "creat(" not in trace
    for path in (tmp_path / "w").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(canary in content for canary in CANARIES), path
