"""Events of an account, drawn from the situations of a world."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from fourcorners.samples.values import Login
from fourcorners.samples.values import Span
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

#: What share of the events in the window is of which situation; every situation occurs at least once.
WEIGHTS: dict[str, int] = {
    "lease": 30,
    "block": 18,
    "prefix": 16,
    "agreed": 4,
    "hand-over": 6,
    "overlap": 2,
    "unassigned": 3,
    "no-block": 2,
    "shared": 6,
    "shared-alone": 2,
    "gap": 2,
    "retention": 2,
    "unasked": 2,
    "no-log": 2,
    "loss": 2,
    "contested": 3,
}
_OUTSIDE = 0.12  # of all events lie outside the window
_ACTIONS = ("Login", "Web Session Updated", "Session Terminated", "Login Challenge")
_AGENTS = (
    "ExampleBrowser/12.0 (Desktop; R&D build; en-US)",
    "ExampleBrowser/7.3 (Phone; 'night' <beta>)",
    'ExampleApp/401 [FB;AV "401.0"]',
)


def draw_logins(world: World, count: int) -> list[Login]:
    """`count` events of the target account, newest first.

    The first are one of each situation, then the four around the window's ends; so every outcome occurs from
    about twenty events on.
    """
    rng = dice(world.seed, "logins")
    inside = {kind: _cut(found, world.window.start, world.window.end) for kind, found in world.spans.items()}
    early = [s for found in world.spans.values() for s in _cut(found, world.start, world.window.start)]
    late = [s for found in world.spans.values() for s in _cut(found, world.window.end, world.end)]
    drawn = [_event(rng, rng.choice(inside[kind])) for kind in WEIGHTS]
    drawn += [
        _at(rng, rng.choice(world.spans["no-log"]), at)
        for at in (world.window.start, world.window.end - 1, world.window.start - 1, world.window.end)
    ]
    outside = (early, late)
    kinds = rng.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()), k=max(0, count - len(drawn)))
    for kind in kinds:
        spans = rng.choice(outside) if rng.random() < _OUTSIDE else inside[kind]
        drawn.append(_event(rng, rng.choice(spans)))
    return sorted(drawn[:count], key=lambda login: -login.at)


def other_logins(world: World, count: int) -> list[Login]:
    """Events of the account that nobody asked about, some from the very addresses of the target."""
    rng = dice(world.seed, "others")
    spans = [span for found in world.spans.values() for span in _cut(found, world.window.start, world.window.end)]
    drawn = [_event(rng, rng.choice(spans)) for _ in range(count)]
    return sorted(drawn, key=lambda login: -login.at)


def _cut(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    return [
        replace(s, start=max(s.start, start), end=min(s.end, end))
        for s in spans
        if min(s.end, end) - max(s.start, start) > 0
    ]


def _event(rng: Random, span: Span) -> Login:
    return _at(rng, span, rng.randrange(span.start, span.end))


def _at(rng: Random, span: Span, at: int) -> Login:
    port = span.port
    if span.any_port and rng.random() < 0.4:  # noqa: PLR2004 - some records carry a port
        port = rng.randint(1_024, 65_535)
    action = rng.choice(_ACTIONS) if rng.random() < 0.8 else None  # noqa: PLR2004 - the field may be absent
    agent = rng.choice(_AGENTS) if rng.random() < 0.15 else None  # noqa: PLR2004 - the field is often absent
    return Login(at, span.ip, port, action, agent, span.expected)
