"""Kea's legal log: lines of the default text, zones by abbreviation, and what all lines tell of an address."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import MINUTE
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339
from fourcorners.model.records import FOREVER
from fourcorners.model.records import Reading
from fourcorners.readers.archive import Member
from fourcorners.readers.logs import kea
from fourcorners.readers.logs import lines
from fourcorners.readers.logs.kea import holdings
from fourcorners.readers.logs.kea import legal_lines
from fourcorners.readers.logs.kea.abbreviations import read_named
from fourcorners.readers.logs.kea.device import client_of
from fourcorners.readers.logs.kea.device import identifiers
from fourcorners.readers.logs.kea.durations import read_durations
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.mapping import parse_log_mapping
from fourcorners.readers.logs.reader import LogReader
from fourcorners.readers.parts import joined
from fourcorners.readers.table.zones import parse_zone

SAID = Said(parse_zone("Europe/Berlin"), "declared by tester", None, "client-id")
BEGIN = dt.datetime(2026, 3, 4, 12, tzinfo=ZoneInfo("Europe/Berlin"))
MIDDAY = round(BEGIN.timestamp()) * SECOND
NAMES = {"A": "aa:01", "B": "bb:02"}


def time(minute: int) -> str:
    return f"{BEGIN + dt.timedelta(minutes=minute):%Y-%m-%d %H:%M:%S %Z}"


def device(client: str = "A", more: str = "") -> str:
    return f"hardware address: hwtype=1 00:00:5e:00:53:{NAMES[client][:2]}, client-id: {NAMES[client]}{more}"


def gives(minute: int, lasts: str = "1 hrs 0 mins 0 secs", client: str = "A", ip: str = "192.0.2.7") -> str:
    return f"{time(minute)} Address: {ip} has been assigned for {lasts} to a device with {device(client)}\n"


def ends(minute: int, client: str = "A", ip: str = "192.0.2.7") -> str:
    return f"{time(minute)} Address: {ip} has been released from a device with {device(client)}\n"


def command(minute: int, what: str, client: str | None = None, who: str = "Administrator") -> str:
    told = {"added": "a lease of", "updated": "information on the lease of", "deleted": "the lease for"}[what]
    to = f" to a device with {device(client).replace('hwtype=1 ', '')} for 1 hrs 0 mins 0 secs" if client else ""
    return f"{time(minute)} {who} {what} {told} address: 192.0.2.7{to}\n"


def read_anew(text: str, said: Said = SAID) -> Reading:
    """A reading that has passed both checks of an intake."""
    data = text.encode()
    reading = joined(kea.LEGAL_LOG.parts(data, said))
    mapping = b'format = "kea-legal-log"\nsubscriber = "client-id"\n'
    intake.check(reading, Member("", data, "", len(data)), LogReader(parse_log_mapping(mapping, "m"), "tester"))
    return reading


read = cache(read_anew)


def rows(reading: Reading) -> list[dict[str, Any]]:
    return [row for batch in reading.batches for row in batch.rows.to_pylist()]


Spans = list[tuple[int | None, ...]]


def held(*texts: str, said: Said = SAID) -> Spans:
    """Minutes from, until and lost until, of every row of the files."""
    related = kea.LEGAL_LOG.relate([[read(text, said)] for text in texts], lossy=True)
    spans = []
    for row in (row for [reading] in related for row in rows(reading)):
        times = [row[name] for name in ("held_from", "held_until", "lost_until")]
        spans.append(tuple(t if t in {None, FOREVER, 0} else (t - MIDDAY) // MINUTE for t in times))
    return spans


NOTHING = (None, None, None)


def test_a_lease_holds_as_long_as_its_line_says() -> None:
    assert held(gives(0)) == [(0, 60, None)]
    assert held(gives(0, "infinite duration")) == [(0, None, None)]
    [row] = rows(read(gives(0, "1 days 2 hrs 0 mins 5 secs")))
    assert (row["at"], row["at_text"], row["zone_basis"]) == (MIDDAY, time(0), "declared by tester")
    assert (row["until"], row["until_text"]) == (MIDDAY + 93_605 * SECOND, "1 days 2 hrs 0 mins 5 secs")
    assert (row["ip"], row["action"], row["subscriber"]) == ("192.0.2.7", "assigned", "aa:01")


def test_a_renewal_or_a_release_ends_what_was_before() -> None:
    assert held(gives(0), gives(30)) == [(0, 30, None), (30, 90, None)]
    assert held(gives(0), gives(30).replace("assigned", "renewed")) == [(0, 30, None), (30, 90, None)]
    assert held(gives(0), ends(30)) == [(0, 30, None), NOTHING]
    assert held(gives(0), ends(30), gives(30, client="B")) == [(0, 30, None), NOTHING, (30, 90, None)]


def test_a_renewal_that_lacks_what_names_the_customer_is_known_by_its_device() -> None:
    relay = " connected via relay at address: 192.0.2.33, identified by circuit-id: 00:05"
    said = replace(SAID, subscriber="circuit-id")
    text = gives(0).replace("\n", f"{relay}\n") + gives(30)
    assert held(text, said=said) == [(0, 30, None), (30, 90, None)]
    assert [row["subscriber"] for row in rows(read(text, said))] == ["00:05", None]


def test_another_client_before_the_end_means_that_a_release_is_missing() -> None:
    assert held(gives(0), gives(30, client="B")) == [(0, 0, 30), (30, 90, None)]
    assert held(gives(0), ends(30, client="B")) == [(0, 0, 30), NOTHING]


def test_a_release_by_somebody_who_had_nothing_is_a_doubt_since_the_last_that_is_known() -> None:
    assert held(ends(30)) == [(0, 0, 30)]
    assert held(gives(0, "0 hrs 10 mins 0 secs"), ends(30)) == [(0, 10, None), (10, 10, 30)]
    assert held(gives(0, "0 hrs 10 mins 0 secs"), ends(30, client="B")) == [(0, 10, None), (10, 10, 30)]


@pytest.mark.parametrize("who", ["Administrator", "HA partner"])
def test_a_command_gives_no_name_and_nobody_knows_until_the_next_client(who: str) -> None:
    for what in ("added", "updated"):
        told = command(30, what, "B", who)
        assert held(told) == [(30, 30, FOREVER)]
        assert held(gives(0), told, gives(50, client="B")) == [(0, 0, 50), (30, 30, 50), (50, 110, None)]
        [row] = rows(read(told))
        assert (row["subscriber"], row["action"], row["until_text"]) == (None, f"{who} {what}", None)


def test_a_command_that_names_the_device_which_has_the_lease_only_says_that_it_may_last_longer() -> None:
    told = command(30, "updated", "A", "HA partner")
    assert held(gives(0), told) == [(0, 60, None), (60, 60, FOREVER)]
    assert held(gives(0), told, gives(50)) == [(0, 50, None), NOTHING, (50, 110, None)]
    assert held(gives(0), told, gives(90, client="B")) == [(0, 60, None), (60, 60, 90), (90, 150, None)]


def test_a_deleted_lease_held_until_then() -> None:
    assert held(gives(0), command(30, "deleted")) == [(0, 30, 60), NOTHING]
    assert held(gives(0), command(30, "deleted"), gives(40, client="B"))[0] == (0, 0, 40)
    assert held(gives(0), ends(20), command(30, "deleted")) == [(0, 20, None), NOTHING, (20, 20, 30)]
    assert held(command(30, "deleted")) == [(0, 0, 30)]


def test_a_deleted_prefix_is_told_without_its_length() -> None:
    lease = f"{time(0)} Prefix: 2001:db8:0:100::/56 has been assigned for 1 hrs to a device with DUID: aa:01\n"
    told = f"{time(30)} Administrator deleted the lease for address: 2001:db8:0:100::\n"
    assert held(lease, told) == [(0, 30, 60), NOTHING]


def test_a_lease_that_is_deleted_by_its_device_names_no_address() -> None:
    told = (
        f"{time(30)} Administrator deleted a lease for a device identified by: hw-address of 00:00:5e:00:53:aa\n"
    )
    assert [row["problem"] for row in rows(read(gives(0) + told))] == [None, "MISSING_ADDRESS"]


def test_a_line_that_cannot_be_read_takes_the_certainty_away() -> None:
    for broken in (ends(30).replace("released", "returned"), gives(30, "1 hour", "B")):
        assert held(gives(0) + broken) == [(0, 0, 60), NOTHING]
        assert held(gives(0) + gives(20) + broken) == [(0, 20, None), (20, 20, 80), NOTHING]
        assert held(gives(0) + broken + gives(70)) == [(0, 0, 60), NOTHING, (70, 130, None)]
    undated = ends(30).replace("2026-03-04 12:30", "2026-03-04 25:30")
    assert held(gives(0), gives(100, client="B"), gives(200) + undated)[0] == (0, 0, 60)
    assert held(gives(0, ip="192.0.2.8") + undated)[0] == (0, 60, None)


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(7)))
def test_the_order_of_files_says_nothing(order: list[int]) -> None:
    parts = [
        gives(0),
        ends(20),
        gives(20, client="B"),
        command(25, "updated", "B", "HA partner"),
        gives(50, client="B"),
        command(60, "deleted"),
        ends(200),
    ]
    expected = held(*parts)
    assert held(*[parts[n] for n in order]) == [expected[n] for n in order]


EVENTS = st.tuples(
    st.integers(0, 7), st.sampled_from(["gives", "ends", "added", "updated", "deleted"]), st.sampled_from("AB")
)


@settings(max_examples=100, deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=10))
def test_nothing_certain_touches_another_line(events: list[tuple[int, str, str]]) -> None:
    """Whatever is told: what is certain begins at its own line, and no line of another client lies within."""

    def line(minute: int, what: str, client: str) -> str:
        plain = {"gives": gives(10 * minute, client=client), "ends": ends(10 * minute, client)}
        return plain.get(what) or command(10 * minute, what, None if what == "deleted" else client)

    spans = held(*(line(*event) for event in events))
    for (minute, what, client), (start, stop, _) in zip(events, spans, strict=True):
        if start is None or start == stop:
            continue
        assert (what, start) == ("gives", 10 * minute)
        assert stop is not None
        assert stop <= start + 60
        for other, told, another in events:
            inside = start < 10 * other < stop
            assert not inside or (client == another and told in {"added", "updated"})


@pytest.mark.parametrize(
    ("name", "clock", "zone", "expected"),
    [
        ("CET", "2026-01-06 01:02:03", "Europe/Berlin", "2026-01-06T00:02:03Z"),
        ("CEST", "2026-07-06 01:02:03", "Europe/Berlin", "2026-07-05T23:02:03Z"),
        ("CET", "2026-07-06 01:02:03", "Europe/Berlin", None),  # it was summer
        ("CEST", "2026-10-25 02:30:00", "Europe/Berlin", "2026-10-25T00:30:00Z"),  # the hour that comes twice
        ("CET", "2026-10-25 02:30:00", "Europe/Berlin", "2026-10-25T01:30:00Z"),
        ("CEST", "2026-10-25 03:00:00", "Europe/Berlin", None),
        ("CET", "2026-03-29 02:30:00", "Europe/Berlin", None),  # the hour that never came
        ("CEST", "2026-03-29 02:30:00", "Europe/Berlin", None),
        ("CET", "2026-01-06 01:02:03", "Europe/London", None),
        ("CST", "2026-01-06 01:02:03", "America/Chicago", "2026-01-06T07:02:03Z"),
        ("CST", "2026-01-06 01:02:03", "Asia/Shanghai", "2026-01-05T17:02:03Z"),
        ("+1030", "2026-04-05 01:45:00", "Australia/Lord_Howe", "2026-04-04T15:15:00Z"),  # half an hour twice
        ("+11", "2026-04-05 01:45:00", "Australia/Lord_Howe", "2026-04-04T14:45:00Z"),
        ("+1030", "2026-04-05 01:15:00", "Australia/Lord_Howe", None),
        ("-03", "2026-01-06 01:02:03", "America/Sao_Paulo", "2026-01-06T04:02:03Z"),
        ("UTC", "2026-01-06 01:02:03", "UTC", "2026-01-06T01:02:03Z"),
        ("CET", "2026-01-06 01:02:03", "UTC", None),
        ("CET", "2026-01-06 01:02:03", "+01:00", None),  # an offset has no letters of its own
        ("+01", "2026-01-06 01:02:03", "+01:00", "2026-01-06T00:02:03Z"),
        ("-0330", "2026-01-06 01:02:03", "-03:30", "2026-01-06T04:32:03Z"),
    ],
)
def test_the_abbreviation_must_be_the_declared_zone_s_own(
    name: str, clock: str, zone: str, expected: str | None
) -> None:
    times, disagrees = read_named(pa.array([clock, "x"]), pa.array([name, ""]), parse_zone(zone))
    assert disagrees.tolist() == [expected is None, False]
    assert (rfc3339(int(times.ns[0])) if times.known[0] else None) == expected
    line = gives(0).replace(time(0), f"{clock} {name}")
    if expected is None:
        with pytest.raises(BadInput) as caught:
            read(line, replace(SAID, zone=parse_zone(zone)))
        assert caught.value.code == "NO_TIME"
    else:
        [row] = rows(read(line, replace(SAID, zone=parse_zone(zone))))
        assert (rfc3339(row["at"]), row["at_text"], row["problem"]) == (expected, f"{clock} {name}", None)


def test_every_hour_of_a_year_reads_as_it_was_written() -> None:
    for name in ("Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"):
        zone = ZoneInfo(name)
        instants = [1_767_225_600 + 1_800 * n for n in range(2 * 24 * 366)]
        local = [dt.datetime.fromtimestamp(at, zone) for at in instants]
        clocks = pa.array([f"{each:%Y-%m-%d %H:%M:%S}" for each in local])
        times, disagrees = read_named(clocks, pa.array([each.tzname() for each in local]), parse_zone(name))
        assert times.known.all()
        assert not disagrees.any()
        assert (times.ns // SECOND).tolist() == instants


def test_a_time_waits_for_its_zone_and_one_line_that_disagrees_is_rejected() -> None:
    [row] = rows(kea.LEGAL_LOG.relate([[read(gives(0), replace(SAID, zone=None))]], lossy=True)[0][0])
    assert (row["at"], row["until"], row["zone_basis"], row["held_from"]) == (None, None, None, None)
    text = gives(0) + gives(30).replace("CET", "EST")
    assert [row["problem"] for row in rows(read(text))] == [None, "ZONE_DISAGREES"]


def test_who_declared_another_zone_is_told_what_the_lines_name_and_not_to_declare_it_again() -> None:
    text = gives(0).replace("CET", "EST") + gives(30).replace("CET", "EDT")
    with pytest.raises(BadInput) as caught:
        read(text)
    assert caught.value.what == "no line names the zone that was declared (Europe/Berlin); the lines name EDT, EST"
    assert "Europe/Berlin" not in caught.value.next_step
    assert "America/New_York" in caught.value.next_step
    many = "".join(gives(n).replace("CET", name) for n, name in enumerate(("EST", "CST", "MST", "PST", "HST")))
    with pytest.raises(BadInput) as caught:
        read(many)
    assert caught.value.what.endswith("declared (Europe/Berlin)")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1 hrs 52 min 15 secs", 6_735),
        ("0 hrs 0 mins 0 secs", 0),
        ("2 days 0 hrs 0 mins 1 secs", 172_801),
        ("15 secs", 15),
        ("3 days", 259_200),
        ("2 hrs 5 secs", 7_205),
        ("", None),
        ("infinite duration", None),
        ("6735 seconds", None),
        ("1 mins 1 hrs", None),
        ("1 hrs 1 hrs", None),
        ("1 hrs 60 mins", None),
        ("1  hrs", None),
        (" 1 hrs", None),
    ],
)
def test_lengths_have_parts_in_their_order_and_some_may_be_missing(text: str, seconds: int | None) -> None:
    found, good = read_durations(pa.array([text, "1 secs"]))
    assert (int(found[0]) if good[0] else None) == seconds
    assert (found[1], good[1]) == (1, True)


FULL4 = (
    "hardware address: hwtype=1 08:00:2b:02:3f:4e, client-id: 17:34:e2:ff:09:92:54 connected via relay at "
    "address: 192.0.2.33, identified by circuit-id: 68:6f:77:64:79 (howdy) and remote-id: 87:f6:79:77:ef and "
    'subscriber-id: 31:29:20:28:32 (1) (2), context: { "a": "remote-id: 00:11" }'
)
FULL6 = (
    "DUID: 17:34:e2:ff and hardware address: hwtype=1 08:00:2b:02:3f:4e (from Raw Socket) connected via relay at "
    "address: fe80::abcd for client on link address: 2001:db8::1, hop count: 1, identified by remote-id: 01:02:03 "
    "and subscriber-id: 1a:2b:3c, connected at location interface-id: 72:65 (re)"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            FULL4,
            {
                "hwaddr": "08:00:2b:02:3f:4e",
                "client-id": "17:34:e2:ff:09:92:54",
                "circuit-id": "68:6f:77:64:79",
                "remote-id": "87:f6:79:77:ef",
                "subscriber-id": "31:29:20:28:32",
            },
        ),
        (
            FULL6,
            {
                "duid": "17:34:e2:ff",
                "hwaddr": "08:00:2b:02:3f:4e",
                "remote-id": "01:02:03",
                "subscriber-id": "1a:2b:3c",
                "interface-id": "72:65",
            },
        ),
        ("hardware address: hwtype=1 ", {}),
        ("hardware address: hwtype=1 aa:bb, connected via relay at address: 192.0.2.33", {"hwaddr": "aa:bb"}),
        ("DUID: 00:01", {"duid": "00:01"}),
        ("DUID: 00:0", None),
        ("DUID: ", None),
        ("hardware address: hwtype=1 aa:bb, client-id: 68:69 (ho)", None),  # not what the bytes say
        ("hardware address: hwtype=1 aa:bb, circuit-id: 68:69", None),  # as a custom format may write it
        ("hardware address: hwtype=1 aa:bb and more", None),
        (FULL6.replace("subscriber-id", "remote-id"), None),
        (FULL4.replace("hwtype=1 ", ""), None),
    ],
)
def test_identifiers_stand_under_their_own_words(text: str, expected: dict[str, str] | None) -> None:
    found = identifiers(text)
    shown = None if found is None else {name: text[start:end] for name, (start, end) in found.items()}
    assert shown == expected


def test_a_customer_cannot_be_somebody_else_by_what_he_calls_his_device() -> None:
    """Printed bytes may hold the words of another field; a line is read by how many bytes there are."""
    rng = random.Random(6)
    pieces = [
        ")",
        " (",
        "and remote-id: 61",
        ", identified by circuit-id: 61:62 (ab",
        "x",
        ', context: {"',
        "}",
        " ",
    ]
    for _ in range(2_000):
        said = "".join(rng.choices(pieces, k=rng.randint(1, 6)))
        said += rng.choice(["", " connected via relay at address: 192.0.2.9, identified by remote-id: 62"])
        text = f"hardware address: hwtype=1 aa:bb, client-id: {said.encode().hex(':')} ({said})"
        relay = rng.choice(
            ["", " connected via relay at address: 192.0.2.33, identified by remote-id: 31:32 (12)"]
        )
        found = identifiers(text + relay)
        assert found is not None
        shown = {name: (text + relay)[start:end] for name, (start, end) in found.items()}
        expected = {"hwaddr": "aa:bb", "client-id": said.encode().hex(":")}
        assert shown == (expected | {"remote-id": "31:32"} if relay else expected)


def test_a_device_is_the_same_in_the_line_of_a_client_and_of_a_command() -> None:
    assert client_of(FULL4) == client_of(
        "hardware address: 08:00:2b:02:3f:4e, client-id: 17:34:e2:ff:09:92:54 for 1"
    )
    assert client_of(FULL6) == client_of("DUID: 17:34:e2:ff, hardware address: 08:00:2b:02:3f:4e")
    assert client_of(FULL4) != client_of("hardware address: 08:00:2b:02:3f:4e")
    assert client_of("hw-address of 08:00:2b:02:3f:4e") is None


@pytest.mark.parametrize("name", ["hwaddr", "client-id", "circuit-id", "remote-id", "subscriber-id"])
def test_of_a_device_only_what_names_the_customer_is_a_field(name: str) -> None:
    line = f"{time(0)} Address: 192.0.2.7 has been assigned for 1 hrs to a device with {FULL4}\n"
    reading = read(line, replace(SAID, subscriber=name))
    [row] = rows(reading)
    start, end = identifiers(FULL4)[name]  # type: ignore[index]
    assert row["subscriber"] == FULL4[start:end]
    left = bytearray(line.encode())
    holes = reading.holes.to_pylist()
    for first, last in reversed(list(zip(holes[::2], holes[1::2], strict=True))):
        del left[first:last]
    assert left.decode() == line.replace(FULL4, row["subscriber"])


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("192.0.2.7", "192.0.2.700", "BAD_ADDRESS"),
        ("192.0.2.7", "192.0.2.0/24", "BAD_ADDRESS"),
        ("Address: 192.0.2.7", "Prefix: 192.0.2.7", "BAD_ADDRESS"),
        ("192.0.2.7", "2001:db8::7", "UNKNOWN_TEXT"),  # a device of IPv4
        ("2026-03-04", "2026-02-30", "BAD_TIME"),
        ("assigned for", "assigned from", "UNKNOWN_TEXT"),
        ("1 hrs 0 mins 0 secs", "3600 seconds", "UNKNOWN_TEXT"),
        (", client-id: aa:01", ", client-id: aa:0", "UNKNOWN_TEXT"),
        (" to a device", ", to a device", "UNKNOWN_TEXT"),
    ],
)
def test_what_has_not_its_shape_is_rejected(old: str, new: str, problem: str) -> None:
    text = gives(0, ip="192.0.2.1") + gives(10).replace(old, new, 1)
    assert [row["problem"] for row in rows(read(text))] == [None, problem]


@pytest.mark.parametrize(("old", "new"), [("2026-03-04 12", "04/Mar/2026 12"), (" CET", ""), ("2026", "202")])
def test_a_line_without_a_time_may_be_the_rest_of_the_one_before_it(old: str, new: str) -> None:
    text = gives(0) + gives(5) + gives(10).replace(old, new, 1) + gives(20)
    assert [row["problem"] for row in rows(read(text))] == [None, "BROKEN_VALUE", "UNKNOWN_TEXT", None]


def test_a_line_that_goes_on_in_the_next_one_is_of_another_format() -> None:
    """Both are rejected, also where the second one alone looks like the default text."""
    text = gives(0) + gives(10).replace("CET ", "CET-") + gives(20) + gives(30)
    expected = [None, "UNKNOWN_TEXT", "UNKNOWN_TEXT", None]
    assert [row["problem"] for row in rows(read(text))] == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", 10)
        assert [row["problem"] for row in rows(read_anew(text))] == expected


@pytest.mark.parametrize(
    "text",
    [
        gives(0).replace("1 hrs 0 mins 0 secs", "3600 seconds"),
        f"{time(0)}-first line\n{time(0)} second line\n",
        gives(0).replace(time(0), "[04/Mar/2026:12:00:00]"),
    ],
)
def test_a_log_in_another_format_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(text)
    assert caught.value.code == "LOG"
    assert "request-parser-format" in caught.value.why


def test_what_is_recognised() -> None:
    assert kea.LEGAL_LOG.detect("x", gives(0).encode())
    assert kea.LEGAL_LOG.detect("x", command(0, "deleted").encode())
    assert not kea.LEGAL_LOG.detect(
        "x", b"2026-03-04 12:00:00.123 INFO  [kea-dhcp4.leases] DHCP4_LEASE_ALLOC lease\n"
    )


def test_a_cut_anywhere_loses_lines_and_changes_none() -> None:
    first, second = gives(-90) + gives(0), gives(40, client="B")
    _, whole = rows(read(first))
    for cut in (*range(1, 30), *range(30, len(second) - 30, 9), *range(len(second) - 30, len(second))):
        _, one, rest = rows(read(first + second[:cut]))
        torn = cut < len(f"{time(40)} ")
        assert rest["problem"] == "TRUNCATED_ROW"
        assert one | {"problem": None} == whole
        assert one["problem"] == ("BROKEN_VALUE" if torn else None)


def damaged(rng: random.Random, text: str) -> str:
    """A line moved, doubled or removed, two joined, words renamed or moved, a character put anywhere."""
    parts = text.splitlines(keepends=True)
    at = rng.randrange(len(parts))
    kind = rng.randrange(8)
    if kind == 0:
        parts.insert(rng.randrange(len(parts)), parts.pop(at))
    elif kind == 1:
        parts.insert(rng.randrange(len(parts)), parts[at])
    elif kind == 2:
        del parts[at]
    elif kind == 3:
        parts[at] = parts[at].rstrip("\n") + rng.choice(["", " ", ", "])
    elif kind == 4:
        word = rng.choice(
            ["Address", "assigned", "released", "hrs", "client-id", "device", "relay", "CET", "hwtype"]
        )
        parts[at] = parts[at].replace(word, rng.choice(["renamed", "", f"{word}x"]), 1)
    elif kind == 5:
        words = parts[at].split(" ")
        words.insert(rng.randrange(len(words)), words.pop(rng.randrange(len(words))))
        parts[at] = " ".join(words)
    elif kind == 6:
        parts[at] = parts[at][: rng.randrange(len(parts[at]))]  # its end is lost, and the next line joins it
    else:
        place = rng.randrange(len(parts[at]))
        parts[at] = parts[at][:place] + rng.choice(list(' \n:-,()x;"{')) + parts[at][place + rng.randrange(2) :]
    return "".join(parts)


def test_no_damage_gives_an_address_to_another_customer() -> None:
    """Rejected, refused or unaffected: what comes out of a line stood together in one line of the log."""
    rng = random.Random(8)
    parts = []
    for n in range(1, 7):
        client, ip = "AB"[n % 2], f"192.0.2.{n}"
        parts += [gives(7 * n, f"{n} hrs 10 mins 5 secs", client, ip), ends(7 * n + 3, client, ip)]
    text = "".join(parts) + command(80, "updated", "B")
    names = ("ip", "at", "until", "action", "subscriber")
    true = {tuple(row[name] for name in names) for row in rows(read(text))}
    between = gives(500, ip="192.0.2.99")  # reading all mutants as one log is the same, and quicker
    mutants = [damaged(rng, text).rstrip("\n") + "\n" for _ in range(1_500)]
    found = rows(read(between.join(mutants)))
    good = {tuple(row[name] for name in names) for row in found if row["problem"] is None}
    assert good - true == {tuple(rows(read(between))[0][name] for name in names)}
    rejected = {row["problem"] for row in found}
    assert {"UNKNOWN_TEXT", "BROKEN_VALUE", "BAD_ADDRESS", "ZONE_DISAGREES"} <= rejected
    assert len(found) > 15_000


def test_a_line_that_is_torn_apart_is_no_line() -> None:
    """What is left of an identifier could be another customer's."""
    text = gives(0) + gives(10).replace("aa:01", "aa\n:01") + gives(20)
    expected = [None, "BROKEN_VALUE", "UNKNOWN_TEXT", None]
    assert [row["problem"] for row in rows(read(text))] == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", 10)
        assert [row["problem"] for row in rows(read_anew(text.replace("aa\n", "aa\n \n")))] == expected


def test_two_lines_whose_end_was_lost_between_them_are_rejected() -> None:
    context = ', context: { "a": 1 }'
    text = gives(0) + gives(10).replace("\n", context[:-3]) + gives(20).replace("\n", f"{context}\n")
    assert [row["problem"] for row in rows(read(text))] == [None, "UNKNOWN_TEXT"]


def lose_a_row(patch: pytest.MonkeyPatch) -> None:
    whole = legal_lines._rows
    patch.setattr(legal_lines, "_rows", lambda *args: whole(*args).slice(1))


def move_a_value(patch: pytest.MonkeyPatch) -> None:
    whole = legal_lines._customers

    def moved(*args: Any) -> Any:
        column, good = whole(*args)
        return replace(column, starts=column.starts + 1), good

    patch.setattr(legal_lines, "_customers", moved)


@pytest.mark.parametrize(("fault", "code"), [(lose_a_row, "CONSERVATION"), (move_a_value, "LOCATOR")])
def test_a_reader_that_loses_something_is_caught(
    fault: Callable[[pytest.MonkeyPatch], None], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = gives(0) + gives(20)
    read_anew(text)
    fault(monkeypatch)
    with pytest.raises(BadInput) as caught:
        read_anew(text)
    assert caught.value.code == code


@pytest.mark.parametrize("kind", ["undated", "unread", "added", "updated", "deleted"])
def test_lines_of_one_address_are_not_each_held_against_every_lease(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each lease is doubted a constant number of times, however many lines there are, also within one second."""
    size, kept, keep = 40, [], holdings._Lease.keep
    given = "".join(gives(0).replace("aa:01", f"aa:{n:02x}") for n in range(size))
    if kind == "undated":
        lines = gives(1).replace(" CET ", " EST ") * size
    elif kind == "unread":
        lines = gives(1, "some time") * size
    else:
        lines = command(1, kind) * size

    def counted(lease: holdings._Lease, until: int) -> None:
        kept.append(lease)
        keep(lease, until)

    monkeypatch.setattr(holdings._Lease, "keep", counted)
    held(given + lines)
    assert size <= len(kept) <= 2 * size
