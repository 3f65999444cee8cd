"""The three data regimes of the attribution bench: leases, carrier-grade NAT and delegated IPv6 prefixes.

All of it is synthetic and seeded (NumPy `default_rng(20260101)`, one generator per regime and size); the order of
the draws is part of the definition, so that pair counts and checksums can be compared between machines, engines
and years. `CHECKS` holds the values that two separate implementations agreed on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

REGIMES = ("lease", "cgnat", "v6")
SEED = 20260101
T0 = 1_780_000_000
DAY = 86_400
OPEN = 1 << 40
SKEW = 60
HOT = 20

#: (regime, asked rows, logins) -> (rows, pairs, checksum); the checksum is sum((id % 1000003) * (sub % 1009)).
CHECKS: dict[tuple[str, int, int], tuple[int, int, int]] = {
    ("lease", 100_000, 10_000): (99_843, 9_698, 24_583_416_538),
    ("cgnat", 100_000, 10_000): (102_675, 395_771, 1_020_085_755_923),
    ("v6", 100_000, 10_000): (94_971, 21_878, 55_064_640_774),
    ("lease", 10_000_000, 1_000_000): (9_983_787, 1_020_123, 257_127_524_295_202),
    ("cgnat", 10_000_000, 1_000_000): (9_818_908, 37_519_959, 9_453_085_309_480_031),
    ("v6", 10_000_000, 1_000_000): (9_499_908, 2_190_119, 550_468_364_567_116),
}


@dataclass(frozen=True, slots=True)
class Assigned:
    """Assignments in the order in which they were drawn, and the keys that many logins ask about."""

    k: Ints
    lo: Ints
    hi: Ints
    s: Ints
    e: Ints
    sub: npt.NDArray[np.int32]
    hot: Ints


def generate(regime: str, rows: int, logins: int) -> tuple[pa.Table, pa.Table]:
    """Assignments `k, lo, hi, s, e, sub` in arrival order (by start), logins `id, k, p, t`; times in seconds."""
    rng = np.random.default_rng(SEED)
    drawn = {"lease": _lease, "cgnat": _cgnat, "v6": _v6}[regime](rng, rows)
    asked = _logins(rng, regime, drawn, logins)
    order = np.argsort(drawn.s, kind="stable")
    columns = {name: getattr(drawn, name)[order] for name in ("k", "lo", "hi", "s", "e", "sub")}
    return pa.table(columns), asked


def _counts(rng: np.random.Generator, entities: int, mean: float) -> Ints:
    """How many intervals each entity has."""
    c: Floats = rng.lognormal(0, 0.5, entities)
    counts: Ints = np.maximum(1, (c / c.mean() * mean).astype(np.int64))
    return counts


def _intervals(rng: np.random.Generator, counts: Ints, horizon: int, *, tail: bool) -> tuple[Ints, Ints]:
    """Start and duration: each entity's intervals lie end to end with gaps and fill the horizon."""
    n = int(counts.sum())
    w = rng.exponential(1, n) + 0.05
    if tail:
        mask = rng.random(n) < 0.002
        w += mask * rng.uniform(5, 60, n)
    g = rng.exponential(0.2, n) + 0.01
    cs = np.cumsum(w + g)
    last = np.cumsum(counts) - 1
    before = np.concatenate([[0.0], cs[last[:-1]]])
    scale = np.repeat(horizon / (cs[last] - before), counts)
    start = ((cs - w - g - np.repeat(before, counts)) * scale).astype(np.int64) + T0
    return start, np.maximum(1, (w * scale).astype(np.int64))


def _subscribers(rng: np.random.Generator, n: int) -> npt.NDArray[np.int32]:
    return rng.integers(0, 1 << 30, n, dtype=np.int32)


def _lease(rng: np.random.Generator, rows: int) -> Assigned:
    """One subscriber per IPv4 address at a time; twenty addresses have very many short leases."""
    n2 = int(rows * 0.96 / 0.8)
    hot_counts = np.full(HOT, max(1, n2 // 500), np.int64)
    counts = np.concatenate([hot_counts, _counts(rng, int(n2 * 0.8 / 50), 50)])
    s, d = _intervals(rng, counts, 90 * DAY, tail=False)
    keys = rng.permutation(len(counts)) * 3 + (10 << 24)
    n = len(s)
    return Assigned(
        np.repeat(keys, counts),
        np.zeros(n, np.int64),
        np.full(n, 65_535, np.int64),
        s,
        s + d,
        _subscribers(rng, n),
        keys[:HOT],
    )


def _cgnat(rng: np.random.Generator, rows: int) -> Assigned:
    """Port blocks of shared IPv4 addresses; a few intervals are very long."""
    ips = max(20, rows // 4740)
    slots = rng.integers(32, 127, ips)
    ip = np.repeat(np.arange(ips), slots)
    slot = np.concatenate([np.arange(count) for count in slots])
    counts = _counts(rng, len(ip), 60)
    s, d = _intervals(rng, counts, 7 * DAY, tail=True)
    low = np.repeat(1024 + 512 * slot, counts)
    keys = ip * 5 + (100 << 24)
    hot = np.arange(HOT) * 5 + (100 << 24)
    return Assigned(np.repeat(keys, counts), low, low + 511, s, s + d, _subscribers(rng, len(s)), hot)


def _v6(rng: np.random.Generator, rows: int) -> Assigned:
    """Delegated prefixes of /56, /60 and /64 that share keys, overlap, and are sometimes open."""
    counts = _counts(rng, rows // 10, 10)
    prefixes = len(counts)
    s, d = _intervals(rng, counts, 180 * DAY, tail=True)
    k56 = (0x20010DB8 << 24) + rng.integers(0, max(1, int(prefixes * 0.7)), prefixes)
    length = rng.choice([56, 60, 64], prefixes, p=[0.6, 0.15, 0.25])
    sub8 = rng.integers(0, 256, prefixes)
    mask = (np.int64(1) << (64 - length)) - 1
    low = ((k56 << 8) | sub8) & ~mask
    n = len(s)
    long = rng.random(n) < 0.05
    mult = rng.integers(1, 20, n)
    d = np.where(long, d * mult, d)
    e = np.where(rng.random(n) < 0.03, OPEN, s + d)
    lo = np.repeat(low, counts)
    hi = lo + np.repeat(mask, counts)
    return Assigned(np.repeat(k56, counts), lo, hi, s, e, _subscribers(rng, n), k56[:HOT])


def _logins(rng: np.random.Generator, regime: str, a: Assigned, m: int) -> pa.Table:
    """Logins: 80 % from a true assignment, 10 % at a random time on its key, 10 % at one on a popular key."""
    n = len(a.s)
    r = rng.integers(0, n, m)
    u = rng.random(m)
    key = a.k[r]
    t = a.s[r] + (rng.random(m) * np.minimum(a.e[r] - a.s[r], 30 * DAY)).astype(np.int64)
    p = a.lo[r] + (rng.random(m) * (a.hi[r] - a.lo[r] + 1)).astype(np.int64)
    popular = u > 0.9
    key[popular] = a.hot[rng.integers(0, HOT, int(popular.sum()))]
    stray = u > 0.8
    t[stray] = rng.integers(T0, int(a.s.max()), int(stray.sum()))
    if regime == "v6":
        p[popular] = (key[popular] << 8) + rng.integers(0, 256, int(popular.sum()))
        ports = pa.array(p)
    else:
        ports = pa.array(p, mask=rng.random(m) < (0.5 if regime == "cgnat" else 0.7))
    return pa.table({"id": np.arange(m), "k": key, "p": ports, "t": t})
