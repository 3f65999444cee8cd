from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from fourcorners.report.contents import ExhibitData
from fourcorners.report.contents import Finding
from fourcorners.report.page import document
from fourcorners.report.statement import UNCORROBORATED
from fourcorners.report.summary import summary

Make = Callable[..., ExhibitData]
MakeFinding = Callable[..., Finding]


def answers(data: ExhibitData) -> dict[str, str]:
    rows = summary(data)["summary"]
    assert isinstance(rows, list)
    return {label: json.dumps(texts) for label, texts in rows}


def test_page_one_has_five_answers(data: ExhibitData) -> None:
    found = answers(data)
    assert list(found) == ["Asked", "Came", "Kept out", "Found", "Left open"]
    assert "1 of 6 logins have one assignment; all others are listed." in found["Found"]
    assert (
        "1 several possible, 1 shared address, 1 no assignment, 1 not covered, 1 contradicted"
        in found["Left open"]
    )
    assert "78 rows sealed" in found["Kept out"]
    assert "70: the record lies outside the instrument's window" in found["Kept out"]
    assert "riverside.55501" in found["Asked"]


def test_few_account_holders_are_named_and_many_are_counted(make: Make, finding: MakeFinding) -> None:
    few = answers(make(*(finding("one", i, subscriber=f"Holder {i}") for i in range(5))))["Found"]
    many = answers(make(*(finding("one", i, subscriber=f"Holder {i}") for i in range(6))))["Found"]
    assert few.count(UNCORROBORATED) == few.count("Holder ") == 5
    assert "6 account holders" in many
    assert "Holder " not in many


def test_two_comparisons_are_told_apart_and_not_added_up(make: Make, finding: MakeFinding) -> None:
    data = make(finding("one"), finding("none", 1))
    second = replace(data.attributions[0], assignments=("I-3",), findings=(finding("several"),))
    found = answers(replace(data, attributions=(*data.attributions, second)))
    assert "I-1 with I-2: 1 of 2 logins have one assignment" in found["Found"]
    assert "I-1 with I-3: 0 of 1 login has one assignment" in found["Found"]
    assert "I-1 with I-3: Logins that lead to nobody: 1 several possible." in found["Left open"]


def test_what_is_not_shown_has_its_true_reason(data: ExhibitData) -> None:
    lost = (("A-1", "quashed"), ("A-2", "changed"), ("A-3", "destroyed"), ("A-4", "quashed"))
    locked = replace(
        data, attributions=(), returns=(), superseded=lost, locked=(("R-1", "I-1"),), destroyed=("I-3",)
    )
    found = answers(locked)
    assert "a court quashed: A-1, A-4." in found["Left open"]
    assert "records were added or judged anew after it: A-2." in found["Left open"]
    assert "destroyed: A-3." in found["Left open"]
    assert "R-1 under I-1: locked" in found["Came"]
    assert "produced under I-3 was destroyed" in found["Came"]
    assert "Nothing has been taken in" not in found["Came"]
    assert "locked instrument is not counted" in found["Kept out"]
    assert "compared" not in found["Found"]
    sections = json.dumps(document(locked)["sections"])
    assert "Locked, since a court quashed" in sections


def test_nobody_is_named_where_nothing_leads_to_one(make: Make, finding: MakeFinding) -> None:
    assert "Nobody is named." in answers(make(finding("several")))["Found"]
