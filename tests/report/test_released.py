"""What was released and stands in no finding is counted to the last record."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from fourcorners.model.source import Source
from fourcorners.report.contents import ExhibitData
from fourcorners.report.contents import Finding
from fourcorners.report.page import document
from fourcorners.report.released import not_shown
from fourcorners.report.statement import ALTERNATIVES
from fourcorners.report.summary import summary

Make = Callable[..., ExhibitData]
MakeFinding = Callable[..., Finding]

CALLS = Source("5e" * 32, "1f" * 32, "calls.csv", "2a" * 32, "tmobile-calls/1")


def numbered(found: Finding, login: str, assignment: str) -> Finding:
    matches = tuple(
        replace(match, evidence=replace(match.evidence, record=assignment)) for match in found.matches[:1]
    )
    return replace(found, login=replace(found.login, record=login), matches=matches)


def test_a_record_in_several_findings_is_shown_once_and_other_returns_do_not_count(
    make: Make, finding: MakeFinding
) -> None:
    found = [
        numbered(finding("one"), "R-1.0.1", "R-2.0.1"),
        numbered(finding("one", 1), "R-1.0.2", "R-2.0.1"),
        numbered(finding("one", 2), "R-11.0.1", "R-22.0.1"),
    ]
    data = make(*found)
    first, second = data.returns
    first = replace(first, families=(("login", 2), ("session", 1), ("subscriber", 58)))
    second = replace(second, families=(("assignment", 40),))
    data = replace(data, returns=(first, second))
    assert not_shown(data, first) == {"session": 1, "subscriber": 58}
    assert not_shown(data, second) == {"assignment": 39}
    text = json.dumps(document(data)["sections"])
    assert "58 released subscriber records are not shown in this exhibit; " in text
    assert "1 released session record is not shown in this exhibit; " in text
    assert "fourcorners records --under I-2 --kind assignment" in text
    assert "--kind login" not in text
    page_one = json.dumps(summary(data))
    assert "R-1 under I-1: 1 released session record, 58 released subscriber records." in page_one
    assert "R-2 under I-2: 39 released assignment records." in page_one


def test_the_sources_name_what_was_released_and_cited_nowhere(make: Make, finding: MakeFinding) -> None:
    data = make(finding("one"))
    first, second = data.returns
    cited = finding("one").login.source
    data = replace(data, returns=(replace(first, sources=(cited, CALLS)), second))
    sections = dict(document(data)["sections"])  # type: ignore[call-overload] # pairs of title and blocks
    rows = sections["Sources"][1]["sources"]
    assert [name for name, _ in rows] == ["S1", "S2", "S3"]
    assert [CALLS.sha256 in json.dumps(row) for row in rows] == [False, False, True]


def test_what_the_records_do_not_exclude_is_said_of_logins_only(make: Make, finding: MakeFinding) -> None:
    for data, told in ((make(finding("none")), True), (make(), False)):
        words = json.dumps([document(data)["sections"], summary(data)])
        assert [each in words for each in ALTERNATIVES] == [told] * len(ALTERNATIVES)
