"""A CyberTip as an instrument: what it opens, and what it must never become."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from tests.law.test_order import read

from fourcorners.law import cybertip
from fourcorners.law.advice import warnings
from fourcorners.law.clocks import check_acquisition
from fourcorners.law.decide import decide
from fourcorners.law.pack import pack_for
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.instant import DAY
from fourcorners.model.instrument import CYBERTIP
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import IssuerRole
from fourcorners.model.instrument import Purpose

Make = Callable[..., Instrument]

PACK = pack_for("US-FED")
#: What 18 USC 2258A(a)(2)(A) lists.
SECTIONS = ("1591", "2251", "2251A", "2252", "2252A", "2252B", "2260", "2422(b)")
NUMBER = "123456789"


@pytest.fixture
def tip(make_instrument: Make) -> Make:
    """A CyberTip, with changes."""

    def make(**changes: Any) -> Instrument:
        plain: dict[str, Any] = {
            "type": CYBERTIP,
            "issuer_role": IssuerRole.OFFICER,
            "offence": "18 USC 2252A",
            "reference": NUMBER,
        }
        return make_instrument(**(plain | changes))

    return make


@pytest.mark.parametrize("section", SECTIONS)
def test_a_report_opens_what_it_says_itself_for_the_listed_offences(tip: Make, section: str) -> None:
    categories = ["subscriber_identity", "session_ip_log", "transactional_noncontent"]
    decision = decide(PACK, tip(offence=f"18 U.S.C. § {section}", categories=categories))
    assert set(decision.permitted) == set(categories)
    assert [rule.id for rule in decision.rules] == ["US-FED-064", "US-FED-065", "US-FED-066"]
    for condition in decision.conditions:
        assert "nothing can be asked of anybody under it" in condition


@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        ({"categories": ["content_stored"]}, "LAW", "WARRANT_REQUIRED_WILSON"),
        ({"categories": ["session_ip_log", "content_stored"]}, "LAW", "WARRANT_REQUIRED_WILSON"),
        ({"categories": ["payment"]}, "LAW", "NO_RULE"),
        ({"categories": ["telephone_connection_records"]}, "LAW", "NO_RULE"),
        ({"categories": ["location_precise_historical"]}, "LAW", "NO_RULE"),
        ({"categories": ["preservation_only"]}, "LAW", "NO_RULE"),
        ({"categories": ["location_realtime"]}, "PRODUCT", "CATEGORY_REFUSED"),
        ({"purpose": Purpose.EMERGENCY}, "PRODUCT", "PAIR_NOT_LISTED"),
        ({"purpose": Purpose.OWN_DATA}, "PRODUCT", "PAIR_NOT_LISTED"),
        ({"purpose": Purpose.OVERSIGHT}, "PRODUCT", "PURPOSE_REFUSED"),
        ({"offence": "18 USC 1343"}, "PRODUCT", "OFFENCE_NOT_IN_STATUTE"),
        ({"offence": "18 USC 2253"}, "PRODUCT", "OFFENCE_NOT_IN_STATUTE"),
        ({"offence": "possession of such material"}, "PRODUCT", "OFFENCE_NOT_IN_STATUTE"),
        ({"offence": ""}, "PRODUCT", "OFFENCE_MISSING"),
        ({"offence": "18 USC 2252A; 8 USC 1227"}, "PRODUCT", "PURPOSE_REFUSED"),
        ({"issuer_role": IssuerRole.AGENCY_OFFICIAL, "rank": "Director"}, "LAW", "ISSUER_NOT_COMPETENT"),
        ({"issuer_role": IssuerRole.JUDGE}, "LAW", "ISSUER_NOT_COMPETENT"),
        ({"type": "bulk_cybertip_report"}, "PRODUCT", "TYPE_REFUSED"),
        ({"type": "CYBERTIP_REPORT"}, "LAW", "NO_RULE"),
        ({"issued": 0}, "LAW", "NO_RULE"),
    ],
)
def test_m56_a_report_is_no_skeleton_key(tip: Make, changes: dict[str, Any], kind: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        decide(PACK, tip(**changes))
    assert (caught.value.kind, caught.value.code) == (kind, code)
    assert caught.value.next_step


def test_what_a_file_needs_is_said_with_both_sides_of_the_split(tip: Make) -> None:
    with pytest.raises(Refused) as caught:
        decide(PACK, tip(categories=["content_stored"]))
    for case in ("Ackerman", "Wilson", "Reddick", "Miller"):
        assert case in caught.value.why
    assert "search_warrant (US-FED-006)" in caught.value.next_step


REPORT = {
    "type": '"cybertip_report"',
    "issuer": '"Example Police Department"',
    "issuer_role": '"officer"',
    "offence": '"18 USC 2252A"',
}


def test_the_order_of_a_report_carries_its_number() -> None:
    assert read({**REPORT, "reference": f'"{NUMBER}"'}).reference == NUMBER
    assert read({"reference": '"26-mj-0001"'}).reference == "26-mj-0001"  # any other type's is free


@pytest.mark.parametrize(
    "reference", [None, '""', '"12345678, 12345679"', '"12345678-12345690"', '"CT 12345678"', '"0"', '"١٢٣٤٥٦٧٨"']
)
def test_m10_many_reports_in_one_instrument_are_refused(reference: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        read({**REPORT, "reference": reference})
    assert (caught.value.code, caught.value.where) == ("ORDER_FILE", "reference")
    assert "one instrument for one report" in caught.value.next_step or reference == '""'


@pytest.mark.parametrize("account", ["*", "@example.com", "203.0.113.0/24", "2001:db8::/32"])
def test_m47_the_reported_users_are_named_exactly(account: str) -> None:
    with pytest.raises(Refused) as caught:
        read({**REPORT, "reference": f'"{NUMBER}"', "accounts": f'["{account}"]'})
    assert caught.value.code == "NO_PARTICULAR_TARGET"


@pytest.mark.parametrize("numbers", [["987654321"], [""], [NUMBER, "987654321"], [NUMBER, ""]])
def test_m18_nothing_but_the_report_of_that_number_is_taken_in(tip: Make, numbers: list[str]) -> None:
    with pytest.raises(Refused) as caught:
        cybertip.check_report(tip(), numbers)
    assert (caught.value.kind, caught.value.code) == ("PRODUCT", "NOT_THE_REPORT")
    assert NUMBER in caught.value.what
    cybertip.check_report(tip(), [NUMBER])
    cybertip.check_report(tip(type="search_warrant"), numbers)


def test_it_is_taken_in_from_the_day_it_was_made_available(tip: Make) -> None:
    issued = tip().issued
    check_acquisition(tip(served=issued + DAY), issued + 2 * DAY)
    with pytest.raises(Refused) as caught:
        check_acquisition(tip(), issued)
    assert caught.value.code == "NOT_SERVED"
    assert "made the report available" in caught.value.why
    assert "provider" not in caught.value.why


def test_the_warnings_say_what_it_is_not_and_how_long_the_rest_is_kept(tip: Make) -> None:
    def said(**changes: Any) -> dict[str, str]:
        it = tip(**changes)
        found = warnings(it, decide(PACK, it))
        return {text.split(":")[0]: text for text in found}

    now = said(served=tip().issued)
    assert "nothing can be asked of anybody" in now["NO_DEMAND"]
    assert "2027-03-08" in now["PRESERVED"]  # issued 2026-03-08 in the window's zone
    assert "made available" in said()["NOT_SERVED"]
    assert "PRESERVED" not in said(issued=tip().issued - 2 * 365 * DAY)  # 2024-03: ninety days, long over
    assert cybertip.preserved_until(dt.date(2024, 5, 6)) is None
    assert cybertip.preserved_until(dt.date(2024, 5, 7)) == dt.date(2025, 5, 7)


def test_other_types_have_none_of_these_warnings(make_instrument: Make) -> None:
    it = make_instrument()
    found = {text.split(":")[0] for text in warnings(it, decide(PACK, it))}
    assert not found & {"NO_DEMAND", "PRESERVED"}
