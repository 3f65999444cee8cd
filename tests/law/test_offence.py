from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.law.offence import OffenceRule
from fourcorners.law.offence import citations


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
        ("18 usc 545; 19 usc 1592", {("18", "545"), ("19", "1592")}),
        ("smuggling", set()),
        ("19 CFR 163.7", set()),
        ("", set()),
    ],
)
def test_citations(text: str, expected: set[tuple[str, str]]) -> None:
    assert citations(text) == expected


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


@pytest.mark.parametrize(
    "text", ["18 USC " + "1, " * 20_000, "18 USC " * 20_000, "1" * 50_000, "title 1 " * 20_000]
)
def test_long_texts_take_linear_time(text: str) -> None:
    begun = time.perf_counter()
    citations(text)
    assert time.perf_counter() - begun < 2


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    citations(text)
