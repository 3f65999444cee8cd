"""Carrier logs: leases, port blocks behind a shared address, delegated IPv6 prefixes, and the verdict of each row.

A log holds more than was asked: rows about other addresses, rows outside the window, rows that cannot be read.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from functools import cache
from ipaddress import IPv6Address
from ipaddress import IPv6Network
from random import Random

from fourcorners.samples.spelling import zulu
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import Assignment
from fourcorners.samples.values import Carrier
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

_SPOILT_FROM = 40  # rows; a smaller table has none that cannot be read


@dataclass(frozen=True, slots=True)
class Asked:
    """What a carrier's instrument asks: endpoints, and a window one day wider on each side than the provider's."""

    endpoints: Mapping[str, frozenset[int | None]]  # address -> ports; None among them: any port
    start: int
    end: int

    def reason(self, row: Assignment) -> str | None:
        """Why a row is sealed, None where it is released: account first, then window."""
        if not self._names(row):
            return "OUTSIDE_ACCOUNT"
        if row.start >= self.end or (row.end is not None and row.end <= self.start):
            return "OUTSIDE_DATE_RANGE"
        return None

    def _names(self, row: Assignment) -> bool:
        if "/" in row.ip:
            return any(_within(ip, row.ip) for ip in self.endpoints)
        ports = self.endpoints.get(row.ip, frozenset())
        if row.port_low is None or row.port_high is None:
            return bool(ports)
        return any(port is None or row.port_low <= port <= row.port_high for port in ports)


@cache
def _within(ip: str, prefix: str) -> bool:
    return ":" in ip and IPv6Address(ip) in IPv6Network(prefix)


def asked(world: World, carrier: Carrier, endpoints: Collection[tuple[str, int | None]]) -> Asked:
    """The scope of a carrier's instrument that names these endpoints."""
    ports: dict[str, set[int | None]] = {}
    for ip, port in endpoints:
        ports.setdefault(ip, set()).add(port if carrier.kind == "cgnat" else None)
    named = {ip: frozenset(found) for ip, found in sorted(ports.items())}
    return Asked(named, world.window.start - DAY, world.window.end + DAY)


def table_rows(world: World, carrier: Carrier, scope: Asked, count: int = 0) -> list[Assignment]:
    """The rows of a carrier's table in the order of their start.

    Args:
        world: the truth.
        carrier: whose table.
        scope: what its instrument asks.
        count: how many rows exactly, 0 for what the world holds. More are renewals of holdings that were asked
            about (two thirds), and leases at addresses that nobody asked about. Such a table also holds rows that
            cannot be read; of those of a case, only the lossy carrier's, since a lost row leaves nothing covered.
    """
    rng = dice(world.seed, f"table/{carrier.key}")
    spoilt = _spoilt(carrier) if (count > _SPOILT_FROM if count else carrier.lossy) else []
    rows = list(carrier.assignments)
    if count:
        inside = [row for row in rows if scope.reason(row) is None]
        times = count * 2 // 3 // len(inside)
        rows = [part for row in inside for part in _renewals(row, times, world.end)]
        rows += [row for row in carrier.assignments if scope.reason(row) is not None]
        missing = count - len(rows) - len(spoilt)
        rows += [_unasked(rng, carrier, world, n) for n in range(max(0, missing))]
        rows = rng.sample(rows, count - len(spoilt))
    rows.sort(key=lambda row: row.start)
    for n, row in enumerate(spoilt):
        rows.insert((n + 1) * len(rows) // (len(spoilt) + 1), row)
    return rows


def _renewals(row: Assignment, times: int, until: int) -> Iterator[Assignment]:
    end = row.end or until
    step = max(2, (end - row.start) // max(1, times))
    at = row.start
    while at + 2 * step <= end:
        yield replace(row, start=at, end=at + step)
        at += step
    yield replace(row, start=at)


def _unasked(rng: Random, carrier: Carrier, world: World, n: int) -> Assignment:
    """A lease at an address where no event ever comes from."""
    if carrier.kind == "prefix":
        ip = f"2001:db8:e{n % 4096:03x}:100::/56"
    else:
        ip = f"{'203.0.113' if carrier.kind == 'cgnat' else '198.51.100'}.{100 + n % 150}"
    model = carrier.assignments[rng.randrange(len(carrier.assignments))]
    start = rng.randrange(world.start, world.end)
    return replace(model, ip=ip, start=start, end=start + rng.randint(HOUR, DAY))


def _spoilt(carrier: Carrier) -> list[Assignment]:
    model = replace(carrier.assignments[0], end=carrier.assignments[0].start + DAY)
    made = [
        replace(model, end=model.start - HOUR, problem="BAD_INTERVAL"),
        replace(model, ip="198.51.100.256", problem="BAD_ADDRESS"),
        replace(model, ip="", problem="MISSING_ADDRESS"),
    ]
    if model.port_high is not None:
        made.append(replace(model, port_high=70_000, problem="BAD_PORT"))
    return made


def row_truth(row: Assignment, scope: Asked) -> Row:
    """What must become of a row: rejected, sealed or released."""
    if row.problem is not None:
        return Row("assignment", "rejected", row.problem, (None,) * 6)
    reason = scope.reason(row)
    until = None if row.end is None else zulu(row.end)
    values = (row.ip, row.port_low, row.port_high, zulu(row.start), until, row.subscriber)
    return Row("assignment", "sealed" if reason else "released", reason, values)
