"""Histories of single addresses, each built so that the outcome of an event in it is known beforehand.

The rule behind every span: an event at least `MARGIN` from every edge (hand-over, hole, gap of the log) has the
outcome of what lies around it; an event at most `NEAR` from a hand-over has both holders as candidates. Nothing
is placed in between, and nothing beside the edge of a hole: there one subscriber would match with a part of the
uncertainty uncovered, which is neither `one` nor, in the words of the design, more than one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from random import Random

from fourcorners.samples.values import DAY
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import MARGIN
from fourcorners.samples.values import NEAR
from fourcorners.samples.values import Assignment
from fourcorners.samples.values import Expected
from fourcorners.samples.values import Plot
from fourcorners.samples.values import Span

NOT_COVERED = Expected("not_covered", 0)
NONE = Expected("none", 0)
SEVERAL = Expected("several", 2)

#: No hand-over lies closer than this to a gap, so that the spans beside both stay apart.
_CLEAR = 2 * MARGIN + NEAR
#: Ports of a block, and the first port of the first one.
BLOCK, FIRST_PORT = 512, 1_024


@dataclass(frozen=True, slots=True)
class Ground:
    """What all histories of one carrier share.

    Attributes:
        carrier: its key.
        start: when its assignments begin.
        end: when they end (the last ones stay open).
        silent: when its log covers nothing, with the kind of event that may be placed there.
        people: its subscribers.
    """

    carrier: str
    start: int
    end: int
    silent: tuple[tuple[int, int, str], ...]
    people: tuple[str, ...]

    def cuts(self, rng: Random, low: int, high: int) -> list[int]:
        """Instants of hand-over, `low` to `high` apart, none of them near a silence."""
        found, at = [], self.start
        while (at := at + rng.randint(low, high)) < self.end - low:
            if all(not (a - _CLEAR < at < b + _CLEAR) for a, b, _ in self.silent):
                found.append(at)
        return found

    def audible(self, span: Span) -> Iterator[Span]:
        """The parts of a span in which the log covers every instant of the uncertainty."""
        start = span.start
        for low, high, _ in self.silent:
            if low - MARGIN > start and min(span.end, low - MARGIN) > start:
                yield replace(span, start=start, end=min(span.end, low - MARGIN))
            start = max(start, high + MARGIN)
        if span.end > start:
            yield replace(span, start=start)

    def silences(self, ip: str, port: int | None, *, any_port: bool) -> Iterator[Span]:
        """Events that the log does not cover."""
        for low, high, kind in self.silent:
            if high - low > 2 * MARGIN:
                yield Span(kind, self.carrier, ip, port, low + MARGIN, high - MARGIN, NOT_COVERED, any_port)

    def holders(self, rng: Random, count: int) -> list[str]:
        """So many subscribers, no two neighbours alike."""
        chosen = [rng.choice(self.people)]
        while len(chosen) < count:
            if (person := rng.choice(self.people)) != chosen[-1]:
                chosen.append(person)
        return chosen


def _chain(ip: str, edges: list[int], people: list[str], ports: tuple[int, int] | None = None) -> list[Assignment]:
    low, high = ports or (None, None)
    rows = [
        Assignment(ip, low, high, a, b, who) for (a, b), who in zip(itertools.pairwise(edges), people, strict=True)
    ]
    return [*rows[:-1], replace(rows[-1], end=None)]


def _holding(
    ground: Ground, kind: str, ip: str, port: int | None, edges: list[int], people: list[str]
) -> Iterator[Span]:
    any_port = port is None
    for (a, b), who in zip(itertools.pairwise(edges), people, strict=True):
        whole = Span(kind, ground.carrier, ip, port, a + MARGIN, b - MARGIN, Expected("one", 1, who), any_port)
        yield from ground.audible(whole)
    for at in edges[1:-1]:
        yield Span("hand-over", ground.carrier, ip, port, at - NEAR, at + NEAR, SEVERAL, any_port)


def renewed(rng: Random, rows: Iterable[Assignment], chance: float) -> Iterator[Assignment]:
    """The same holdings as more rows: a renewal begins where the row before it ends, for the same subscriber."""
    for row in rows:
        if row.end is None or row.end - row.start < HOUR or rng.random() > chance:
            yield row
            continue
        at = rng.randint(row.start + MARGIN, row.end - MARGIN)
        yield replace(row, end=at)
        yield replace(row, start=at)


def steady(rng: Random, ground: Ground, ip: str, place: str, kind: str, low: int, high: int) -> Plot:
    """One holder after the other without a hole. `place` is what the table writes: the address or its prefix."""
    edges = [ground.start, *ground.cuts(rng, low, high), ground.end]
    people = ground.holders(rng, len(edges) - 1)
    rows = list(renewed(rng, _chain(place, edges, people), 0.3))
    first = rows[0]
    if first.end is not None:  # a dirty log: the same lease twice, the second time shorter
        rows.insert(1, replace(first, start=(first.start + first.end) // 2))
    spans = [
        *_holding(ground, kind, ip, None, edges, people),
        *ground.silences(ip, None, any_port=True),
    ]
    return Plot(tuple(rows), tuple(spans))


def overlapping(rng: Random, ground: Ground, ip: str, middle: int) -> Plot:
    """Two leases of two subscribers that overlap for some hours: the log contradicts itself."""
    first, second = ground.holders(rng, 2)
    start = middle - rng.randint(6 * HOUR, DAY)
    end = middle + rng.randint(6 * HOUR, DAY)
    rows = (
        Assignment(ip, None, None, ground.start, end, first),
        Assignment(ip, None, None, start, None, second),
    )
    span = Span("overlap", ground.carrier, ip, None, start + MARGIN, end - MARGIN, SEVERAL, any_port=True)
    return Plot(rows, tuple(ground.audible(span)))


def with_hole(rng: Random, ground: Ground, ip: str, place: str, middle: int, *, lossy: bool = False) -> Plot:
    """An address that nobody holds for some days, in a log that covers them.

    `lossy`: rows of the log cannot be read, so that a missing row proves nothing.
    """
    first, second = ground.holders(rng, 2)
    start = middle - rng.randint(DAY, 3 * DAY)
    end = middle + rng.randint(DAY, 3 * DAY)
    rows = (
        Assignment(place, None, None, ground.start, start, first),
        Assignment(place, None, None, end, None, second),
    )
    kind, expected = ("loss", NOT_COVERED) if lossy else ("unassigned", NONE)
    span = Span(kind, ground.carrier, ip, None, start + MARGIN, end - MARGIN, expected, any_port=True)
    return Plot(rows, tuple(ground.audible(span)))


def blocks(rng: Random, ground: Ground, ip: str, count: int, *, with_port: bool, fixed: bool = False) -> Plot:
    """A shared address: `count` subscribers at once, each with a block of ports, all changing together.

    `fixed`: they never change, since who has which block follows from a configuration.

    With ports, an event in a block has one holder and an event in no block has none. Without, the address says
    only how many shared it; with `count` 1 that is still `shared`: the record that came back is one of a kind.
    """
    cuts = [] if fixed else ground.cuts(rng, 12 * HOUR, 3 * DAY)
    edges = [ground.start, *cuts, ground.end]
    rows: list[Assignment] = []
    spans: list[Span] = []
    pools = [ground.people[n::count] for n in range(count)]  # nobody holds two blocks of an address at once
    for n, pool in enumerate(pools):
        low = FIRST_PORT + n * BLOCK
        people = replace(ground, people=pool).holders(rng, len(edges) - 1)
        rows += renewed(rng, _chain(ip, edges, people, (low, low + BLOCK - 1)), 0.1)
        if with_port:
            port = low + rng.randrange(BLOCK)
            spans += _holding(ground, "block", ip, port, edges, people)
            spans += ground.silences(ip, port, any_port=False)
    if with_port:
        free = FIRST_PORT + 100 * BLOCK + rng.randrange(BLOCK)
        whole = Span("no-block", ground.carrier, ip, free, ground.start + MARGIN, ground.end - MARGIN, NONE)
        spans += ground.audible(whole)
    else:
        kind = "shared" if count > 1 else "shared-alone"
        for a, b in itertools.pairwise(edges):
            shared = Expected("shared", count)
            spans += ground.audible(Span(kind, ground.carrier, ip, None, a + MARGIN, b - MARGIN, shared))
    return Plot(tuple(rows), tuple(spans))


def contested(rng: Random, ground: Ground, ip: str) -> tuple[Plot, tuple[Assignment, ...]]:
    """One holder in this carrier's log, another in the second source, both for the whole time."""
    here, there = ground.holders(rng, 2)
    row = Assignment(ip, None, None, ground.start, None, here)
    span = Span(
        "contested", ground.carrier, ip, None, ground.start, ground.end, Expected("contradicted", 2), any_port=True
    )
    return Plot((row,), tuple(ground.audible(span))), (replace(row, subscriber=there),)


def agreed(rng: Random, ground: Ground, ip: str) -> tuple[Plot, tuple[Assignment, ...]]:
    """The same holders in both sources."""
    edges = [ground.start, *ground.cuts(rng, 3 * DAY, 8 * DAY), ground.end]
    people = ground.holders(rng, len(edges) - 1)
    rows = tuple(_chain(ip, edges, people))
    spans = [s for s in _holding(ground, "agreed", ip, None, edges, people) if s.kind == "agreed"]
    return Plot(rows, tuple(spans)), rows
