"""TikTok's text form: the day first, the offset stated, and no pair that is in doubt."""

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
from fourcorners.readers import tiktok_text
from fourcorners.readers.archive import Member
from fourcorners.readers.tiktok_text import READER
from fourcorners.samples.make import make

ONE = ["Date: 27/07/2026 03:04:43PM (UTC +00)", "IP: 192.0.2.7"]
TWO = ["Date: 01/02/2026 12:00:00AM (UTC +02)", "IP: 2001:db8::1"]


def text(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def logins(*lines: str) -> list[tuple[str | None, str | None, str | None]]:
    rows = rows_of(read(READER, text(*lines)))
    return [(row["ip_text"], row["at_text"], row["problem"]) for row in rows]


def problems(*lines: str) -> list[str | None]:
    return [row[2] for row in logins(*lines)]


def test_the_day_comes_first_and_the_offset_is_stated() -> None:
    data = text("Login History", *ONE, "", *TWO)
    assert READER.detect("any.txt", data)
    rows = rows_of(read(READER, data))
    assert [(row["family"], row["ip"], row["at"], row["zone_basis"], row["account"]) for row in rows] == [
        ("login", "192.0.2.7", 1_785_164_683_000_000_000, "stated", None),
        ("login", "2001:db8::1", 1_769_896_800_000_000_000, "stated", None),
    ]


@pytest.mark.parametrize(
    "date",
    [
        "07/27/2026 03:04:43PM (UTC +00)",
        "30/02/2026 03:04:43PM (UTC +00)",
        "27/07/2026 13:04:43PM (UTC +00)",
        "27/07/2026 03:04:43 (UTC +00)",
        "27/07/2026 03:04:43PM",
        "27/07/2026 03:04:43PM (UTC)",
        "27/07/26 03:04:43PM (UTC +00)",
        "2026-07-27 03:04:43 UTC",
        "27/07/2026 03:04:43PM (UTC +25)",
    ],
)
def test_a_time_in_any_other_form_is_a_bad_time(date: str) -> None:
    assert problems(*ONE, "", f"Date: {date}", "IP: 192.0.2.8") == [None, "BAD_TIME"]


def test_a_record_that_lacks_a_line_leaves_its_block_in_doubt_and_no_other() -> None:
    assert problems(ONE[0], "", *TWO) == ["MISSING_ADDRESS", None]
    assert problems(ONE[1], "", *TWO) == ["MISSING_TIME", None]
    assert problems(*ONE, *TWO) == [None, None]
    assert problems(ONE[0], *TWO) == ["AMBIGUOUS_ROW"] * 2
    assert problems(*ONE, TWO[1], "", *TWO) == ["AMBIGUOUS_ROW", "AMBIGUOUS_ROW", None]
    assert problems(ONE[0], "IP:", "", *TWO) == ["MISSING_ADDRESS", None]


@pytest.mark.parametrize("between", [[], [""], ["", "Page 3", ""]])
@pytest.mark.parametrize("piece", ["35", ":7334", "8a2e:370:7334", "2"])
def test_what_may_be_the_rest_of_a_value_spoils_the_record_before_it(between: list[str], piece: str) -> None:
    assert problems(*TWO, "", *ONE, *between, piece, "", *TWO) == [None, "BROKEN_VALUE", None]


def test_other_lines_are_counted_and_held_back() -> None:
    data = text(ONE[0], "Country: secret", "secret words", ONE[1])
    reading = read(READER, data)
    assert {item.path: item.texts for item in reading.unclassified} == {"lines": 2}
    holes = reading.holes.to_pylist()
    assert [data[a:b] for a, b in zip(holes[::2], holes[1::2], strict=True)] == [
        b"Country: secret",
        b"secret words",
    ]
    assert problems(ONE[0], "Country: secret", ONE[1]) == [None]


def test_only_texts_of_the_form_are_known() -> None:
    for line in ("Date: 2026-07-27", "Date: 27/07/2026 03:04:43", "27/07/2026 03:04:43PM (UTC +00)", ""):
        assert not READER.detect("x.txt", text(line, "IP: 192.0.2.7"))
    with pytest.raises(BadInput) as caught:
        READER.read(b"\xff" + text(*ONE))
    assert caught.value.code == "ENCODING"


def made(folder: Path, seed: int, rows: int) -> bytes:
    out = folder / f"{seed}.txt"
    make("tiktok-text", seed, rows, out)
    return out.read_bytes()


def pairs(reading: Reading) -> Counter[tuple[object, ...]]:
    return keys(reading, "ip_text", "at_text")


def test_truncation_at_every_byte_gives_no_pair_that_was_not_there(tmp_path: Path) -> None:
    for seed in range(4):
        data = made(tmp_path, seed, 5)
        whole = pairs(read(READER, data))
        for size in range(len(data)):
            found = attempt(READER, data[:size])
            assert isinstance(found, Reading)
            assert pairs(found) <= whole


def mutant(draw: random.Random, lines: list[bytes]) -> list[bytes]:
    """One line dropped, doubled, cut, joined or torn by a page; a label renamed; a line put between."""
    lines = list(lines)
    at = draw.randrange(len(lines) - 1)
    cut = draw.randrange(1, len(lines[at])) if len(lines[at]) > 1 else 1
    how = draw.randrange(7)
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(at, lines[at])
    elif how == 2:
        lines[at : at + 1] = [lines[at][:cut], lines[at][cut:]]
    elif how == 3:
        lines[at : at + 2] = [lines[at] + draw.choice((b"", b" ")) + lines[at + 1]]
    elif how == 4:
        lines[at : at + 1] = [lines[at][:cut], b"", b"Page 7", b"", lines[at][cut:]]
    elif how == 5:
        lines[at] = lines[at].replace(draw.choice((b"Date", b"IP")), b"Time")
    else:
        lines.insert(at, draw.choice((b"Comments", b"Date:", b"IP:", b"Name: x", b"IP Address: 192.0.2.200")))
    return lines


def test_no_mutant_gives_a_pair_that_was_not_there(tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    draw, outcomes = random.Random(seed), Counter[str]()
    for n in range(20):
        lines = made(tmp_path, seed + n, 8).splitlines()
        whole = set(pairs(read(READER, b"\n".join(lines) + b"\n")))
        for _ in range(50):
            found = attempt(READER, b"\n".join(mutant(draw, lines)) + b"\n")
            assert isinstance(found, Reading), f"seed {seed}"
            assert set(pairs(found)) <= whole, (f"seed {seed}", set(pairs(found)) - whole)
            outcomes["all" if set(pairs(found)) == whole else "fewer"] += 1
    assert sum(outcomes.values()) == 1000


def test_the_count_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    data = text(*ONE, "", *TWO)
    member = Member("", data, "", len(data))
    intake.check(READER.read(data), member, READER)
    whole = tiktok_text._take
    monkeypatch.setattr(
        tiktok_text, "_take", lambda found, line: line[0] == b"IP: 192.0.2.7\n" or whole(found, line)
    )
    with pytest.raises(BadInput) as caught:
        intake.check(READER.read(data), member, READER)
    assert caught.value.code == "CONSERVATION"
