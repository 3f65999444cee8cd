"""Faults of the operating system: every n-th call of the database fails, and the disk is full."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from tests.durability import record_writer
from tests.durability import runs

CALLS = ("fsync", "fdatasync", "pwrite64", "openat", "ftruncate", "unlink")
COUNT = 12


@pytest.fixture(scope="module")
def strace() -> str:
    found = shutil.which("strace")
    if found is None:
        pytest.skip("NOT CHECKED: faults of single calls, for want of strace (Debian package strace)")
    probe = subprocess.run([found, "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    if probe.returncode:
        pytest.skip(f"NOT CHECKED: faults of single calls: strace may not trace here ({probe.stderr.strip()})")
    return found


def traced(strace: str, folder: Path, *options: str) -> tuple[list[str], str]:
    """The writer's lines and strace's own, with tracing restricted to the database and its log."""
    paths = [word for name in ("log.sqlite", "log.sqlite-wal") for word in ("-P", str(folder / name))]
    trace = folder.parent / "trace"
    done = subprocess.run(
        [strace, "-f", "-o", str(trace), *paths, *options, *runs.command(folder, count=COUNT)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines(keepends=True), trace.read_text()


def injections(strace: str, tmp_path: Path) -> list[tuple[str, int]]:
    folder = tmp_path / "counted"
    folder.mkdir()
    lines, trace = traced(strace, folder, "-e", f"trace={','.join(CALLS)}")
    assert sum(line.startswith("acknowledged") for line in lines) == COUNT
    seen = Counter(re.findall(r"^\d+\s+(\w+)\(", trace, re.MULTILINE))
    return [(call, n) for call in CALLS for n in range(1, seen[call] + 1)]


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("part", [pytest.param("some"), pytest.param("every", marks=pytest.mark.torture)])
def test_nothing_is_lost_or_broken_by_the_fault_of_any_call(
    strace: str, tmp_path: Path, error: str, part: str
) -> None:
    """From the n-th call on, each fails; what was acknowledged before is there, and nothing is half there."""
    found = injections(strace, tmp_path)
    chosen = found if part == "every" else found[:: max(1, len(found) // 8)]
    stopped = 0
    for number, (call, n) in enumerate(chosen):
        folder = tmp_path / f"fault-{number}"
        folder.mkdir()
        lines, _ = traced(strace, folder, "-e", f"inject={call}:error={error}:when={n}+")
        stopped += sum(line.startswith("acknowledged") for line in lines) < COUNT
        seen = runs.check(folder, lines)
        assert (seen.error, seen.lost) == (None, 0), (call, n)
    assert stopped > len(chosen) // 3, "the faults do stop the writer"


RECORD_CALLS = ("fsync", "fdatasync", "rename", "pwrite64", "unlink")


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("part", [pytest.param("some"), pytest.param("every", marks=pytest.mark.torture)])
def test_no_record_is_lost_or_half_stored_by_the_fault_of_any_call(
    strace: str, tmp_path: Path, error: str, part: str
) -> None:
    """Whole intakes: keys, vault, catalogue and entry together."""
    words = runs.record_command(tmp_path / "counted", count=2)
    (tmp_path / "counted").mkdir()
    record_writer.prepare(tmp_path / "counted")
    trace = tmp_path / "trace"
    counting = [strace, "-f", "-o", str(trace), "-e", f"trace={','.join(RECORD_CALLS)}"]
    subprocess.run([*counting, *words], capture_output=True, check=True)
    seen = Counter(re.findall(r"^\d+\s+(\w+)\(", trace.read_text(), re.MULTILINE))
    every = [(call, n) for call in RECORD_CALLS for n in range(1, seen[call] + 1)]
    chosen = every if part == "every" else every[:: max(1, len(every) // 5)]
    stopped = 0
    for number, (call, n) in enumerate(chosen):
        folder = tmp_path / f"fault-{number}"
        folder.mkdir()
        record_writer.prepare(folder)
        fault = ["-e", f"inject={call}:error={error}:when={n}+"]
        done = subprocess.run(
            [*counting, *fault, *runs.record_command(folder, count=2)], capture_output=True, text=True, check=False
        )
        lines = done.stdout.splitlines(keepends=True)
        stopped += sum(line.startswith("acknowledged") for line in lines) < 2
        found = runs.check_records(folder, lines)
        assert (found.error, found.lost) == (None, 0), (call, n)
    assert stopped > len(chosen) // 3, "the faults do stop the writer"


def test_a_full_disk_loses_nothing_and_is_written_on_when_there_is_room(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("NOT CHECKED: a full disk, which takes root to mount one")
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"NOT CHECKED: a full disk: no mount here ({mounted.stderr.decode().strip()})")
    try:
        lines = runs.write(runs.command(folder, batch=300, count=200), lambda _writer: None)
        full = runs.check(folder, lines)
        assert (full.error, full.lost) == (None, 0)
        assert 0 < full.acknowledged < 200, "the disk was full"
        subprocess.run(["mount", "-o", "remount,size=16m", str(folder)], check=True)
        lines += runs.write(runs.command(folder, batch=300, count=5), lambda _writer: None)
        found = runs.check(folder, lines)
        assert (found.error, found.lost) == (None, 0)
        assert found.acknowledged == full.acknowledged + 5
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
