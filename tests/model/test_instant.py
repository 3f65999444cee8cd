from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.model import instant
from fourcorners.model.instant import ZoneError
from fourcorners.model.instant import local_to_utc
from fourcorners.model.instant import parse_rfc3339
from fourcorners.model.instant import rfc3339

moments = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2099, 1, 1)).map(lambda d: d.replace(tzinfo=dt.UTC))


@given(moments)
def test_rfc3339_there_and_back(moment: dt.datetime) -> None:
    ns = instant.from_datetime(moment)
    text = rfc3339(ns, 1_000)
    assert parse_rfc3339(text).ns == ns
    assert dt.datetime.fromisoformat(text) == moment


def test_seconds_before_a_z_are_kept() -> None:
    assert parse_rfc3339("2026-01-20T04:00:09Z").rfc3339() == "2026-01-20T04:00:09Z"


def test_a_fraction_is_written_only_where_one_was() -> None:
    assert parse_rfc3339("2026-01-20T04:00:09.50Z").rfc3339() == "2026-01-20T04:00:09.50Z"
    assert parse_rfc3339("2026-01-20T06:00:09+02:00").rfc3339() == "2026-01-20T04:00:09Z"


@given(moments, st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "UTC"]))
def test_local_times_agree_with_zoneinfo_or_are_refused(moment: dt.datetime, zone: str) -> None:
    naive = moment.replace(tzinfo=None)
    ways = {naive.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1)}
    if len(ways) == 1:
        aware = naive.replace(tzinfo=ZoneInfo(zone))
        assert local_to_utc(naive, zone) == instant.from_datetime(aware.astimezone(dt.UTC))
    else:
        with pytest.raises(ZoneError):
            local_to_utc(naive, zone)


@pytest.mark.parametrize(
    ("naive", "word"),
    [
        (dt.datetime(2026, 3, 29, 1, 30), "does not exist"),
        (dt.datetime(2026, 10, 25, 1, 30), "happens twice"),
    ],
)
def test_m33_times_at_a_change_of_the_clocks(naive: dt.datetime, word: str) -> None:
    with pytest.raises(ZoneError, match=word):
        local_to_utc(naive, "Europe/London")


@pytest.mark.parametrize("text", ["2026-03-01", "03/04/2026 10:00:00", "2026-3-1 1:00:00", "", "now"])
def test_other_texts_are_no_times(text: str) -> None:
    with pytest.raises(ValueError, match="not an RFC 3339"):
        parse_rfc3339(text, "UTC")


def test_a_naive_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ZoneError):
        parse_rfc3339("2026-03-01 10:00:00")


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "UTC+25"])
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(ZoneError):
        instant.zone_info(name)
