"""Port blocks: every event a row, and what all events together say of a block."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import SECOND
from fourcorners.model.records import FOREVER
from fourcorners.model.records import Reading
from fourcorners.readers.archive import Member
from fourcorners.readers.logs import cgnat
from fourcorners.readers.logs.cgnat import juniper
from fourcorners.readers.logs.cgnat.cisco import Cisco
from fourcorners.readers.logs.cgnat.juniper import Juniper
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.mapping import parse_log_mapping
from fourcorners.readers.logs.reader import LogReader
from fourcorners.readers.parts import joined
from fourcorners.readers.table.zones import parse_zone

SAID = Said(None, "declared by tester", None, "inside address")
Log = Juniper | Cisco


def time(second: int) -> str:
    return dt.datetime.fromtimestamp(second, dt.UTC).isoformat()


def line(second: int, action: str, inside: str = "100.64.0.1", ports: str = "1024-1535") -> str:
    return (
        f"{time(second)} <158>2026-03-04 09:00:00: nat1{{S}}[jservices-nat]: "
        f"JSERVICES_NAT_PORT_BLOCK_{action}: {inside} -> 203.0.113.7:{ports} 0x5a\n"
    )


def message(second: int, *events: tuple[str, str]) -> str:
    said = "".join(f"[Userbased{kind} - {inside} vrf1 - 203.0.113.7 - 1024 1535 - -]" for kind, inside in events)
    return f"<134>1 {time(second)} nat2 - - NAT44 - {said}\n"


def read(text: str, log: Log = cgnat.JUNIPER, said: Said = SAID) -> Reading:
    """A reading that has passed both checks of an intake."""
    data = text.encode()
    reading = joined(log.parts(data, said))
    mapping = parse_log_mapping(f'format = "{log.name}"\n'.encode(), "m")
    intake.check(reading, Member("", data, "", len(data)), LogReader(mapping, "tester"))
    return reading


def rows(reading: Reading) -> list[dict[str, Any]]:
    return [row for batch in reading.batches for row in batch.rows.to_pylist()]


def held(*texts: str, log: Log = cgnat.JUNIPER, lossy: bool = True) -> list[tuple[int | None, ...]]:
    """Seconds from, until and lost until, of every row of the files."""
    spans = []
    related = log.relate([[read(text, log)] for text in texts], lossy=lossy)
    for row in (row for readings in related for reading in readings for row in rows(reading)):
        times = [row[name] for name in ("held_from", "held_until", "lost_until")]
        spans.append(tuple(t if t in {None, FOREVER} else t // SECOND for t in times))
    return spans


def test_a_block_is_held_from_its_allocation_to_its_release() -> None:
    assert held(line(1_000, "ALLOC") + line(5_000, "RELEASE")) == [(1_000, 5_000, None)] * 2
    assert held(line(5_000, "RELEASE"), line(1_000, "ALLOC")) == [(1_000, 5_000, None)] * 2


def test_a_missing_release_is_a_doubt_until_the_next_customer() -> None:
    text = line(1_000, "ALLOC") + line(7_000, "ALLOC", "100.64.0.2") + line(9_000, "RELEASE", "100.64.0.2")
    assert held(text) == [(1_000, 1_000, 7_000), (7_000, 9_000, None), (7_000, 9_000, None)]


def test_a_missing_allocation_is_a_doubt_since_the_event_before() -> None:
    assert held(line(5_000, "RELEASE")) == [(0, 0, 5_000)]
    text = line(1_000, "ALLOC") + line(3_000, "RELEASE") + line(9_000, "RELEASE", "100.64.0.2")
    assert held(text)[2] == (3_000, 3_000, 9_000)


def test_the_end_of_a_log_that_may_lack_lines_is_a_doubt() -> None:
    assert held(line(1_000, "ALLOC")) == [(1_000, 1_000, FOREVER)]
    assert held(line(1_000, "ALLOC"), lossy=False) == [(1_000, None, None)]


def test_a_block_that_is_logged_again_goes_on() -> None:
    text = line(1_000, "ALLOC") + line(3_000, "ALLOC") + line(5_000, "RELEASE")
    assert held(text) == [(1_000, 3_000, None), (3_000, 5_000, None), (3_000, 5_000, None)]


def test_blocks_of_one_address_do_not_touch_each_other() -> None:
    text = line(1_000, "ALLOC") + line(2_000, "ALLOC", "100.64.0.2", "1536-2047") + line(5_000, "RELEASE")
    assert held(text)[0] == (1_000, 5_000, None)


def test_many_events_in_one_message() -> None:
    text = message(1_000, ("A", "100.64.0.1"), ("W", "100.64.0.9")) + message(5_000, ("W", "100.64.0.1"))
    found = held(text, log=cgnat.CISCO)
    assert found[0] == found[2] == (1_000, 5_000, None)
    reading = read(text, cgnat.CISCO)
    assert [row["server"] for row in rows(reading)] == ["nat2"] * 3
    assert reading.boilerplate == 2


def test_the_collector_decides_against_the_device_and_the_device_needs_a_zone() -> None:
    [row] = rows(read(line(1_772_586_000, "ALLOC")))
    assert (row["at"], row["zone_basis"]) == (1_772_586_000 * SECOND, "stated")
    alone = line(0, "ALLOC").partition(" ")[2]
    [row] = rows(read(alone))
    assert (row["at"], row["at_text"], row["zone_basis"]) == (None, "2026-03-04 09:00:00", None)
    [row] = rows(read(alone, said=replace(SAID, zone=parse_zone("UTC"))))
    assert (row["zone_basis"], row["at"] is None) == ("declared by tester", False)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("203.0.113.7", "203.0.113.700", "BAD_ADDRESS"),
        ("1024-1535", "1535-1024", "BAD_PORT"),
        ("1024-1535", "1024-70000", "BAD_PORT"),
        ("1024-1535", "1024", "BROKEN_VALUE"),
        ("100.64.0.1 ->", "->", "BROKEN_VALUE"),
        ("ALLOC", "ALLOCATED", "BROKEN_VALUE"),
        (time(1_000), "1970-13-01T00:16:40+00:00", "BAD_TIME"),
    ],
)
def test_what_has_not_its_shape_is_rejected(old: str, new: str, problem: str) -> None:
    text = line(500, "ALLOC") + line(1_000, "ALLOC").replace(old, new)
    assert [row["problem"] for row in rows(read(text))] == [None, problem]


def test_lines_of_other_kinds_are_counted_by_their_names() -> None:
    text = line(500, "ALLOC") + "x JSERVICES_NAT_RULE_MATCH: proto 17\n\nsomething else\r\n"
    found = {each.path: each.texts for each in read(text).unclassified}
    assert found == {"JSERVICES_NAT_RULE_MATCH": 1, "line of another kind": 1}
    text = message(500, ("A", "100.64.0.1")) + f"<1>1 {time(9)} nat2 - - NAT44 - [SessionbasedA tcp 1 2 3]\n"
    assert {each.path: each.texts for each in read(text, cgnat.CISCO).unclassified} == {"event > SessionbasedA": 1}


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(5)))
def test_the_order_of_files_says_nothing(order: list[int]) -> None:
    parts = [
        line(1_000, "ALLOC"),
        line(3_000, "RELEASE"),
        line(4_000, "ALLOC", "100.64.0.2"),
        line(6_000, "RELEASE", "100.64.0.3"),
        line(7_000, "ALLOC", "100.64.0.2"),
    ]
    expected = held(*parts)
    assert held(*[parts[n] for n in order]) == [expected[n] for n in order]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(["ALLOC", "RELEASE"]), st.sampled_from("123")),
        min_size=1,
        max_size=12,
        unique_by=lambda event: event[0],
    )
)
def test_nothing_certain_touches_another_customer_s_event(events: list[tuple[int, str, str]]) -> None:
    """Whatever is missing: no instant is certain for two, and each is bounded by its customer's own events."""
    spans = held("".join(line(100 * second, action, f"100.64.0.{who}") for second, action, who in events))
    certain = [
        (who, start or 0, stop or 0)
        for (_, _, who), (start, stop, _) in zip(events, spans, strict=True)
        if stop != start
    ]
    own = {(100 * second, who) for second, _, who in events}
    for who, start, stop in certain:
        assert (start, who) in own
        assert (stop, who) in own
        assert not any(other != who and a < stop and start < b for other, a, b in certain)


@pytest.mark.parametrize(
    ("log", "text"),
    [
        (cgnat.JUNIPER, line(1_000, "ALLOC") + line(5_000, "RELEASE")),
        (
            cgnat.CISCO,
            message(1_000, ("A", "100.64.0.1"), ("A", "100.64.0.2")) + message(5_000, ("W", "100.64.0.1")),
        ),
    ],
)
def test_no_cut_and_no_damage_gives_a_block_to_another_customer(log: Log, text: str) -> None:
    names = ("ip", "port_low", "port_high", "at", "until", "subscriber")
    true = {tuple(row[name] for name in names) for row in rows(read(text, log))}
    rng = random.Random(5)
    texts = [text[:cut] for cut in range(1, len(text))]
    for _ in range(700):
        at = rng.randrange(len(text))
        texts.append(text[:at] + rng.choice([" ", "\n", "[", "]", "->", ":", "x"]) + text[at + rng.randrange(2) :])
    read_anyway = 0
    for each in texts:
        try:
            found = [row for row in rows(read(each, log)) if row["problem"] is None]
        except BadInput:
            continue
        read_anyway += 1
        for row in found:
            told = tuple(row[name] for name in names)
            undated = row["zone_basis"] is None and {(*one[:3], None, None, one[5]) for one in true}
            assert told in true or (undated and told in undated), each
    assert read_anyway > 300


def lose_a_row(patch: pytest.MonkeyPatch) -> None:
    whole = Juniper._rows
    patch.setattr(Juniper, "_rows", staticmethod(lambda *args: whole(*args).slice(1)))


def move_a_value(patch: pytest.MonkeyPatch) -> None:
    whole = juniper.rows  # type: ignore[attr-defined]

    def moved(extents: Any, fields: dict[str, Any], *more: Any) -> Any:
        ip = fields["ip"]
        return whole(extents, {**fields, "ip": replace(ip, starts=ip.starts + 1)}, *more)

    patch.setattr(juniper, "rows", moved)


@pytest.mark.parametrize(("fault", "code"), [(lose_a_row, "CONSERVATION"), (move_a_value, "LOCATOR")])
def test_a_reader_that_loses_something_is_caught(
    fault: Callable[[pytest.MonkeyPatch], None], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = line(1_000, "ALLOC") + line(5_000, "RELEASE")
    read(text)
    fault(monkeypatch)
    with pytest.raises(BadInput) as caught:
        read(text)
    assert caught.value.code == code
