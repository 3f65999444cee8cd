"""Times against `zoneinfo` and `datetime`, in every layout, and what must stay unread."""

from __future__ import annotations

import datetime as dt
import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.model.instant import ZoneError
from fourcorners.model.instant import local_to_utc
from fourcorners.model.instant import parse_rfc3339
from fourcorners.readers.table import times as times_module
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.times import Times
from fourcorners.readers.table.times import read_times
from fourcorners.readers.table.zones import parse_zone

YEAR_FIRST = TimeFormat.year_first()
EPOCH = dt.datetime(1970, 1, 1)
MOMENTS = st.datetimes(dt.datetime(1678, 1, 1), dt.datetime(2261, 12, 31))
#: Berlin changes by an hour, Lord Howe by half of one, Apia left out a day, Monrovia went by odd seconds.
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Monrovia",
    "Europe/London",
]


def column(*texts: str, how: TimeFormat = YEAR_FIRST, zone: str | None = None) -> Times:
    return read_times(pa.array(texts, pa.string()), how, parse_zone(zone) if zone else None)


def utc(naive: dt.datetime) -> int:
    return (naive - EPOCH) // dt.timedelta(microseconds=1) * 1000


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(MOMENTS, st.integers(0, 9), st.sampled_from(["", "Z", " UTC", "+05:30", "-0930", "+14"])),
        max_size=40,
    ),
    st.sampled_from(["T", " "]),
)
def test_year_first_texts_are_what_the_model_reads(
    drawn: list[tuple[dt.datetime, int, str]], separator: str
) -> None:
    texts, plain = [], []
    for moment, digits, zone in drawn:
        fraction = f".{moment.microsecond:06d}789"[: digits + 1] if digits else ""
        text = moment.strftime(f"%Y-%m-%d{separator}%H:%M:%S") + fraction + zone
        texts.append(text.replace(str(moment.year), f"{moment.year:04d}", 1))
        offset = re.sub(r"([+-]\d\d):?(\d\d)?$", lambda m: f"{m[1]}:{m[2] or '00'}", zone.replace(" UTC", "Z"))
        plain.append(texts[-1].removesuffix(zone) + offset)
    found = column(*texts)
    for index, (text, (_, digits, zone)) in enumerate(zip(plain, drawn, strict=True)):
        assert found.read[index]
        assert found.known[index] == found.stated[index] == bool(zone)
        assert found.precision[index] == 10 ** (9 - digits)
        if zone:
            assert found.ns[index] == parse_rfc3339(text).ns


@settings(max_examples=100)
@given(st.sampled_from(ZONES), st.lists(MOMENTS, min_size=1, max_size=30), st.integers(0, 3))
def test_local_times_are_those_of_zoneinfo(zone: str, moments: list[dt.datetime], near: int) -> None:
    changes = [
        dt.datetime(2026, 3, 29, 2),
        dt.datetime(2026, 10, 25, 2),
        dt.datetime(1972, 1, 7, 0),
        dt.datetime(2011, 12, 30),
    ]
    local = [
        changes[near] + dt.timedelta(seconds=moment.microsecond % 9000 - 4500)
        if index % 2
        else moment.replace(microsecond=0)
        for index, moment in enumerate(moments)
    ]
    found = column(*(moment.isoformat(" ", "seconds") for moment in local), zone=zone)
    for index, moment in enumerate(local):
        assert found.read[index]
        assert found.declared[index]
        assert not found.stated[index]
        try:
            expected = local_to_utc(moment, zone)
        except ZoneError:
            assert not found.known[index]
        else:
            assert found.known[index]
            assert found.ns[index] == expected


@pytest.mark.parametrize("zone", ZONES)
def test_every_second_around_the_changes_of_2026(zone: str) -> None:
    for day in (
        dt.datetime(2026, 3, 8),
        dt.datetime(2026, 3, 29),
        dt.datetime(2026, 4, 5),
        dt.datetime(2026, 10, 25),
    ):
        local = [day + dt.timedelta(seconds=second) for second in range(0, 4 * 3600, 7)]
        found = column(*(moment.isoformat(" ") for moment in local), zone=zone)
        for index, moment in enumerate(local):
            try:
                assert found.ns[index] == local_to_utc(moment, zone)
                assert found.known[index]
            except ZoneError:
                assert not found.known[index]


def test_twice_and_never() -> None:
    found = column("2026-10-25 02:30:00", "2026-03-29 02:30:00", "2026-10-25 03:00:00", zone="Europe/Berlin")
    assert found.known.tolist() == [False, False, True]
    assert found.declared.tolist() == [True, True, True]


@pytest.mark.parametrize("zone", ["UTC", "Z", "+02:00", "-0330"])
def test_a_fixed_offset_is_a_zone(zone: str) -> None:
    found = column("2026-10-25 02:30:00", zone=zone)
    shift = {"+02:00": 7200, "-0330": -12600}.get(zone, 0)
    assert found.ns[0] == utc(dt.datetime(2026, 10, 25, 2, 30)) - shift * 10**9


FORMATS = {
    "%d.%m.%Y %H:%M:%S": 10**9,
    "%m/%d/%Y %I:%M:%S %p": 10**9,
    "%d %b %Y %H:%M": 60 * 10**9,
    "%B %d, %Y %I:%M:%S%p": 10**9,
    "%Y%m%d%H%M%S": 10**9,
    "%Y年%m月%d日 %H:%M": 60 * 10**9,
    "%d/%m/%Y": 86_400 * 10**9,
    "%d-%m-%Y %H:%M:%S.%f": 1000,
    "100%% %Y-%m-%d %H h": 3600 * 10**9,
}


@settings(max_examples=150)
@given(st.sampled_from(sorted(FORMATS)), st.lists(MOMENTS, min_size=1, max_size=40), st.booleans())
def test_declared_formats_are_those_of_strptime(spelling: str, moments: list[dt.datetime], padded: bool) -> None:  # noqa: FBT001 - drawn
    texts = [moment.strftime(spelling.replace("%Y", f"{moment.year:04d}")) for moment in moments]
    if not padded and "%Y%m" not in spelling and "%f" not in spelling:
        texts = [re.sub(r"\b0(\d)", r"\1", text) for text in texts]
    found = column(*texts, how=TimeFormat.declared(spelling), zone="UTC")
    for index, text in enumerate(texts):
        assert found.known[index], text
        assert found.ns[index] == utc(dt.datetime.strptime(text, spelling)), text  # noqa: DTZ007 - the zone is declared
        assert found.precision[index] == FORMATS[spelling]


def test_an_offset_in_the_text_is_stated_and_goes_before_the_declared_zone() -> None:
    how = TimeFormat.declared("%d/%m/%Y %H:%M:%S %z")
    found = column("27/07/2026 03:04:43 +0530", "27/07/2026 03:04:43 Z", how=how, zone="Europe/Berlin")
    assert found.stated.all()
    assert found.ns.tolist() == [
        parse_rfc3339("2026-07-27T03:04:43+05:30").ns,
        parse_rfc3339("2026-07-27T03:04:43Z").ns,
    ]


def test_epochs_are_declared_counts() -> None:
    seconds = column("1780000000", "1780000000.25", "x", "-5", how=TimeFormat.declared("epoch"))
    assert seconds.ns[:2].tolist() == [1780000000 * 10**9, 1780000000 * 10**9 + 250_000_000]
    assert seconds.precision[:2].tolist() == [10**9, 10**7]
    assert seconds.known.tolist() == seconds.declared.tolist() == [True, True, False, False]
    millis = column("1780000000123", how=TimeFormat.declared("epoch_ms"))
    assert (millis.ns[0], millis.precision[0]) == (1780000000123 * 10**6, 10**6)
    assert not column("99999999999", how=TimeFormat.declared("epoch")).read.any()


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29 00:00:00",
        "2026-13-01 00:00:00",
        "2026-00-01 00:00:00",
        "2026-01-00 00:00:00",
        "2026-06-31 00:00:00",
        "2026-01-01 24:00:00",
        "2026-01-01 00:60:00",
        "2026-01-01 00:00:60",
        "1677-01-01 00:00:00",
        "2262-01-01 00:00:00",
        "2026-01-01 00:00:00 CET",
        "2026-01-01 00:00:00+24:00",
        "2026-01-01 00:00:00+05:60",
        "2026-01-01",
        "2026-01/01 00:00:00",
        "2026-01-01 00:00:00.",
        "2026-01-01 00:00:00.1234567890",
        "٢٠٢٦-01-01 00:00:00",
        "",
        "now",
        "01.02.2026 00:00:00",
        "1780000000",
        " 2026-01-01 00:00:00",
        "2026-01-01 00:00:00\n",
    ],
)
def test_what_is_no_time_stays_unread(text: str) -> None:
    found = column("2026-01-01 00:00:00Z", text, "2026-01-01 00:00:00", zone="UTC")
    assert found.read.tolist() == [True, False, True]
    assert found.known.tolist() == [True, False, True]


def test_a_column_of_many_layouts_is_read_like_a_column_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        f"2026-0{month}-1{day} 0{hour}:30:00{zone}"
        for month in range(1, 10)
        for day in range(10)
        for hour in range(10)
        for zone in ("", "+01:00", "-02:30", "+24:00", "+0130x", "Z")
    ]
    by_layout = column(*texts, zone="Europe/Berlin")
    monkeypatch.setattr(times_module, "_MAX_LAYOUTS", 0)
    one_by_one = column(*texts, zone="Europe/Berlin")
    for name in ("read", "known", "stated", "declared"):
        assert (getattr(by_layout, name) == getattr(one_by_one, name)).all()
    assert (by_layout.ns[by_layout.known] == one_by_one.ns[by_layout.known]).all()


@pytest.mark.parametrize(
    "spelling",
    [
        "%d.%m.%y %H:%M",
        "%c",
        "%Y-%m-%d %I:%M",
        "%Y-%m-%d %H:%M %p",
        "%Y-%m",
        "%H:%M:%S",
        "%Y-%m-%d %d",
        "%Y-%j",
        "%Y-%m-%d %S",
        "%Y-%m-%d %H.%f",
        "%Y-%m-%d %H:%M:%S %Z",
        "%Y-%m-%d %",
        "",
        "%Y-%m-%b-%d",
    ],
)
def test_formats_that_leave_something_open_are_refused(spelling: str) -> None:
    with pytest.raises(ValueError, match=r"needs|holds|names|has|ends|must"):
        TimeFormat.declared(spelling)


@pytest.mark.parametrize(
    "text", ["27/07/2026 03:04", "7.8.2026", "27 Jul 2026 03:04", "1780000000", "20260727030443"]
)
def test_orders_that_only_a_declaration_can_settle_are_known_as_such(text: str) -> None:
    assert YEAR_FIRST.leaves_open(text)
    assert not YEAR_FIRST.leaves_open("unknown")
    assert not TimeFormat.declared("%Y-%m-%d").leaves_open(text)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "CEST", "+25:00", "+01:75", "../etc/passwd", 5])
def test_what_is_no_zone_is_refused(name: object) -> None:
    with pytest.raises(ZoneError):
        parse_zone(name)
