from __future__ import annotations

import datetime as dt
import re
from ipaddress import ip_address

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.attribution import fragility
from fourcorners.model.instant import HOUR
from fourcorners.model.instant import from_datetime

moments = st.datetimes(dt.datetime(1980, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))


def variant(name: str, moment: dt.datetime) -> int | None:
    number = fragility.VARIANTS.index(name)
    for each, instants, exists in fragility.other_instants(np.array([from_datetime(moment)])):
        if each == number:
            return int(instants[0]) if exists[0] else None
    raise AssertionError(name)


@given(moments)
def test_dates_are_read_otherwise_as_the_calendar_does(moment: dt.datetime) -> None:
    expected: dict[str, dt.datetime | None] = {}
    for name, change in (
        ("day_and_month_swapped", {"day": moment.month, "month": moment.day}),
        ("year_before", {"year": moment.year - 1}),
        ("year_after", {"year": moment.year + 1}),
    ):
        try:
            expected[name] = moment.replace(**change)  # type: ignore[arg-type]
        except ValueError:
            expected[name] = None
    if moment.day == moment.month:
        expected["day_and_month_swapped"] = None
    for name, other in expected.items():
        assert variant(name, moment) == (None if other is None else from_datetime(other)), name


@given(moments)
def test_a_clock_is_an_hour_off_either_way(moment: dt.datetime) -> None:
    assert variant("clock_one_hour_fast", moment) == from_datetime(moment) - HOUR
    assert variant("clock_one_hour_slow", moment) == from_datetime(moment) + HOUR


def test_the_last_of_february_has_no_common_year() -> None:
    leap = dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)
    assert variant("year_before", leap) is None
    assert variant("year_after", leap) is None


def test_neighbouring_digits_change_places() -> None:
    assert fragility.transpositions("203.0.113.72") == ["203.0.113.27", "203.0.131.72", "230.0.113.72"]
    assert fragility.transpositions("1.1.1.1") == []
    assert fragility.transpositions("198.51.100.1") == ["189.51.100.1", "198.15.100.1"]


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str))
def test_a_transposed_address_is_another_address_and_transposes_back_for_ipv4(text: str) -> None:
    for other in fragility.transpositions(text):
        assert other != text
        assert str(ip_address(other)) == other
        if ":" in other:  # an IPv6 text may lead to an IPv4-mapped address, which is an IPv4 address
            assert sorted(re.sub("[:0]", "", other)) == sorted(re.sub("[:0]", "", text))
        if "." in text and ":" not in text:
            assert text in fragility.transpositions(other)
