from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.casework.sessions import Sighting
from fourcorners.casework.sessions import device_name
from fourcorners.casework.sessions import group
from fourcorners.casework.sessions import networks
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339
from fourcorners.report.access import Network
from fourcorners.report.contents import NetworkLine
from fourcorners.report.contents import NetworkNaming

IPS = (
    "192.0.2.1",
    "192.0.2.9",
    "198.51.100.4",
    "2001:db8:0:100::1",
    "2001:db8:0:1ff::2",
    "2001:db8:0:200::1",
    None,
)
AGENTS = ("A", "B (iPhone; x)", "<b>", None)
NAMED = NetworkNaming("t", "2026-03-01", "n", (NetworkLine("198.51.100.4", "AS64496", "Example Cable", "ZZ"),))


@st.composite
def sightings(draw: st.DrawFn) -> Sighting:
    at = draw(st.integers(0, 40)) * SECOND
    length = draw(st.none() | st.integers(-3, 9))
    until = None if length is None else at + length * SECOND
    return Sighting(
        ip=draw(st.sampled_from(IPS)),
        port=draw(st.none() | st.integers(1, 65_535)),
        at=at,
        until=until,
        at_text=f"at {at}",
        until_text="" if until is None else f"until {until}",
        precision=SECOND,
        zoned=draw(st.booleans()),
        action=draw(st.sampled_from(("Login", None))),
        agent=draw(st.sampled_from(AGENTS)),
        file=draw(st.sampled_from(("a.json", "b.json"))),
    )


@given(st.lists(sightings(), max_size=30), st.randoms(use_true_random=False))
def test_sessions_are_the_distinct_pairs_of_network_and_device(rows: list[Sighting], rng: random.Random) -> None:
    network_of = networks(NAMED, {row.ip for row in rows if row.ip})
    found = group(rows, network_of)

    def key(row: Sighting) -> tuple[Network | None, str | None]:
        return network_of[row.ip] if row.ip else None, row.agent

    assert len(found) == len({(each.network, each.agent) for each in found}) == len({key(row) for row in rows})
    assert sum(each.times for each in found) == len(rows)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    for each in found:
        mine = [row for row in rows if key(row) == (each.network, each.agent)]
        begin, end = min(row.at for row in mine), max(max(row.at, row.until or 0) for row in mine)
        assert each.first.text == f"at {begin}"
        assert each.last.text in {f"at {end}", f"until {end}"}
        assert each.first.utc in {None, rfc3339(begin)}
        assert each.last.utc in {None, rfc3339(end)}
        assert {address.ip for address in each.addresses} == {row.ip for row in mine} - {None}
        assert sum(address.times for address in each.addresses) == sum(row.ip is not None for row in mine)
        earlier = [row for row in rows if row.at < begin]
        if each.network is not None:
            assert each.network_not_seen_before == all(key(row)[0] != each.network for row in earlier)
        if each.agent is not None:
            assert each.device_not_seen_before == all(row.agent != each.agent for row in earlier)
    shuffled = rng.sample(rows, len(rows))
    same = {(each.network, each.agent, each.first.text, each.times) for each in group(shuffled, network_of)}
    assert same == {(each.network, each.agent, each.first.text, each.times) for each in found}


@given(st.lists(sightings(), min_size=1, max_size=30))
def test_a_time_without_a_zone_gets_none(rows: list[Sighting]) -> None:
    bare = [row._replace(zoned=False) for row in rows]
    for each in group(bare, networks(NAMED, {row.ip for row in rows if row.ip})):
        assert each.first.at is each.last.at is None
        assert all(address.first.utc is address.last.utc is None for address in each.addresses)


def test_an_address_in_no_table_stands_for_those_that_begin_alike() -> None:
    found = networks(NAMED, ["198.51.100.4", "198.51.100.5", "2001:db8:0:1ff::2"])
    assert found["198.51.100.4"] == Network("Example Cable", "AS64496", "ZZ")
    assert found["198.51.100.5"] == Network("198.51.100.0/24")
    assert found["2001:db8:0:1ff::2"] == Network("2001:db8:0:100::/56")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", "iPhone"),
        ("Instagram 331.0 (iPhone14,5; iOS 17_5; en_US)", "iPhone"),
        ("[FBAN/FBIOS;FBDV/iPhone14,5;FBMD/iPhone]", "iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X)", "iPad"),
        ("Mozilla/5.0 (Linux; Android 14; X) Chrome/126 Mobile", "Android"),
        ("Instagram 27.0 Android (24/7.0; 640dpi)", "Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Windows"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)", "Chromebook"),
        ("Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft)", ""),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One)", ""),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", ""),
        ("Mozilla/5.0 (X11; Linux x86_64)", ""),
        ("myiPhone", ""),
        ("iphone", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_device_has_a_plain_name_only_where_it_leaves_no_doubt(agent: str | None, name: str) -> None:
    assert device_name(agent) == name
