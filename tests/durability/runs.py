"""Start the writer, stop it in one way or another, and have the checker look."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass
class Found:
    """What the checker says: acknowledged commits in all, entries lost of them, and what is broken."""

    acknowledged: int
    lost: int
    error: str | None
    size: int


def command(folder: Path, synchronous: str = "FULL", batch: int = 5, count: int = -1) -> list[str]:
    return [sys.executable, str(HERE / "writer.py"), str(folder), synchronous, str(batch), str(count)]


def record_command(folder: Path, count: int = -1) -> list[str]:
    return [sys.executable, str(HERE / "record_writer.py"), str(folder), str(count)]


def write(words: list[str], stop: Callable[[subprocess.Popen[str]], None], *, acks: int = 0) -> list[str]:
    """The writer's lines until `stop` has stopped it, after it was ready and acknowledged `acks` times."""
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as writer:
        assert writer.stdout
        lines = [writer.stdout.readline() for _ in range(1 + acks)]
        stop(writer)
        writer.wait(60)
        return [*lines, *writer.stdout.readlines()]


def wait_until_stopped(writer: subprocess.Popen[str]) -> None:
    """Wait until none of its threads runs, in a system call or out of it (Linux: proc(5), state T)."""
    states = {"R"}
    while not states <= {"T", "Z"}:
        tasks = Path(f"/proc/{writer.pid}/task").glob("*/stat")
        states = {task.read_text().rpartition(")")[2].split()[0] for task in tasks}


def check_records(folder: Path, lines: list[str]) -> Found:
    return check(folder, lines, "record_checker.py")


def check(folder: Path, lines: list[str], checker: str = "checker.py") -> Found:
    done = subprocess.run(
        [sys.executable, str(HERE / checker), str(folder)],
        input="".join(lines),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    return Found(sum(line.startswith("acknowledged") for line in lines), said["lost"], said["error"], said["size"])
