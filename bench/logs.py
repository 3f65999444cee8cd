"""Line-oriented carrier logs: reading them against DuckDB merely loading the same lines."""

from __future__ import annotations

import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from fourcorners.readers.logs import cgnat
from fourcorners.readers.logs.log_format import Said

LINES, QUICK = 2_000_000, 50_000
GOAL = 12
RUNS = 3
START = 1_772_323_200


def run(*, quick: bool) -> list[dict[str, Any]]:
    """Lines a second of a reader, as a share of what DuckDB loads."""
    lines = QUICK if quick else LINES
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blocks.log"
        _write(path, lines)
        load = _time(lambda: _load(path))
        data = path.read_bytes()
        said = Said(None, "declared by bench", None, "inside address")
        readings: list[int] = []
        read = _time(lambda: readings.append(_rows(data, said)))
        assert set(readings) == {lines}
    ratio = read / load
    return [
        {
            "bench": "logs",
            "case": f"port blocks read, {lines / read / 1e3:.0f} k lines/s",
            "seconds": read,
            "ratio": ratio,
            "goal": f"<= {GOAL}",
            "ok": quick or ratio <= GOAL,
        },
    ]


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


def _write(path: Path, lines: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for n in range(lines):
            moment = dt.datetime.fromtimestamp(START + n // 50, dt.UTC).isoformat()
            action, low = ("ALLOC" if n % 2 else "RELEASE"), 1_024 + n % 100 * 512
            file.write(
                f"{moment} <158>2026-03-01 00:00:00: nat1{{S}}[jservices-nat]: JSERVICES_NAT_PORT_BLOCK_{action}: "
                f"100.64.{n // 256 % 64}.{n % 256} -> 203.0.113.{n % 250}:{low}-{low + 511}\n"
            )
