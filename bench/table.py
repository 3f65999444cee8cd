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

from fourcorners.casework import cases
from fourcorners.casework import instruments
from fourcorners.casework import mappings
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.ingest import ingest
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
ORDER = """\
type = "search_warrant"
jurisdiction = "US-FED"
issuer = "District Court of Example"
issuer_role = "magistrate_judge"
purpose = "criminal_investigation"
offence = "18 USC 1030"
custodian = "Example Mobile"
accounts = [{accounts}]
categories = ["session_ip_log", "subscriber_identity"]
issued = "2026-07-09T10:00:00Z"
served = "2026-07-10T10:00:00Z"
document = "order.txt"

[window]
start = "2026-05-01T00:00:00"
end = "2026-07-01T00:00:00"
zone = "UTC"
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
    rows.append(_whole_intake(count))
    return rows


def _whole_intake(count: int) -> dict[str, Any]:
    """From the file to stored, judged records with their chunk proofs, against DuckDB's load of the same lines."""
    asked, holders = 8, 90  # so many subscribers of so few addresses are still in proportion
    data = _lines(count, stated=True, addresses=asked, holders=holders)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table, mapping, order = _production(folder, data, asked)
        workspaces.create(folder / "w", "bench")
        with workspaces.open_workspace(folder / "w", "bench") as workspace:
            case = cases.open_case(workspace, "bench", "a generated table").id
            for _ in range(RUNS):
                instrument = instruments.add(workspace, order, case).id
                began = time.perf_counter()
                declared = mappings.load(workspace, mapping)
                row = ingest(workspace, [table], instrument, mapping=declared)
                ours.append(time.perf_counter() - began)
                theirs.append(_load(table)[0])
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    seconds = statistics.median(ours)
    return {
        "bench": "table",
        "case": f"whole intake, {count:,} lines",
        "seconds": seconds,
        "ratio": ratio,
        "goal": f"<={WHOLE:.0f}",
        "ok": row.counts["released"] == row.counts["rows"] == count and ratio <= WHOLE,
    }


def _production(folder: Path, data: bytes, asked: int) -> tuple[Path, Path, Path]:
    table, mapping = folder / "table.csv", folder / "mapping.toml"
    table.write_bytes(data)
    mapping.write_bytes(b'certificate = "certificate.txt"' + MAPPING % b"UTC")
    (folder / "certificate.txt").write_text("certified")
    (folder / "order.txt").write_text("an order")
    order = folder / "order.toml"
    accounts = ", ".join(f'"198.51.100.{n}"' for n in range(asked))
    order.write_text(ORDER.format(accounts=accounts))
    return table, mapping, order


def _load(table: Path) -> tuple[float, tuple[Any, ...]]:
    """Seconds that DuckDB needs to load the lines, and what it then counts."""
    began = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{table}')")
        seconds = time.perf_counter() - began
        answer = connection.execute("SELECT count(*), sum(port_low), sum(port_high) FROM t").fetchone()
    assert answer is not None
    return seconds, answer


def _lines(
    count: int, *, stated: bool, prefixes: bool = False, addresses: int = 1 << 16, holders: int = 1 << 30
) -> bytes:
    draw = np.random.default_rng(20260101)
    starts = FIRST + draw.integers(0, 7 * 86_400, count)
    ends = starts + draw.integers(60, 86_400, count)
    low = draw.integers(1024, 65_000, count)
    parts = zip(
        draw.integers(0, 1 << 24 if prefixes else addresses, count).tolist(),
        _texts(starts, stated=stated),
        _texts(ends, stated=stated),
        draw.integers(0, holders, count).tolist(),
        low.tolist(),
        strict=True,
    )
    address = "2001:db8:{:x}:{:x}00::/56" if prefixes else "198.51.{}.{}"
    high = 0 if prefixes or addresses > 256 else 100 << 8
    lines = [
        f"{address.format(n + high >> 8, n & 255)},{start},{end},S-{subscriber},{port},{port + 511}\n"
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
            loaded, answer = _load(path)
            theirs.append(loaded)
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
        "goal": f"<={goal:.0f}",
        "ok": ok and ratio <= goal,
    }


def main() -> None:
    """The table alone."""
    for row in run(quick=False):
        print(row)


if __name__ == "__main__":
    main()
