from __future__ import annotations

import pytest

from fourcorners.model.instant import SECOND
from fourcorners.report.blocks import byte_ranges
from fourcorners.report.blocks import duration
from fourcorners.report.blocks import facts
from fourcorners.report.blocks import instant
from fourcorners.report.blocks import lines
from fourcorners.report.blocks import number


@pytest.mark.parametrize(
    ("ns", "words"),
    [
        (0, "0 s"),
        (1, "0.000000001 s"),
        (59 * SECOND, "59 s"),
        (120 * SECOND, "2 min"),
        (3723 * SECOND + SECOND // 2, "1 h 2 min 3.5 s"),
        (5_000 * 3600 * SECOND, "5,000 h"),
    ],
)
def test_durations_lose_nothing(ns: int, words: str) -> None:
    assert duration(ns) == words


def test_byte_ranges_are_all_shown() -> None:
    assert byte_ranges(((12, 20), (31, 35))) == "bytes 12–20, 31–35"
    assert byte_ranges(()) == "no byte range"


def test_numbers_have_their_plural() -> None:
    assert [number(n, "row") for n in (0, 1, 12_345)] == ["0 rows", "1 row", "12,345 rows"]
    assert number(2, "category", "categories") == "2 categories"


def test_an_absent_instant_is_said() -> None:
    assert instant(None) == "not stated"
    assert instant(0) == {"q": "1970-01-01T00:00:00Z"}


def test_a_fact_without_a_value_is_left_out() -> None:
    assert facts(("a", ""), ("b", lines([])), ("c", "d")) == {"facts": [("c", "d")]}
