"""After an intake of which nothing was released a person is told why and what to do, with no value of the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.casework.conftest import write_order

from fourcorners.casework.rows import ReturnRow
from fourcorners.desk.cli.unreleased import hint
from fourcorners.law import order
from fourcorners.model.codes import REJECTIONS
from fourcorners.model.codes import SEALS
from fourcorners.model.instrument import Instrument


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    data = write_order(tmp_path, accounts=("+1 202 555 0101",)).read_bytes()
    return order.parse(data, id="I-1", case="C-1", document_sha256="", entered_by="tester")


def row(reasons: dict[str, int], form: str = "meta-record", released: int = 0) -> ReturnRow:
    total = sum(reasons.values()) + released
    counts = {"rows": total, "released": released, "sealed": total - released, "rejected": 0}
    return ReturnRow("R-1", "I-1", 0, "tester", form, [], counts, reasons, [])


@pytest.mark.parametrize(
    ("reasons", "form", "step"),
    [
        ({"UNDECIDABLE_TIME_ZONE": 3}, "table", "`fourcorners declare zone PATH... --return R-1 --zone"),
        (
            {"UNDECIDABLE_ACCOUNT": 3},
            "reddit-ip-logs",
            "`fourcorners declare account PATH... --return R-1",
        ),
        ({"UNDECIDABLE_ACCOUNT": 3}, "table", "map the column that says it"),
        ({"OUTSIDE_ACCOUNT": 3}, "tmobile-calls", "the order names +1 202 555 0101: check how that is spelled"),
        (
            {"OUTSIDE_CUSTODIAN": 3},
            "reddit-ip-logs",
            "the order names 'Meta Platforms, Inc.', and",
        ),
        ({"OUTSIDE_CUSTODIAN": 3}, "reddit-ip-logs", "'Reddit, Inc.'"),
        ({"OUTSIDE_CATEGORY": 3}, "meta-record", "the order names session_ip_log, subscriber_identity"),
        ({"OUTSIDE_DATE_RANGE": 3, "OUTSIDE_ACCOUNT": 2}, "meta-record", "the order's window is 2026-03-0"),
        ({"DISPROPORTIONATE_RETURN": 300}, "table", "the records of these alone"),
        ({"BAD_TIME": 3}, "table", "at the mapping"),
    ],
)
def test_the_main_reason_leads_to_a_step(
    instrument: Instrument, reasons: dict[str, int], form: str, step: str
) -> None:
    said = hint(row(reasons, form), instrument)
    code = next(iter(reasons))
    assert f"{reasons[code]} of {sum(reasons.values())} rows are {code}: {(SEALS | REJECTIONS)[code]}" in said
    assert step in said.partition("next: ")[2]


def test_every_reason_has_a_step(instrument: Instrument) -> None:
    for code in SEALS | REJECTIONS:
        assert hint(row({code: 1}), instrument).partition("next: ")[2]


def test_nothing_is_said_where_anything_was_released_and_an_empty_return_is_told(instrument: Instrument) -> None:
    assert hint(row({"OUTSIDE_ACCOUNT": 3}, released=1), instrument) == ""
    assert "there is no row" in hint(row({}), instrument)
