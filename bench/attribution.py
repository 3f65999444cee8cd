"""Attribution: the product's planner and plan against the best plan of the best engine, written by hand.

Ten million assignments and one million logins of each regime, as Arrow tables in memory. The hand-written plans
know their regime and its bucket width (`_WIDTH`); the product's planner looks at the tables, within its time. All
runs count the pairs and sum a checksum, which must be those of `regimes.CHECKS`; the plans take turns, and a ratio
is one of medians. Growth is the exponent between two sizes, both sides ten times larger: 1 is linear, and a plain
join on keys that grow with the table would have 2.
"""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from bench import regimes

from fourcorners.attribution import planner
from fourcorners.attribution import plans
from fourcorners.attribution.engines.duckdb import engine

RUNS = 5
GOAL = 1.2
GROWTH = 1.3

SKEW = regimes.SKEW
CAP = 16
_WIDTH = {"lease": 86_400, "cgnat": 7_200, "v6": 864_000}
_SUM = "count(*), sum((id % 1000003) * (sub % 1009))"

Result = tuple[int, int]
Case = Callable[[], Result]


def run(*, quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    small, large = (
        ((10_000, 1_000), (100_000, 10_000)) if quick else ((1_000_000, 100_000), (10_000_000, 1_000_000))
    )
    rows = []
    for regime in regimes.REGIMES:
        before = _compare(regime, *small, runs=1 if quick else RUNS)
        after = _compare(regime, *large, runs=1 if quick else RUNS)
        best = min((name for name in after if name != "ours"), key=lambda name: after[name])
        rows.append(
            _row(
                f"{regime} {large[0]:,} x {large[1]:,} / {best}", after["ours"], after["ours"] / after[best], GOAL
            )
        )
        exponent = math.log(after["ours"] / before["ours"], large[0] / small[0])
        rows.append(_row(f"{regime} growth from {small[0]:,}, exponent", after["ours"], exponent, GROWTH))
    return rows


def _row(case: str, seconds: float, ratio: float, goal: float) -> dict[str, Any]:
    return {
        "bench": "attribution",
        "case": case,
        "seconds": seconds,
        "ratio": ratio,
        "goal": f"<={goal}",
        "ok": ratio <= goal,
    }


def _compare(regime: str, rows: int, logins: int, *, runs: int) -> dict[str, float]:
    """Median seconds of each case; all must give one result, and the known one where it is known."""
    a, b = _data(regime, rows, logins)
    cases: dict[str, Case] = {"ours": partial(_ours, a, b)}
    cases["duckdb bucket"] = partial(_duckdb, a, b, _bucket(_WIDTH[regime]))
    cases["polars bucket"] = partial(_polars, a, b, _WIDTH[regime])
    if regime == "v6":  # the other two regimes have keys on which a plain join does not end
        cases["duckdb plain"] = partial(_duckdb, a, b, _PLAIN)
        cases["polars plain"] = partial(_polars, a, b, None)
    times: dict[str, list[float]] = {name: [] for name in cases}
    results = set()
    for _ in range(runs):
        for name, case in cases.items():
            start = time.perf_counter()
            results.add(case())
            times[name].append(time.perf_counter() - start)
    known = regimes.CHECKS.get((regime, rows, logins))
    if len(results) > 1 or (known and results != {known[1:]}):
        raise AssertionError(f"{regime}: the plans disagree: {results}, known {known}")
    return {name: statistics.median(each) for name, each in times.items()}


def _data(regime: str, rows: int, logins: int) -> tuple[pa.Table, pa.Table]:
    """The tables, kept between runs in `BENCH_DATA` (default `build/bench`)."""
    folder = Path(os.environ.get("BENCH_DATA", "build/bench"))
    paths = [folder / f"{regime}-{rows}-{logins}-{side}.parquet" for side in ("assignments", "logins")]
    if not all(path.exists() for path in paths):
        folder.mkdir(parents=True, exist_ok=True)
        for path, table in zip(paths, regimes.generate(regime, rows, logins), strict=True):
            part = path.with_suffix(".part")
            pq.write_table(table, part, compression="zstd")
            part.replace(path)
    assignments, asked = (pq.read_table(path).combine_chunks() for path in paths)
    return assignments, asked


def _ours(assignments: pa.Table, logins: pa.Table) -> Result:
    plan = planner.choose(assignments, logins, SKEW)
    with engine(assignments=assignments, logins=logins) as connection:
        count, check = connection.sql(f"SELECT {_SUM} FROM ({plans.match(plan, 'l.id, a.sub')})").fetchall()[0]
    return int(count), int(check)


_MATCH = f"(l.p IS NULL OR l.p BETWEEN a.lo AND a.hi) AND a.s <= l.t + {SKEW} AND a.e > l.t - {SKEW}"
_PLAIN = f"SELECT {_SUM} FROM a JOIN l ON a.k = l.k WHERE {_MATCH}"


def _bucket(width: int) -> str:
    return f"""
        WITH b AS (
            SELECT *, unnest(range((s - {SKEW}) // {width}, (e + {SKEW}) // {width} + 1)) AS b
            FROM a WHERE e - s <= {CAP * width}
        ), c AS (SELECT *, t // {width} AS b FROM l)
        SELECT {_SUM} FROM (
            SELECT id, sub FROM b AS a JOIN c AS l ON a.k = l.k AND a.b = l.b WHERE {_MATCH}
            UNION ALL
            SELECT id, sub FROM (SELECT * FROM a WHERE e - s > {CAP * width}) AS a JOIN l ON a.k = l.k
            WHERE {_MATCH}
        )"""


def _duckdb(assignments: pa.Table, logins: pa.Table, query: str) -> Result:
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.register("a", assignments)
        connection.register("l", logins)
        count, check = connection.sql(query).fetchall()[0]
    return int(count), int(check)


def _polars(assignments: pa.Table, logins: pa.Table, width: int | None) -> Result:
    a, b = pl.from_arrow(assignments).lazy(), pl.from_arrow(logins).lazy()
    s, e, t, p = (pl.col(name) for name in "setp")
    match = (p.is_null() | ((p >= pl.col("lo")) & (p <= pl.col("hi")))) & (s <= t + SKEW) & (e > t - SKEW)
    if width is None:
        pairs = a.join(b, on="k").filter(match)
    else:
        copies = pl.int_ranges((s - SKEW) // width, (e + SKEW) // width + 1)
        short = a.filter(e - s <= CAP * width).with_columns(b=copies).explode("b")
        bucketed = short.join(b.with_columns(b=t // width), on=["k", "b"]).filter(match).select("id", "sub")
        long = a.filter(e - s > CAP * width).join(b, on="k").filter(match).select("id", "sub")
        pairs = pl.concat([bucketed, long])
    check = (pl.col("id") % 1000003) * (pl.col("sub").cast(pl.Int64) % 1009)
    count, total = pairs.select(pl.len(), check.sum().alias("check")).collect(engine="streaming").row(0)
    return int(count), int(total)
