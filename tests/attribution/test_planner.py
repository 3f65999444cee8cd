from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from bench import regimes
from tests.growth import work

from fourcorners.attribution import planner
from fourcorners.attribution import plans
from fourcorners.attribution.engines.duckdb import engine
from fourcorners.attribution.keys import OPEN_END
from fourcorners.attribution.plans import Bucketed
from fourcorners.attribution.plans import Plain
from fourcorners.attribution.plans import Plan
from fourcorners.attribution.plans import Strategy
from fourcorners.attribution.plans import Tiered

SKEW = regimes.SKEW
SIZES = (100_000, 10_000)


@pytest.fixture(scope="module")
def tables() -> dict[str, tuple[pa.Table, pa.Table]]:
    return {regime: regimes.generate(regime, *SIZES) for regime in regimes.REGIMES}


def checked(plan: Plan, assignments: pa.Table, logins: pa.Table) -> tuple[int, int]:
    query = f"SELECT count(*), sum((id % 1000003) * (sub % 1009)) FROM ({plans.match(plan, 'l.id, a.sub')})"
    with engine(assignments=assignments, logins=logins) as connection:
        count, check = connection.sql(query).fetchall()[0]
    return int(count), int(check)


@pytest.mark.parametrize("regime", regimes.REGIMES)
def test_the_generated_regimes_are_those_of_the_published_figures(
    regime: str, tables: dict[str, tuple[pa.Table, pa.Table]]
) -> None:
    rows, *pairs = regimes.CHECKS[regime, *SIZES]
    assignments, logins = tables[regime]
    assert assignments.num_rows == rows
    chosen = planner.choose(assignments, logins, SKEW)
    strategies: list[Strategy] = [chosen.strategy, Bucketed(15), Tiered((12, 16, 20))]
    for strategy in strategies:
        plan = Plan(strategy, SKEW, chosen.first, chosen.last)
        assert checked(plan, assignments, logins) == tuple(pairs), strategy


def exact(assignments: pa.Table, logins: pa.Table) -> int:
    """Pairs on equal keys, counted in full."""
    keys, held = np.unique(assignments["k"].to_numpy(), return_counts=True)
    asked, times = np.unique(logins["k"].to_numpy(), return_counts=True)
    _, i, j = np.intersect1d(keys, asked, return_indices=True)
    return int((held[i] * times[j]).sum())


@pytest.mark.parametrize("regime", regimes.REGIMES)
def test_a_sample_tells_what_a_plain_join_would_cost(regime: str) -> None:
    assignments, logins = regimes.generate(regime, 200_000, 5 * planner.SAMPLE)
    plain = planner.estimates(assignments, logins, SKEW)[0]
    fixed = assignments.num_rows * planner._PROBE + logins.num_rows * planner._BUILD
    assert plain.cost - fixed == pytest.approx(exact(assignments, logins), rel=0.15)


def test_the_plan_follows_the_data_and_not_the_names(tables: dict[str, tuple[pa.Table, pa.Table]]) -> None:
    rng = np.random.default_rng(1)
    chosen = {}
    for regime, (assignments, logins) in tables.items():
        shuffled = assignments.take(rng.permutation(assignments.num_rows))
        renamed = shuffled.set_column(0, "k", pa.array(shuffled["k"].to_numpy() * 7 + 11))
        asked = logins.set_column(1, "k", pa.array(logins["k"].to_numpy() * 7 + 11))
        chosen[regime] = planner.choose(renamed, asked, SKEW).strategy
        assert type(chosen[regime]) is type(planner.choose(assignments, logins, SKEW).strategy)
    assert chosen["v6"] == Plain()
    assert isinstance(chosen["cgnat"], Bucketed)


def test_regimes_mixed_in_one_table_are_joined_exactly(tables: dict[str, tuple[pa.Table, pa.Table]]) -> None:
    assignments = pa.concat_tables([each for each, _ in tables.values()])
    logins = pa.concat_tables([each for _, each in tables.values()])
    plan = planner.choose(assignments, logins, SKEW)
    pairs = [regimes.CHECKS[regime, *SIZES][1:] for regime in tables]
    assert checked(plan, assignments, logins) == tuple(map(sum, zip(*pairs, strict=True)))
    dense = planner.choose(*tables["cgnat"], SKEW).strategy
    assert isinstance(plan.strategy, type(dense))  # the dense keys decide: a plain join on them would not end


def keyed(k: np.ndarray, s: np.ndarray, e: np.ndarray) -> pa.Table:
    return pa.table({"k": k, "lo": np.zeros_like(k), "hi": np.zeros_like(k), "s": s, "e": e})


def test_a_hot_key_is_never_joined_plainly() -> None:
    """One address in a thousand rows of others: a sample of keys would miss it, a sample of rows does not."""
    rng = np.random.default_rng(2)
    n = 200_000
    k = np.where(rng.random(n) < 0.3, 7, rng.integers(1_000, 1_000_000, n))
    s = rng.integers(0, 10_000_000, n)
    asked = pa.table({"id": np.arange(n), "k": rng.permutation(k), "p": np.zeros(n, np.int64), "t": s})
    assert not isinstance(planner.choose(keyed(k, s, s + 50), asked, 5).strategy, Plain)


def test_open_ends_do_not_swell_the_copies() -> None:
    rng = np.random.default_rng(3)
    n = 50_000
    s = rng.integers(0, 10_000_000, n)
    e = np.where(rng.random(n) < 0.2, OPEN_END, s + 500)
    k = rng.integers(0, 20, n)
    asked = pa.table({"id": np.arange(n), "k": k, "p": np.zeros(n, np.int64), "t": rng.permutation(s)})
    for each in planner.estimates(keyed(k, s, e), asked, 5):
        if isinstance(each.strategy, Bucketed):
            assert each.sent <= n * plans.BUCKET_CAP / 2


def test_many_assignments_and_few_logins_are_not_copied() -> None:
    rng = np.random.default_rng(4)
    n, m = 2_000_000, 2_000
    k, s = rng.integers(0, 40, n), rng.integers(0, 10_000_000, n)
    asked = pa.table({"id": np.arange(m), "k": k[:m], "p": np.zeros(m, np.int64), "t": rng.permutation(s)[:m]})
    assert isinstance(planner.choose(keyed(k, s, s + 900), asked, 5).strategy, Tiered)


def test_the_smaller_side_is_hashed() -> None:
    few, many = np.zeros(10, np.int64), np.zeros(1_000, np.int64)
    asked = pa.table({"id": many, "k": many + 1, "p": many, "t": many})
    assert planner.choose(keyed(few, few, few + 1), asked, 0).hash_assignments
    asked = pa.table({"id": few, "k": few + 1, "p": few, "t": few})
    assert not planner.choose(keyed(many, many, many + 1), asked, 0).hash_assignments


def test_planning_is_cheap_at_any_size(tables: dict[str, tuple[pa.Table, pa.Table]]) -> None:
    assignments, logins = tables["cgnat"]
    large = pa.concat_tables([assignments] * 30)
    planner.choose(large, logins, SKEW)  # what is imported and built once
    small = max(work(lambda: planner.choose(assignments, logins, SKEW)), 0.02)
    assert work(lambda: planner.choose(large, logins, SKEW)) < 8 * small  # of 30 times as many


def test_nothing_to_join_has_a_plan() -> None:
    nothing = np.zeros(0, np.int64)
    asked = pa.table({"id": nothing, "k": nothing, "p": nothing, "t": nothing})
    assert planner.choose(keyed(nothing, nothing, nothing), asked, 5).strategy == Plain()
    one = np.ones(1, np.int64)
    asked = pa.table({"id": one, "k": one, "p": one, "t": one})
    assert planner.choose(keyed(nothing, nothing, nothing), asked, 5).strategy == Plain()
