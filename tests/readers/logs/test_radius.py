"""Detail files: every entry a row, and what all entries together say of a session."""

from __future__ import annotations

import random
import re
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
from fourcorners.readers.logs import radius
from fourcorners.readers.logs import sheet
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.mapping import parse_log_mapping
from fourcorners.readers.logs.radius import detail
from fourcorners.readers.logs.reader import LogReader
from fourcorners.readers.parts import joined

SAID = Said(None, "declared by tester", None, "User-Name")
NAS = "192.0.2.251"


def entry(
    status: str, time: int, ip: str = "198.51.100.7", session: str = "s1", user: str = "A", **more: object
) -> str:
    lines = [f"Acct-Status-Type = {status}", f"NAS-IP-Address = {NAS}", f"Timestamp = {time}"]
    if not status.startswith("Accounting"):
        lines += [f'Acct-Session-Id = "{session}"', f'User-Name = "{user}"', f"Framed-IP-Address = {ip}"]
    lines += [f"{name.replace('_', '-')} = {value}" for name, value in more.items()]
    return "Wed Mar  4 01:00:00 2026\n" + "".join(f"\t{line}\n" for line in lines) + "\n"


def stop(time: int, length: int, **more: Any) -> str:
    return entry("Stop", time, Acct_Session_Time=length, **more)


def read(text: str) -> Reading:
    """A reading that has passed both checks of an intake."""
    data = text.encode()
    reading = joined(radius.DETAIL.parts(data, SAID))
    mapping = parse_log_mapping(b'format = "radius-detail"\nsubscriber = "User-Name"\n', "m")
    intake.check(reading, Member("", data, "", len(data)), LogReader(mapping, "tester"))
    return reading


def rows(reading: Reading) -> list[dict[str, Any]]:
    return [row for batch in reading.batches for row in batch.rows.to_pylist()]


def held(*texts: str) -> list[tuple[int | None, ...]]:
    """Seconds from, until and lost until, of every row of the files."""
    spans = []
    for row in (
        row
        for [reading] in radius.DETAIL.relate([[read(text)] for text in texts], lossy=True)
        for row in rows(reading)
    ):
        times = [row[name] for name in ("held_from", "held_until", "lost_until")]
        spans.append(tuple(t if t in {None, FOREVER} else t // SECOND for t in times))
    return spans


def test_a_start_and_a_stop_are_one_session_whatever_the_order_of_the_files() -> None:
    assert held(entry("Start", 1_000) + stop(4_600, 3_600)) == [(1_000, 4_600, None)] * 2
    assert held(stop(4_600, 3_600), entry("Start", 1_000)) == [(1_000, 4_600, None)] * 2


def test_a_delay_is_taken_off_what_was_received() -> None:
    text = entry("Start", 1_040, Acct_Delay_Time=40) + stop(4_603, 3_600, Acct_Delay_Time=3)
    assert held(text) == [(1_000, 4_600, None)] * 2
    assert [row["at_text"] or row["until_text"] for row in rows(read(text))] == ["1040", "4603"]


def test_the_timestamp_decides_against_the_date_above() -> None:
    [row] = rows(read(entry("Start", 1_772_586_000)))
    assert (row["at_text"], row["zone_basis"], row["problem"]) == ("1772586000", "stated", None)


def test_a_missing_stop_is_a_doubt_from_the_last_sign_of_life() -> None:
    assert held(entry("Start", 1_000)) == [(1_000, 1_000, FOREVER)]
    update = entry("Interim-Update", 2_000, Acct_Session_Time=1_000)
    assert held(entry("Start", 1_000) + update) == [(1_000, 2_000, FOREVER)] * 2
    later = entry("Start", 9_000, session="s2", user="B")
    assert held(entry("Start", 1_000) + update + later)[:2] == [(1_000, 2_000, 9_000)] * 2


def test_a_restart_ends_every_session_at_an_unknown_time() -> None:
    text = (
        entry("Start", 1_000)
        + entry("Accounting-On", 5_000)
        + entry("Start", 9_000, ip="198.51.100.8", session="s2")
    )
    assert held(text) == [(1_000, 1_000, 5_000), (9_000, 9_000, FOREVER)]
    other = entry("Accounting-On", 5_000).replace(NAS, "192.0.2.252")
    assert held(entry("Start", 1_000) + other) == [(1_000, 1_000, FOREVER)]


def test_an_update_without_a_start_tells_it_by_its_length() -> None:
    assert (
        held(entry("Interim-Update", 2_000, Acct_Session_Time=1_000) + stop(3_000, 2_000))
        == [(1_000, 3_000, None)] * 2
    )


def test_where_nothing_tells_the_start_all_before_is_a_doubt() -> None:
    assert held(entry("Stop", 3_000)) == [(0, 0, 3_000)]
    assert held(entry("Start", 1_000) + entry("Stop", 3_000)) == [(1_000, 3_000, None)] * 2


def test_an_id_that_comes_again_is_another_session() -> None:
    text = (
        entry("Start", 1_000) + stop(2_000, 1_000) + entry("Start", 5_000, user="B") + stop(6_000, 1_000, user="B")
    )
    assert held(text) == [(1_000, 2_000, None)] * 2 + [(5_000, 6_000, None)] * 2
    conflicting = entry("Start", 1_000) + entry("Start", 5_000)
    assert held(conflicting) == [(1_000, 1_000, 5_000), (5_000, 5_000, FOREVER)]


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(5)))
def test_the_order_of_files_says_nothing(order: list[int]) -> None:
    parts = [
        entry("Start", 1_000),
        stop(2_000, 1_000),
        entry("Start", 5_000, user="B"),
        entry("Interim-Update", 6_000, user="B", Acct_Session_Time=1_000),
        entry("Start", 8_000, session="s2", user="C"),
    ]
    expected = held(*parts)
    assert held(*[parts[n] for n in order]) == [expected[n] for n in order]


def test_an_attribute_of_a_later_version_of_the_server() -> None:
    assert (
        held(entry("::Start", 1_000) + stop(2_000, 1_000).replace("= Stop", ":= ::Stop"))
        == [(1_000, 2_000, None)] * 2
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("198.51.100.7", "198.51.100.700", "BAD_ADDRESS"),
        ("Timestamp = 1000", "Timestamp = x", "BAD_TIME"),
        ("Timestamp", "Event-Time", "MISSING_TIME"),
        ("Framed-IP-Address", "Framed-IP", "MISSING_ADDRESS"),
        ("Acct-Status-Type = Start", "Acct-Status-Type = 77", "MISSING_FIELD"),
        ("Acct-Session-Id", "Acct-Session", "MISSING_FIELD"),
    ],
)
def test_what_has_not_its_shape_is_rejected(old: str, new: str, problem: str) -> None:
    text = entry("Start", 9_000, session="s2") + entry("Start", 1_000).replace(old, new)
    assert [row["problem"] for row in rows(read(text))] == [None, problem]


def test_an_entry_that_says_a_field_twice_is_no_row() -> None:
    twice = entry("Start", 1_000).replace("\tUser-Name", "\tFramed-IP-Address = 198.51.100.9\n\tUser-Name")
    reading = read(entry("Start", 9_000) + twice)
    assert len(rows(reading)) == 1
    assert [(each.path, each.texts) for each in reading.unclassified] == [("entry that is no attribute list", 8)]


def test_a_cut_at_any_byte_is_refused_or_loses_nothing() -> None:
    text = entry("Start", 1_000) + stop(2_000, 1_000)
    whole = {(row["ip"], row["at_text"], row["until_text"], row["subscriber"]) for row in rows(read(text))}
    for cut in range(1, len(text) - 1):
        try:
            found = [row for row in rows(read(text[:cut])) if row["problem"] is None]
        except BadInput:
            continue
        for row in found:
            assert (row["ip"], row["at_text"], row["until_text"], row["subscriber"]) in whole, text[:cut]


def damaged(rng: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    kind = rng.randrange(5)
    if kind == 0:
        lines.insert(rng.randrange(len(lines)), lines.pop(at))
    elif kind == 1:
        lines[at] = lines[at].replace("-", "_", 1)
    elif kind == 2:
        del lines[at]
    elif kind == 3:
        lines = lines[: at + 1]
    else:
        place = rng.randrange(len(lines[at]))
        lines[at] = lines[at][:place] + rng.choice('\n"') + lines[at][place:]
    return "".join(lines)


def test_no_damage_gives_an_address_to_another_customer() -> None:
    """Every pair of address and customer, and every instant of an address, is one that the file had."""
    rng = random.Random(6)
    text = "".join(
        entry("Start", n * 1_000, ip=f"198.51.100.{n}", session=f"s{n}", user=f"U{n}")
        + stop(n * 1_000 + 500, 500, ip=f"198.51.100.{n}", session=f"s{n}", user=f"U{n}")
        for n in range(1, 8)
    )
    counts = {"refused": 0, "less": 0, "same": 0}
    size = len(rows(read(text)))
    for _ in range(1_000):
        try:
            found = [row for row in rows(read(damaged(rng, text))) if row["problem"] is None]
        except BadInput:
            counts["refused"] += 1
            continue
        counts["same" if len(found) == size else "less"] += 1
        for row in found:
            number = row["ip"].rpartition(".")[2]
            assert row["subscriber"] in {f"U{number}", None}
            assert (row["at_text"] or row["until_text"]) in {f"{number}000", f"{number}500"}
    assert counts["less"] > 100
    assert counts["same"] > 100


def lose_a_row(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(detail, "batch_of", lambda found, *args: sheet.batch_of(found[1:], *args))


def merge_two(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(detail, "_ENTRY", re.compile(detail._ENTRY.pattern + rb"(?:\n.*\n(?:\t.*\n)+)?", re.MULTILINE))


def move_a_value(patch: pytest.MonkeyPatch) -> None:
    whole = detail._attributes
    patch.setattr(
        detail, "_attributes", lambda e: {name: replace(p, start=p.start + 1) for name, p in whole(e).items()}
    )


@pytest.mark.parametrize(
    ("fault", "code"), [(lose_a_row, "CONSERVATION"), (merge_two, "CONSERVATION"), (move_a_value, "LOCATOR")]
)
def test_a_reader_that_loses_something_is_caught(
    fault: Callable[[pytest.MonkeyPatch], None], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = entry("Start", 1_000) + stop(2_000, 1_000) + entry("Start", 3_000)
    read(text)
    fault(monkeypatch)
    with pytest.raises(BadInput) as caught:
        read(text)
    assert caught.value.code == code
