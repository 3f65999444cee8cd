from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.law.clocks import RATIFICATION
from fourcorners.law.clocks import Clock
from fourcorners.law.clocks import check_acquisition
from fourcorners.law.clocks import check_entry
from fourcorners.law.clocks import ratification_deadline
from fourcorners.law.clocks import ratified_in_time
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.instant import DAY
from fourcorners.model.instant import HOUR
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import Purpose

Make = Callable[..., Instrument]


def code_of(check: Callable[[Instrument, int], None], instrument: Instrument, now: int) -> str:
    try:
        check(instrument, now)
    except Refused as refused:
        return refused.label()
    return ""


def test_m30_an_instrument_that_was_not_served_takes_nothing_in(make_instrument: Make) -> None:
    unserved = make_instrument()
    issued = unserved.issued
    assert code_of(check_acquisition, unserved, issued + DAY) == "PRODUCT NOT_SERVED"
    served = make_instrument(served=issued + 2 * DAY)
    assert code_of(check_acquisition, served, issued + DAY) == "PRODUCT NOT_SERVED"
    assert code_of(check_acquisition, served, issued + 2 * DAY) == ""


@given(st.integers(0, 10), st.integers(0, 10), st.integers(0, 20))
def test_service_after_its_last_moment_authorises_nothing(
    make_instrument: Make, served: int, by: int, later: int
) -> None:
    issued = make_instrument().issued
    instrument = make_instrument(served=issued + served, serve_by=issued + by)
    expected = "LAW SERVE_BY_PASSED" if served > by else ""
    assert code_of(check_acquisition, instrument, issued + served + later * DAY) == expected


@given(st.sampled_from(list(Purpose)), st.none() | st.integers(0, 100), st.integers(1, 100))
def test_m17_an_emergency_takes_in_only_if_ratified_in_time(
    make_instrument: Make, purpose: Purpose, ratified: int | None, now: int
) -> None:
    issued = make_instrument().issued
    instrument = make_instrument(
        purpose=purpose, served=issued, ratified=None if ratified is None else issued + ratified * HOUR
    )
    assert ratified_in_time(instrument) == (ratified is not None and ratified <= 48)
    late = purpose is Purpose.EMERGENCY and now > 48 and (ratified is None or ratified > 48)
    assert code_of(check_acquisition, instrument, issued + now * HOUR) == ("PRODUCT NOT_RATIFIED" if late else "")


@pytest.mark.parametrize("key", ["issued", "served", "ratified"])
def test_nothing_is_entered_that_has_not_happened(make_instrument: Make, key: str) -> None:
    issued = make_instrument().issued
    instrument = make_instrument(**{key: issued + HOUR})
    check_entry(instrument, issued + HOUR)
    with pytest.raises(BadInput) as caught:
        check_entry(instrument, issued + HOUR - 1)
    assert (caught.value.code, caught.value.where) == ("ORDER_FILE", key)
    check_entry(make_instrument(served=None, ratified=None), issued)


def test_the_last_nanosecond_of_48_hours(make_instrument: Make) -> None:
    issued = make_instrument().issued
    instrument = make_instrument(purpose=Purpose.EMERGENCY, served=issued)
    assert ratification_deadline(instrument) == issued + RATIFICATION
    assert code_of(check_acquisition, instrument, issued + RATIFICATION) == ""
    assert code_of(check_acquisition, instrument, issued + RATIFICATION + 1) == "PRODUCT NOT_RATIFIED"


def test_m55_a_clock_behind_the_ledger_is_refused() -> None:
    clock = Clock(lambda: 100 * DAY)
    assert clock.now(0) == clock.now(100 * DAY) == 100 * DAY
    with pytest.raises(Refused) as caught:
        clock.now(100 * DAY + 1)
    assert (caught.value.kind, caught.value.code) == ("PRODUCT", "CLOCK_BEHIND")
    assert clock.not_before(100 * DAY + 1) == 100 * DAY + 1


@pytest.mark.parametrize("first", [Clock.now, Clock.not_before])
def test_a_clock_set_back_within_one_step_is_refused(first: Callable[[Clock, int], int]) -> None:
    clock = Clock(iter([100 * DAY, 99 * DAY]).__next__)
    first(clock, 0)
    with pytest.raises(Refused, match="clock"):
        clock.now(0)
