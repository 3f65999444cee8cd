"""Kea's lease files: columns by name, a start that is computed, and what a state says."""

from __future__ import annotations

import random
from typing import Any

import pytest

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import SECOND
from fourcorners.model.records import FOREVER
from fourcorners.model.records import Reading
from fourcorners.readers.archive import Member
from fourcorners.readers.logs import kea
from fourcorners.readers.logs.log_format import LogFormat
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.mapping import parse_log_mapping
from fourcorners.readers.logs.reader import LogReader
from fourcorners.readers.parts import joined

V4 = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state"
V6 = (
    "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,"
    "hostname,hwaddr,state"
)


def v4(start: int, lifetime: int, client: str = "A", state: int = 0, ip: str = "192.0.2.7") -> str:
    return f"{ip},00:00:5e:00:53:01,{client},{lifetime},{start + lifetime},1,1,1,a&#x2cb,{state}\n"


def v6(kind: int, length: int, ip: str = "2001:db8:0:100::") -> str:
    return f"{ip},00:01,3600,7200,1,3600,{kind},7,{length},1,1,,,0\n"


def read(text: str, log: LogFormat = kea.LEASES, subscriber: str = "client_id") -> Reading:
    """A reading that has passed both checks of an intake."""
    data = text.encode()
    reading = joined(log.parts(data, Said(None, "declared by tester", None, subscriber)))
    mapping = f'format = "{log.name}"\nsubscriber = "{subscriber}"\n'
    intake.check(
        reading, Member("", data, "", len(data)), LogReader(parse_log_mapping(mapping.encode(), "m"), "tester")
    )
    return reading


def rows(reading: Reading) -> list[dict[str, Any]]:
    return [row for batch in reading.batches for row in batch.rows.to_pylist()]


def held(*texts: str) -> list[tuple[int | None, ...]]:
    """Seconds from, until and lost until, of every row of the files."""
    related = kea.LEASES.relate([[read(f"{V4}\n{text}")] for text in texts], lossy=True)
    spans = []
    for row in (row for [reading] in related for row in rows(reading)):
        times = [row[name] for name in ("held_from", "held_until", "lost_until")]
        spans.append(tuple(t if t in {None, FOREVER} else t // SECOND for t in times))
    return spans


def test_a_lease_is_held_at_least_from_its_last_transaction() -> None:
    [row] = rows(read(f"{V4}\n{v4(1_000, 600)}"))
    assert (row["at"], row["until"], row["until_text"], row["zone_basis"]) == (
        None,
        1_600 * SECOND,
        "1600",
        "stated",
    )
    assert held(v4(1_000, 600)) == [(1_000, 1_600, None)]


def test_a_renewal_takes_over_and_a_missing_release_is_a_doubt() -> None:
    assert held(v4(1_000, 600) + v4(1_300, 600)) == [(1_000, 1_300, None), (1_300, 1_900, None)]
    assert held(v4(1_000, 600) + v4(1_300, 600, "B")) == [(1_000, 1_000, 1_300), (1_300, 1_900, None)]


@pytest.mark.parametrize("over", [v4(1_000, 600, state=3), "192.0.2.7,,A,0,1000,1,1,1,,0\n"])
def test_a_lease_taken_back_is_over_and_nobody_knows_since_when(over: str) -> None:
    expected = [(1_000, 1_000, 1_600)] * 2
    assert held(v4(1_000, 600) + over) == expected
    assert held(over, v4(1_000, 600)) == expected


def test_a_lease_that_ran_out_held_until_it_did() -> None:
    assert held(v4(1_000, 600) + v4(1_000, 600, state=2)) == [(1_000, 1_600, None)] * 2
    assert held(v4(1_000, 600, state=2)) == [(1_000, 1_000, 1_600)]


def test_a_declined_address_is_used_by_somebody() -> None:
    assert held(v4(1_000, 600, "", state=1)) == [(1_000, 1_000, FOREVER)]
    assert held(v4(1_000, 600, "", state=1) + v4(5_000, 60)) == [(1_000, 1_000, 5_000), (5_000, 5_060, None)]


@pytest.mark.parametrize(
    ("line", "ip", "problem"),
    [
        (v6(0, 128, "2001:db8::7"), "2001:db8::7", None),
        (v6(2, 56), "2001:db8:0:100::/56", None),
        (v6(0, 56), None, "BAD_ADDRESS"),  # an address with the length of a prefix
        (v6(1, 128, "2001:db8::7"), None, "BAD_ADDRESS"),
        (v6(2, 32), None, "BAD_ADDRESS"),  # bits are set behind the prefix
        (v6(2, 200), None, "BAD_ADDRESS"),
    ],
)
def test_a_row_is_an_address_or_a_prefix_by_its_type_and_length(
    line: str, ip: str | None, problem: str | None
) -> None:
    found = rows(read(f"{V6}\n{v6(0, 128)}{line}", kea.LEASES6, "duid"))[1]
    assert (found["ip"], found["problem"]) == (ip, problem)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("192.0.2.7", "192.0.2.700", "BAD_ADDRESS"),
        (",1600,", ",x,", "BAD_TIME"),
        (",1600,", ",,", "BAD_TIME"),
        (",600,", ",-600,", "BAD_TIME"),
        (",600,", ",9999999,", "BAD_TIME"),  # it would begin before 1970
        (",0\n", ",9\n", "MISSING_FIELD"),
    ],
)
def test_what_has_not_its_shape_is_rejected(old: str, new: str, problem: str) -> None:
    text = f"{V4}\n{v4(5_000, 60)}{v4(1_000, 600).replace(old, new, 1)}"
    assert [row["problem"] for row in rows(read(text))] == [None, problem]


def test_columns_are_found_by_name() -> None:
    names = V4.split(",")
    cells = v4(1_000, 600).rstrip("\n").split(",")
    order = list(range(len(names)))
    random.Random(3).shuffle(order)
    text = ",".join(names[n] for n in order) + "\n" + ",".join(cells[n] for n in order) + "\n"
    [moved], [plain] = rows(read(text)), rows(read(f"{V4}\n{v4(1_000, 600)}"))
    for name in ("ip", "until", "held_from", "subscriber", "action"):
        assert moved[name] == plain[name]


def test_quotes_are_characters_and_an_escaped_comma_is_none() -> None:
    text = f"{V4},user_context\n" + v4(1_000, 600).rstrip("\n") + ',{ "a": 1&#x2c "b }\n'
    [row] = rows(read(text))
    assert row["problem"] is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{V4}\n192.0.2.7,,\n{v4(1, 2)}", "COLUMNS"),
        (f"{V4}\n{v4(1, 2)}192.0.2.7,,", "TRUNCATED"),
        (f"{V4.replace('expire', 'address')}\n{v4(1, 2)}", "HEADER"),
        (f"{V4.replace('expire', 'end')}\n{v4(1, 2)}", "HEADER"),
    ],
)
def test_damage_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(text)
    assert caught.value.code == code


def test_a_cut_at_any_byte_is_refused_or_loses_nothing() -> None:
    text = f"{V4}\n" + "".join(v4(n * 1_000, 600, ip=f"192.0.2.{n}") for n in range(1, 4))
    whole = {(row["ip"], row["until"], row["subscriber"]) for row in rows(read(text))}
    refused = 0
    for cut in range(1, len(text)):
        try:
            found = [row for row in rows(read(text[:cut])) if row["problem"] is None]
        except BadInput:
            refused += 1
            continue
        assert {(row["ip"], row["until"], row["subscriber"]) for row in found} <= whole
    assert refused > 100
