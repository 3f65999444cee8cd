"""Gathered rows: typed columns from texts, and the first problem of each row."""

from __future__ import annotations

from typing import Any

import pytest

from fourcorners.model.instant import ZoneDeclaration
from fourcorners.readers.gathered import ROWS
from fourcorners.readers.gathered import Clock
from fourcorners.readers.gathered import Gathered
from fourcorners.readers.gathered import Value
from fourcorners.readers.table.time_format import TimeFormat

HOW = TimeFormat.year_first()


def rows(
    family: str, *values: dict[str, str], clock: Clock | None = None, problem: str | None = None
) -> list[dict[str, Any]]:
    gathered = Gathered(family, "section", clock or Clock(HOW), required=("ip", "at"))
    at = 0
    for row, each in enumerate(values):
        placed = {}
        for name, text in each.items():
            placed[name] = Value(text, [at, at + len(text)])
            at += len(text) + 1
        gathered.add((row, 0, at, len(each)), "session_ip_log", placed, problem)
    return [row for batch in gathered.batches() for row in batch.rows.to_pylist()]


GOOD = {"ip": "192.0.2.7", "at": "2026-03-01T10:00:00Z"}


@pytest.mark.parametrize(
    ("changed", "problem", "port"),
    [
        ({}, None, None),
        ({"ip": "192.0.2.7:1135"}, None, 1135),
        ({"ip": "[2001:db8::1]:59483"}, None, 59483),
        ({"ip": "[2001:db8::1]"}, None, None),
        ({"ip": "192.0.2.7:0"}, None, None),
        ({"port": "1135"}, None, 1135),
        ({"port": "0"}, None, None),
        ({"port": "70000"}, "BAD_PORT", None),
        ({"port": "x"}, "BAD_PORT", None),
        ({"ip": "192.0.2.7:1135", "port": "1136"}, "BAD_PORT", 1136),
        ({"ip": "192.0.2.7:70000"}, "BAD_ADDRESS", None),
        ({"ip": "192.0.2.0/24"}, "BAD_ADDRESS", None),
        ({"at": "yesterday"}, "BAD_TIME", None),
    ],
)
def test_a_row_has_typed_values_or_a_problem(
    changed: dict[str, str], problem: str | None, port: int | None
) -> None:
    (row,) = rows("login", GOOD | changed)
    assert (row["problem"], row["port"]) == (problem, port)


def test_what_a_row_must_have_is_missed_and_an_earlier_problem_stays() -> None:
    assert [row["problem"] for row in rows("login", {"ip": "192.0.2.7"}, {"at": GOOD["at"]}, {})] == [
        "MISSING_TIME",
        "MISSING_ADDRESS",
        "MISSING_ADDRESS",
    ]
    assert rows("login", {}, problem="AMBIGUOUS_ROW")[0]["problem"] == "AMBIGUOUS_ROW"


def test_a_port_beside_its_address_has_its_own_place() -> None:
    (row,) = rows("login", {"ip": "[2001:db8::1]:0", "at": GOOD["at"]})
    assert (row["ip"], row["port_text"], row["port@"]) == ("2001:db8::1", "0", [14, 15])


def test_zones_are_stated_of_the_file_or_declared_and_never_supplied() -> None:
    local = GOOD | {"at": "2026-03-01 10:00:00"}
    bases = [
        (Clock(HOW), None, None),
        (Clock.declared(HOW, None), None, None),
        (Clock.of_file(HOW, "UTC"), "file", 1_772_359_200_000_000_000),
        (
            Clock.declared(HOW, ZoneDeclaration("+02:00", "Ada Example")),
            "declared by Ada Example",
            1_772_352_000_000_000_000,
        ),
    ]
    for clock, basis, at in bases:
        (row,) = rows("login", local, clock=clock)
        assert (row["zone_basis"], row["at"], row["precision"]) == (basis, at, 1_000_000_000)
        assert rows("login", GOOD, clock=clock)[0]["zone_basis"] == "stated"


def test_two_times_of_a_row_rest_on_one_basis_and_do_not_run_backwards() -> None:
    seen = {"ip": "192.0.2.7", "at": "2026-03-01T10:00:00Z", "until": "2026-03-01T10:00:00Z"}
    changes = [{}, {"until": "2026-03-01T09:59:59Z"}, {"until": "2026-03-02 10:00:00"}, {"until": "x"}]
    found = rows("seen", *(seen | each for each in changes))
    assert [row["problem"] for row in found] == [None, "BAD_INTERVAL", "BAD_TIME", "BAD_TIME"]
    assert rows("seen", seen | {"ip": "192.0.2.7:1135"})[0]["problem"] == "BAD_ADDRESS"


def test_accounts_are_normalised_and_batches_are_bounded() -> None:
    (row,) = rows("login", GOOD | {"account": " Ann "})
    assert (row["account"], row["account_text"]) == ("ann", " Ann ")
    gathered = Gathered("capture", "section", Clock(HOW))
    for row_number in range(ROWS + 1):
        gathered.add((row_number, 0, 0, 0), None, {})
    assert [batch.rows.num_rows for batch in gathered.batches()] == [ROWS, 1]
