"""The score that compares tools, on outputs written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from peers.damage import DAMAGES
from peers.lines import PRODUCTIONS
from peers.page import page
from peers.score import Found
from peers.score import Truth
from peers.score import addresses
from peers.score import instants
from peers.score import pairs_of
from peers.score import score
from peers.score import truth_of

COLUMNS = {"login": ("account", "ip", "port", "at"), "seen": ("account", "ip", "at", "until")}
ROWS = [
    ["login", "released", None, "7001", "198.51.100.7", 4431, "2026-03-01T10:00:00Z"],
    ["login", "released", None, "7001", "2001:db8::7", None, "2026-03-01T11:00:00Z"],
    ["login", "sealed", "OUTSIDE_DATE_RANGE", "7001", "198.51.100.8", None, "2026-01-01T10:00:00Z"],
    ["login", "rejected", "BAD_TIME", "7001", None, None, None],
    ["login", "sealed", "UNDECIDABLE_TIME_ZONE", "7001", None, None, None],
    ["login", "released", None, "7001", None, None, "2026-03-01T12:00:00Z"],
    ["capture", "sealed", "OUTSIDE_CATEGORY", "7001"],
]
RECORDS = ["198.51.100.9\t2026-02-30 10:00:00 UTC", "198.51.100.9\t2026-02-12 10:00:00"]
HEADS = ["Timestamp", "IP", "Account"]
RIGHT = [
    ["2026-03-01 10:00:00+00:00", "198.51.100.7:4431", "7001"],
    ["2026-03-01 11:00:00 UTC", "2001:DB8:0:0::7", "7001"],
    ["2026-01-01 10:00:00", "198.51.100.8", ""],
]


@pytest.fixture
def truth() -> Truth:
    return truth_of({"members": [{"rows": ROWS}]}, COLUMNS, RECORDS)


def test_the_truth_knows_readable_and_unreadable_rows(truth: Truth) -> None:
    assert [(row.ip, row.inside) for row in truth.known] == [
        ("198.51.100.7", True),
        ("2001:db8::7", True),
        ("198.51.100.8", False),
    ]
    assert (truth.unreadable, dict(truth.reasons)) == (2, {"BAD_TIME": 1, "UNDECIDABLE_TIME_ZONE": 1})
    assert truth.stated == {("198.51.100.9", 1770890400)}


def test_rows_that_are_right_count_in_any_column_and_spelling(truth: Truth) -> None:
    assert score(truth, {"logins": RIGHT}) == Found(2, 1, 0, 0, 2)
    turned = [[*reversed(row)] for row in RIGHT]
    assert score(truth, {"logins": turned}) == Found(2, 1, 0, 0, 2)


def test_a_row_that_two_tables_show_is_found_once(truth: Truth) -> None:
    assert score(truth, {"one": RIGHT, "two": RIGHT[:2]}) == Found(2, 1, 0, 0, 2)


def test_the_time_of_one_row_beside_the_address_of_another_is_wrong(truth: Truth) -> None:
    crossed = [RIGHT[0], [RIGHT[2][0], RIGHT[1][1], "7001"]]
    assert score(truth, {"logins": crossed}) == Found(1, 0, 1, 0, 1)
    assert score(truth, {"one": crossed, "two": crossed}).wrong == 1, "one mistake, shown twice"


def test_a_shift_by_a_second_is_wrong(truth: Truth) -> None:
    assert score(truth, {"logins": [["2026-03-01 10:00:01+00:00", "198.51.100.7", ""]]}) == Found(0, 0, 1, 0, 0)


def test_a_time_in_another_zone_is_no_instant_of_the_truth(truth: Truth) -> None:
    away = ["2026-03-01 10:00:00-05:00", "198.51.100.7", ""]
    assert score(truth, {"logins": [RIGHT[1], away, away]}) == Found(1, 0, 0, 1, 1)


def test_unreadable_rows_that_are_shown_are_no_wrong_pairs(truth: Truth) -> None:
    partial = ["2026-03-01 12:00:00 UTC", "", ""]  # as many as the truth has: its one row without a pair
    shown = [
        partial,
        ["2026-02-30 10:00:00 UTC", "198.51.100.9", ""],
        ["2026-02-12 10:00:00+00:00", "198.51.100.9", ""],
    ]
    assert score(truth, {"logins": RIGHT + shown}) == Found(2, 1, 0, 2, 2)


def test_equal_rows_in_two_lists_are_two_rows() -> None:
    truth = truth_of({"members": [{"rows": [ROWS[0], ROWS[1], ROWS[0]]}]}, COLUMNS, ())
    assert score(truth, {"logins": RIGHT[:2], "logouts": RIGHT[:1]}).inside == 3
    assert score(truth, {"logins": RIGHT[:2], "again": RIGHT[:2]}).inside == 2


def test_tables_without_a_pair_are_not_rows_of_the_list(truth: Truth) -> None:
    facts = [["Registration Date", "2024-01-01 10:00:00 UTC"], ["Registration IP", "192.0.2.1"]]
    assert score(truth, {"facts": facts}) == Found(0, 0, 0, 0, 0)


def test_a_page_in_a_cell_is_no_row(truth: Truth) -> None:
    page_text = " ".join(f"198.51.100.{n} 2026-03-01 10:00:00 UTC" for n in range(5, 9))
    assert score(truth, {"page": [[page_text]]}) == Found(0, 0, 0, 0, 0)


def test_a_sighting_needs_both_of_its_times() -> None:
    row = ["seen", "released", None, "7001", "198.51.100.7", "2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"]
    truth = truth_of({"members": [{"rows": [row]}]}, COLUMNS, ["198.51.100.7 2026-03-01 10:00:00 UTC"])
    whole = ["198.51.100.7", "2026-03-01 10:00:00 UTC", "2026-03-02 10:00:00 UTC"]
    assert score(truth, {"ips": [whole]}) == Found(1, 0, 0, 0, 0)
    assert score(truth, {"ips": [whole[:2]]}).inside == 0


def test_two_equal_rows_of_the_truth_need_two_rows() -> None:
    truth = truth_of({"members": [{"rows": [ROWS[0], ROWS[0]]}]}, COLUMNS, ())
    assert score(truth, {"logins": RIGHT[:1]}).inside == 1
    assert score(truth, {"logins": [RIGHT[0], RIGHT[0]]}).inside == 2


def test_usual_spellings() -> None:
    assert addresses("[2001:db8::1]:443, 198.51.100.1:80 (203.0.113.5)") == {
        "2001:db8::1",
        "198.51.100.1",
        "203.0.113.5",
    }
    assert addresses("10:11:12 1.2.3 198.51.100.300 v1.2.3.4") == set()
    ten = 1772359200
    for text in (
        "2026-03-01 10:00:00",
        "2026-03-01T10:00:00.250Z",
        "2026-03-01 10:00:00+00:00",
        "2026-03-01 10:00:00 UTC",
        "Sun Mar 01 10:00:00 UTC 2026",
    ):
        assert instants(text) == {ten}, text
    for text in ("12/02/2026 10:00:00", "2026-02-30 10:00:00 UTC", "2026-03-01 10:00:00-05:00", "2026-03-01"):
        assert instants(text) == set(), text


def test_every_production_has_the_pairs_of_its_truth(tmp_path: Path) -> None:
    for n, line in enumerate(PRODUCTIONS):
        ((_, made),) = line.made(tmp_path / f"{n}", 40, 1)
        assert made.ours.is_file()
        assert made.theirs.exists()
        assert made.order.is_file()
        assert made.truth.known
        pairs = {(row.ip, row.at) for row in made.truth.known}
        # of pages in HTML within a zip of zips, the records are not taken apart a second time
        assert line.name == "google-return" or not made.truth.stated or pairs <= made.truth.stated, line


def test_damage_changes_both_copies(tmp_path: Path) -> None:
    for n, damage in enumerate(DAMAGES):
        _, made = damage.made(tmp_path / f"{n}", 40)
        good = next(each for each in PRODUCTIONS if each.name == damage.format and each.own)
        ((_, before),) = good.made(tmp_path / f"good{n}", 40, 1)
        theirs = made.theirs if made.theirs.is_file() else next(p for p in made.theirs.rglob("*") if p.is_file())
        assert made.ours.read_bytes() == theirs.read_bytes()
        assert made.ours.read_bytes() != before.ours.read_bytes()


def test_the_page_has_a_row_for_each_tool() -> None:
    run = {"inside": 1, "outside": 2, "wrong": 0, "unmarked": 1, "named": 0, "told": 0, "code": 0, "message": ""}
    run |= {"ends": [[0, ""]], "seconds": 1.0, "cpu": 0.5, "megabytes": 9.0}
    truth = {"inside": 1, "outside": 2, "unreadable": 4}
    line = {"format": "f", "layout": "l", "own": True, "rows": 7, "seeds": [101], "truth": truth}
    line |= {"rleapp": run, "fourcorners": run | {"told": 3, "unmarked": 0}}
    damage = {"what": "cut", "format": "f", "seed": 101, "readable": 3, "rleapp": run, "fourcorners": run}
    peer = {"commit": "c", "date": "d", "python": "3"}
    counts = {"peer": peer, "rows": 1000, "times": 3, "lines": [line], "damages": [damage]}
    costs = {"peer": peer, "machine": "m", "times": 3, "load": [0.1, 0.2], "lines": [line]}
    text = page(counts, costs)
    assert "| f, own: l (101) | RLEAPP | 1 of 1 | 2 of 2 | 0 | 0 / 1 / 3 | 0 of 3 | 0 |" in text
    assert "|  | Fourcorners | 1 of 1 | 2 of 2 | 0 | 3 / 0 / 1 | 0 of 3 | 0 |" in text
    assert "| cut (f, 101) | RLEAPP | 0: no message | 3 of 3 | 0 |" in text
    assert "| f (101) | 7 | RLEAPP | 3 of 3 | 0 | 0.5 | 1.0 | 9 |" in text
    assert "Not measured" in page(counts, None)


def test_pairs_of_a_row() -> None:
    assert pairs_of(["198.51.100.7", "x", "2026-03-01 10:00:00"]) == {("198.51.100.7", 1772359200)}
    assert pairs_of(["198.51.100.7"]) == frozenset()
