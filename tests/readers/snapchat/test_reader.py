"""Snapchat's files of several sections, against values that the test knows and against damage."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.readers.checked import attempt
from tests.readers.checked import keys
from tests.readers.checked import read
from tests.readers.checked import rows_of

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Reading
from fourcorners.readers.archive import Member
from fourcorners.readers.snapchat import READER
from fourcorners.readers.snapchat import reader as module
from fourcorners.samples.make import make

LEGEND = '"What this is,\nand more of it"\n'
RULE = "=" * 30 + "\n"
HEADER = "ip,first_seen,last_seen,asn\n"
ROW = "192.0.2.7,2026-04-11 04:02:00 UTC,2026-04-12 04:02:00 UTC,canary\n"
OLD = "IP,first seen time,last seen time\n192.0.2.8,Wed Aug 19 12:00:00 UTC 2026,Thu Aug 20 12:00:00 UTC 2026\n"


def section(*lines: str) -> str:
    return LEGEND + RULE + "".join(lines)


def seen(data: str) -> list[tuple[Any, ...]]:
    rows = rows_of(read(READER, data.encode()), "seen")
    return [(row["ip"], row["at_text"], row["until_text"], row["problem"]) for row in rows]


def test_several_sections_are_read_by_their_labels_in_either_notation_of_time() -> None:
    data = (section(HEADER, ROW, ROW) + "\n" + section(OLD)).encode()
    assert READER.detect("any.csv", data)
    rows = rows_of(read(READER, data))
    assert {row["family"] for row in rows} == {"seen"}
    assert [(row["ip"], row["at"], row["until"], row["zone_basis"]) for row in rows] == [
        ("192.0.2.7", 1_775_880_120_000_000_000, 1_775_966_520_000_000_000, "stated"),
        ("192.0.2.7", 1_775_880_120_000_000_000, 1_775_966_520_000_000_000, "stated"),
        ("192.0.2.8", 1_787_140_800_000_000_000, 1_787_227_200_000_000_000, "stated"),
    ]
    reading = READER.read(data)
    assert {item.path: item.texts for item in reading.unclassified} == {"first and last seen > asn": 2}
    holes = reading.holes.to_pylist()
    assert [data[a:b] for a, b in zip(holes[::2], holes[1::2], strict=True)] == [b"canary"] * 2


def test_columns_may_stand_in_any_order() -> None:
    shuffled = "last_seen_time,x,ip_address,first_seen_time\n"
    shuffled += "2026-04-12 04:02:00 UTC,,2001:db8::1,2026-04-11 04:02:00 UTC\n"
    assert seen(section(shuffled)) == [("2001:db8::1", "2026-04-11 04:02:00 UTC", "2026-04-12 04:02:00 UTC", None)]


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        ("2026-04-31 04:02:00 UTC", "2026-05-12 04:02:00 UTC", "BAD_TIME"),
        ("2026-04-11 04:02:00 UTC", "04/12/2026", "BAD_TIME"),
        ("2026-04-11 04:02:00 UTC 2021", "2026-04-12 04:02:00 UTC", "BAD_TIME"),
        ("Wed Aug 19 12:00:00 UTC", "2026-04-12 04:02:00 UTC", "BAD_TIME"),
        ("Wed Aug 19 12:00:00 PDT 2020", "2026-04-12 04:02:00 UTC", "BAD_TIME"),
        ("2026-Aug 19 12:00:00 UTC 2020", "2026-04-12 04:02:00 UTC", "BAD_TIME"),
        ("2026-04-12 04:02:01 UTC", "2026-04-12 04:02:00 UTC", "BAD_INTERVAL"),
        ("", "2026-04-12 04:02:00 UTC", "MISSING_TIME"),
        ("2026-04-11 04:02:00 UTC", "", "MISSING_TIME"),
    ],
)
def test_a_sighting_without_two_times_is_none(first: str, last: str, problem: str) -> None:
    assert [row[3] for row in seen(section(HEADER, ROW, f"192.0.2.7,{first},{last},\n"))] == [None, problem]


def test_a_zone_is_never_supplied() -> None:
    data = section(HEADER, "192.0.2.7,2026-04-11 04:02:00,2026-04-12 04:02:00,\n").encode()
    (row,) = rows_of(read(READER, data))
    assert (row["at"], row["until"], row["zone_basis"], row["problem"]) == (None, None, None, None)
    (row,) = rows_of(read(READER, data, ZoneDeclaration("UTC", "Ada Example")))
    assert (row["at"], row["zone_basis"]) == (1_775_880_120_000_000_000, "declared by Ada Example")
    (row,) = rows_of(
        read(READER, section(HEADER, "192.0.2.7,2026-04-11 04:02:00 UTC,2026-04-12 04:02:00,\n").encode())
    )
    assert row["until"] is None


FACTS = (
    "username,user_id,created,creation_ip,birthdate,email_address\n"
    'ann,0-1,Wed Aug 19 12:00:00 UTC 2020,192.0.2.9,canary,"a""b@example.com"\n'
)


def test_facts_about_the_account_are_one_row_each_and_its_creation_address_is_no_sighting() -> None:
    reading = read(READER, section(FACTS).encode())
    assert [(row["attribute"], row["value"], row["category"], row["account"]) for row in rows_of(reading)] == [
        ("username", "ann", "subscriber_identity", "ann"),
        ("user_id", "0-1", "subscriber_identity", "ann"),
        ("created", "Wed Aug 19 12:00:00 UTC 2020", "subscriber_identity", "ann"),
        ("creation_ip", "192.0.2.9", "session_ip_log", "ann"),
        ("email_address", 'a"b@example.com', "subscriber_identity", "ann"),
    ]
    assert {item.path: item.texts for item in reading.unclassified} == {"account > birthdate": 1}
    bad = section(FACTS.replace("192.0.2.9", "192.0.2.900").replace("Aug 19", "Feb 30"))
    assert [row["problem"] for row in rows_of(read(READER, bad.encode()))] == [
        None,
        None,
        "BAD_TIME",
        "BAD_ADDRESS",
        None,
    ]


def test_addresses_take_the_account_that_the_subscriber_file_names() -> None:
    addresses, facts = read(READER, section(HEADER, ROW).encode()), read(READER, section(FACTS).encode())
    assert [row["account"] for row in rows_of(READER.relate([[addresses, facts]])[0][0])] == ["ann"]
    other = read(READER, section(FACTS.replace("ann", "bob")).encode())
    assert [row["account"] for row in rows_of(READER.relate([[addresses, facts, other]])[0][0])] == [None]


def test_any_other_section_is_counted_and_never_released() -> None:
    data = (section("sender,text\n", 'a,"b,\nc"\n', "a,d\n") + section("latitude,time\n", "1,2\n")).encode()
    assert READER.detect("conversations.csv", data)
    reading = read(READER, data)
    rows = rows_of(reading)
    assert [(row["family"], row["category"], row["texts"]) for row in rows] == [("capture", None, 2)] * 3
    assert [item.path for item in reading.unclassified] == ["section of sender, text", "section of latitude, time"]
    strange = read(READER, section("ann@example.com,sender\n", "x,y\n").encode())
    assert [item.path for item in strange.unclassified] == ["section of label of 15 characters, sender"]


def test_what_stands_in_no_section_is_no_row() -> None:
    assert seen(section(HEADER, ROW) + '"Other addresses"\n' + ROW) == seen(section(HEADER, ROW))
    assert seen(section(HEADER, ROW) + "-" * 20 + "\n" + ROW) == seen(section(HEADER, ROW))
    assert len(seen(section(HEADER, ROW) + "\n" + ROW)) == 2


def test_a_header_without_rows_says_that_there_are_none() -> None:
    reading = read(READER, section(HEADER).encode())
    assert (reading.says_empty, rows_of(reading)) == (True, [])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (section(HEADER, "192.0.2.7,2026-04-11 04:02:00 UTC\n"), "COLUMNS"),
        (section(HEADER, '192.0.2.7,"2026-04-11 04:02:00 UTC\n'), "QUOTE"),
        (section("ip,first_seen,last_seen,IP\n", ROW), "HEADER"),
        (
            section(
                "asn,first_seen,last_seen,ip\n", ",2026-04-11 04:02:00 UTC,2026-04-11 04:02:00 UTC,192.0.2.2\n5\n"
            ),
            "COLUMNS",
        ),
        (LEGEND + RULE, "TRUNCATED"),
        (section("ip,first_seen,last_seen"), "TRUNCATED"),
    ],
)
def test_damage_is_refused(data: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        READER.read(data.encode())
    assert caught.value.code == code


def test_only_files_of_the_layout_are_known() -> None:
    assert READER.detect("x", (RULE + HEADER + ROW).encode())
    for data in (
        "",
        RULE,
        LEGEND,
        LEGEND + RULE,
        RULE + "a,b\n",
        "a,b\n" + RULE + HEADER,
        HEADER + ROW,
        "Title\n=====\n\na, b\n",
    ):
        assert not READER.detect("ip_data.csv", data.encode())


def made(folder: Path, seed: int, rows: int) -> bytes:
    out = folder / f"{seed}.csv"
    make("snapchat-return", seed, rows, out)
    return out.read_bytes()


VALUES = ("ip", "at_text", "until_text")


def sightings(reading: Reading) -> Counter[tuple[Any, ...]]:
    return Counter({key: n for key, n in keys(reading, *VALUES).items() if key[0] == "seen"})


def test_truncation_at_every_byte_gives_no_sighting_that_was_not_there(tmp_path: Path) -> None:
    for seed in range(2):
        data = made(tmp_path, seed, 5)
        whole = sightings(read(READER, data))
        for size in range(len(data)):
            found = attempt(READER, data[:size])
            if isinstance(found, Reading):
                assert sightings(found) <= whole
            else:
                assert found in {"TRUNCATED", "QUOTE", "COLUMNS", "LINE_END", "CONSERVATION"}, (found, data[:size])


def mutant(draw: random.Random, lines: list[bytes]) -> list[bytes]:
    """A line dropped, doubled, moved, cut or joined; a cell, comma or quote dropped; a label renamed."""
    lines = list(lines)
    at = draw.randrange(len(lines) - 1)
    how = draw.randrange(8)
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(at, lines[at])
    elif how == 2:
        lines.insert(draw.randrange(len(lines)), lines.pop(at))
    elif how == 3:
        cut = draw.randrange(len(lines[at]) + 1)
        lines[at : at + 1] = [lines[at][:cut] + b"\n", lines[at][cut:]]
    elif how == 4:
        lines[at : at + 2] = [lines[at].rstrip(b"\r\n") + lines[at + 1]]
    elif how == 5:
        sign = draw.choice((b",", b'"', b"=", b" "))
        lines[at] = lines[at].replace(sign, b"", 1)
    elif how == 6:
        cells = lines[at].split(b",")
        del cells[draw.randrange(len(cells))]
        lines[at] = b",".join(cells)
    else:
        old = draw.choice((b"ip", b"IP", b"first", b"last", b"seen"))
        lines[at] = lines[at].replace(old, draw.choice((b"x", b"", b"last_active", b"created")))
    return lines


def test_no_mutant_gives_a_sighting_that_was_not_there(tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    draw, outcomes = random.Random(seed), Counter[str]()
    for n in range(25):
        lines = made(tmp_path, seed + n, 6).splitlines(keepends=True)
        whole = set(sightings(read(READER, b"".join(lines))))
        for _ in range(40):
            found = attempt(READER, b"".join(mutant(draw, lines)))
            if isinstance(found, str):
                outcomes[found] += 1
            else:
                assert set(sightings(found)) <= whole, (f"seed {seed}", set(sightings(found)) - whole)
                outcomes["read"] += 1
    assert sum(outcomes.values()) == 1000


def test_the_count_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    data = (section(HEADER, ROW, ROW) + section(FACTS) + section("a,b\n", "1,2\n")).encode()
    member = Member("", data, "", len(data))
    intake.check(READER.read(data), member, READER)
    for name in ("_seen", "_facts", "_other"):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, lambda *_: None)
            with pytest.raises(BadInput) as caught:
                intake.check(READER.read(data), member, READER)
            assert caught.value.code == "CONSERVATION"
