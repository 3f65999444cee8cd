"""Run a tool on a production as a user would, as whole processes: what it wrote, how it ended, what it cost."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_ERROR = "artifact had errors!"
_TERMINATED = "Terminating Program!"
_WORKSPACE = ("-w", "workspace", "--as", "tester")
_CELL = 1 << 30  # a page may stand in a cell


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run ended.

    Attributes:
        tables: its output, by table.
        told: rows that it names as unreadable or undecided, with a reason.
        code: exit code of the last process.
        message: what it says of a failure, in few words; empty where it says nothing.
        seconds: wall time of all its processes.
        cpu: what of it the processor worked.
        megabytes: peak resident memory of the largest.
    """

    tables: Mapping[str, Sequence[Sequence[str]]]
    told: Mapping[str, int]
    code: int
    message: str
    seconds: float
    cpu: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class _Process:
    code: int
    seconds: float
    cpu: float
    megabytes: float
    out: str
    error: str


def rleapp(python: Path, checkout: Path, source: Path, work: Path) -> Outcome:
    """RLEAPP's own command line: `rleapp.py -t fs|zip -i SOURCE -o FOLDER`. Its TSV files are its output."""
    out = work / "report"
    out.mkdir(parents=True)
    kind = "fs" if source.is_dir() else "zip"
    command: list[str | Path] = [python, checkout / "rleapp.py", "-t", kind, "-i", source, "-o", out]
    done = _process(command, work)
    tables = {path.stem: _tsv(path) for path in sorted(out.glob("*/_TSV Exports/*.tsv"))}
    errors = done.out.count(_ERROR)
    message = f"{errors} modules had errors" if errors else ""
    if _TERMINATED in done.out:
        message = "ends at once, with a trace"
    elif done.code:
        message = (done.error.strip().splitlines() or [""])[-1][:90]
    return Outcome(tables, {}, done.code, message, done.seconds, done.cpu, done.megabytes)


def _tsv(path: Path) -> list[list[str]]:
    csv.field_size_limit(_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t") if row]
    # a table that is written twice has its heading twice
    return [row for row in rows if row != rows[0]]


def workspace(folder: Path) -> Path:
    """An empty workspace with a case, made once: every run of Fourcorners begins with a copy of it."""
    folder.mkdir(parents=True)
    for command in (
        "init --root-key owner_file --json",
        "case open --title Sample --predicate Synthetic --json",
    ):
        done = _process([_binary(), *_WORKSPACE, *command.split()], folder)
        if done.code:
            raise RuntimeError(done.error)
    return folder


def fourcorners(empty: Path, source: Path, order: Path, work: Path) -> Outcome:
    """From the order to the records' lines: three commands, whose times are added.

    Of a list that names no account a fourth says whose it is, as a person would: the order's first account.
    """
    shutil.copytree(empty, work)
    under = ("--under", "I-1", "--json")
    commands: list[list[str | Path]] = [
        ["instrument", "add", order, "--case", "C-1", "--json"],
        ["ingest", source, *under],
        ["records", *under],
    ]
    account = tomllib.loads(order.read_text(encoding="utf-8"))["accounts"][0]
    of = ["--return", "R-1", "--account", account, "--reason", "the letter says so", "--json", source]
    seconds = cpu = megabytes = 0.0
    told: Mapping[str, int] = {}
    tables: dict[str, list[list[str]]] = {}
    code, message = 0, ""
    for command in commands:
        done = _process([_binary(), *_WORKSPACE, *command], work)
        seconds += done.seconds
        cpu += done.cpu
        megabytes = max(megabytes, done.megabytes)
        code = done.code
        if done.code:
            message = done.error.partition(":")[0]
            break
        if command[0] in {"ingest", "declare"}:
            line = json.loads(done.out)
            told = line["reasons"]
            if command[0] == "ingest" and not line["released"] and "UNDECIDABLE_ACCOUNT" in told:
                commands.insert(2, ["declare", "account", *of])
        if command[0] == "records":
            for line in done.out.splitlines():
                row = json.loads(line)
                cells = [str(value) for value in row.values() if isinstance(value, str | int)]
                tables.setdefault(row["kind"], []).append(cells)
    return Outcome(tables, told, code, message, seconds, cpu, megabytes)


def _binary() -> Path:
    return Path(sys.executable).with_name("fourcorners")


def _process(command: Sequence[str | Path], work: Path) -> _Process:
    """Run a process to its end, and take what it used."""
    home = {**os.environ, "HOME": str(work), "XDG_DATA_HOME": str(work / "data")}
    out, error, figures = work / "out.txt", work / "error.txt", work / "figures.json"
    words = [sys.executable, str(Path(__file__).with_name("meter.py")), str(figures), *map(str, command)]
    with out.open("wb") as to_out, error.open("wb") as to_error:
        subprocess.run(words, check=True, cwd=work, env=home, stdout=to_out, stderr=to_error)  # noqa: S603 - the two tools
    return _Process(
        **json.loads(figures.read_text(encoding="utf-8")),
        out=out.read_text(encoding="utf-8", errors="replace"),
        error=error.read_text(encoding="utf-8", errors="replace"),
    )
