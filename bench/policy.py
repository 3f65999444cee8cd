"""The filter that a decision leaves against one that a person would write, over the same Arrow batches."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.law.access.actor import Actor
from fourcorners.law.access.decision import Decision
from fourcorners.law.access.instrument import NO_END
from fourcorners.law.access.instrument import InstrumentFacts
from fourcorners.law.access.read import decide_read

RATIO, MILLISECONDS = 1.5, 25.0
RUNS = 7
CATEGORIES = ["session_ip_log", "subscriber_identity", "content_stored", "payment", "contacts"]
NAMED = frozenset({"session_ip_log", "subscriber_identity"})


def run(*, quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    rows = 100_000 if quick else 10_000_000
    table = _table(rows)
    decided = _decide()
    policy = decided.filter.arrow({}, {name: name for name in ("case", "instrument", "category", "sealed")})
    hand = (
        (pc.field("case") == "C-1")
        & (pc.field("instrument") == "I-1")
        & pc.field("category").isin(sorted(NAMED))
        & ~pc.field("sealed")
    )
    ratios, times = [], []
    for _ in range(3 if quick else RUNS):
        start = time.perf_counter()
        expected = table.filter(hand).num_rows
        middle = time.perf_counter()
        found = table.filter(policy).num_rows
        end = time.perf_counter()
        if found != expected or not 0 < found < rows:
            raise AssertionError(f"{found} rows pass, not {expected}")
        ratios.append((end - middle) / (middle - start))
        times.append(end - middle)
    ratio = statistics.median(ratios)
    decisions = []
    for _ in range(50):
        start = time.perf_counter()
        _decide()
        decisions.append(time.perf_counter() - start)
    seconds = statistics.median(decisions)
    spent = seconds * 1000
    return [
        _row(
            f"filter of {rows:,} rows / by hand", statistics.median(times), ratio, f"<={RATIO}", ok=ratio <= RATIO
        ),
        _row("one decision: ms", seconds, spent, f"<={MILLISECONDS:.0f}", ok=spent <= MILLISECONDS),
    ]


def _decide() -> Decision:
    instrument = InstrumentFacts("I-1", "C-1", NAMED, 0, NO_END, False, False, False, 0, False)
    actor = Actor("ann", frozenset({"investigator"}), frozenset({"C-1"}))
    return decide_read(
        actor, case="C-1", instrument=instrument, now=1, justified=False, rows=1, allowance=1_000_000
    )


def _table(rows: int) -> pa.Table:
    chance = np.random.default_rng(11)

    def words(of: list[str], shares: list[float]) -> pa.Array:
        return pa.array(of).take(pa.array(chance.choice(len(of), rows, p=shares)))

    return pa.table(
        {
            "case": words(["C-1", "C-2"], [0.9, 0.1]),
            "instrument": words(["I-1", "I-2"], [0.8, 0.2]),
            "category": words(CATEGORIES, [0.4, 0.2, 0.2, 0.1, 0.1]),
            "sealed": chance.random(rows) < 0.1,
            "row": np.arange(rows),
        }
    )


def _row(case: str, seconds: float, ratio: float, goal: str, *, ok: bool) -> dict[str, Any]:
    return {"bench": "policy", "case": case, "seconds": seconds, "ratio": ratio, "goal": goal, "ok": ok}
