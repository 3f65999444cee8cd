from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.law.window import first_instant
from fourcorners.law.window import instant
from fourcorners.law.window import last_instant
from fourcorners.law.window import local_day
from fourcorners.law.window import parse_window
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import DAY
from fourcorners.model.instant import HOUR
from fourcorners.model.instant import SECOND

ZONES = ("UTC", "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo")
MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1)).map(lambda d: d.replace(microsecond=0))


def epoch(moment: dt.datetime) -> int:
    return round((moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)).total_seconds()) * SECOND


def refusal(**window: Any) -> BadInput:
    base = {"start": "2026-03-01T00:00:00", "end": "2026-03-08T00:00:00", "zone": "America/New_York"}
    with pytest.raises(BadInput) as caught:
        parse_window({key: value for key, value in (base | window).items() if value is not None})
    assert caught.value.code == "ORDER_FILE"
    return caught.value


@given(MOMENTS, st.timedeltas(dt.timedelta(days=2), dt.timedelta(days=400)), st.sampled_from(ZONES), st.booleans())
def test_local_times_are_read_in_the_declared_zone(
    begin: dt.datetime,
    length: dt.timedelta,
    zone: str,
    native: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    """Oracle: zoneinfo both ways, for times that exist once there."""
    end = (begin + length).replace(microsecond=0)
    info = ZoneInfo(zone)
    for moment in (begin, end):
        folds = [moment.replace(tzinfo=info, fold=fold) for fold in (0, 1)]
        assume(folds[0].utcoffset() == folds[1].utcoffset())
    spell = (lambda d: d) if native else dt.datetime.isoformat
    window = parse_window({"start": spell(begin), "end": spell(end), "zone": zone})
    assert window.start == epoch(begin.replace(tzinfo=info))
    assert window.end == epoch(end.replace(tzinfo=info))
    assert (window.utc_start, window.utc_end) == (
        epoch(begin.replace(tzinfo=dt.UTC)),
        epoch(end.replace(tzinfo=dt.UTC)),
    )


@given(MOMENTS, st.integers(-23 * 60, 23 * 60), st.sampled_from(ZONES))
def test_an_offset_is_exact_and_the_zone_gives_the_other_reading(
    moment: dt.datetime, minutes: int, zone: str
) -> None:
    aware = moment.replace(tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
    window = parse_window({"start": aware.isoformat(), "end": aware + dt.timedelta(days=1), "zone": zone})
    assert window.start == epoch(aware)
    assert window.end == epoch(aware) + DAY
    assert window.utc_start == epoch(aware.astimezone(ZoneInfo(zone)).replace(tzinfo=dt.UTC))


@pytest.mark.parametrize("day", ["2026-03-07", dt.date(2026, 3, 7)])
def test_a_bare_date_is_refused_with_its_spelling(day: object) -> None:
    error = refusal(end=day)
    assert error.where == "window.end"
    assert '"through 7 March" is end = "2026-03-08T00:00:00"' in error.next_step
    assert "America/New_York" in error.next_step
    assert '"from 7 March" is start = "2026-03-07T00:00:00"' in refusal(start=day).next_step


@pytest.mark.parametrize(
    ("local", "word"),
    [("2026-03-08T02:30:00", "does not exist"), ("2026-11-01T01:30:00", "happens twice")],
)
def test_local_times_at_a_change_of_clocks_are_refused(local: str, word: str) -> None:
    error = refusal(start=local, end="2026-12-01T00:00:00")
    assert error.where == "window.start"
    assert word in error.what
    assert "offset" in error.next_step
    refusal(start=dt.datetime.fromisoformat(local), end="2026-12-01T00:00:00")
    resolved = parse_window({"start": local + "-05:00", "end": "2026-12-01T00:00:00", "zone": "America/New_York"})
    assert resolved.start == epoch(dt.datetime.fromisoformat(local + "-05:00"))


@pytest.mark.parametrize(
    ("window", "where"),
    [
        ({"start": None}, "window.start"),
        ({"end": None}, "window.end"),
        ({"zone": None}, "window.zone"),
        ({"zone": ""}, "window.zone"),
        ({"zone": "EST5EDT7"}, "window.zone"),
        ({"zone": "America"}, "window.zone"),
        ({"zone": "../etc/passwd"}, "window.zone"),
        ({"zone": "localtime"}, "window.zone"),
        ({"zone": 5}, "window.zone"),
        ({"end": "2026-03-01T00:00:00"}, "window.end"),
        ({"end": "2026-02-01T00:00:00"}, "window.end"),
        ({"start": "2026-03-01T00:00"}, "window.start"),
        ({"start": "1 March 2026"}, "window.start"),
        ({"start": "03/01/2026 00:00:00"}, "window.start"),
        ({"start": "2026-02-30T00:00:00"}, "window.start"),
        ({"start": "2026-02-30"}, "window.start"),
        ({"start": 1_772_323_200}, "window.start"),
        ({"start": dt.time(1, 2)}, "window.start"),
        ({"start": True}, "window.start"),
        ({"start": "0001-01-01T00:00:00"}, "window.start"),
        ({"end": "9999-12-31T00:00:00Z"}, "window.end"),
        ({"end": dt.date(9999, 12, 31)}, "window.end"),
        ({"reason": "x"}, "window.reason"),
    ],
)
def test_what_is_no_window_is_refused_at_its_key(window: dict[str, Any], where: str) -> None:
    assert refusal(**window).where == where


@pytest.mark.parametrize("value", ["2026-03-01/2026-03-08", ["a", "b"], None])
def test_a_window_is_a_table(value: object) -> None:
    with pytest.raises(BadInput, match="window"):
        parse_window(value)


def test_bare_dates_outside_windows_include_their_day() -> None:
    zone = "America/New_York"
    for day in ("2026-03-08", dt.date(2026, 3, 8)):  # the day of 23 hours
        first, last = first_instant("served", day, zone), last_instant("serve_by", day, zone)
        assert first == instant("", "2026-03-08T00:00:00-05:00", zone)
        assert last + 1_000 - first == 23 * HOUR
        assert local_day(first, zone) == local_day(last, zone) == dt.date(2026, 3, 8)
        assert local_day(first - 1, zone) == dt.date(2026, 3, 7)
