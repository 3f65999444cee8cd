from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from ipaddress import ip_network
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.attribution.conftest import HALF
from tests.attribution.conftest import NIGHT
from tests.attribution.conftest import Row
from tests.attribution.conftest import Source
from tests.attribution.conftest import World
from tests.attribution.conftest import worlds

from fourcorners.attribution import fragility
from fourcorners.attribution import outcomes
from fourcorners.model import codes
from fourcorners.model.coverage import Coverage
from fourcorners.model.errors import BadInput
from fourcorners.model.identifier import parse_target
from fourcorners.model.instant import MINUTE

ALL = (0, 65535)


def asked_about(coverage: Coverage, ip: str, port: int | None) -> bool:
    return any(
        target.kind != "account"
        and ip_address(ip) in ip_network(target.value)
        and (target.port is None or target.port == port)
        for target in coverage.asked
    )


def covers(coverage: Coverage, login: Row, skew: int) -> bool:
    low, high = login["at"] - skew, login["at"] + skew
    if not coverage.complete or coverage.start is None or coverage.end is None:
        return False
    return (
        asked_about(coverage, login["ip"], login["port"])
        and coverage.start <= low
        and high < coverage.end
        and not any(start <= high and end > low for start, end in coverage.gaps)
    )


def ports(row: Row) -> tuple[int, int]:
    return ALL if row["port_low"] is None else (row["port_low"], row["port_high"])


def on_address(row: Row, ip: str) -> bool:
    network = ip_network(row["ip"])
    return ip_address(ip).version == network.version and ip_address(ip) in network


def holds(row: Row, login: Row, skew: int) -> bool:
    return (
        on_address(row, login["ip"])
        and (login["port"] is None or ":" in login["ip"] or ports(row)[0] <= login["port"] <= ports(row)[1])
        and row["at"] <= login["at"] + skew
        and (row["until"] is None or row["until"] > login["at"] - skew)
    )


def doubted(source: Source, login: Row, skew: int) -> bool:
    return any(holds(row, login, skew) for row in source.doubts)


def judged(world: World, login: Row) -> Row:
    """The rules of `outcomes`, for one login, by looking at everything."""
    t, skew = login["at"], world.skew
    covering = [s for s in world.sources if covers(s.coverage, login, skew) and not doubted(s, login, skew)]
    empty: Row = {"candidates": 0, "subscribers": [], "matches": [], "margin_ns": None, "people": set()}
    found: Row = {"covered_by": [s.name for s in covering], **empty}
    if not covering:
        return {"outcome": "not_covered", **found}
    hits = [(source, row) for source in world.sources for row in source.rows if holds(row, login, skew)]
    if not hits and all(source.coverage.lossy for source in covering):
        return {"outcome": "not_covered", **found, "covered_by": []}
    if not hits:
        return {"outcome": "none", **found}
    found["people"] = {row["subscriber"] or ("unnamed", row["id"]) for _, row in hits}
    found["candidates"] = len(found["people"])
    said = any(s.coverage.shared and asked_about(s.coverage, login["ip"], login["port"]) for s in world.sources)
    ported = any(on_address(row, login["ip"]) and ports(row) != ALL for s in world.sources for row in s.rows)
    if login["port"] is None and (said or ported):
        return {"outcome": "shared", **found}
    if any(source.coverage.shared and ports(row) == ALL for source, row in hits):
        return {"outcome": "shared", **found}
    found["matches"] = [{"source": source.name, "id": row["id"]} for source, row in hits]
    ends = [abs(t - end) for _, row in hits for end in (row["at"], row["until"]) if end is not None]
    found["margin_ns"] = min(ends)
    voices = [{row["subscriber"] for source, row in hits if source is each} - {None} for each in covering]
    voices = [names for names in voices if names]
    if len(voices) > 1 and not set.intersection(*voices):
        return {"outcome": "contradicted", **found}
    mine = [row for source, row in hits if source in covering]
    instants = {t - skew, t + skew} | {end for row in mine if (end := row["until"]) and abs(end - t) <= skew}
    held = all(any(r["at"] <= u and (r["until"] is None or u < r["until"]) for r in mine) for u in instants)
    names = {row["subscriber"] for _, row in hits}
    if len(names) == 1 and None not in names and held:
        return {"outcome": "one", **found, "subscribers": sorted(names)}
    return {"outcome": "several", **found}


def readings(login: Row) -> Iterator[tuple[str, list[Row]]]:
    for number, instants, exists in fragility.other_instants(np.array([login["at"]])):
        yield fragility.VARIANTS[number], [{**login, "at": int(instants[0])}] if exists[0] else []
    yield "one_digit_transposed", [{**login, "ip": ip} for ip in fragility.transpositions(login["ip"])]


def expected(world: World, login: Row) -> Row:
    answer = judged(world, login)
    told: dict[str, str | None] = {}
    for name, others in readings(login):
        marks = set()
        for other in others:
            found = judged(world, other)
            same = (found["outcome"], found["people"]) == (answer["outcome"], answer["people"])
            marks.add("not_covered" if found["outcome"] == "not_covered" else "same" if same else "different")
        told[name] = next((mark for mark in ("different", "same", "not_covered") if mark in marks), None)
    del answer["people"]
    return {"login": login["id"], **answer, "fragility": told}


def attribute(world: World) -> list[dict[str, Any]]:
    table = outcomes.attribute(world.table(), [source.build() for source in world.sources], world.skew)
    return table.to_pylist()  # type: ignore[no-any-return]


@settings(max_examples=60)
@given(worlds())
def test_every_answer_is_the_one_that_the_rules_give_when_everything_is_looked_at(world: World) -> None:
    for found, login in zip(attribute(world), world.logins, strict=True):
        assert found == expected(world, login), login


def less_coverage(coverage: Coverage, how: int) -> Coverage:
    assert coverage.asked
    return [
        replace(coverage, gaps=(*coverage.gaps, (NIGHT, NIGHT + 3 * HALF))),
        replace(coverage, end=None),
        # an end that nobody declared covers nothing: declaring one would be more
        replace(coverage, start=coverage.start and max(coverage.start, NIGHT + 3 * HALF)),
        replace(coverage, complete=False),
        replace(coverage, asked=coverage.asked[1:]),
        replace(coverage, shared=True),
    ][how]


def vaguer(world: World, data: st.DataObject) -> World:
    """The same world with less known about it, in one respect."""
    kind = data.draw(st.sampled_from(["skew", "port", "sealed", "coverage"]))
    if kind == "skew":
        return replace(world, skew=world.skew + data.draw(st.sampled_from([1, MINUTE, HALF, 4 * HALF])))
    if kind == "port":
        return replace(world, logins=[{**login, "port": None} for login in world.logins])
    number = data.draw(st.integers(0, len(world.sources) - 1))
    source = world.sources[number]
    if kind == "coverage":
        how = data.draw(st.integers(0, 5))
        return world.with_source(number, replace(source, coverage=less_coverage(source.coverage, how)))
    sealed = data.draw(st.sampled_from(["A", "B"]))
    rows = [{**row, "subscriber": None} if row["subscriber"] == sealed else row for row in source.rows]
    return world.with_source(number, replace(source, rows=rows))


@settings(max_examples=100)
@given(worlds(), st.data())
def test_more_uncertainty_never_turns_another_outcome_into_one(world: World, data: st.DataObject) -> None:
    before, after = attribute(world), attribute(vaguer(world, data))
    for old, new in zip(before, after, strict=True):
        if new["outcome"] == "one":
            assert (old["outcome"], old["subscribers"]) == ("one", new["subscribers"])


@settings(max_examples=30)
@given(worlds())
def test_nobody_is_named_but_the_one(world: World) -> None:
    for found in attribute(world):
        assert bool(found["subscribers"]) == (found["outcome"] == "one")
        assert found["outcome"] in codes.OUTCOMES
        if found["outcome"] in {"shared", "not_covered", "none"}:
            assert found["matches"] == []


WHOLE = Coverage(NIGHT - 90 * HALF, NIGHT + 90 * HALF, asked=(parse_target("203.0.113.12"),))


def log(name: str, *spans: tuple[float, float | None, str | None], coverage: Coverage = WHOLE) -> Source:
    rows = [
        {
            "id": f"{name}.{n}",
            "ip": "203.0.113.12",
            "port_low": None,
            "port_high": None,
            "at": NIGHT + int(start * HALF),
            "until": None if end is None else NIGHT + int(end * HALF),
            "subscriber": subscriber,
        }
        for n, (start, end, subscriber) in enumerate(spans)
    ]
    return Source(name, rows, coverage)


def outcome_at(half_hours: float, *sources: Source, skew: int = 120, ip: str = "203.0.113.12") -> tuple[str, int]:
    login = {"id": "L", "ip": ip, "port": 4000, "at": NIGHT + int(half_hours * HALF)}
    [found] = attribute(World([login], list(sources), skew * MINUTE // 60))
    return found["outcome"], found["candidates"]


@pytest.mark.parametrize(
    ("at", "skew", "expected"),
    [
        (1, 120, ("one", 1)),
        (2, 120, ("several", 2)),  # the clock reaches over the boundary (M37)
        (2, 0, ("one", 1)),  # half-open: the second subscriber's first instant
        (3, 120, ("one", 1)),  # two leases of one subscriber, end to end
        (5, 120, ("several", 1)),  # nobody holds the address next to her last instant
        (5, 0, ("none", 0)),
        (5.01, 120, ("several", 1)),  # `none` by its own clock: widening must not make it `one`
        (6, 120, ("none", 0)),
        (-91, 120, ("not_covered", 0)),
        (90, 0, ("not_covered", 0)),
    ],
)
def test_boundaries(at: float, skew: int, expected: tuple[str, int]) -> None:
    lease = log("S", (0, 2, "A"), (2, 3, "B"), (3, 5, "B"))
    assert outcome_at(at, lease, skew=skew) == expected


def test_two_logs_that_name_different_subscribers_contradict_each_other() -> None:
    a, b = log("S", (0, 9, "A")), log("T", (0, 9, "B"))
    assert outcome_at(1, a, b) == ("contradicted", 2)
    assert outcome_at(1, a, log("T", (0, 9, "A"))) == ("one", 1)
    assert outcome_at(1, a, log("T")) == ("one", 1)  # silence names nobody
    assert outcome_at(1, a, log("T", (0, 9, None))) == ("several", 2)  # the sealed one may be another
    gone = replace(WHOLE, gaps=((NIGHT, NIGHT + 9 * HALF),))
    assert outcome_at(1, a, log("T", (0, 9, "B"), coverage=gone)) == ("several", 2)
    third = log("U", (0, 9, "A"), coverage=gone)  # one that does not cover cannot settle it
    assert outcome_at(1, a, b, third) == ("contradicted", 2)


def test_a_sealed_subscriber_is_counted_and_never_the_one() -> None:
    assert outcome_at(1, log("S", (0, 9, None))) == ("several", 1)


def test_a_log_that_says_its_addresses_are_shared_needs_ports_in_its_rows() -> None:
    shared = replace(WHOLE, shared=True)
    assert outcome_at(1, log("S", (0, 9, "A"), coverage=shared)) == ("shared", 1)
    ported = log("S", (0, 9, "A"), coverage=shared)
    ported.rows[0].update(port_low=4000, port_high=4095)
    assert outcome_at(1, ported) == ("one", 1)


def test_the_carriers_own_space_is_shared_whatever_a_log_says() -> None:
    inner = replace(WHOLE, asked=(parse_target("100.64.0.9"),))
    lease = log("S", (0, 9, "A"), coverage=inner)
    lease.rows[0]["ip"] = "100.64.0.9"
    login = {"id": "L", "ip": "100.64.0.9", "port": None, "at": NIGHT + HALF}
    assert attribute(World([login], [lease]))[0]["outcome"] == "shared"


def test_an_address_that_nobody_asked_about_is_not_covered_however_many_rows_it_has() -> None:
    other = replace(WHOLE, asked=(parse_target("203.0.113.13"),))
    assert outcome_at(1, log("S", (0, 9, "A"), coverage=other)) == ("not_covered", 0)


def test_a_transposed_digit_that_leads_to_a_known_address_is_told_without_a_name() -> None:
    login = {"id": "L", "ip": "203.0.113.21", "port": None, "at": NIGHT + HALF}
    [found] = attribute(World([login], [log("S", (0, 9, "A"))]))
    assert found["outcome"] == "not_covered"
    assert found["fragility"]["one_digit_transposed"] == "different"


def test_of_several_transposed_addresses_the_one_that_differs_is_told() -> None:
    asked = tuple(map(parse_target, ("203.0.113.12", "203.0.113.21", "203.0.131.12")))
    logs = [
        log(name, (0, 9, who), coverage=replace(WHOLE, asked=asked))
        for name, who in zip("STU", "ABA", strict=True)
    ]
    for each, ip in zip(logs, asked, strict=True):
        each.rows[0]["ip"] = ip.value
    login = {"id": "L", "ip": "203.0.113.12", "port": None, "at": NIGHT + HALF}
    [found] = attribute(World([login], logs))
    assert (found["subscribers"], found["fragility"]["one_digit_transposed"]) == (["A"], "different")


def test_two_notations_of_an_address_have_one_answer() -> None:
    texts = ("203.0.113.12", "::ffff:203.0.113.12", "2001:db8::1", "2001:DB8:0::1")
    logins = [{"id": "L", "ip": ip, "port": None, "at": NIGHT + HALF} for ip in texts]
    one, same, other, likewise = attribute(World(logins, [log("S", (0, 9, "A"))]))
    assert one == same
    assert other == likewise
    assert (one["outcome"], other["outcome"]) == ("one", "not_covered")


def test_the_answer_is_the_same_every_time_and_empty_for_nothing() -> None:
    world = World([{"id": "L", "ip": "203.0.113.12", "port": None, "at": NIGHT}], [log("S", (0, 1, "A"))] * 3)
    assert attribute(world) == attribute(world)
    assert attribute(World([], [log("S")])) == []
    assert attribute(World(world.logins))[0]["outcome"] == "not_covered"


def test_a_login_without_an_address_is_refused() -> None:
    with pytest.raises(BadInput, match="not an address"):
        attribute(World([{"id": "L", "ip": "nowhere", "port": None, "at": 0}], [log("S")]))
