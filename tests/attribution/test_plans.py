from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.attribution import plans
from fourcorners.attribution.engines.duckdb import engine
from fourcorners.attribution.keys import OPEN_END
from fourcorners.attribution.plans import Bucketed
from fourcorners.attribution.plans import Plain
from fourcorners.attribution.plans import Plan
from fourcorners.attribution.plans import Strategy
from fourcorners.attribution.plans import Tiered

STRATEGIES: list[Strategy] = [
    Plain(),
    Bucketed(0),
    Bucketed(1),
    Bucketed(3),
    Bucketed(40),
    Tiered((0,)),
    Tiered((1, 3)),
    Tiered((2, 4, 6)),
    Tiered((61,)),
]

Row = dict[str, Any]

_time = st.integers(-40, 40)
_port = st.integers(0, 5)


@st.composite
def assignment(draw: st.DrawFn) -> Row:
    start = draw(_time)
    end = draw(st.one_of(st.integers(start, start + 90), st.just(OPEN_END)))
    low = draw(_port)
    half = draw(st.integers(0, 2))
    return {
        "k": draw(st.integers(0, 2)),
        "lo": low,
        "hi": draw(st.integers(low, 5)),
        "s": start,
        "e": end,
        "qlo": half,
        "qhi": draw(st.integers(half, 2)),
    }


login = st.fixed_dictionaries(
    {"k": st.integers(0, 3), "p": st.one_of(st.none(), _port), "t": _time, "q": st.integers(0, 2)}
)


def oracle(assignments: list[Row], logins: list[Row], skew: int) -> Counter[tuple[int, int]]:
    return Counter(
        (i, j)
        for i, x in enumerate(logins)
        for j, a in enumerate(assignments)
        if a["k"] == x["k"]
        and (x["p"] is None or a["lo"] <= x["p"] <= a["hi"])
        and a["qlo"] <= x["q"] <= a["qhi"]
        and a["s"] <= x["t"] + skew
        and a["e"] > x["t"] - skew
    )


def tables(assignments: list[Row], logins: list[Row]) -> dict[str, pa.Table]:
    whole = pa.schema([(name, pa.int64()) for name in ("row", "k", "lo", "hi", "s", "e", "qlo", "qhi")])
    asked = pa.schema([(name, pa.int64()) for name in ("id", "k", "p", "t", "q")])
    return {
        "assignments": pa.Table.from_pylist([{"row": n, **row} for n, row in enumerate(assignments)], whole),
        "logins": pa.Table.from_pylist([{"id": n, **row} for n, row in enumerate(logins)], asked),
    }


@settings(max_examples=100)
@given(
    assignments=st.lists(assignment(), max_size=30),
    logins=st.lists(login, min_size=1, max_size=30),
    skew=st.integers(0, 5),
    strategy=st.sampled_from(STRATEGIES),
    swap=st.booleans(),
)
def test_every_strategy_finds_what_comparing_everything_with_everything_finds(
    assignments: list[Row], logins: list[Row], skew: int, strategy: Strategy, *, swap: bool
) -> None:
    expected = oracle(assignments, logins, skew)
    times = [each["t"] for each in logins]
    plan = Plan(strategy, skew, min(times), max(times), low_half=True, hash_assignments=swap)
    with engine(**tables(assignments, logins)) as connection:
        found = [
            pair
            for batch in plans.pairs(connection, plan, "l.id, a.row")
            for pair in zip(batch["id"].to_pylist(), batch["row"].to_pylist(), strict=True)
        ]
        assert Counter(found) == expected
        counts = plans.count(connection, plan)
    each = dict(zip(counts["id"].to_pylist(), counts["candidates"].to_pylist(), strict=True))
    assert each == {n: sum(pair[0] == n for pair in expected) for n in range(len(logins))}


@pytest.mark.parametrize("strategy", STRATEGIES, ids=str)
def test_intervals_are_half_open_and_skew_reaches_both_edges(strategy: Strategy) -> None:
    one: Row = {"k": 1, "lo": 0, "hi": 9, "s": 10, "e": 20, "qlo": 0, "qhi": 0}
    logins: list[Row] = [{"k": 1, "p": None, "t": t, "q": 0} for t in range(40)]
    for skew in (0, 1, 4):
        with engine(**tables([one], logins)) as connection:
            plan = Plan(strategy, skew, 0, 39, low_half=True)
            batches = list(plans.pairs(connection, plan, "l.t"))
        found = sorted(t for batch in batches for t in batch["t"].to_pylist())
        assert found == list(range(10 - skew, 20 + skew))


@pytest.mark.parametrize("strategy", STRATEGIES, ids=str)
def test_intervals_of_every_length_around_the_cap_are_found_once(strategy: Strategy) -> None:
    spans: list[Row] = [
        {"k": 1, "lo": 0, "hi": 9, "s": start, "e": start + length, "qlo": 0, "qhi": 0}
        for start in (-5, 0, 3)
        for length in range(plans.BUCKET_CAP * 2)
    ]
    logins: list[Row] = [{"k": 1, "p": None, "t": t, "q": 0} for t in range(40)]
    with engine(**tables(spans, logins)) as connection:
        plan = Plan(strategy, 1, 0, 39, low_half=True)
        batches = list(plans.pairs(connection, plan, "l.id, a.row"))
    found = Counter(pair for each in batches for pair in zip(*each.to_pydict().values(), strict=True))
    assert found == oracle(spans, logins, 1)


def test_without_lower_halves_they_are_not_asked_for() -> None:
    both = tables(
        [{"k": 1, "lo": 0, "hi": 9, "s": 0, "e": 9, "qlo": 0, "qhi": 0}], [{"k": 1, "p": 3, "t": 1, "q": 7}]
    )
    narrow = {
        "assignments": both["assignments"].drop_columns(["qlo", "qhi"]),
        "logins": both["logins"].drop_columns(["q"]),
    }
    with engine(**narrow) as connection:
        assert [batch.num_rows for batch in plans.pairs(connection, Plan(Plain(), 0, 1, 1), "l.id")] == [1]
