"""Line-oriented carrier logs: reading them against DuckDB merely loading the same lines; what an intake holds.

An intake runs as a child process, so that its peak is its own; mapped pages of the log count. Asked is about one
address, with as many events however long the log is.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import duckdb
from bench import peak
from bench.table import ORDER

from fourcorners.casework import cases
from fourcorners.casework import instruments
from fourcorners.casework import mappings
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.ingest import ingest
from fourcorners.casework.sealed import seals
from fourcorners.readers.logs import cgnat
from fourcorners.readers.logs.log_format import Said
from fourcorners.vault.filter_team import CustodianKey

LINES, QUICK = 2_000_000, 50_000
GOAL = 12
RUNS = 3
START = 1_780_000_000
#: Lines of the shorter log whose intake is measured, and how many times as long the longer one is.
SHORT, SHORT_QUICK, LONGER = 1_000_000, 150_000, 4
GROWTH = 1.2
TEAM = ["carol", "dave"]
ASKED, ASKED_EVENTS = "198.51.100.7", 100
#: Addresses that customers are given: few, so that one has a good part of the log, and as many as a carrier has
#: (of the network for benchmarks, RFC 2544).
FEW_ADDRESSES, MANY_ADDRESSES = 250, 65_000
#: Customers: many, and so few that a return about one address is still in proportion.
MANY, FEW = 64 * 256, 80
MAPPING = """\
format = "juniper-port-blocks"
certificate = "certificate.txt"
[coverage]
start = "2026-05-01T00:00:00Z"
end = "2026-07-01T00:00:00Z"
"""


def run(*, quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    short = SHORT_QUICK if quick else SHORT
    return [
        _reading(QUICK if quick else LINES, quick=quick),
        *_intakes("nobody sealed to", [], short, quick=quick),
        *_intakes("sealed to a filter team", TEAM, short, quick=quick),
        *_intakes(f"the same, {MANY_ADDRESSES:,} addresses", TEAM, short, MANY_ADDRESSES, quick=quick),
    ]


def _reading(lines: int, *, quick: bool) -> dict[str, Any]:
    """Lines a second of a reader, as a share of what DuckDB loads."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blocks.log"
        _write(path, lines, MANY)
        load = _time(lambda: _load(path))
        data = path.read_bytes()
        said = Said(None, "declared by bench", None, "inside address")
        readings: list[int] = []
        read = _time(lambda: readings.append(_rows(data, said)))
        assert set(readings) == {lines}
    ratio = read / load
    return _row(
        f"port blocks read, {lines / read / 1e3:.0f} k lines/s",
        read,
        ratio,
        f"<= {GOAL}",
        ok=quick or ratio <= GOAL,
    )


def _intakes(
    case: str, team: list[str], short: int, addresses: int = FEW_ADDRESSES, *, quick: bool
) -> list[dict[str, Any]]:
    """Whole intakes of a log and of a longer one: what the shorter takes, and how much more the longer holds."""
    found = []
    for lines in (short, short * LONGER):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "blocks.log"
            _write(log, lines, FEW, addresses)
            load = _time(lambda: _load(log))  # noqa: B023 - called at once
            command = [sys.executable, "-m", "bench.logs", folder, *team]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found.append(json.loads(done.stdout) | {"load": load})
        assert found[-1]["counts"] == [lines, ASKED_EVENTS, lines - ASKED_EVENTS, 0], found[-1]["counts"]
    first, last = found
    growth = last["megabytes"] / first["megabytes"]
    return [
        _row(f"intake, {case}: / DuckDB's load", first["seconds"], first["seconds"] / first["load"], "-", ok=True),
        _row(f"intake, {case}, {short:,} lines: peak MB", first["seconds"], first["megabytes"], "-", ok=True),
        _row(
            f"intake, {case}: peak, {LONGER} times the lines",
            last["seconds"],
            growth,
            f"<={GROWTH}",
            ok=quick or growth <= GROWTH,
        ),
    ]


def _row(case: str, seconds: float, ratio: float, goal: str, *, ok: bool) -> dict[str, Any]:
    return {"bench": "logs", "case": case, "seconds": seconds, "ratio": ratio, "goal": goal, "ok": ok}


def _intake(folder: Path, team: list[str]) -> dict[str, Any]:
    """What an intake of the folder's log takes, in this process."""
    (folder / "mapping.toml").write_text(MAPPING)
    (folder / "certificate.txt").write_text("certified")
    (folder / "order.txt").write_text("an order")
    (folder / "order.toml").write_text(ORDER.format(accounts=f'"{ASKED}"'))
    workspaces.create(folder / "w", "bench")
    with workspaces.open_workspace(folder / "w", "bench") as workspace:
        case = cases.open_case(workspace, "bench", "a generated log").id
        if team:
            seals.set_team(workspace, "\n".join(CustodianKey.generate(name).custodian.line() for name in team))
        instrument = instruments.add(workspace, folder / "order.toml", case).id
        declared = mappings.load(workspace, folder / "mapping.toml")
        start = time.perf_counter()
        row = ingest(workspace, [folder / "blocks.log"], instrument, mapping=declared)
        seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "counts": [row.counts[name] for name in ("rows", "released", "sealed", "rejected")],
        "megabytes": peak.megabytes(),
    }


def _rows(data: bytes, said: Said) -> int:
    return sum(batch.rows.num_rows for part in cgnat.JUNIPER.parts(data, said) for batch in part.batches)


def _time(work: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _load(path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE lines AS SELECT * FROM read_csv(?, columns={'line': 'VARCHAR'}, delim='\x01', quote='', "
            "escape='', header=false)",
            [str(path)],
        )


def _write(path: Path, lines: int, customers: int, addresses: int = FEW_ADDRESSES) -> None:
    first = IPv4Address("203.0.113.0" if addresses <= FEW_ADDRESSES else "198.18.0.0")
    given = [str(first + n) for n in range(addresses)]
    with path.open("w", encoding="utf-8") as file:
        for n in range(lines):
            moment = dt.datetime.fromtimestamp(START + n // 50, dt.UTC).isoformat()
            action, low = ("ALLOC" if n % 2 else "RELEASE"), 1_024 + n % 100 * 512
            ip = ASKED if n % 1_000 == 7 and n < 1_000 * ASKED_EVENTS else given[n % addresses]
            customer = n % customers
            file.write(
                f"{moment} <158>2026-03-01 00:00:00: nat1{{S}}[jservices-nat]: JSERVICES_NAT_PORT_BLOCK_{action}: "
                f"100.64.{customer // 256}.{customer % 256} -> {ip}:{low}-{low + 511}\n"
            )


if __name__ == "__main__":
    print(json.dumps(_intake(Path(sys.argv[1]), sys.argv[2:])))
