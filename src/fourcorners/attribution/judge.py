"""From matches to outcomes, for many asks at once; `outcomes` states the rules and why they are sound."""

# The queries are built from integers and from names that stand in this room.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from duckdb import DuckDBPyConnection

from fourcorners.attribution import planner
from fourcorners.attribution import plans
from fourcorners.attribution.asks import Asks
from fourcorners.attribution.engines.duckdb import engine
from fourcorners.attribution.log import Log

Ints = npt.NDArray[np.int64]

OUTCOMES = ("not_covered", "none", "shared", "contradicted", "one", "several")
NOT_COVERED, NONE, SHARED, CONTRADICTED, ONE, SEVERAL = range(len(OUTCOMES))

_HIT = "l.id, l.t, l.covers[a.src + 1] AS counted, a.row, a.src, a.who, a.vague, a.s, a.e"

#: How many, and a fingerprint of who: equal for equal sets, whatever their order.
_WHO = "count(DISTINCT who) AS candidates, bit_xor(DISTINCT hash(who)) AS people"


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer an ask.

    Attributes:
        outcome: number in `OUTCOMES`.
        candidates: named subscribers plus unnamed matches.
        people: fingerprint of the candidates.
        who: the subscriber's number where the outcome is `one`, else -1.
        margin: ns to the nearest boundary of a match, -1 where there is none to be told.
        hits: `id` (of the ask), `row` and `src` of every match of asks that are not `shared`.
    """

    outcome: Ints
    candidates: Ints
    people: npt.NDArray[np.uint64]
    who: Ints
    margin: Ints
    hits: pa.Table

    @classmethod
    def of(cls, asks: Asks, log: Log, skew: int) -> Self:
        """Match and judge."""
        n = len(asks.t)
        covered = asks.covers.any(axis=1)
        lossy = np.array([source.coverage.lossy for source in log.sources], bool)
        answers = cls(
            np.where(asks.covers[:, ~lossy].any(axis=1), NONE, NOT_COVERED),
            np.zeros(n, np.int64),
            np.zeros(n, np.uint64),
            np.full(n, -1),
            np.full(n, -1),
            pa.table({"id": pa.array([], pa.int64()), "row": pa.array([], pa.int64())}),
        )
        with engine(assignments=log.rows) as connection:
            answers._pools(connection, asks, np.flatnonzero(covered & asks.shared), log, skew)
            hits = answers._singles(connection, asks, np.flatnonzero(covered & ~asks.shared), log, skew)
        return answers if hits is None else replace(answers, hits=hits)

    def _pools(self, connection: DuckDBPyConnection, asks: Asks, chosen: Ints, log: Log, skew: int) -> None:
        """Shared addresses without a port: counted in the engine, nobody is listed."""
        if not len(chosen):
            return
        plan = _plan(connection, asks, chosen, log, skew)
        query = f"SELECT id, {_WHO} FROM ({plans.match(plan, 'l.id, a.who')}) GROUP BY id"
        found = connection.sql(query).to_arrow_table()
        ids = found["id"].to_numpy()
        self.outcome[ids] = SHARED
        self.candidates[ids] = found["candidates"].to_numpy()
        self.people[ids] = found["people"].to_numpy()

    def _singles(
        self, connection: DuckDBPyConnection, asks: Asks, chosen: Ints, log: Log, skew: int
    ) -> pa.Table | None:
        """Everything else: the matches are few, and each is judged."""
        if not len(chosen):
            return None
        plan = _plan(connection, asks, chosen, log, skew)
        hits = connection.sql(plans.match(plan, _HIT)).to_arrow_table()
        connection.register("hits", hits)
        found = connection.sql(_verdicts(skew)).to_arrow_table()
        ids = found["id"].to_numpy()
        number = {name: found[name].to_numpy(zero_copy_only=False) for name in found.column_names}
        one = (number["candidates"] == 1) & (number["who"] >= 0) & number["held"]
        outcome = np.where(one, ONE, SEVERAL)
        outcome = np.where((number["naming"] > 1) & (number["agreed"] < number["naming"]), CONTRADICTED, outcome)
        outcome = np.where(number["vague"], SHARED, outcome)
        self.outcome[ids] = outcome
        self.candidates[ids] = number["candidates"]
        self.people[ids] = number["people"]
        self.who[ids] = np.where(outcome == ONE, number["who"], -1)
        self.margin[ids] = np.where(outcome == SHARED, -1, number["margin"])
        return hits.filter(pa.array(self.outcome[hits["id"].to_numpy()] != SHARED)).select(["id", "row"])


def _plan(connection: DuckDBPyConnection, asks: Asks, chosen: Ints, log: Log, skew: int) -> plans.Plan:
    """Put the chosen asks before the engine, and choose the plan for them."""
    logins = asks.table(chosen, low_half="qlo" in log.rows.column_names)
    connection.register("logins", logins)
    return planner.choose(log.rows, logins, skew)


def _verdicts(skew: int) -> str:
    """One row an ask that has matches.

    `naming` counts the covering sources that name somebody, `agreed` how many of them name the same one at most;
    `held` tells whether the covering sources' named matches hold the whole of `[t - skew, t + skew]`.
    """
    return f"""
    WITH voices AS (
        SELECT id, who, count(DISTINCT src) AS sources FROM hits WHERE counted AND who >= 0 GROUP BY id, who
    ), agreement AS (
        SELECT id, max(sources) AS agreed FROM voices GROUP BY id
    ), steps AS (
        SELECT id, t, s, e, max(e) OVER (
            PARTITION BY id ORDER BY s, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached
        FROM hits WHERE counted AND who >= 0
    ), holding AS (
        SELECT id, bool_and(reached IS NULL OR s <= reached) AND min(s) <= min(t) - {skew}
            AND max(e) > max(t) + {skew} AS held
        FROM steps GROUP BY id
    ), people AS (
        SELECT id, {_WHO}, max(who) AS who, bool_or(vague) AS vague,
            count(DISTINCT src) FILTER (WHERE counted AND who >= 0) AS naming,
            min(least(abs(t - s), abs(e - t))) AS margin
        FROM hits GROUP BY id
    )
    SELECT id, candidates, people, who, vague, naming, margin,
        coalesce(agreed, 0) AS agreed, coalesce(held, false) AS held
    FROM people LEFT JOIN agreement USING (id) LEFT JOIN holding USING (id)
    """
