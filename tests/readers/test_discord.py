"""The text of Discord's session list: nothing is read but what its headings say."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from pathlib import Path

import pytest
from tests.readers.checked import attempt
from tests.readers.checked import keys
from tests.readers.checked import read
from tests.readers.checked import rows_of

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.records import Reading
from fourcorners.readers.archive import Member
from fourcorners.readers.discord import READER
from fourcorners.readers.gathered import Gathered
from fourcorners.samples.make import make

USER = "User ID: 100000000000001"
HEADING = "Session Start (UTC)  IP Address"
ONE, TWO = "2026-03-01 10:00:00  192.0.2.7", "2026-03-01 11:00:00  2001:db8::1"


def text(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def logins(*lines: str) -> list[tuple[str | None, str | None, str | None]]:
    rows = rows_of(read(READER, text(*lines)), "login")
    return [(row["ip_text"], row["at_text"], row["problem"]) for row in rows]


def test_a_session_is_a_login_in_the_zone_of_the_heading_and_no_interval() -> None:
    reading = read(READER, text(USER, HEADING, ONE, TWO))
    assert {batch.family for batch in reading.batches} == {"login", "subscriber"}
    rows = rows_of(reading, "login")
    assert [(row["account"], row["ip"], row["at"], row["zone_basis"]) for row in rows] == [
        ("100000000000001", "192.0.2.7", 1_772_359_200_000_000_000, "file"),
        ("100000000000001", "2001:db8::1", 1_772_362_800_000_000_000, "file"),
    ]


def test_columns_are_told_by_the_heading() -> None:
    assert logins("IP Address Session Start (UTC)", "192.0.2.7 2026-03-01 10:00:00 UTC") == [
        ("192.0.2.7", "2026-03-01 10:00:00 UTC", None)
    ]
    assert logins(HEADING, "192.0.2.7  2026-03-01 10:00:00")[0][2] == "BAD_ADDRESS"
    for other in ("Session Start  IP Address", "Session End (UTC)  IP Address", "Session Start (UTC)"):
        assert not READER.detect("x.pdf", text(other, ONE))
        assert logins(other, ONE) == []


def test_the_registration_is_a_fact_about_the_account() -> None:
    for lines in (
        ["Registration Time (UTC): 2024-01-02 03:04:05"],
        ["Registration Time (UTC)", "2024-01-02 03:04:05"],
    ):
        data = text(*lines, USER)
        assert READER.detect("x.pdf", data)
        rows = rows_of(read(READER, data))
        assert [(row["family"], row["attribute"], row["value"], row["account"]) for row in rows] == [
            ("subscriber", "Registration Time (UTC)", "2024-01-02 03:04:05", "100000000000001"),
            ("subscriber", "User ID", "100000000000001", "100000000000001"),
        ]
    assert [
        row["problem"] for row in rows_of(read(READER, text("Registration Time (UTC): 2024-02-30 03:04:05")))
    ] == ["BAD_TIME"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("2026-02-30 10:00:00  192.0.2.7", "BAD_TIME"),
        ("2026-03-01  192.0.2.7", "BAD_TIME"),
        ("01/2026-03-01 10:00:00  192.0.2.7", "BAD_TIME"),
        ("2026-03-01 10:00:00  192.0.2.300", "BAD_ADDRESS"),
        ("2026-03-01 10:00:00  192.0.2.7 x", "BAD_ADDRESS"),
        ("2026-03-01 10:00:00", "BAD_ADDRESS"),
        ("2026-03-01", "MISSING_ADDRESS"),
        (f"{ONE}  {TWO}", "BAD_TIME"),
    ],
)
def test_a_line_that_is_no_session_is_rejected(line: str, problem: str) -> None:
    assert [row[2] for row in logins(HEADING, ONE, line, TWO)] == [None, problem, None]


@pytest.mark.parametrize("between", [[], ["Page 3"], ["Page 3 of 9", HEADING]])
@pytest.mark.parametrize("piece", ["3", "35", ":7334", "2e:1", "10:00:00 192.0.2.7"])
def test_what_may_be_the_rest_of_an_address_spoils_the_row_before_it(between: list[str], piece: str) -> None:
    assert [row[2] for row in logins(HEADING, ONE, TWO, *between, piece, ONE)] == [None, "BROKEN_VALUE", None]


@pytest.mark.parametrize(
    "words", ["Messages Sent", "Admin Sessions (UTC)  IP Address", "User ID: bob", "Confidential"]
)
def test_below_words_that_are_not_known_nothing_is_a_session(words: str) -> None:
    data = text(HEADING, ONE, words, TWO)
    assert [row[0] for row in logins(HEADING, ONE, words, TWO)] == ["192.0.2.7"]
    assert [(item.path, item.texts) for item in read(READER, data).unclassified] == [("lines", 2)]
    assert len(logins(HEADING, ONE, words, HEADING, TWO)) == 2


def test_two_accounts_leave_none() -> None:
    data = text(USER, HEADING, ONE, "User ID: 100000000000002")
    assert {row["account"] for row in rows_of(read(READER, data))} == {None}
    same = text(USER, HEADING, ONE, USER)
    assert {row["account"] for row in rows_of(read(READER, same))} == {"100000000000001"}


def test_a_list_without_an_account_takes_the_one_of_its_file() -> None:
    lists, facts = read(READER, text(HEADING, ONE)), read(READER, text(USER, "Registration Time (UTC):"))
    related = READER.relate([[lists, facts]])
    assert [row["account"] for row in rows_of(related[0][0])] == ["100000000000001"]


def test_a_label_without_its_value_is_counted_and_gives_no_fact() -> None:
    for lines in (
        ["User ID"],
        ["User ID", "bob"],
        ["User ID", HEADING, ONE],
        ["User ID:", "Page 1", "100000000000001"],
    ):
        reading = read(READER, text(*lines))
        assert not rows_of(reading, "subscriber")


def test_the_last_line_of_a_text_that_is_cut_is_not_certain() -> None:
    data = text(USER, HEADING, ONE)
    assert [row["problem"] for row in rows_of(read(READER, data[:-1]), "login")] == ["TRUNCATED_ROW"]
    with pytest.raises(BadInput) as caught:
        READER.read(data + b"\xe9\n")
    assert (caught.value.code, caught.value.where) == ("ENCODING", f"byte {len(data)}")


def made(folder: Path, seed: int, rows: int) -> bytes:
    out = folder / f"{seed}.txt"
    make("discord-sessions", seed, rows, out)
    return out.read_bytes()


VALUES = ("account", "ip", "at", "attribute", "value")


def test_truncation_at_every_byte_gives_no_row_that_was_not_there(tmp_path: Path) -> None:
    for seed in range(4):
        data = made(tmp_path, seed, 6)
        logins_of = {key[1:] for key in keys(read(READER, data), "ip_text", "at_text") if key[0] == "login"}
        for size in range(len(data)):
            found = attempt(READER, data[:size])
            assert isinstance(found, Reading)
            assert {key[1:] for key in keys(found, "ip_text", "at_text") if key[0] == "login"} <= logins_of


def mutant(draw: random.Random, lines: list[bytes]) -> list[bytes]:
    """One line dropped, doubled, moved, cut, joined or torn; a heading renamed; words put between."""
    lines = list(lines)
    at = draw.randrange(len(lines) - 1)
    how = draw.randrange(8)
    cut = draw.randrange(1, len(lines[at])) if len(lines[at]) > 1 else 1
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(at, lines[at])
    elif how == 2:
        lines.insert(draw.randrange(len(lines)), lines.pop(at))
    elif how == 3:
        lines[at : at + 1] = [lines[at][:cut], lines[at][cut:]]
    elif how == 4:
        lines[at : at + 2] = [lines[at] + draw.choice((b"", b" ")) + lines[at + 1]]
    elif how == 5:
        lines[at : at + 1] = [lines[at][:cut], b"Page 7", lines[at][cut:]]
    elif how == 6:
        lines = [line.replace(b"Session Start (UTC)", b"Session Start (EST)") for line in lines]
    else:
        lines.insert(
            at, draw.choice((b"Admin Sessions", b"Message Time (UTC)  IP Address", b"Linked accounts", b"-"))
        )
    return lines


def test_no_mutant_gives_a_session_that_was_not_there(tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    draw, outcomes = random.Random(seed), Counter[str]()
    for n in range(20):
        lines = made(tmp_path, seed + n, 8).splitlines()
        whole = {key[1:] for key in keys(read(READER, b"\n".join(lines) + b"\n"), "ip", "at")}
        for _ in range(50):
            found = attempt(READER, b"\n".join(mutant(draw, lines)) + b"\n")
            assert isinstance(found, Reading), f"seed {seed}"
            sessions = {key[1:] for key in keys(found, "ip", "at")}
            assert sessions <= whole, f"seed {seed}"
            outcomes["all" if sessions == whole else "fewer"] += 1
    assert sum(outcomes.values()) == 1000


def test_the_count_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    data = text(USER, HEADING, ONE, TWO)
    member = Member("", data, "", len(data))
    intake.check(READER.read(data), member, READER)
    whole = Gathered.add
    calls = iter((True, False, False))

    def drop(self: Gathered, *row: object) -> None:
        if not next(calls):
            whole(self, *row)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(Gathered, "add", drop)
    with pytest.raises(BadInput) as caught:
        intake.check(READER.read(data), member, READER)
    assert caught.value.code == "CONSERVATION"
