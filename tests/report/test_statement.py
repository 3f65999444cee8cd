from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from fourcorners.model.codes import OUTCOMES
from fourcorners.report.contents import Finding
from fourcorners.report.statement import ALTERNATIVES
from fourcorners.report.statement import HOLDER
from fourcorners.report.statement import SENTENCES
from fourcorners.report.statement import TITLES
from fourcorners.report.statement import counts
from fourcorners.report.statement import headline
from fourcorners.report.statement import repeats
from fourcorners.report.statement import sentence
from fourcorners.report.statement import support

MakeFinding = Callable[..., Finding]
UPGRADES = re.compile(r"\b(probabl|likely|match|best|suspect|identif|person|user|individual|%)", re.IGNORECASE)


def test_each_outcome_has_one_sentence_and_no_other_exists() -> None:
    assert list(SENTENCES) == list(TITLES) == list(OUTCOMES)


def test_the_sentence_for_one_is_the_permitted_one() -> None:
    assert SENTENCES["one"] == (
        "The records show that the address was assigned to the service of <account holder> during an interval "
        "that contains the event; they do not show who used it."
    )


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_no_sentence_goes_beyond_the_records(outcome: str) -> None:
    assert not UPGRADES.search(SENTENCES[outcome])
    assert (HOLDER in SENTENCES[outcome]) == (outcome == "one")
    assert ("Nobody is named." in SENTENCES[outcome]) == (outcome != "one")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_only_one_names_an_account_holder(outcome: str, finding: MakeFinding) -> None:
    before, holder, after = sentence(finding(outcome))
    assert (holder is not None) == (outcome == "one")
    assert HOLDER not in before + after


@pytest.mark.parametrize("outcome", sorted(OUTCOMES.keys() - {"one"}))
def test_a_finding_cannot_hold_a_name_outside_one(outcome: str, finding: MakeFinding) -> None:
    made = finding(outcome)
    values = {name: getattr(made, name) for name in made.__dataclass_fields__} | {"subscriber": "Somebody"}
    with pytest.raises(AssertionError, match="no other"):
        Finding(**values)


def test_counts_keep_the_zeroes(finding: MakeFinding) -> None:
    assert counts([finding("none"), finding("none", 1), finding("one", 2)]) == dict.fromkeys(OUTCOMES, 0) | {
        "none": 2,
        "one": 1,
    }


def test_the_headline_counts_and_points_to_the_rest(finding: MakeFinding) -> None:
    assert headline([finding("one"), finding("none", 1)]) == (
        "1 of 2 logins have one assignment; all others are listed."
    )
    assert headline([finding("none")]) == "0 of 1 login has one assignment; all others are listed."


def test_a_login_that_was_produced_twice_is_one_event(finding: MakeFinding) -> None:
    """A record and its preserved copy do not corroborate each other (M38)."""
    first = finding("one")
    copy = replace(first, login=replace(first.login, record="r-login-preserved"))
    assert support([first, copy]) == {first.subscriber: (1, 1)}
    assert repeats([first]) == ""
    assert repeats([first, copy]).startswith("The 2 logins are 1 events")


def test_support_counts_events_and_leases(finding: MakeFinding) -> None:
    findings = [finding("one", 0), finding("one", 1), finding("one", 2, subscriber="Other"), finding("several", 3)]
    assert support(findings) == {findings[0].subscriber: (2, 1), "Other": (1, 1)}


def test_the_alternatives_of_the_law_sheet_are_all_there() -> None:
    text = " ".join(ALTERNATIVES)
    for word in ("Wi-Fi", "NAT", "forged", "malware", "proxy", "taken over", "error in a record"):
        assert word in text
