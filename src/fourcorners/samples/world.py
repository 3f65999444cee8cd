"""The truth first: a seeded world of accounts, carriers, subscribers and who held which address when.

Files are rendered from it afterwards. Outcomes are known by construction (`plots`), never by a join, so that a
mistake of the join cannot hide in the truth. Only documentation addresses, 555 numbers and example names.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from zoneinfo import ZoneInfo

from fourcorners.samples import plots
from fourcorners.samples.plots import Ground
from fourcorners.samples.values import DAY
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import Assignment
from fourcorners.samples.values import Carrier
from fourcorners.samples.values import Plot
from fourcorners.samples.values import Span
from fourcorners.samples.values import Window
from fourcorners.samples.values import dice

#: Subscribers of each carrier; a return of more than a hundred might be taken for one out of proportion.
_PEOPLE = 90
_ZONES = ("America/New_York", "America/Chicago", "America/Denver")
_FIRST_NAMES = ("Alder", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Ginkgo", "Hazel")


@dataclass(frozen=True, slots=True)
class Account:
    """A provider account of the world."""

    number: str
    vanity: str
    first: str
    last: str
    phone: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is true.

    Attributes:
        seed: of which it was made.
        target: the account that the instruments are about.
        other: an account that nobody asked about.
        window: the provider instrument's.
        carriers: by key.
        spans: where events of a known outcome can be placed, by kind.
        start: first instant of any event.
        end: end of the last.
    """

    seed: int
    target: Account
    other: Account
    window: Window
    carriers: dict[str, Carrier]
    spans: dict[str, tuple[Span, ...]]
    start: int
    end: int


def build(seed: int, *, fixed_blocks: bool = False) -> World:
    """The world of a seed.

    Args:
        seed: the same seed gives the same world.
        fixed_blocks: who has which ports of a shared address never changes, and follows from a configuration.
    """
    rng = dice(seed, "world")
    window = _window(rng)
    start, end = window.start - 10 * DAY, window.end + 8 * DAY
    people = {
        key: tuple(f"S-{first + n}" for n in range(_PEOPLE))
        for key, first in (("cable", 10_000), ("mobile", 20_000), ("fibre", 30_000), ("hosting", 40_000))
    }
    middle = (window.start + window.end) // 2
    retention = window.start + rng.randint(2 * DAY, 3 * DAY)
    gaps = {
        "cable": _gap(rng, middle - 6 * DAY, 8 * HOUR),
        "mobile": _gap(rng, middle + 6 * DAY, 3 * HOUR),
    }
    before, after = start - DAY, end + DAY
    grounds = {
        "cable": Ground(
            "cable",
            before,
            after,
            ((before - DAY, retention, "retention"), (*gaps["cable"], "gap")),
            people["cable"],
        ),
        "mobile": Ground("mobile", before, after, ((*gaps["mobile"], "gap"),), people["mobile"]),
        "fibre": Ground("fibre", before, after, (), people["fibre"]),
        "hosting": Ground("hosting", before, after, (), people["hosting"]),
    }
    cable, wholesale, unasked = _cable(rng, grounds["cable"], middle)
    made = {
        "cable": cable,
        "mobile": (_fixed if fixed_blocks else _mobile)(rng, grounds["mobile"]),
        "fibre": _fibre(rng, grounds["fibre"], middle),
        "hosting": _hosting(rng, grounds["hosting"], middle),
    }
    kinds = {"cable": "lease", "mobile": "cgnat", "fibre": "prefix", "hosting": "lease"}
    carriers = {
        key: Carrier(
            key,
            f"Example {key.title()}",
            kinds[key],
            (retention if key == "cable" else before, after),
            (gaps[key],) if key in gaps else (),
            tuple(
                row
                for plot in history
                for row in plot.assignments
                if key != "cable" or row.end is None or row.end > retention
            ),
            frozenset(span.ip for plot in history for span in plot.spans),
            key == "hosting",
            unasked if key == "cable" else frozenset(),
        )
        for key, history in made.items()
    }
    carriers["wholesale"] = Carrier(
        "wholesale",
        "Example Wholesale",
        "lease",
        (before, after),
        (),
        tuple(wholesale),
        frozenset(row.ip for row in wholesale),
    )
    no_log = [
        Span("no-log", "", f"192.0.2.{host}", None, start, end, plots.NOT_COVERED, any_port=True)
        for host in range(10, 20)
    ]
    spans: dict[str, list[Span]] = {"no-log": no_log}
    for span in (span for history in made.values() for plot in history for span in plot.spans):
        spans.setdefault(span.kind, []).append(span)
    return World(
        seed,
        *_accounts(rng),
        window,
        carriers,
        {kind: tuple(found) for kind, found in spans.items()},
        start,
        end,
    )


def _window(rng: Random) -> Window:
    zone = rng.choice(_ZONES)
    local = ZoneInfo(zone)
    first = dt.datetime(2026, 2, rng.randint(2, 6), tzinfo=local)
    last = dt.datetime(2026, 3, rng.randint(4, 8), tzinfo=local)
    return Window(
        int(first.timestamp()),
        int(last.timestamp()),
        zone,
        first.strftime("%Y-%m-%dT%H:%M:%S"),
        last.strftime("%Y-%m-%dT%H:%M:%S"),
    )


def _gap(rng: Random, around: int, length: int) -> tuple[int, int]:
    start = around + rng.randint(-DAY, DAY)
    return start, start + length + rng.randint(0, HOUR)


def _accounts(rng: Random) -> tuple[Account, Account]:
    number = 100_000_000_000_000 + rng.randrange(10**12) * 2
    first = rng.sample(_FIRST_NAMES, 2)
    return (
        Account(
            str(number), f"example.{first[0].lower()}", first[0], "Example", f"+1202555{rng.randint(100, 149):04d}"
        ),
        Account(
            str(number + 1),
            f"sample.{first[1].lower()}",
            first[1],
            "Sample",
            f"+1202555{rng.randint(150, 199):04d}",
        ),
    )


def _cable(rng: Random, ground: Ground, middle: int) -> tuple[list[Plot], list[Assignment], frozenset[str]]:
    """Leases; what the second source says about some of them; addresses that the order will leave out."""
    made: list[Plot] = []
    second: list[Assignment] = []
    address = (f"198.51.100.{host}" for host in range(1, 255))
    for _ in range(24):
        ip = next(address)
        made.append(plots.steady(rng, ground, ip, ip, "lease", DAY, 6 * DAY))
    made += [plots.overlapping(rng, ground, next(address), middle) for _ in range(3)]
    for _ in range(3):
        ip = next(address)
        made.append(plots.with_hole(rng, ground, ip, ip, middle))
    for n in range(5):
        make = plots.contested if n < 3 else plots.agreed  # noqa: PLR2004 - three of five
        plot, rows = make(rng, ground, next(address))
        made.append(plot)
        second += rows
    unasked = []
    for _ in range(2):
        unasked.append(next(address))
        plot = plots.steady(rng, ground, unasked[-1], unasked[-1], "lease", DAY, 6 * DAY)
        anywhere = Span(
            "unasked", "cable", unasked[-1], None, ground.start, ground.end, plots.NOT_COVERED, any_port=True
        )
        made.append(Plot(plot.assignments, (anywhere,)))
    for _ in range(12):  # customers whom nobody asked about
        ip = next(address)
        made.append(Plot(plots.steady(rng, ground, ip, ip, "lease", DAY, 6 * DAY).assignments))
    return made, second, frozenset(unasked)


def _mobile(rng: Random, ground: Ground) -> list[Plot]:
    address = (f"203.0.113.{host}" for host in range(1, 255))
    made = [plots.blocks(rng, ground, next(address), rng.randint(4, 6), with_port=True) for _ in range(8)]
    made += [plots.blocks(rng, ground, next(address), rng.randint(3, 9), with_port=False) for _ in range(4)]
    made += [plots.blocks(rng, ground, next(address), 1, with_port=False) for _ in range(2)]
    extra = [plots.blocks(rng, ground, next(address), rng.randint(3, 6), with_port=True) for _ in range(4)]
    return made + [Plot(plot.assignments) for plot in extra]


def _fixed(rng: Random, ground: Ground) -> list[Plot]:
    """As many hosts behind an address as a prefix can name."""
    address = (f"203.0.113.{host}" for host in range(1, 255))

    def made(times: int, counts: tuple[int, ...], *, with_port: bool) -> list[Plot]:
        return [
            plots.blocks(rng, ground, next(address), rng.choice(counts), with_port=with_port, fixed=True)
            for _ in range(times)
        ]

    asked = [
        *made(8, (4, 6), with_port=True),
        *made(4, (4, 6, 8), with_port=False),
        *made(2, (1,), with_port=False),
    ]
    return asked + [Plot(plot.assignments) for plot in made(4, (4, 6, 8), with_port=True)]


def _fibre(rng: Random, ground: Ground, middle: int) -> list[Plot]:
    """Prefixes of /56, /60 and /64; two neighbours within one /56 have different holders."""
    made: list[Plot] = []
    for n in range(24):
        length = (56, 60, 64)[n % 3]
        base = f"2001:db8:f{n:x}:"
        halves = ("100",) if length == 56 else ("110", "120")  # noqa: PLR2004 - a whole delegation
        for half in halves:
            prefix = f"{base}{half}::/{length}"
            ip = f"{base}{half}::{rng.randint(1, 0xFFFF):x}"
            if n >= 21:  # noqa: PLR2004 - the last three
                made.append(plots.with_hole(rng, ground, ip, prefix, middle))
            else:
                made.append(plots.steady(rng, ground, ip, prefix, "prefix", 3 * DAY, 12 * DAY))
    return made


def _hosting(rng: Random, ground: Ground, middle: int) -> list[Plot]:
    """A log of which some rows cannot be read: where it is silent, nobody knows."""
    addresses = [f"192.0.2.{host}" for host in range(40, 43)]
    return [plots.with_hole(rng, ground, ip, ip, middle, lossy=True) for ip in addresses]


def subscriber_name(subscriber: str) -> str:
    """The obviously invented name of a subscriber."""
    return f"Placeholder {_FIRST_NAMES[int(subscriber[2:]) % len(_FIRST_NAMES)]} {subscriber[2:]}"
