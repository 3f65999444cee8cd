"""Chooses the strategy of the join from what the tables hold, never from what they are called.

The work of every strategy is a sum over pairs of one assignment and one login, so a random sample of rows of each
side estimates it without bias, whatever the keys and however skewed. Keys that a sample misses have few rows on
that side, which bounds the harm. The sample has a fixed size: planning takes some hundredths of a second at any
size of the tables, and small tables are counted in full.

Costs are in units of one tested candidate (about 17 ns of processor time); the weights were fitted to measured
runs of all three strategies on leases, port blocks and delegated prefixes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.attribution.plans import BUCKET_CAP
from fourcorners.attribution.plans import Bucketed
from fourcorners.attribution.plans import Plain
from fourcorners.attribution.plans import Plan
from fourcorners.attribution.plans import Strategy
from fourcorners.attribution.plans import Tiered

SAMPLE = 1 << 14

_PROBE = 4.0  # a row sent against the hash table
_COPY = 4.0  # a row copied into a bucket and sent
_CLASS = 5.0  # a row put into its class and sent
_BUILD = 14.0  # a row put into the hash table

_TIER_STEPS = (2, 4)  # classes of durations lie a factor of 4 or of 16 apart
_PROBES = 2.5  # buckets that a login probes in one class, on average

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A strategy and its estimated cost; `sent` is how many assignment rows it makes, `probes` how many logins."""

    strategy: Strategy
    cost: float
    sent: float
    probes: float


def choose(assignments: pa.Table, logins: pa.Table, skew: int) -> Plan:
    """The cheapest plan for these tables (columns as in `plans`)."""
    if not logins.num_rows:
        return Plan(Plain(), skew, 0, 0)
    span = pc.min_max(logins["t"]).as_py()
    best = min(estimates(assignments, logins, skew), key=lambda each: each.cost)
    return Plan(
        best.strategy,
        skew,
        span["min"],
        span["max"],
        low_half="q" in logins.column_names,
        hash_assignments=best.sent < best.probes,
    )


def estimates(assignments: pa.Table, logins: pa.Table, skew: int) -> list[Estimate]:
    """What each strategy would cost; the costlier ones are left out once a cheaper one cannot be beaten."""
    sample = _Sample.take(assignments, logins, skew)
    found = [sample.plain()]
    if not len(sample.k):
        return found
    found += [sample.bucketed(shift) for shift in sample.widths() if sample.copying(shift) < found[0].cost]
    if logins.num_rows * _PROBES * _BUILD < min(each.cost for each in found):
        found += [sample.tiered(step) for step in _TIER_STEPS]
    return found


@dataclass(frozen=True, slots=True)
class _Sample:
    """Sampled assignments that are alive in the logins' span, and sampled logins in order of key and time."""

    k: Ints
    s: Ints
    e: Ints
    skew: int
    first: int
    last: int
    rows: float  # assignments that each sampled one stands for
    asks: float  # logins that each sampled one stands for
    logins: int
    keys: Ints
    times: Ints
    order: Ints

    @classmethod
    def take(cls, assignments: pa.Table, logins: pa.Table, skew: int) -> _Sample:
        """Draw with a fixed seed: the same tables get the same plan."""
        k, s, e = _draw(assignments, ("k", "s", "e"))
        lk, t = _draw(logins, ("k", "t"))
        rows, asks = assignments.num_rows / max(1, len(k)), logins.num_rows / len(t)
        first, last = int(t.min()), int(t.max())
        alive = (s <= last + skew) & (e > first - skew)
        keys, times = np.unique(lk), np.sort(t)
        order = np.sort(np.searchsorted(keys, lk) * (len(t) + 1) + np.searchsorted(times, t))
        return cls(
            k[alive], s[alive], e[alive], skew, first, last, rows, asks, logins.num_rows, keys, times, order
        )

    def plain(self) -> Estimate:
        sent = len(self.k) * self.rows
        candidates = self._candidates(np.full_like(self.s, self.first), np.full_like(self.s, self.last + 1))
        return Estimate(Plain(), sent * _PROBE + candidates + self.logins * _BUILD, sent, self.logins)

    def widths(self) -> tuple[int, int]:
        """The powers of two around the median duration within the logins' span."""
        within = np.minimum(self.e, self.last) - np.maximum(self.s, self.first) + 2 * self.skew
        shift = max(0, int(max(1, np.median(within))).bit_length() - 1)
        return shift, shift + 1

    def copying(self, shift: int) -> float:
        """The part of a bucket plan's cost that needs no look at the logins."""
        return float(self._copies(shift)[2].sum()) * self.rows * _COPY

    def bucketed(self, shift: int) -> Estimate:
        low, high, copies = self._copies(shift)
        origin = self.first - self.skew
        start = np.where(copies > 0, origin + (low << shift), self.first)
        end = np.where(copies > 0, origin + ((high + 1) << shift), self.last + 1)
        made = float(copies.sum()) * self.rows
        long = float((copies == 0).sum()) * self.rows
        cost = made * _COPY + self._candidates(start, end) + self.logins * _BUILD
        return Estimate(Bucketed(shift), cost + long * _BUILD + (self.logins if long else 0), made, self.logins)

    def tiered(self, step: int) -> Estimate:
        start = np.maximum(self.s, self.first - self.skew)
        duration = np.minimum(self.e, self.last + self.skew + 1) - start
        top, middle = (int(q).bit_length() for q in np.quantile(duration, (0.999, 0.5), method="lower"))
        shifts = tuple(range(top, max(0, middle - 2 * step), -step))[::-1] or (top,)
        level = np.array(shifts, np.int64)
        z = level[np.minimum(np.searchsorted(np.int64(1) << level, duration), len(level) - 1)]
        long = duration > np.int64(1) << level[-1]
        low = (start >> z << z) - self.skew
        high = low + (np.int64(2) << z) + 2 * self.skew
        candidates = self._candidates(np.where(long, self.first, low), np.where(long, self.last + 1, high))
        probes = _PROBES * len(shifts) * self.logins
        sent = len(self.k) * self.rows
        held = float(long.sum()) * self.rows
        cost = sent * _CLASS + candidates + min(probes, sent) * _BUILD + max(0.0, probes - sent) * _PROBE
        return Estimate(Tiered(shifts), cost + held * _BUILD + (self.logins if held else 0), sent, probes)

    def _copies(self, shift: int) -> tuple[Ints, Ints, Ints]:
        """First and last bucket of each assignment, and its copies: 0 for one that is too long to be copied."""
        origin = self.first - self.skew
        low = np.maximum(self.s - self.skew - origin, 0) >> shift
        high = (np.minimum(self.e, self.last) + self.skew - origin) >> shift
        copies = high - low + 1
        return low, high, np.where(copies <= BUCKET_CAP, copies, 0)

    def _candidates(self, start: Ints, end: Ints) -> float:
        """Pairs of an assignment and a login on its key with `start <= t < end`, over the whole tables."""
        group = np.minimum(np.searchsorted(self.keys, self.k), len(self.keys) - 1)
        base = group * (len(self.times) + 1)
        low = np.searchsorted(self.order, base + np.searchsorted(self.times, start))
        high = np.searchsorted(self.order, base + np.searchsorted(self.times, end))
        return float((high - low)[self.keys[group] == self.k].sum()) * self.rows * self.asks


def _draw(table: pa.Table, columns: tuple[str, ...]) -> tuple[Ints, ...]:
    """The columns of a random sample of rows (of all rows, if they are few)."""
    if table.num_rows > SAMPLE:
        chosen = np.sort(np.random.default_rng(0).integers(0, table.num_rows, SAMPLE))
        table = table.select(list(columns)).take(pa.array(chosen))
    return tuple(table[name].to_numpy().astype(np.int64, copy=False) for name in columns)
