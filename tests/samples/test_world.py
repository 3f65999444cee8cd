from __future__ import annotations

from functools import cache
from ipaddress import ip_address
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.model.codes import OUTCOMES
from fourcorners.samples import logins
from fourcorners.samples import world as worlds
from fourcorners.samples.plots import Ground
from fourcorners.samples.plots import with_hole
from fourcorners.samples.values import DAY
from fourcorners.samples.values import MARGIN
from fourcorners.samples.values import NEAR
from fourcorners.samples.values import SKEW
from fourcorners.samples.values import Carrier
from fourcorners.samples.values import Expected
from fourcorners.samples.values import Login
from fourcorners.samples.values import Span
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

SEEDS = st.integers(0, 2**31)
DOCUMENTATION = [ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]


@cache
def within(ip: str, place: str) -> bool:
    return ip_address(ip) in ip_network(place)


def holders(carrier: Carrier, ip: str, port: int | None, low: int, high: int) -> set[str]:
    """Who held the endpoint at any instant of `[low, high]`, row by row."""
    return {
        row.subscriber
        for row in carrier.assignments
        if within(ip, row.ip)
        and (
            port is None or row.port_low is None or row.port_high is None or row.port_low <= port <= row.port_high
        )
        and row.start <= high
        and (row.end is None or row.end > low)
    }


def uncovered(carrier: Carrier, low: int, high: int) -> bool:
    return (
        low < carrier.coverage[0]
        or high >= carrier.coverage[1]
        or any(a <= high and low < b for a, b in carrier.gaps)
    )


def by_counting(world: World, login: Login) -> Expected:
    """The outcome by the words of the design, counted row by row: the oracle of what was built."""
    low, high = login.at - SKEW, login.at + SKEW
    asked = [c for c in world.carriers.values() if login.ip in c.addresses - c.unasked]
    covering = [c for c in asked if not uncovered(c, low, high) and not c.lossy]
    if not covering:
        return Expected("not_covered", 0)
    named = [found for c in covering if (found := holders(c, login.ip, login.port, low, high))]
    everyone = set().union(*named) if named else set()
    if any(c.kind == "cgnat" for c in covering) and login.port is None:
        return Expected("shared", len(everyone))
    if not everyone:
        return Expected("none", 0)
    if len(named) > 1 and any(one != named[0] for one in named):
        return Expected("contradicted", len(everyone))
    if len(everyone) > 1:
        return Expected("several", len(everyone))
    whole = all(holders(covering[0], login.ip, login.port, at, at) == everyone for at in (low, login.at, high))
    assert whole, "one subscriber with a part of the uncertainty uncovered was to be avoided"
    return Expected("one", 1, everyone.pop())


@settings(max_examples=8)
@given(SEEDS)
def test_every_expected_outcome_is_what_a_count_of_the_rows_gives(seed: int) -> None:
    world = worlds.build(seed)
    for login in logins.draw_logins(world, 120):
        assert by_counting(world, login) == login.expected


@settings(max_examples=12)
@given(SEEDS)
def test_every_outcome_and_situation_occurs_in_the_window(seed: int) -> None:
    world = worlds.build(seed)
    drawn = [login for login in logins.draw_logins(world, 40) if world.window.holds(login.at)]
    outcomes = {login.expected.outcome for login in drawn if login.expected}
    assert outcomes == set(OUTCOMES)
    assert set(world.spans) == set(logins.WEIGHTS)
    assert all(world.spans.values())


@settings(max_examples=12)
@given(SEEDS)
def test_the_window_is_met_at_both_ends_and_left_on_both_sides(seed: int) -> None:
    world = worlds.build(seed)
    times = {login.at for login in logins.draw_logins(world, 40)}
    window = world.window
    assert {window.start - 1, window.start, window.end - 1, window.end} <= times


@settings(max_examples=12)
@given(SEEDS)
def test_only_documentation_addresses_and_fictional_numbers(seed: int) -> None:
    world = worlds.build(seed)
    texts = {row.ip for carrier in world.carriers.values() for row in carrier.assignments}
    texts |= {span.ip for spans in world.spans.values() for span in spans}
    for text in texts:
        network = ip_network(text)
        assert any(network.version == d.version and network.subnet_of(d) for d in DOCUMENTATION)  # type: ignore[arg-type]
        assert str(network) == text or str(network.network_address) == text, "canonical text"
    for account in (world.target, world.other):
        assert account.phone.startswith("+12025550")


def test_events_are_newest_first_and_as_many_as_asked() -> None:
    world = worlds.build(3)
    for count in (1, 15, 200):
        drawn = logins.draw_logins(world, count)
        assert len(drawn) == count
        assert [login.at for login in drawn] == sorted((login.at for login in drawn), reverse=True)


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    assert worlds.build(5) == worlds.build(5)
    assert worlds.build(5) != worlds.build(6)


def test_a_silence_cuts_a_span_with_a_margin_on_both_sides() -> None:
    ground = Ground("cable", 0, 10 * DAY, ((2 * DAY, 3 * DAY, "gap"),), ("S-1", "S-2"))
    span = Span("lease", "cable", "192.0.2.1", None, DAY, 5 * DAY, Expected("one", 1, "S-1"))
    assert [(s.start, s.end) for s in ground.audible(span)] == [
        (DAY, 2 * DAY - MARGIN),
        (3 * DAY + MARGIN, 5 * DAY),
    ]
    inside = Span("lease", "cable", "192.0.2.1", None, 2 * DAY, 3 * DAY, Expected("one", 1, "S-1"))
    assert list(ground.audible(inside)) == []


def test_no_event_stands_near_the_edge_of_a_hole() -> None:
    ground = Ground("cable", 0, 30 * DAY, (), ("S-1", "S-2"))
    plot = with_hole(dice(1, "hole"), ground, "192.0.2.1", "192.0.2.1", 15 * DAY)
    first, second = plot.assignments
    assert first.end is not None
    for span in plot.spans:
        assert first.end + SKEW < span.start
        assert span.end + SKEW < second.start


def test_margins_hold_the_skew_apart() -> None:
    assert NEAR < SKEW < MARGIN


def test_the_oracle_bites() -> None:
    world = worlds.build(1)
    wrong = [
        login
        for login in logins.draw_logins(world, 60)
        if by_counting(world, Login(login.at + 40 * DAY, login.ip, login.port, None, None, None)) != login.expected
    ]
    assert wrong


@pytest.mark.parametrize("kind", logins.WEIGHTS)
def test_each_situation_can_be_drawn_by_itself(kind: str) -> None:
    world = worlds.build(8)
    assert {span.kind for span in world.spans[kind]} == {kind}
