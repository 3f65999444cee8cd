"""The one relational plan: which assignments match which logins, in three strategies with one answer.

Tables, all integers, times in any one unit::

    assignments(k, lo, hi, s, e, ...)   equality key; secondary range, both ends included; [s, e)
    logins(id, k, p, t, ...)            key; secondary value, null = any; instant

    match:  a.k = l.k
       AND (l.p IS NULL OR l.p BETWEEN a.lo AND a.hi)
       AND a.s <= l.t + skew  AND  a.e > l.t - skew

Where prefixes longer than /64 occur, `a.qlo..a.qhi` and `l.q` hold the lower halves and are compared as well.
Every match is an answer: an ASOF join, which keeps one, would be wrong here.

All comparisons stand in the join's condition and a null `p` is an all-embracing range, so that DuckDB tests them
inside the hash table and never forms the pairs that fail (a third of the time on dense keys). The time comes
first: it is the most selective. Tables are nested and not named by WITH, which DuckDB would hold in memory.
"""

# The queries are built from integers and from names that stand in this room.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

#: An assignment that would be copied into more buckets than this is joined on its key alone.
BUCKET_CAP = 16

_MIN, _MAX = "(-9223372036854775808)", "9223372036854775807"


@dataclass(frozen=True, slots=True)
class Plain:
    """A hash join on the key. Work: assignments times logins of every key."""


@dataclass(frozen=True, slots=True)
class Bucketed:
    """Assignments are copied into every time bucket of `2**shift` that they touch; a login lies in one bucket."""

    shift: int


@dataclass(frozen=True, slots=True)
class Tiered:
    """Assignments lie in one bucket of their duration's class (`2**shift` each); logins probe all classes."""

    shifts: tuple[int, ...]


Strategy = Plain | Bucketed | Tiered


@dataclass(frozen=True, slots=True)
class Plan:
    """A strategy with what the query's text depends on.

    Attributes:
        strategy: how the pairs are found.
        skew: widening of each login on each side, in the unit of the times.
        first, last: earliest and latest login; what ended before or starts after is not looked at.
        low_half: whether the lower halves of IPv6 addresses are compared.
        hash_assignments: put the assignments, not the logins, into the hash table (they are fewer).
    """

    strategy: Strategy
    skew: int
    first: int
    last: int
    low_half: bool = False
    hash_assignments: bool = False


def match(plan: Plan, columns: str) -> str:
    """The query for the pairs.

    Args:
        plan: as `planner.choose` gives it.
        columns: the select list, over `a` (assignments) and `l` (logins).
    """
    earliest, latest = plan.first - plan.skew, plan.last + plan.skew
    alive = f"SELECT * FROM assignments WHERE s <= {latest} AND e > {earliest}"
    wide = (
        f"SELECT *, t - {plan.skew} AS early, t + {plan.skew} AS late, "
        f"coalesce(p, {_MIN}) AS pmin, coalesce(p, {_MAX}) AS pmax FROM logins"
    )
    match plan.strategy:
        case Plain():
            return _join(plan, columns, alive, wide, "a.k = l.k")
        case Bucketed(shift):
            # Buckets are counted from the first login, and intervals cut to the logins' span: copies stay few.
            cut = (
                f"SELECT *, greatest(s - {plan.skew} - ({earliest}), 0) >> {shift} AS b0, "
                f"(least(e, {plan.last}) + {plan.skew} - ({earliest})) >> {shift} AS b1 FROM ({alive})"
            )
            copies = f"SELECT *, unnest(range(b0, b1 + 1)) AS b FROM ({cut}) WHERE b1 - b0 < {BUCKET_CAP}"
            placed = f"SELECT *, (t - ({earliest})) >> {shift} AS b FROM ({wide})"
            main = _join(plan, columns, copies, placed, "a.k = l.k AND a.b = l.b")
            long = f"SELECT * FROM ({cut}) WHERE b1 - b0 >= {BUCKET_CAP}"
        case Tiered(shifts):
            # Classes by the duration within the logins' span, shortest first; what exceeds them all is long.
            classes = " ".join(f"WHEN ce - cs <= {1 << z} THEN {z}" for z in shifts)
            cut = f"SELECT *, greatest(s, {earliest}) AS cs, least(e, {latest + 1}) AS ce FROM ({alive})"
            tiers = f"SELECT *, CASE {classes} END AS z FROM ({cut})"
            classed = f"SELECT *, (cs - ({earliest})) >> z AS b FROM ({tiers}) WHERE z IS NOT NULL"
            probes = " UNION ALL ".join(
                f"SELECT *, {z} AS z, unnest(range(greatest(early - {1 << z} - ({earliest}), 0) >> {z}, "
                f"((late - ({earliest})) >> {z}) + 1)) AS b FROM ({wide})"
                for z in shifts
            )
            main = _join(plan, columns, classed, probes, "a.k = l.k AND a.z = l.z AND a.b = l.b")
            long = f"SELECT * FROM ({tiers}) WHERE z IS NULL"
    return f"{main} UNION ALL {_join(plan, columns, long, wide, 'a.k = l.k', hash_assignments=True)}"


def count(connection: duckdb.DuckDBPyConnection, plan: Plan) -> pa.Table:
    """Count-only mode: `id, candidates` of every login, without forming a list of pairs."""
    return connection.sql(
        f"SELECT id, count(m) AS candidates FROM logins LEFT JOIN ({match(plan, 'l.id AS m')}) ON id = m "
        "GROUP BY id"
    ).to_arrow_table()


def pairs(connection: duckdb.DuckDBPyConnection, plan: Plan, columns: str) -> Iterator[pa.RecordBatch]:
    """The pairs in batches, in no particular order."""
    yield from connection.sql(match(plan, columns)).to_arrow_reader(1 << 16)


def _join(
    plan: Plan,
    columns: str,
    assignments: str,
    logins: str,
    keys: str,
    *,
    hash_assignments: bool = False,
) -> str:
    """One branch. The table on the right of JOIN is hashed; it is sorted, so that a key's chain lies together."""
    condition = f"{keys} AND a.e > l.early AND a.s <= l.late AND a.lo <= l.pmax AND a.hi >= l.pmin"
    if plan.low_half:
        condition += " AND a.qlo <= l.q AND a.qhi >= l.q"
    if hash_assignments or plan.hash_assignments:
        sides = f"({logins}) AS l JOIN (SELECT * FROM ({assignments}) ORDER BY k, s) AS a"
    else:
        sides = f"({assignments}) AS a JOIN (SELECT * FROM ({logins}) ORDER BY k, t) AS l"
    return f"SELECT {columns} FROM {sides} ON {condition}"
