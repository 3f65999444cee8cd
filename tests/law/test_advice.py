from __future__ import annotations

from collections.abc import Callable

import pytest

from fourcorners.law.advice import warnings
from fourcorners.law.decide import decide
from fourcorners.law.pack import pack_for
from fourcorners.law.window import parse_window
from fourcorners.model.instant import DAY
from fourcorners.model.instant import HOUR
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import IssuerRole
from fourcorners.model.instrument import Purpose
from fourcorners.model.instrument import Window

Make = Callable[..., Instrument]


def window(start: str, end: str, zone: str = "America/New_York") -> Window:
    return parse_window({"start": start, "end": end, "zone": zone})


WEEK = window("2026-03-01T00:00:00", "2026-03-08T00:00:00")


def words(instrument: Instrument) -> set[str]:
    """The first word of every warning that is not the decision's."""
    decision = decide(pack_for("US-FED"), instrument)
    found = warnings(instrument, decision)
    assert found[: len(decision.warnings)] == decision.warnings
    return {text.split(":")[0] for text in found[len(decision.warnings) :]}


def test_a_plain_order_brings_none(make_instrument: Make) -> None:
    issued = make_instrument().issued
    assert words(make_instrument(window=WEEK, served=issued + DAY)) == set()


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2025-12-08T00:00:00", "2026-03-08T00:00:00", set()),
        ("2025-12-07T00:00:00", "2026-03-08T00:00:00", {"WIDE_WINDOW"}),
        ("2026-03-01T00:00:00", "2026-03-07T23:59:59", {"END_EXCLUSIVE"}),
        ("2026-03-01T00:00:00Z", "2026-03-08T00:00:00", {"UTC_DAY"}),
        ("2026-03-01T00:00:00", "2026-03-09T00:00:00", {"WINDOW_AFTER_ISSUE"}),
    ],
)
def test_windows(make_instrument: Make, start: str, end: str, expected: set[str]) -> None:
    issued = make_instrument().issued
    assert words(make_instrument(window=window(start, end), served=issued + DAY)) == expected


def test_days_in_utc_are_in_order_where_utc_is_declared(make_instrument: Make) -> None:
    utc = window("2026-03-01T00:00:00Z", "2026-03-08T00:00:00Z", "UTC")
    assert words(make_instrument(window=utc, served=make_instrument().issued)) == set()


@pytest.mark.parametrize(("days", "expected"), [(14, set()), (15, {"LATE_SERVICE"})])
def test_a_warrant_is_served_within_fourteen_days(make_instrument: Make, days: int, expected: set[str]) -> None:
    issued = make_instrument().issued
    assert words(make_instrument(window=WEEK, served=issued + days * DAY)) == expected
    order = make_instrument(window=WEEK, served=issued + days * DAY, type="court_order_2703d")
    assert words(order) == set()


def test_unserved_instruments_say_so(make_instrument: Make) -> None:
    assert words(make_instrument(window=WEEK)) == {"NOT_SERVED"}


@pytest.mark.parametrize(("hours", "expected"), [(None, {"NOT_RATIFIED"}), (48, set()), (49, {"NOT_RATIFIED"})])
def test_emergencies_name_their_clock(make_instrument: Make, hours: int | None, expected: set[str]) -> None:
    issued = make_instrument().issued
    emergency = make_instrument(
        window=WEEK,
        type="emergency_disclosure",
        purpose=Purpose.EMERGENCY,
        issuer_role=IssuerRole.OFFICER,
        served=issued,
        ratified=None if hours is None else issued + hours * HOUR,
    )
    assert words(emergency) == expected
