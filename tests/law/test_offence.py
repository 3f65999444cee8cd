from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.growth import is_linear

from fourcorners.law.offence import OffenceRule
from fourcorners.law.offence import citations
from fourcorners.law.offence import is_civil_immigration
from fourcorners.law.offence import is_stated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18 USC 1343", {("18", "1343")}),
        ("wire fraud, 18 U.S.C. § 1343", {("18", "1343")}),
        ("18 U.S.C. §§ 1956(a)(1), 545 and 21 USC 841(a)", {("18", "1956"), ("18", "545"), ("21", "841")}),
        ("Title 21, United States Code, Section 846", {("21", "846")}),
        ("Title 18 of the United States Code, Sections 2251A and 2252", {("18", "2251A"), ("18", "2252")}),
        ("42 USC 1320a-7b(b)", {("42", "1320A-7B")}),
        ("19 USC 1595a, 21 USC 841", {("19", "1595A"), ("21", "841")}),
        ("8 U.S.C.A. § 1326; 18 USCA 1343", {("8", "1326"), ("18", "1343")}),
        ("18 usc 545; 19 usc 1592", {("18", "545"), ("19", "1592")}),
        ("smuggling", set()),
        ("19 CFR 163.7", set()),
        ("", set()),
    ],
)
def test_citations(text: str, expected: set[tuple[str, str]]) -> None:
    assert citations(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "18 USC 1343",
        "18 U.S.C. § 1030(a)(2)",
        "wire fraud",
        "Penal Code 459",
        "§ 263 StGB",
        "RCW 9A.52.025",
        "murder, § 187",
        "кража со взломом",
    ],
)
def test_an_offence_says_something(text: str) -> None:
    assert is_stated(text)
    assert not is_civil_immigration(text)


@pytest.mark.parametrize(
    "text", ["", " ", "x", "18", "18 1343", "fraud", "a b c d e", "no ex", "???", "§", "n/a", "-"]
)
def test_what_states_no_offence(text: str) -> None:
    assert not is_stated(text)


@pytest.mark.parametrize(
    "text",
    [
        "8 USC 1227 removal of aliens (civil)",
        "8 USC 1227",
        "8 U.S.C. § 1182(a)(6)(A)",
        "８ USC １２２７",
        "8 U.S.C.A. § 1226",
        "Title 8, United States Code, Section 1231",
        "8 USC 1225(d)(4)",
        "8 USC 1229a",
        "8 USC 1326; 8 USC 1231",
        "18 USC 1343 and 8 USC 1182",
        "INA § 237(a)(1)(B)",
        "Immigration and Nationality Act, section 212",
        "overstay ( Civil )",
        "civil immigration enforcement",
    ],
)
def test_m01_civil_immigration_is_no_offence(text: str) -> None:
    assert is_civil_immigration(text)


@pytest.mark.parametrize(
    "text",
    [
        "8 USC 1324",
        "8 USC 1326",
        "8 USC 1253",
        "18 USC 1227",
        "18 USC 242 deprivation of civil rights",
        "18 USC 1343; 1182",
        "INA 274",
        "18 USC 8, 1227 items",
    ],
)
def test_crimes_of_immigration_and_like_numbers_are_offences(text: str) -> None:
    assert is_stated(text)
    assert not is_civil_immigration(text)


CUSTOMS = OffenceRule.parse("19 USC;18 USC 541..555;18 USC 2251A")


@given(
    st.integers(1, 50),
    st.integers(1, 3000),
    st.sampled_from(["{} USC {}", "{} U.S.C. § {}(a)", "see {} USC § {}."]),
)
def test_a_rule_holds_titles_ranges_and_sections(title: int, section: int, form: str) -> None:
    expected = title == 19 or (title == 18 and 541 <= section <= 555)
    assert CUSTOMS.met_by(form.format(title, section)) is expected


def test_a_section_letter_counts() -> None:
    assert CUSTOMS.met_by("18 USC 2251A")
    assert CUSTOMS.met_by("18 usc 2251a(b)")
    assert not CUSTOMS.met_by("18 USC 2251")
    assert not CUSTOMS.met_by("218 USC 545")


@pytest.mark.parametrize("text", ["USC 21", "21 CFR", "21", "x USC", "21 USC 841 842"])
def test_a_malformed_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"offence rule|unpack"):
        OffenceRule.parse(text)


@pytest.mark.parametrize("piece", ["18 USC " + "1, " * 250, "18 USC ", "1" * 500, "title 1 "])
@pytest.mark.parametrize("read", [citations, is_stated, is_civil_immigration])
def test_reading_a_long_text_takes_linear_work(piece: str, read: Callable[[str], object]) -> None:
    data = (piece * (160_000 // len(piece))).encode()
    assert is_linear(lambda part: read(part.decode()), data)


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    citations(text)
    assert is_stated(f"{text} 18 USC 1343")
