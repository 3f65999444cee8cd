"""An intake, from file to stored, judged records, against lexbor's parse of the same page.

Both run as whole child processes in turn (A B A B ...), so that imports, memory and noise are the same for both;
the ratio is the median over pairs. The page is layout C, one million rows in 380 MB at the largest.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fourcorners.casework import cases
from fourcorners.casework import ingest as use_case
from fourcorners.casework import instruments
from fourcorners.casework import workspace as workspaces
from fourcorners.samples import make as samples

RUNS = 5
SECONDS, MEGABYTES, RATIO, GROWTH = 10.0, 300.0, 4.0, 1.15


def run(*, quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    small, large = (2_000, 10_000) if quick else (100_000, 1_000_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = _against_lexbor(folder, small)
        rows += _growth(folder, small, large)
    return rows


def _against_lexbor(folder: Path, count: int) -> list[dict[str, Any]]:
    page = _page(folder, count)
    ours, theirs = [], []
    for i in range(RUNS):
        ours.append(_child("ingest", page, folder / f"w{count}-{i}"))
        theirs.append(_child("lexbor", page, folder))
    ratios = [a["seconds"] / b["seconds"] for a, b in zip(ours, theirs, strict=True)]
    seconds = statistics.median(run["seconds"] for run in ours)
    memory = statistics.median(run["megabytes"] for run in ours)
    _check(page, ours)
    size = page.stat().st_size / 1e6
    case = f"{count:,} logins, {size:.0f} MB of HTML"
    ratio = statistics.median(ratios)
    return [
        _row(f"{case}: seconds", seconds, seconds, f"<={SECONDS:.0f}", ok=seconds <= SECONDS),
        _row(f"{case}: peak MB", seconds, memory, f"<={MEGABYTES:.0f}", ok=memory <= MEGABYTES),
        _row(f"{case} / lexbor", seconds, ratio, f"<={RATIO:.0f}", ok=ratio <= RATIO),
    ]


def _growth(folder: Path, small: int, large: int) -> list[dict[str, Any]]:
    """Time per row at the larger size over time per row at the smaller one; 1 is linear."""
    times = {}
    for count in (small, large):
        page = _page(folder, count)
        found = [_child("ingest", page, folder / f"g{count}-{i}") for i in range(2)]
        _check(page, found)
        times[count] = min(run["seconds"] for run in found) / count
    ratio = times[large] / times[small]
    case = f"time a row, {large:,} / {small:,} logins"
    return [_row(case, times[large] * large, ratio, f"<={GROWTH}", ok=ratio <= GROWTH)]


def _page(folder: Path, count: int) -> Path:
    page = folder / f"{count}" / "records.html"
    if not page.exists():
        page.parent.mkdir()
        samples.make("meta-record-c", 5, count, page)
    return page


def _check(page: Path, runs: list[dict[str, Any]]) -> None:
    """Every run must have released, sealed and rejected what the generator's truth says."""
    truth = json.loads(page.with_name(page.name + ".truth.json").read_text())["returns"][0]
    wanted = [truth[verdict] for verdict in ("rows", "released", "sealed", "rejected")]
    for each in runs:
        if each["counts"] != wanted:
            raise AssertionError(f"{each['counts']}, not {wanted}")


def _row(case: str, seconds: float, ratio: float, goal: str, *, ok: bool) -> dict[str, Any]:
    return {"bench": "ingest", "case": case, "seconds": seconds, "ratio": ratio, "goal": goal, "ok": ok}


def _child(what: str, page: Path, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.ingest", what, str(page), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _measure_lexbor(page: Path) -> dict[str, Any]:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only this child pays for it

    data = page.read_bytes()
    start = time.perf_counter()
    count = len(LexborHTMLParser(data).css("div"))
    return {"seconds": time.perf_counter() - start, "divs": count}


def _measure_ingest(page: Path, folder: Path) -> dict[str, Any]:
    workspaces.create(folder, "bench")
    with workspaces.open_workspace(folder, "bench") as workspace:
        case = cases.open_case(workspace, "bench", "a generated page")
        instrument = instruments.add(workspace, page.with_name(page.name + ".order.toml"), case.id)
        start = time.perf_counter()
        row = use_case.ingest(workspace, [page], instrument.id)
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "counts": [row.counts[key] for key in ("rows", "released", "sealed", "rejected")]}


if __name__ == "__main__":
    _what, _page_path, _folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    _found = _measure_lexbor(_page_path) if _what == "lexbor" else _measure_ingest(_page_path, _folder)
    _found["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(_found))
