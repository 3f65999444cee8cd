from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from fourcorners.model.codes import OUTCOMES
from fourcorners.model.instant import SECOND
from fourcorners.report.contents import AttributionSheet
from fourcorners.report.contents import Finding
from fourcorners.report.findings import Sources
from fourcorners.report.findings import overview
from fourcorners.report.findings import statements
from fourcorners.report.statement import support

MakeFinding = Callable[..., Finding]


def statement(found: Finding) -> str:
    return json.dumps(
        statements(120 * SECOND, [(1, found)], support([found]), Sources(), None), ensure_ascii=False
    )


def test_a_source_keeps_its_number(finding: MakeFinding) -> None:
    sources = Sources()
    first, second = finding("one").login.source, finding("one").matches[0].evidence.source
    assert [sources.cite(one) for one in (first, second, first)] == ["S1", "S2", "S1"]
    block = json.dumps(sources.block({first.sha256: "return/records.zip"}))
    for part in (
        "return/records.zip",
        first.sha256,
        first.tree,
        second.member,
        second.member_sha256,
        second.reader,
    ):
        assert part in block


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_only_one_prints_the_carriers_words_about_a_person(outcome: str, finding: MakeFinding) -> None:
    text = statement(finding(outcome, subscriber="Zanzibar Holdings"))
    assert ("Zanzibar" in text) == (outcome == "one")
    assert ("not printed: nobody is named" in text) == (outcome in {"several", "shared", "contradicted"})


def test_an_unknown_zone_is_said_and_no_instant_made(finding: MakeFinding) -> None:
    text = statement(replace(finding("not_covered"), at=None))
    assert "states no zone" in text
    assert "14:07:31Z" not in text


def test_values_stand_with_their_bytes_and_sealed_fields_by_name(finding: MakeFinding) -> None:
    found = finding("none")
    text = statement(replace(found, login=replace(found.login, sealed_fields=("agent",))))
    assert "bytes 2350–2360, 2391–2406" in text
    assert "sealed: agent" in text


def test_fragility_never_holds_a_name(finding: MakeFinding) -> None:
    text = statement(finding("one"))
    assert "one digit transposed: a different answer" in text
    assert "year after: not covered" in text


def test_how_often_it_was_computed_is_said_where_it_was_more_than_once(finding: MakeFinding) -> None:
    sheet = AttributionSheet("I-1", ("I-2",), 0, (finding("none"),))
    assert "computed" not in json.dumps(overview(sheet))
    assert "3 times, the same each time" in json.dumps(overview(replace(sheet, times=3)))
