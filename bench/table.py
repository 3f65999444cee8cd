"""A table through its mapping, byte ranges of every value included, against DuckDB merely loading the same lines.

DuckDB sniffs the types and fills a table in memory; the reader yields normalised values, texts, ranges and
problems. Both run in this process in turn (A B A B ...); the ratio is the median over pairs. A whole intake
(reading, judging, chunk tree, Parquet) must stay within ten times DuckDB's load, so reading may take half of that.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.compute as pc

from fourcorners.readers.table import TableReader
from fourcorners.readers.table import parse_mapping

RUNS = 5
GOAL = 5.0
WHOLE = 10.0
MAPPING = b"""
kind = "assignment"
[columns]
ip = "ip"
start = "start"
end = "end"
subscriber = "subscriber"
port_low = "port_low"
port_high = "port_high"
[time]
zone = "%s"
"""
FIRST = 1_780_000_000


def run(*, quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    count = 20_000 if quick else 1_000_000
    rows = []
    for case, zone, goal in (("CGNAT, UTC", b"UTC", GOAL), ("CGNAT, local times", b"Europe/Berlin", GOAL)):
        rows.append(_measure(case, zone, goal, _lines(count, stated=zone == b"UTC"), count))
    rows.append(_measure("CGNAT, every cell quoted", b"UTC", WHOLE, _quoted(_lines(count, stated=True)), count))
    rows.append(_measure("IPv6 prefixes", b"UTC", WHOLE, _lines(count, stated=True, prefixes=True), count))
    return rows


def _lines(count: int, *, stated: bool, prefixes: bool = False) -> bytes:
    draw = np.random.default_rng(20260101)
    starts = FIRST + draw.integers(0, 7 * 86_400, count)
    ends = starts + draw.integers(60, 86_400, count)
    low = draw.integers(1024, 65_000, count)
    parts = zip(
        draw.integers(0, 1 << (24 if prefixes else 16), count).tolist(),
        _texts(starts, stated=stated),
        _texts(ends, stated=stated),
        draw.integers(0, 1 << 30, count).tolist(),
        low.tolist(),
        strict=True,
    )
    address = "2001:db8:{:x}:{:x}00::/56" if prefixes else "198.51.{}.{}"
    lines = [
        f"{address.format(n >> 8, n & 255)},{start},{end},S-{subscriber},{port},{port + 511}\n"
        for n, start, end, subscriber, port in parts
    ]
    return ("ip,start,end,subscriber,port_low,port_high\n" + "".join(lines)).encode()


def _texts(seconds: Any, *, stated: bool) -> list[str]:
    texts = np.char.replace(np.datetime_as_string(seconds.astype("datetime64[s]")), "T", " ").tolist()
    return [text + "Z" for text in texts] if stated else list(texts)


def _quoted(data: bytes) -> bytes:
    return b"\n".join(b'"' + line.replace(b",", b'","') + b'"' for line in data.splitlines()) + b"\n"


def _measure(case: str, zone: bytes, goal: float, data: bytes, count: int) -> dict[str, Any]:
    reader = TableReader(parse_mapping(MAPPING % zone, "mapping.toml"), "bench")
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "table.csv"
        path.write_bytes(data)
        for _ in range(RUNS):
            began = time.perf_counter()
            batches = reader.read(data).batches
            ours.append(time.perf_counter() - began)
            began = time.perf_counter()
            with duckdb.connect() as connection:
                connection.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{path}')")
                theirs.append(time.perf_counter() - began)
                answer = connection.execute("SELECT count(*), sum(port_low), sum(port_high) FROM t").fetchone()
    assert answer is not None
    rows = sum(batch.rows.num_rows for batch in batches)
    problems = sum(batch.rows.num_rows - batch.rows.column("problem").null_count for batch in batches)
    found = tuple(
        sum(pc.sum(batch.rows.column(name)).as_py() for batch in batches) for name in ("port_low", "port_high")
    )
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    ok = rows == count == answer[0] and found == tuple(map(int, answer[1:])) and not problems
    seconds = statistics.median(ours)
    print(f"  {case}: {count / seconds:,.0f} lines/s, DuckDB {count / statistics.median(theirs):,.0f} lines/s")
    return {
        "bench": "table",
        "case": case,
        "seconds": seconds,
        "ratio": ratio,
        "goal": goal,
        "ok": ok and ratio <= goal,
    }


def main() -> None:
    """The table alone."""
    for row in run(quick=False):
        print(row)


if __name__ == "__main__":
    main()
