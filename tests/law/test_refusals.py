from __future__ import annotations

import pytest

from fourcorners.law import refusals
from fourcorners.model.errors import Refused
from fourcorners.model.identifier import parse_target
from fourcorners.model.instrument import Purpose

CRIMINAL = Purpose.CRIMINAL_INVESTIGATION


@pytest.mark.parametrize(
    "kind",
    [
        "national_security_letter",
        "National-Security Letter",
        "wiretap_order_title_iii",
        "pen_trap_order",
        "pen_trap_emergency",
        "pen_register_order",
        "tracking_warrant",
        "ipa_interception_warrant",
        "administrative_subpoena:8_USC_1225d4",
        "administrative_subpoena:8 USC 1225(d)(4)",
        "geofence_warrant",
        "reverse_keyword_warrant",
        "tower_dump_order",
        "bulk_acquisition_warrant",
        "cell_site_simulator_warrant",
        "nsl",
        "NSL request",
        "fbi-nsl",
        "nationalsecurityletter",
        "18 USC 2709 letter",
        "wire_tap_order",
        "title_3_order",
        "Title-III",
        "18_USC_2518",
        "intercept_order",
        "pentrap",
        "pen/trap order",
        "trap_trace",
        "PRTT",
        "real_time_order",
        "stingray",
        "imsi-catcher",
        "geo_fence",
        "Geo-Fence Warrant",
        "geofencewarrant",
        "geoFencing",
        "geo\u200bfence",
        "ｇｅｏｆｅｎｃｅ",
        "GeofenceWarrant",
        "towerdump",
        "tower.dump",
        "cell_dump",
        "area_search",
        "key_word_warrant",
        "bulkdemand",
        "immigrationSubpoena",
    ],
)
def test_types_are_refused_by_name(kind: str) -> None:
    with pytest.raises(Refused) as caught:
        refusals.check(kind, CRIMINAL, ["session_ip_log"])
    assert (caught.value.kind, caught.value.code, caught.value.rules) == ("PRODUCT", "TYPE_REFUSED", ())


@pytest.mark.parametrize(
    "category",
    [
        "location_realtime",
        "realtime_noncontent",
        "content_realtime",
        "reverse_location",
        "tower_dump",
        "real-time location",
        "geo_fence",
        "towerdump",
        "live_location",
    ],
)
def test_live_and_reverse_categories_are_refused(category: str) -> None:
    with pytest.raises(Refused) as caught:
        refusals.check("search_warrant", CRIMINAL, ["session_ip_log", category])
    assert (caught.value.kind, caught.value.code) == ("PRODUCT", "CATEGORY_REFUSED")


@pytest.mark.parametrize(
    "kind",
    [
        "search_warrant",
        "administrative_subpoena:18_USC_1225",
        "delayed_notice_2705a",
        "consent",
        "translation_order",
    ],
)
def test_served_types_pass(kind: str) -> None:
    refusals.check(kind, CRIMINAL, ["location_precise_historical", "cell_site_historical", "content_stored"])


@pytest.mark.parametrize("purpose", [Purpose.DEFENCE_EXAMINATION, Purpose.OVERSIGHT])
def test_m56_defence_and_oversight_open_no_instrument(purpose: Purpose) -> None:
    with pytest.raises(Refused, match="disclosure bundle"):
        refusals.check("consent", purpose, ["session_ip_log"])


@pytest.mark.parametrize(
    "text", ["civil_immigration_enforcement", "employee conduct", "", "oversight", "EMERGENCY"]
)
def test_m01_purposes_outside_the_list_are_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        refusals.purpose_of(text)
    assert (caught.value.kind, caught.value.code) == ("PRODUCT", "PURPOSE_REFUSED")
    assert "criminal_investigation, emergency, own_data" in caught.value.next_step


@pytest.mark.parametrize("purpose", sorted(refusals.PURPOSES))
def test_purposes_on_the_list_pass(purpose: Purpose) -> None:
    assert refusals.purpose_of(str(purpose)) is purpose


@pytest.mark.parametrize(
    ("in_instrument", "in_case", "expected"),
    [
        (10, 25, None),
        (11, 11, ("AGENCY", "APPROVAL_NEEDED")),
        (1, 26, ("AGENCY", "APPROVAL_NEEDED")),
        (100, 100, ("AGENCY", "APPROVAL_NEEDED")),
        (101, 101, ("PRODUCT", "TOO_MANY_TARGETS")),
        (1, 101, ("PRODUCT", "TOO_MANY_TARGETS")),
    ],
)
def test_m48_root_targets_are_counted(in_instrument: int, in_case: int, expected: tuple[str, str] | None) -> None:
    if expected is None:
        refusals.check_targets(in_instrument, in_case)
        return
    with pytest.raises(Refused) as caught:
        refusals.check_targets(in_instrument, in_case)
    assert (caught.value.kind, caught.value.code) == expected
    if expected[1] == "APPROVAL_NEEDED":
        assert "`approve`" in caught.value.next_step


def test_m48_identifiers_from_released_records_are_not_roots() -> None:
    targets = [
        parse_target(text)
        for text in (
            "192.0.2.1:1135",
            "192.0.2.2",
            "192.0.2.2:80",
            "2001:db8:0:100::/56",
            "2001:db8:0:200::/56",
            "Bob@Example.com",
            "carol@example.com",
            "carol@EXAMPLE.com",
        )
    ]
    released = {"192.0.2.1", "2001:db8:0:1ff::7", "bob@example.com", "not:an:address"}
    assert refusals.root_targets(targets, released) == {
        ("192.0.2.2", None),
        ("192.0.2.2", 80),
        ("2001:db8:0:200::/56", None),
        ("carol@example.com", None),
    }


@pytest.mark.parametrize("text", ["198.51.100.0/24", "*", "+1555*", "+1555", "a@example.com; b@example.com"])
def test_m47_a_range_is_no_account(text: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_target(text)
    assert (caught.value.kind, caught.value.code) == ("PRODUCT", "NO_PARTICULAR_TARGET")
