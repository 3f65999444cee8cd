"""Writes `docs/peers.md`: Fourcorners and RLEAPP on the same productions, on the same machine, in the same run.

    python tools/write_peers.py counts CHECKOUT PYTHON [RUNS]
    python tools/write_peers.py costs CHECKOUT PYTHON [RUNS]

CHECKOUT is a clone of github.com/abrignoni/RLEAPP, PYTHON the interpreter that has its requirements. RUNS (3) is
how many productions are made for each line of the counts, each of another seed, or how often each is run for its
costs. Costs mean something on a quiet machine only. Results are kept in `build/peers`; the page is written from
both, and without arguments it is only written. Nothing of RLEAPP is in this repository; the page names the commit.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peers import runs
from peers.damage import DAMAGES
from peers.damage import Damage
from peers.lines import PRODUCTIONS
from peers.page import page
from peers.productions import Made
from peers.productions import Production
from peers.score import Found
from peers.score import score

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "peers.md"
RESULTS = ROOT / "build" / "peers"
TOOLS = ("rleapp", "fourcorners")
RUNS, ROWS = 3, 1_000
#: What is run for its costs: format (in RLEAPP's own layout) and rows.
COSTS = (("meta-record", 1_000), ("snapchat-return", 20_000), ("meta-record", 20_000))


def main(part: str, checkout: Path, python: Path, count: int) -> None:
    """Measure one part, keep its results, write the page."""
    checkout, python = checkout.resolve(), python.absolute()
    results: dict[str, Any] = {"peer": _peer(checkout, python), "rows": ROWS, "times": count}
    with tempfile.TemporaryDirectory() as name:
        both = _Both(checkout, python, runs.workspace(Path(name) / "empty"))
        results |= (_counts if part == "counts" else _costs)(both, count)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{part}.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    write()


def write() -> None:
    """Write the page from the results that were kept."""
    found = [RESULTS / f"{part}.json" for part in ("counts", "costs")]
    counts, costs = (json.loads(path.read_text(encoding="utf-8")) if path.exists() else None for path in found)
    if counts is None:
        raise SystemExit("nothing was counted yet: run it with `counts`")
    if costs is not None and costs["peer"] != counts["peer"]:
        raise SystemExit("counts and costs are of different states of RLEAPP: run both anew")
    PAGE.write_text(page(counts, costs), encoding="utf-8")


def _counts(both: _Both, count: int) -> dict[str, Any]:
    # what is found does not depend on time, so two runs may go on at once
    with ThreadPoolExecutor(2) as pool:
        return {
            "lines": list(pool.map(lambda line: _line(line, both, ROWS, count), PRODUCTIONS)),
            "damages": list(pool.map(lambda damage: _damage(damage, both), DAMAGES)),
        }


def _costs(both: _Both, count: int) -> dict[str, Any]:
    before = os.getloadavg()[0]
    own = {line.name: line for line in reversed(PRODUCTIONS) if line.own}
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "lines": [_cost(own[name], both, rows, count) for name, rows in COSTS],
        "load": [before, os.getloadavg()[0]],
    }


def _peer(checkout: Path, python: Path) -> dict[str, str]:
    def said(*command: str | Path) -> str:
        return subprocess.run([*command], check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 - git and the given interpreter

    commit, date = said("git", "-C", checkout, "log", "-1", "--format=%H %cs").split()
    return {"commit": commit, "date": date, "python": said(python, "--version").removeprefix("Python ")}


@dataclass(frozen=True, slots=True)
class _Both:
    """The two tools: a checkout and its interpreter, and the empty workspace with which the other begins."""

    checkout: Path
    python: Path
    empty: Path

    def run(self, made: Made, work: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        """RLEAPP, then Fourcorners, on the same production."""
        theirs = runs.rleapp(self.python, self.checkout, made.theirs, work / "their")
        ours = runs.fourcorners(self.empty, made.ours, made.order, work / "our")
        return _told(made, theirs), _told(made, ours)


def _line(line: Production, both: _Both, rows: int, count: int) -> dict[str, Any]:
    """One production of each seed, given to both tools in turn."""
    seeds: list[int] = []
    truth: list[dict[str, int]] = []
    each: list[tuple[dict[str, Any], dict[str, Any]]] = []
    with tempfile.TemporaryDirectory() as name:
        for seed, made in line.made(Path(name), rows, count):
            seeds.append(seed)
            truth.append(_held(made))
            each.append(both.run(made, Path(name) / f"{seed}"))
            shutil.rmtree(Path(name) / f"{seed}")
    return _summed(line, rows, seeds, truth, each)


def _cost(line: Production, both: _Both, rows: int, count: int) -> dict[str, Any]:
    """One production, given to both tools in turn, several times."""
    with tempfile.TemporaryDirectory() as name:
        ((seed, made),) = line.made(Path(name), rows, 1)
        each = [both.run(made, Path(name) / f"run{n}") for n in range(count)]
    if any(run["inside"] != each[0][n]["inside"] for runs_ in each for n, run in enumerate(runs_)):
        raise AssertionError("the same production gave another count")
    return _summed(line, rows, [seed], [_held(made)], each[:1]) | {
        name: _sums([found[n] for found in each[:1]]) | _medians([found[n] for found in each])
        for n, name in enumerate(TOOLS)
    }


def _held(made: Made) -> dict[str, int]:
    inside = sum(row.inside for row in made.truth.known)
    return {
        "inside": inside,
        "outside": len(made.truth.known) - inside,
        "unreadable": made.truth.unreadable,
    }


def _summed(
    line: Production,
    rows: int,
    seeds: list[int],
    truth: list[dict[str, int]],
    each: list[tuple[dict[str, Any], dict[str, Any]]],
) -> dict[str, Any]:
    made = {"format": line.name, "layout": line.layout, "own": line.own, "rows": rows, "seeds": seeds}
    made["truth"] = {key: sum(held[key] for held in truth) for key in truth[0]}
    made |= {name: _sums([found[n] for found in each]) for n, name in enumerate(TOOLS)}
    print(json.dumps(made), file=sys.stderr, flush=True)  # noqa: T201 - a long run shows where it is
    return made


def _told(made: Made, outcome: runs.Outcome) -> dict[str, Any]:
    found: Found = score(made.truth, outcome.tables)
    told = sum(min(n, outcome.told.get(reason, 0)) for reason, n in made.truth.reasons.items())
    return {
        "inside": found.inside,
        "outside": found.outside,
        "wrong": found.wrong,
        "unmarked": found.unmarked,
        "named": found.named,
        "told": told,
        "code": outcome.code,
        "message": outcome.message,
        "seconds": outcome.seconds,
        "cpu": outcome.cpu,
        "megabytes": outcome.megabytes,
    }


def _sums(each: list[dict[str, Any]]) -> dict[str, Any]:
    counts = ("inside", "outside", "wrong", "unmarked", "named", "told")
    ends = sorted({(run["code"], run["message"]) for run in each})
    return {key: sum(run[key] for run in each) for key in counts} | {"ends": ends}


def _medians(each: list[dict[str, Any]]) -> dict[str, Any]:
    return {key: statistics.median(run[key] for run in each) for key in ("seconds", "cpu", "megabytes")}


def _damage(damage: Damage, both: _Both) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seed, made = damage.made(folder / "made", ROWS)
        theirs, ours = both.run(made, folder)
    print(damage.what, theirs, ours, file=sys.stderr, flush=True)  # noqa: T201 - as above
    return {
        "what": damage.what,
        "format": damage.format,
        "seed": seed,
        "readable": len(made.truth.known),
        "rleapp": theirs,
        "fourcorners": ours,
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            write()
        case [("counts" | "costs") as asked, checkout, python]:
            main(asked, Path(checkout), Path(python), RUNS)
        case [("counts" | "costs") as asked, checkout, python, times]:
            main(asked, Path(checkout), Path(python), int(times))
        case _:
            raise SystemExit("usage: write_peers.py [counts|costs CHECKOUT PYTHON [RUNS]]")
