"""An intake, from file to stored, judged records, against lexbor's parse of the same page.

Both run as whole child processes in turn (A B A B ...), so that imports, memory and noise are the same for both;
the ratio is the median over pairs. The page is layout C, one million rows in 380 MB at the largest.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import page
from bench import peak

from fourcorners.casework import cases
from fourcorners.casework import ingest as use_case
from fourcorners.casework import instruments
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.sealed import seals
from fourcorners.samples import make as samples
from fourcorners.vault.filter_team import CustodianKey

RUNS = 5
VERDICTS = ("rows", "released", "sealed", "rejected")
SECONDS, MEGABYTES, RATIO, GROWTH = 10.0, 300.0, 4.0, 1.15


def run(*, quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    small, large = (2_000, 10_000) if quick else (100_000, 1_000_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = page.write(folder / "plain", small)
        return [
            *_against_lexbor(folder, plain, small),
            _sealed(folder, plain, small),
            _doubtful(folder, small),
            _growth(folder, plain, small, large),
        ]


def _against_lexbor(folder: Path, plain: Path, count: int) -> list[dict[str, Any]]:
    ours, theirs = [], []
    for i in range(RUNS):
        ours.append(_child("ingest", plain, folder / f"w{i}"))
        theirs.append(_child("lexbor", plain, folder))
    ratio = statistics.median(a["seconds"] / b["seconds"] for a, b in zip(ours, theirs, strict=True))
    seconds = statistics.median(run["seconds"] for run in ours)
    memory = statistics.median(run["megabytes"] for run in ours)
    _check(ours, [count, count, 0, 0])
    case = f"{count:,} logins, {plain.stat().st_size / 1e6:.0f} MB of HTML"
    return [
        _row(f"{case}: seconds", seconds, seconds, f"<={SECONDS:.0f}", ok=seconds <= SECONDS),
        _row(f"{case}: peak MB", seconds, memory, f"<={MEGABYTES:.0f}", ok=memory <= MEGABYTES),
        _row(f"{case} / lexbor", seconds, ratio, f"<={RATIO:.0f}", ok=ratio <= RATIO),
    ]


def _sealed(folder: Path, plain: Path, count: int) -> dict[str, Any]:
    """The same page under an order of half its window: what lies outside goes to the filter team."""
    half = folder / "half"
    half.mkdir()
    for name in ("order.toml", "order.txt"):
        if (plain.parent / name).exists():
            (half / name).write_bytes((plain.parent / name).read_bytes())
    order = half / "order.toml"
    order.write_text(order.read_text().replace("2026-06-01T00:00:00", "2026-04-10T12:00:00"))
    (half / plain.name).symlink_to(plain)
    found = [_child("ingest", half / plain.name, folder / f"s{i}") for i in range(3)]
    rows, released, sealed, rejected = found[0]["counts"]
    if (rows, rejected) != (count, 0) or not 0 < released < count or released + sealed != count:
        raise AssertionError(f"{found[0]['counts']}: half of the page is sealed")
    seconds = statistics.median(run["seconds"] for run in found)
    return _row(f"{count:,} logins, {sealed:,} sealed to a filter team: seconds", seconds, seconds, "-", ok=True)


def _doubtful(folder: Path, count: int) -> dict[str, Any]:
    """A generated page with every trap: one of them makes the reader go over the page twice. No goal is set."""
    trapped = folder / "trapped" / "records.html"
    samples.make("meta-record-c", 5, count, trapped)
    truth = json.loads(trapped.with_name("records.html.truth.json").read_text())["returns"][0]
    trapped.with_name("records.html.order.toml").rename(trapped.with_name("order.toml"))
    found = [_child("ingest", trapped, folder / f"t{i}") for i in range(3)]
    _check(found, [truth[verdict] for verdict in VERDICTS])
    seconds = statistics.median(run["seconds"] for run in found)
    return _row(f"{count:,} logins with every trap: seconds", seconds, seconds, "-", ok=True)


def _growth(folder: Path, plain: Path, small: int, large: int) -> dict[str, Any]:
    """Time a row at the larger size over time a row at the smaller one; 1 is linear."""
    times = {}
    for count, path in ((small, plain), (large, page.write(folder / "large", large))):
        found = [_child("ingest", path, folder / f"g{count}-{i}") for i in range(3)]
        _check(found, [count, count, 0, 0])
        times[count] = statistics.median(run["seconds"] for run in found) / count
    ratio = times[large] / times[small]
    case = f"time a row, {large:,} / {small:,} logins"
    return _row(case, times[large] * large, ratio, f"<={GROWTH}", ok=ratio <= GROWTH)


def _check(runs: list[dict[str, Any]], counts: list[int]) -> None:
    for each in runs:
        if each["counts"] != counts:
            raise AssertionError(f"{each['counts']}, not {counts}")


def _row(case: str, seconds: float, ratio: float, goal: str, *, ok: bool) -> dict[str, Any]:
    return {"bench": "ingest", "case": case, "seconds": seconds, "ratio": ratio, "goal": goal, "ok": ok}


def _child(what: str, path: Path, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.ingest", what, str(path), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _measure_lexbor(path: Path) -> dict[str, Any]:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only this child pays for it

    data = path.read_bytes()
    start = time.perf_counter()
    count = len(LexborHTMLParser(data).css("div"))
    return {"seconds": time.perf_counter() - start, "divs": count}


def _measure_ingest(path: Path, folder: Path) -> dict[str, Any]:
    workspaces.create(folder, "bench")
    with workspaces.open_workspace(folder, "bench") as workspace:
        case = cases.open_case(workspace, "bench", "a generated page")
        team = [CustodianKey.generate(name).custodian.line() for name in ("carol", "dave", "erin")]
        seals.set_team(workspace, "\n".join(team))
        instrument = instruments.add(workspace, path.parent / "order.toml", case.id)
        start = time.perf_counter()
        row = use_case.ingest(workspace, [path], instrument.id)
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "counts": [row.counts[key] for key in VERDICTS]}


if __name__ == "__main__":
    _what, _page_path, _folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    _found = _measure_lexbor(_page_path) if _what == "lexbor" else _measure_ingest(_page_path, _folder)
    _found["megabytes"] = peak.megabytes()
    print(json.dumps(_found))
