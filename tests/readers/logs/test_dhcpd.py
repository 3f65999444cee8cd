"""Lease files: every block a row, and what all blocks together say of a lease."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import HOUR
from fourcorners.model.instant import parse_rfc3339
from fourcorners.model.records import FOREVER
from fourcorners.model.records import Reading
from fourcorners.readers.archive import Member
from fourcorners.readers.logs import dhcpd
from fourcorners.readers.logs import sheet
from fourcorners.readers.logs.dhcpd import leases
from fourcorners.readers.logs.dhcpd import rest
from fourcorners.readers.logs.dhcpd import values
from fourcorners.readers.logs.log_format import LogFormat
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.mapping import parse_log_mapping
from fourcorners.readers.logs.reader import LogReader
from fourcorners.readers.parts import joined
from fourcorners.readers.table.zones import parse_zone

MIDNIGHT = parse_rfc3339("2026-03-04T00:00:00Z").ns
SAID = Said(parse_zone("UTC"), "declared by tester", None, "hardware")
MAC = {"A": "00:00:5e:00:53:0a", "B": "00:00:5e:00:53:0b"}


def stamp(hour: int) -> str:
    return f"3 2026/03/04 {hour:02d}:00:00"


def block(
    start: int, end: int | None, client: str | None = "A", state: str = "active", ip: str = "192.0.2.7"
) -> str:
    lines = [f"lease {ip} {{", f"  starts {stamp(start)};", f"  binding state {state};"]
    lines += [] if end is None else [f"  ends {stamp(end)};"]
    lines += [f"  hardware ethernet {MAC[client]};"] if client else []
    return "\n".join([*lines, "}"]) + "\n"


def read(text: str, log: LogFormat = dhcpd.LEASES, said: Said = SAID) -> Reading:
    """A reading that has passed both checks of an intake."""
    data = text.encode()
    reading = joined(log.parts(data, said))
    reader = LogReader(parse_log_mapping(MAPPING[log.name].encode(), "m"), "tester")
    intake.check(reading, Member("", data, "", len(data)), reader)
    return reading


MAPPING = {
    "isc-dhcpd-leases": 'format = "isc-dhcpd-leases"\nsubscriber = "hardware"\n',
    "isc-dhcpd6-leases": 'format = "isc-dhcpd6-leases"\n',
}


def rows(reading: Reading) -> list[dict[str, Any]]:
    return [row for batch in reading.batches for row in batch.rows.to_pylist()]


def held(*texts: str) -> list[tuple[int | None, int | None, int | None]]:
    """Hours from, until and lost until, of every row of the files."""
    related = dhcpd.LEASES.relate([[read(text)] for text in texts], lossy=True)
    spans = []
    for row in (row for [reading] in related for row in rows(reading)):
        times = [row[name] for name in ("held_from", "held_until", "lost_until")]
        spans.append(tuple(t if t in {None, FOREVER} else (t - MIDNIGHT) // HOUR for t in times))
    return spans


def test_a_lease_holds_from_its_start_to_its_end() -> None:
    assert held(block(1, 5)) == [(1, 5, None)]


def test_a_lease_that_never_ends_is_open() -> None:
    assert held(block(1, 5).replace(stamp(5), "never")) == [(1, None, None)]


def test_a_release_ends_it_whatever_the_order_of_the_files() -> None:
    given_back = block(1, 3, state="released")
    assert held(block(1, 5), given_back) == [(1, 3, None), (1, 3, None)]
    assert held(given_back, block(1, 5)) == [(1, 3, None), (1, 3, None)]


def test_a_renewal_takes_over() -> None:
    assert held(block(1, 5) + block(3, 7)) == [(1, 3, None), (3, 7, None)]
    assert held(block(1, 5) + block(1, 7)) == [(1, 7, None), (1, 7, None)]


def test_another_client_before_the_end_means_that_a_release_is_missing() -> None:
    assert held(block(1, 5) + block(3, 7, "B")) == [(1, 1, 3), (3, 7, None)]


def test_an_end_that_is_not_stated_is_not_known() -> None:
    assert held(block(1, None)) == [(1, 1, FOREVER)]
    assert held(block(1, None) + block(6, 8, "B")) == [(1, 1, 6), (6, 8, None)]


def test_an_abandoned_address_was_held_by_somebody() -> None:
    assert held(block(1, 2, None, "abandoned") + block(4, 5)) == [(1, 1, 4), (4, 5, None)]


def test_a_lease_that_only_a_later_state_tells_is_a_doubt() -> None:
    assert held(block(1, 5, state="free")) == [(1, 1, 5)]
    assert held(block(1, None, state="free"), block(2, 5, None, "backup")) == [(None, None, None)] * 2


def test_a_lease_of_nobody_named_is_one_of_somebody() -> None:
    assert held(block(1, 5, None)) == [(1, 5, None)]


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(4)))
def test_the_order_of_files_says_nothing(order: list[int]) -> None:
    parts = [block(1, 5), block(1, 3, state="released"), block(3, 9, "B"), block(6, 9, "B")]
    expected = held(*parts)
    assert held(*[parts[n] for n in order]) == [expected[n] for n in order]


def test_braces_within_quotes_and_nested_blocks_are_no_structure() -> None:
    text = block(1, 5).replace(
        "  binding",
        '  uid "}; lease 192.0.2.9 {\\"";\n  on expiry { set x = 1; if y { z; } }\n# } lease {\n  binding',
    )
    [row] = rows(read(text))
    assert (row["ip"], row["subscriber"], row["problem"]) == ("192.0.2.7", MAC["A"], None)


def test_the_number_decides_and_the_comment_says_nothing() -> None:
    text = block(1, 5).replace(stamp(1), "epoch 1772582400").replace("2400;", "2400; # Thu Jan 01 00:00:00 1970")
    [row] = rows(read(text))
    assert (row["at"], row["at_text"], row["zone_basis"]) == (MIDNIGHT, "1772582400", "stated")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("3 2026/03/04 01", "2 2026/03/04 01", "BAD_TIME"),  # the weekday is not the date's
        ("3 2026/03/04 01", "3 2026/13/04 01", "BAD_TIME"),
        ("192.0.2.7", "192.0.2.700", "BAD_ADDRESS"),
        ("192.0.2.7", "192.0.2.7:80", "BAD_ADDRESS"),
        ("starts", "tstp", "MISSING_TIME"),
        ("  binding", "  ends 3 2026/03/04 09:00:00;\n  binding", "AMBIGUOUS_ROW"),
    ],
)
def test_what_has_not_its_shape_is_rejected(old: str, new: str, problem: str) -> None:
    text = block(2, 3) + block(1, 5).replace(old, new, 1)
    assert [row["problem"] for row in rows(read(text))] == [None, problem]


def test_a_time_without_a_zone_waits_for_a_declaration() -> None:
    reading = read(block(1, 5), said=replace(SAID, zone=None))
    [row] = rows(dhcpd.LEASES.relate([[reading]], lossy=True)[0][0])
    assert (row["at"], row["zone_basis"], row["held_from"]) == (None, None, None)


def test_the_customer_is_named_by_the_field_that_the_mapping_says() -> None:
    text = block(1, 5).replace("  binding", "  option agent.remote-id a:b;\n  binding")
    [row] = rows(read(text, said=replace(SAID, subscriber="agent.remote-id")))
    assert row["subscriber"] == "a:b"
    with pytest.raises(BadInput) as caught:
        parse_log_mapping(b'format = "isc-dhcpd-leases"\n', "m")
    assert "subscriber is missing" in caught.value.what


ASSOCIATION = """\
server-duid "\\000\\001";
ia-na "dv\\352;{" {
  cltt 3 2026/03/04 01:00:00;
  iaaddr 2001:db8::7 {
    binding state active;
    max-life 600;
    ends 3 2026/03/04 05:00:00;
  }
  iaprefix 2001:db8:0:100::/56 {
    binding state active;
    ends 3 2026/03/04 06:00:00;
  }
}
"""


def test_an_association_gives_a_row_for_each_address() -> None:
    reading = read(ASSOCIATION, dhcpd.LEASES6, replace(SAID, subscriber="iaid-duid"))
    found = [(row["ip"], row["subscriber"], row["at_text"], row["until_text"]) for row in rows(reading)]
    client, cltt = "dv\\352;{", "2026/03/04 01:00:00"
    assert found == [
        ("2001:db8::7", client, cltt, "2026/03/04 05:00:00"),
        ("2001:db8:0:100::/56", client, cltt, "2026/03/04 06:00:00"),
    ]
    assert [row["held_from"] for row in rows(dhcpd.LEASES6.relate([[reading]], lossy=True)[0][0])] == [
        MIDNIGHT + HOUR
    ] * 2


@pytest.mark.parametrize(
    ("log", "text"), [(dhcpd.LEASES, block(1, 5) + block(3, 7, "B")), (dhcpd.LEASES6, ASSOCIATION)]
)
def test_a_cut_at_any_byte_is_refused_or_loses_nothing(log: LogFormat, text: str) -> None:
    whole = {(row["ip"], row["at"], row["subscriber"]) for row in rows(read(text, log))}
    codes = set[str]()
    for cut in range(1, len(text)):
        try:
            reading = read(text[:cut], log)
        except BadInput as error:
            codes.add(error.code)
            continue
        assert {(row["ip"], row["at"], row["subscriber"]) for row in rows(reading)} <= whole
        assert text[:cut].rstrip().endswith("}")
    assert "TRUNCATED" in codes
    assert codes <= {"TRUNCATED", "NO_RECOGNISED_ROW"}


def damaged(rng: random.Random, text: str) -> str:
    """A statement moved, renamed or removed, a block cut off, a brace or quote put anywhere."""
    lines = text.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    kind = rng.randrange(5)
    if kind == 0:
        lines.insert(rng.randrange(len(lines)), lines.pop(at))
    elif kind == 1:
        lines[at] = lines[at].replace(lines[at].split()[0] if lines[at].split() else " ", "renamed", 1)
    elif kind == 2:
        del lines[at]
    elif kind == 3:
        lines = lines[:at]
    else:
        place = rng.randrange(len(lines[at]))
        lines[at] = lines[at][:place] + rng.choice('{};"#') + lines[at][place:]
    return "".join(lines)


def test_no_damage_gives_a_holding_that_was_not_there() -> None:
    """Rejected, refused or unaffected: a customer at an address only at times when the file said so.

    A statement that was moved into another block is that block's by any reading, so those with two are ambiguous.
    """
    rng = random.Random(4)
    text = "".join(block(n, n + 2, "AB"[n % 2], ip=f"192.0.2.{n}") for n in range(1, 9))
    true = {(row["ip"], row["at"], row["until"], row["subscriber"]) for row in rows(read(text))}
    outcomes = {"refused": 0, "read": 0}
    for _ in range(1_000):
        try:
            found = [row for row in rows(read(damaged(rng, text))) if row["problem"] is None]
        except BadInput:
            outcomes["refused"] += 1
            continue
        outcomes["read"] += 1
        for row in found:
            same = [each for each in true if each[0] == row["ip"]]
            whole = (row["ip"], row["at"], row["until"], row["subscriber"])
            less = None in whole and any(
                all(b in {None, a} for a, b in zip(each, whole, strict=True)) for each in same
            )
            assert whole in true or less, whole
    assert min(outcomes.values()) > 100


def lose_a_row(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rest, "batch_of", lambda found, *args, **more: sheet.batch_of(found[1:], *args, **more))


def miss_a_statement(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rest.Rest, "drop", lambda *_: None)


def move_a_value(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leases, "words", lambda s: [replace(piece, start=piece.start + 1) for piece in values.words(s)])


@pytest.mark.parametrize(
    ("fault", "code"),
    [(lose_a_row, "CONSERVATION"), (miss_a_statement, "CONSERVATION"), (move_a_value, "LOCATOR")],
)
def test_a_reader_that_loses_something_is_caught(
    fault: Callable[[pytest.MonkeyPatch], None], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = block(1, 5).replace("  binding", "  cltt 3 2026/03/04 01:00:00;\n  binding") + block(6, 7)
    assert pc.sum(read(text).batches[0].rows.column("texts")).as_py()
    fault(monkeypatch)
    with pytest.raises(BadInput) as caught:
        read(text)
    assert caught.value.code == code
