"""What the generated world is made of. Times are whole seconds of Unix time, UTC."""

from __future__ import annotations

import random
from dataclasses import dataclass

MINUTE = 60
HOUR = 3_600
DAY = 86_400

#: The clock uncertainty, each side, at which every expected outcome is stated.
SKEW = 120
#: How far from any edge an event stands whose outcome does not rest on that edge. Well above `SKEW`.
MARGIN = 300
#: How near to a hand-over an event stands that both holders' assignments match. Well below `SKEW`.
NEAR = 90


def dice(seed: int, name: str) -> random.Random:
    """The stream of random numbers for one part of the world, so that parts do not disturb each other."""
    return random.Random(f"{seed}/{name}")  # noqa: S311 - sample data must be repeatable, not secret


@dataclass(frozen=True, slots=True)
class Expected:
    """The outcome of an attribution as the world was built; `subscriber` only for `one`."""

    outcome: str
    candidates: int
    subscriber: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """An address, port block or prefix given to a subscriber for `[start, end)`; no end = still assigned.

    `problem` is set on a row that is spoilt on purpose: the code with which it must be rejected.
    """

    ip: str
    port_low: int | None
    port_high: int | None
    start: int
    end: int | None
    subscriber: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Endpoint and time within which any event has the same expected outcome.

    `kind` names the situation it was built for. `any_port`: the carrier's log has no ports, so the event may
    carry any port or none.
    """

    kind: str
    carrier: str
    ip: str
    port: int | None
    start: int
    end: int
    expected: Expected
    any_port: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """The history of one address, with the events that may be placed in it."""

    assignments: tuple[Assignment, ...]
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Carrier:
    """An access provider and what its log holds.

    Attributes:
        key: `cable`, `mobile`, `fibre`, `hosting` or `wholesale`.
        name: as an instrument names the custodian.
        kind: `lease`, `cgnat` or `prefix`: the columns of its table.
        coverage: what the log covers.
        gaps: where it was down.
        assignments: its rows.
        addresses: of its customers, as far as an event may come from them.
        lossy: some rows of its table cannot be read.
        unasked: those that the instrument leaves out on purpose.
    """

    key: str
    name: str
    kind: str
    coverage: tuple[int, int]
    gaps: tuple[tuple[int, int], ...]
    assignments: tuple[Assignment, ...]
    addresses: frozenset[str]
    lossy: bool = False
    unasked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Window:
    """The instrument's window: `[start, end)` and the local wall-clock texts that the order writes."""

    start: int
    end: int
    zone: str
    start_text: str
    end_text: str

    def holds(self, at: int) -> bool:
        """Whether an event lies in the window."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Login:
    """One event of an account. `expected` is None where no carrier is ever asked (another account's events)."""

    at: int
    ip: str
    port: int | None
    action: str | None
    agent: str | None
    expected: Expected | None
