"""Tables of Reddit, Kik, TikTok and Roblox: by their labels, each with its own trap, and under damage."""

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
from fourcorners.readers import kik
from fourcorners.readers import reddit
from fourcorners.readers import registry
from fourcorners.readers import roblox
from fourcorners.readers import tiktok
from fourcorners.readers.archive import Member
from fourcorners.readers.registry import Reader
from fourcorners.samples.make import make

READERS: dict[str, Reader] = {
    "reddit-ip-logs": reddit.READER,
    "kik-binds": kik.READER,
    "tiktok-ip-data": tiktok.READER,
    "roblox-addresses": roblox.READER,
}
VALUES = ("account_text", "ip_text", "port_text", "at_text", "until_text", "attribute", "value")


def rows(reader: Reader, text: str, declaration: ZoneDeclaration | None = None) -> list[dict[str, Any]]:
    assert reader.detect("ip_logs.csv", text.encode())
    return rows_of(read(reader, text.encode(), declaration))


def test_reddits_registration_address_is_no_login() -> None:
    text = "date,ip\n2026-03-01 10:00:00 UTC,192.0.2.7\nregistration ip,192.0.2.9\n2026-03-02 10:00:00,192.0.2.8\n"
    found = rows(reddit.READER, text)
    assert [
        (row["family"], row.get("ip"), row.get("attribute"), row.get("value"), row["problem"]) for row in found
    ] == [
        ("login", "192.0.2.7", None, None, None),
        ("subscriber", None, "registration ip", "192.0.2.9", None),
        ("login", "192.0.2.8", None, None, None),
    ]
    assert {row["category"] for row in found} == {"session_ip_log"}
    assert {row["account"] for row in found} == {None}
    assert [row.get("zone_basis") for row in found] == ["stated", None, None]
    bad = text.replace("registration ip,192.0.2.9", "registration ip,192.0.2.900")
    assert [row["problem"] for row in rows(reddit.READER, bad)] == [None, "BAD_ADDRESS", None]
    assert [row["problem"] for row in rows(reddit.READER, text.replace(",192.0.2.9", ","))][1] == "MISSING_ADDRESS"


def test_a_table_of_dates_and_addresses_is_reddits_only_if_something_else_says_so() -> None:
    plain = b"date,ip\n2026-03-01 10:00:00 UTC,192.0.2.7\n"
    assert reddit.READER.detect("return/ip_logs.csv", plain)
    assert not reddit.READER.detect("carrier.csv", plain)
    assert registry.reader_for("carrier.csv", plain) is None
    assert reddit.READER.detect("carrier.csv", plain + b"registration ip,192.0.2.9\n")


def test_kiks_binds_are_logins_with_their_port() -> None:
    text = "ts,device,port,ip,user_jid\n2026/03/01 10:00:00.250 UTC,d,1135,192.0.2.7,ann_x@talk.kik.example\n"
    (row,) = rows(kik.READER, text)
    assert (row["family"], row["ip"], row["port"], row["account"]) == (
        "login",
        "192.0.2.7",
        1135,
        "ann_x@talk.kik.example",
    )
    assert (row["at"], row["precision"], row["zone_basis"]) == (1_772_359_200_250_000_000, 1_000_000, "stated")
    (row,) = rows(kik.READER, text.replace(" UTC", "").replace("1135", "0"))
    assert (row["at"], row["zone_basis"], row["port"], row["problem"]) == (None, None, None, None)
    (row,) = rows(kik.READER, text.replace("2026/03/01 10:00:00.250 UTC", "1772359200250"))
    assert row["problem"] == "BAD_TIME"


def test_tiktoks_two_times_stay_apart() -> None:
    text = "Timestamp,Active Start Time,IP,IP Country\n2026-03-01 10:00:00,2026-03-01 09:00:00,192.0.2.7,XX\n"
    (row,) = rows(tiktok.READER, text)
    assert (row["family"], row["at"], row["at_text"], row["zone_basis"]) == (
        "login",
        None,
        "2026-03-01 10:00:00",
        None,
    )
    (row,) = rows(tiktok.READER, text, ZoneDeclaration("UTC", "Ada Example"))
    assert (row["at"], row["zone_basis"]) == (1_772_359_200_000_000_000, "declared by Ada Example")
    unclassified = {item.path: item.texts for item in tiktok.READER.read(text.encode()).unclassified}
    assert unclassified == {"Active Start Time": 1, "IP Country": 1}


def test_robloxs_port_is_joined_to_no_sighting() -> None:
    text = (
        "user_id,username,ip_address,first_recorded_utc,last_recorded_utc,last_observed_port,last_observed_port_utc\n"
        "77,ann,192.0.2.7,2026-03-01 10:00:00.5,2026-03-02 10:00:00,51123,2026-03-02 09:59:00\n"
    )
    reading = read(roblox.READER, text.encode())
    (row,) = rows_of(reading)
    assert (row["family"], row["account"], row["ip"], row["zone_basis"]) == ("seen", "77", "192.0.2.7", "file")
    assert (row["at"], row["until"]) == (1_772_359_200_500_000_000, 1_772_445_600_000_000_000)
    assert "51123" not in str(row)
    assert {item.path for item in reading.unclassified} == {
        "username",
        "last_observed_port",
        "last_observed_port_utc",
    }
    holes = reading.holes.to_pylist()
    held = [text[a:b] for a, b in zip(holes[::2], holes[1::2], strict=True)]
    assert held == ["ann", "51123", "2026-03-02 09:59:00"]
    (row,) = rows(roblox.READER, text.replace("2026-03-02 10:00:00,", ","))
    assert row["problem"] == "MISSING_TIME"


def test_a_network_is_nobodys_address() -> None:
    text = "user_jid,ip,port,ts,device\na,{},1,2026-03-01 10:00:00Z,d\n"
    for network in ("2001:db8::/48", "192.0.2.0/24"):
        assert rows(kik.READER, text.format(network))[0]["problem"] == "BAD_ADDRESS"
    assert rows(kik.READER, text.format("192.0.2.7/32"))[0]["ip"] == "192.0.2.7"


def made(folder: Path, name: str, seed: int, count: int) -> bytes:
    suffix = ".xlsx" if name == "tiktok-ip-data" else ".csv"
    out = folder / f"{name}{seed}{suffix}"
    make(name, seed, count, out)
    data = out.read_bytes()
    derived = registry.derive(Member(out.name, data, "", len(data)))
    return bytes(derived.data) if derived else data


@pytest.mark.parametrize("name", READERS)
def test_every_label_that_a_table_needs_is_asked_for(name: str, tmp_path: Path) -> None:
    reader, data = READERS[name], made(tmp_path, name, 1, 3)
    header, _, body = data.partition(b"\n")
    needed = 0
    for label in header.strip().split(b","):
        renamed = header.replace(label, b"renamed", 1) if label != b"ip" else header.replace(b"ip", b"renamed")
        changed = renamed + b"\n" + body
        if reader.detect("ip_logs.csv", changed):
            assert keys(read(reader, changed), *VALUES) == keys(read(reader, data), *VALUES)
        else:
            needed += 1
    assert needed >= 2


@pytest.mark.parametrize("name", READERS)
def test_truncation_at_every_byte_gives_no_row_that_was_not_there(name: str, tmp_path: Path) -> None:
    reader, data = READERS[name], made(tmp_path, name, 2, 4)
    whole = keys(read(reader, data), *VALUES)
    for size in range(len(data)):
        found = attempt(reader, data[:size])
        if isinstance(found, Reading):
            assert keys(found, *VALUES) <= whole


def mutant(draw: random.Random, lines: list[list[bytes]]) -> bytes:
    """A line or a cell dropped, doubled, moved, exchanged, cut or joined; a label renamed."""
    lines = [list(line) for line in lines]
    at = draw.randrange(len(lines))
    line, place = lines[at], draw.randrange(len(lines[at]))
    how = draw.randrange(8)
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(at, line)
    elif how == 2:
        lines.insert(draw.randrange(len(lines)), lines.pop(at))
    elif how == 3:
        del line[place]
    elif how == 4:
        line.insert(place, line[draw.randrange(len(line))])
    elif how == 5:
        lines[at : at + 1] = [line[:place], line[place:]]
    elif how == 6:
        lines[at : at + 2] = [[cell for each in lines[at : at + 2] for cell in each]]
    else:
        lines[0][draw.randrange(len(lines[0]))] = draw.choice((b"x", b"", b"time", b"port_utc"))
    return b"".join(b",".join(each) + b"\n" for each in lines)


@pytest.mark.parametrize("name", READERS)
def test_no_mutant_gives_a_row_that_was_not_there(name: str, tmp_path: Path) -> None:
    reader, seed = READERS[name], secrets.randbelow(10**6)
    draw, outcomes = random.Random(seed), Counter[str]()
    for n in range(10):
        data = made(tmp_path, name, seed + n, 6)
        whole = set(keys(read(reader, data), *VALUES))
        lines = [line.split(b",") for line in data.splitlines()]
        for _ in range(100):
            changed = mutant(draw, lines)
            if not reader.detect("ip_logs.csv", changed):
                outcomes["not known"] += 1
                continue
            found = attempt(reader, changed)
            if isinstance(found, str):
                outcomes[found] += 1
            else:
                beyond = set(keys(found, *VALUES)) - whole
                # a port that is no longer labelled as one is no port
                assert {(*key[:3], None, *key[4:]) for key in beyond} <= {
                    (*key[:3], None, *key[4:]) for key in whole
                }
                assert all(key[3] is None for key in beyond), f"seed {seed}"
                outcomes["read"] += 1
    assert sum(outcomes.values()) == 1000


@pytest.mark.parametrize("name", READERS)
def test_the_count_bites(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, data = READERS[name], made(tmp_path, name, 3, 5)
    member = Member("", data, "", len(data))
    intake.check(reader.read(data, None), member, reader)
    whole = type(reader).read

    def drop(self: Reader, *how: Any) -> Reading:
        reading = whole(self, *how)
        first, *rest = reading.batches
        shorter = type(first)(first.family, first.section, first.rows.slice(1), first.field_categories)
        object.__setattr__(reading, "batches", (shorter, *rest))
        return reading

    monkeypatch.setattr(type(reader), "read", drop)
    with pytest.raises(BadInput) as caught:
        intake.check(reader.read(data, None), member, reader)
    assert caught.value.code == "CONSERVATION"
