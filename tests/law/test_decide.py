from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.law import refusals
from fourcorners.law.decide import decide
from fourcorners.law.pack import load
from fourcorners.law.pack import pack_for
from fourcorners.model.errors import Refused
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import IssuerRole
from fourcorners.model.instrument import Purpose

Make = Callable[..., Instrument]

DATA = (resources.files("fourcorners.law") / "packs" / "us_fed.csv").read_bytes()
ROWS = list(csv.DictReader(DATA.decode().splitlines()))
PACK = pack_for("US-FED")
TYPES = sorted({row["instrument"] for row in ROWS})
CATEGORIES = sorted({row["data_category"] for row in ROWS})
#: An offence that every lock in the pack is open to.
OFFENCE = "18 USC 545; 18 USC 2252; 21 USC 841"
FORBIDS = re.compile(r"\blaw (forbids|prohibits)|\b(illegal|unlawful)", re.IGNORECASE)


def instrument_of(make: Make, row: dict[str, str], **changes: object) -> Instrument:
    """An instrument that the row was written for."""
    defaults: dict[str, object] = {
        "type": row["instrument"],
        "categories": [row["data_category"]],
        "issuer_role": IssuerRole(row["issuer_roles"].split(";")[0]),
        "purpose": Purpose((row["purpose_codes"] or "criminal_investigation").split(";")[0]),
        "rank": "Special Agent in  Charge",
        "offence": OFFENCE,
    }
    return make(**(defaults | changes))


def refused(instrument: Instrument) -> Refused:
    with pytest.raises(Refused) as caught:
        decide(PACK, instrument)
    refusal = caught.value
    assert refusal.next_step
    if refusal.kind == "PRODUCT":
        assert not FORBIDS.search(refusal.diagnostics())
    return refusal


@pytest.mark.parametrize("row", [r for r in ROWS if r["permitted"] != "no"], ids=lambda row: row["rule_id"])
def test_a_permitting_row_permits_with_its_citation(make_instrument: Make, row: dict[str, str]) -> None:
    for purpose, role in itertools.product(row["purpose_codes"].split(";"), row["issuer_roles"].split(";")):
        instrument = instrument_of(make_instrument, row, purpose=Purpose(purpose), issuer_role=IssuerRole(role))
        decision = decide(PACK, instrument)
        assert decision.permitted == {row["data_category"]: (row["rule_id"],)}
        assert [(rule.id, rule.citation, rule.verified) for rule in decision.rules] == [
            (row["rule_id"], row["citation"], row["verified"])
        ]
        assert decision.conditions == (f"{row['conditions']} ({row['rule_id']})",)
        assert decision.pack_sha256 == PACK.sha256
        said = " ".join(decision.warnings)
        assert ("UNSIGNED_ROW" in said) == (not row["effective_from"])
        assert (f"VERIFIED {row['verified']}" in said) == (row["verified"] != "src")
        assert json.loads(json.dumps(decision.as_dict()))["rules"][0]["verified"] == row["verified"]


@pytest.mark.parametrize("row", [r for r in ROWS if r["permitted"] == "no"], ids=lambda row: row["rule_id"])
def test_a_refusing_row_refuses_whoever_asks(make_instrument: Make, row: dict[str, str]) -> None:
    for role, purpose in itertools.product(IssuerRole, refusals.PURPOSES):
        refusal = refused(instrument_of(make_instrument, row, issuer_role=role, purpose=purpose))
        if refusal.kind == "PRODUCT":
            assert refusal.code in {"TYPE_REFUSED", "CATEGORY_REFUSED"}
            assert not refusal.rules
        else:
            assert (refusal.code, refusal.rules) == (row["refusal"], (row["rule_id"],))
            assert row["citation"] in refusal.why


def test_refusals_are_the_product_s_exactly_where_the_code_says_so(make_instrument: Make) -> None:
    kinds = {
        row["rule_id"]: refused(instrument_of(make_instrument, row)).kind
        for row in ROWS
        if row["permitted"] == "no"
    }
    product = [9, 32, 33, 34, 35, 40, 41, 42, 55, 57, 58, 59, 60, 61]
    assert [int(rule[-3:]) for rule, kind in kinds.items() if kind == "PRODUCT"] == product


@pytest.mark.parametrize("kind", [*TYPES, "invented_order"])
def test_pairs_that_the_table_lacks_have_no_rule(make_instrument: Make, kind: str) -> None:
    listed = {row["data_category"] for row in ROWS if row["instrument"] == kind}
    for category in [*CATEGORIES, "browsing_history"]:
        if category in listed:
            continue
        refusal = refused(make_instrument(type=kind, categories=[category], offence=OFFENCE))
        if refusal.kind == "LAW":
            assert (refusal.code, refusal.rules) == ("NO_RULE", ())
            assert "does not mean that the law forbids it" in refusal.why
        else:
            with pytest.raises(Refused):
                refusals.check(kind, Purpose.CRIMINAL_INVESTIGATION, [category])


@pytest.mark.parametrize("row", [r for r in ROWS if r["permitted"] != "no"], ids=lambda row: row["rule_id"])
def test_every_other_issuer_and_purpose_refuses(make_instrument: Make, row: dict[str, str]) -> None:
    for role in set(IssuerRole) - set(row["issuer_roles"].split(";")):
        refusal = refused(instrument_of(make_instrument, row, issuer_role=role))
        assert (refusal.kind, refusal.code, refusal.rules) == ("LAW", "ISSUER_NOT_COMPETENT", (row["rule_id"],))
    for purpose in set(Purpose) - set(row["purpose_codes"].split(";")):
        refusal = refused(instrument_of(make_instrument, row, purpose=purpose))
        code = "PAIR_NOT_LISTED" if purpose in refusals.PURPOSES else "PURPOSE_REFUSED"
        assert (refusal.kind, refusal.code) == ("PRODUCT", code)


@given(
    kind=st.sampled_from(TYPES),
    categories=st.sets(st.sampled_from(CATEGORIES), min_size=1, max_size=4),
    role=st.sampled_from(list(IssuerRole)),
    purpose=st.sampled_from(list(Purpose)),
)
def test_what_is_permitted_is_exactly_what_every_row_permits(
    make_instrument: Make, kind: str, categories: set[str], role: IssuerRole, purpose: Purpose
) -> None:
    """A restatement of the table in one line, read without the pack's loader."""
    table = {row["data_category"]: row for row in ROWS if row["instrument"] == kind}
    expected = all(
        category in table
        and table[category]["permitted"] != "no"
        and role in table[category]["issuer_roles"].split(";")
        and purpose in table[category]["purpose_codes"].split(";")
        for category in categories
    )
    instrument = make_instrument(
        type=kind,
        categories=sorted(categories),
        issuer_role=role,
        purpose=purpose,
        rank="District Director",
        offence=OFFENCE,
    )
    if expected:
        assert set(decide(PACK, instrument).permitted) == categories
    else:
        refused(instrument)


def test_m02_rank(make_instrument: Make) -> None:
    row = next(row for row in ROWS if row["rule_id"] == "US-FED-028")
    low = refused(instrument_of(make_instrument, row, rank="Assistant Special Agent in Charge"))
    assert (low.kind, low.code, low.rules) == ("LAW", "SIGNER_RANK", ("US-FED-028",))
    assert "special agent in charge" in low.next_step
    assert refused(instrument_of(make_instrument, row, rank=" ")).code == "SIGNER_RANK"
    for rank in ("District Director", "SPECIAL AGENT IN CHARGE", "Commissioner"):
        decide(PACK, instrument_of(make_instrument, row, rank=rank))


@pytest.mark.parametrize("purpose", [Purpose.CRIMINAL_INVESTIGATION, Purpose.EMERGENCY, Purpose.OWN_DATA])
def test_m01_no_purpose_carries_civil_immigration(make_instrument: Make, purpose: Purpose) -> None:
    refusal = refused(make_instrument(purpose=purpose, offence="8 USC 1227 removal of aliens (civil)"))
    assert (refusal.kind, refusal.code) == ("PRODUCT", "PURPOSE_REFUSED")


@pytest.mark.parametrize("rule", ["US-FED-024", "US-FED-036", "US-FED-052"])
def test_an_official_states_a_rank(make_instrument: Make, rule: str) -> None:
    row = next(row for row in ROWS if row["rule_id"] == rule)
    official = instrument_of(make_instrument, row, rank="", issuer_role=IssuerRole.AGENCY_OFFICIAL)
    assert refused(official).code == "SIGNER_RANK"
    decide(PACK, replace(official, rank="Group Supervisor"))


@pytest.mark.parametrize(
    ("rule", "offence", "kind"),
    [
        ("US-FED-024", "18 USC 1343", "LAW"),
        ("US-FED-025", "drug trafficking", "LAW"),
        ("US-FED-028", "identify anonymous account, employee conduct", "PRODUCT"),
        ("US-FED-029", "21 USC 841", "PRODUCT"),
        ("US-FED-036", "18 USC 1343", "LAW"),
        ("US-FED-064", "18 USC 1030", "PRODUCT"),
        ("US-FED-065", "child exploitation", "PRODUCT"),
        ("US-FED-066", "18 USC 2421", "PRODUCT"),
    ],
)
def test_m01_offence_outside_the_lock(make_instrument: Make, rule: str, offence: str, kind: str) -> None:
    row = next(row for row in ROWS if row["rule_id"] == rule)
    refusal = refused(instrument_of(make_instrument, row, offence=offence))
    assert (refusal.kind, refusal.code, refusal.rules) == (kind, "OFFENCE_NOT_IN_STATUTE", (rule,))
    assert row["conditions"] in refusal.why
    listed = "19 USC, 18 USC 541 to 555;" if rule in {"US-FED-028", "US-FED-029"} else "18 USC 2252A, 18 USC 2252B"
    assert listed in refusal.next_step or kind == "LAW"


def test_a_criminal_purpose_states_an_offence(make_instrument: Make) -> None:
    assert refused(make_instrument(offence=" ")).code == "OFFENCE_MISSING"
    assert refused(make_instrument(offence="x")).code == "OFFENCE_MISSING"
    decide(
        PACK,
        make_instrument(
            type="consent", issuer_role=IssuerRole.ACCOUNT_HOLDER, purpose=Purpose.OWN_DATA, offence=""
        ),
    )


@pytest.mark.parametrize(
    ("kind", "category", "code", "rule"),
    [
        ("grand_jury_subpoena", "content_stored", "CATEGORY_NOT_PERMITTED", "US-FED-023"),
        ("administrative_subpoena:21_USC_876", "content_stored", "CATEGORY_NOT_PERMITTED", "US-FED-027"),
        ("court_order_2703d", "cell_site_historical", "WARRANT_REQUIRED_CARPENTER", "US-FED-015"),
        ("court_order_2703d", "content_stored", "WARRANT_REQUIRED_WARSHAK", "US-FED-016"),
        ("preservation_request_2703f", "session_ip_log", "NOTHING_AUTHORISED", "US-FED-045"),
        ("cybertip_report", "content_stored", "WARRANT_REQUIRED_WILSON", "US-FED-067"),
    ],
)
def test_m03_m05_the_refusal_names_the_way_that_is_open(
    make_instrument: Make, kind: str, category: str, code: str, rule: str
) -> None:
    refusal = refused(make_instrument(type=kind, categories=[category]))
    assert (refusal.kind, refusal.code, refusal.rules) == ("LAW", code, (rule,))
    warrant = next(
        r["rule_id"] for r in ROWS if r["instrument"] == "search_warrant" and r["data_category"] == category
    )
    assert f"search_warrant ({warrant})" in refusal.next_step
    assert ("case law does not" in refusal.why) == (code != "NOTHING_AUTHORISED")


def test_m04_refused_lines_are_named_beside_what_the_type_reaches(make_instrument: Make) -> None:
    refusal = refused(
        make_instrument(
            type="grand_jury_subpoena",
            issuer_role=IssuerRole.GRAND_JURY,
            categories=["session_ip_log", "transactional_noncontent", "content_stored"],
        )
    )
    assert refusal.rules == ("US-FED-023", "US-FED-021")
    assert refusal.next_step.startswith(
        "grand_jury_subpoena reaches payment, session_ip_log, subscriber_identity, telephone_connection_records"
    )


def test_preservation_and_gag_orders_bring_no_record(make_instrument: Make) -> None:
    for rule in ("US-FED-043", "US-FED-062", "US-FED-063"):
        row = next(row for row in ROWS if row["rule_id"] == rule)
        assert any("NO_DISCLOSURE" in text for text in decide(PACK, instrument_of(make_instrument, row)).warnings)


def test_a_row_applies_from_its_first_day_on(make_instrument: Make) -> None:
    day = 17_704 * 86_400 * 10**9  # 2018-06-22, Carpenter
    warrant = make_instrument(categories=["cell_site_historical"], issued=day)
    assert decide(PACK, warrant).permitted
    assert refused(replace(warrant, issued=day - 1)).code == "NO_RULE"


def edited(change: Callable[[dict[str, str]], dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROWS[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(change(dict(row)) for row in ROWS)
    return out.getvalue().encode()


def test_m54_no_edited_pack_permits_what_the_product_refuses(make_instrument: Make) -> None:
    roles = ";".join(IssuerRole)
    everything = {
        "permitted": "yes",
        "purpose_codes": ";".join(Purpose),
        "refusal": "",
        "flags": "",
        "issuer_roles": roles,
    }
    pack = load(edited(lambda row: row | everything | {"min_rank": "", "offence_rule": ""}))
    for row in pack.rows:
        opened = make_instrument(
            type=row.type, categories=[row.category], rank="x", issued=1_900_000_000 * 10**9, offence=OFFENCE
        )
        if row.by_design or any(
            original["rule_id"] == row.id for original in ROWS if "REFUSED BY DESIGN" in original["flags"]
        ):
            with pytest.raises(Refused) as caught:
                decide(pack, opened)
            assert caught.value.kind == "PRODUCT"
        for purpose in (Purpose.DEFENCE_EXAMINATION, Purpose.OVERSIGHT):
            with pytest.raises(Refused, match="PURPOSE_REFUSED"):
                decide(pack, replace(opened, purpose=purpose))
    for category in ("location_realtime", "content_realtime", "realtime_noncontent"):
        relabelled = load(edited(lambda row, name=category: row | everything | {"data_category": name}))  # type: ignore[misc]
        with pytest.raises(Refused, match="CATEGORY_REFUSED"):
            decide(relabelled, make_instrument(categories=[category]))


def test_the_strictest_row_wins_and_a_local_refusal_by_design_is_the_product_s(make_instrument: Make) -> None:
    extra = dict(ROWS[1]) | {
        "rule_id": "US-FED-900",
        "permitted": "no",
        "purpose_codes": "",
        "refusal": "CATEGORY_REFUSED",
        "flags": "REFUSED BY DESIGN",
    }
    out = io.StringIO()
    csv.DictWriter(out, list(ROWS[0]), lineterminator="\n").writerow(extra)
    stricter = load(DATA + out.getvalue().encode())
    with pytest.raises(Refused) as caught:
        decide(stricter, make_instrument())
    assert (caught.value.kind, caught.value.code, caught.value.rules) == (
        "PRODUCT",
        "CATEGORY_REFUSED",
        ("US-FED-900",),
    )
    assert stricter.sha256 != PACK.sha256
