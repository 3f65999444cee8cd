from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.model.instrument import Instrument
from fourcorners.report.contents import NetworkLine
from fourcorners.report.contents import NetworkNaming
from fourcorners.report.request_sheet import COLUMNS
from fourcorners.report.request_sheet import Question
from fourcorners.report.request_sheet import grouped
from fourcorners.report.request_sheet import to_csv

MakeQuestion = Callable[..., Question]

MOBILE = NetworkLine("198.51.100.23", "AS64496", "Example Mobile", "ZZ")
CABLE = NetworkLine("203.0.113.9", "AS64497", "Example Cable", "XX")
NAMING = NetworkNaming("example-asn.csv", "2026-06-17", "Made for tests.", (MOBILE, CABLE))


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))


def test_each_question_is_in_one_group_and_unknown_addresses_come_last(
    question: MakeQuestion, an_instrument: Instrument
) -> None:
    ips = ["203.0.113.9", "192.0.2.1", "198.51.100.23", "203.0.113.9", "2001:db8::7"]
    questions = [question(number, ip=ip) for number, ip in enumerate(ips)]
    groups = grouped(questions, NAMING, an_instrument)
    assert [group.network for group in groups] == [CABLE, MOBILE, None]
    placed = [one for group in groups for one in group.questions]
    assert sorted(one.login.record for one in placed) == [f"r-login-{number}" for number in range(5)]
    assert all(NAMING.as_of in group.title for group in groups)
    assert groups == grouped(reversed(questions), NAMING, an_instrument)


def test_a_row_has_all_that_a_carrier_needs(question: MakeQuestion, an_instrument: Instrument) -> None:
    (group,) = grouped([question(3, port=1135)], NAMING, an_instrument)
    (row,) = rows(to_csv(group))
    assert tuple(row) == COLUMNS
    assert row["ip"] == "198.51.100.23"
    assert row["source_port"] == "1135"
    assert row["protocol"] == "protocol not recorded"
    assert row["time_utc"] == "2026-03-02T14:07:34Z"
    assert row["time_as_written"] == "Mar 02, 2026 14:07:31 UTC"
    assert row["source_bytes"] == "ip 2313-2326; at 2353-2363 2394-2409"
    assert row["reference"] == an_instrument.reference
    assert (row["network"], row["carrier"], row["network_table_date"]) == (
        "AS64496",
        "Example Mobile",
        "2026-06-17",
    )


def test_an_unknown_port_is_said_in_words(question: MakeQuestion, an_instrument: Instrument) -> None:
    (group,) = grouped([question(0, port=None)], NAMING, an_instrument)
    assert rows(to_csv(group))[0]["source_port"] == "port not recorded"


def test_a_port_matters_where_addresses_are_shared(question: MakeQuestion) -> None:
    assert question(0, port=None).needs_port
    assert not question(0, port=1135).needs_port
    assert not question(0, ip="2001:db8::7", port=None).needs_port


def test_lines_end_as_rfc_4180_says(question: MakeQuestion, an_instrument: Instrument) -> None:
    (group,) = grouped([question(0), question(1)], NAMING, an_instrument)
    table = to_csv(group)
    assert table.count(b"\r\n") == table.count(b"\n") == 3
    assert table.endswith(b"\r\n")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "  =1", "'x", "＝1"])
def test_no_cell_is_a_formula(text: str, question: MakeQuestion, an_instrument: Instrument) -> None:
    (group,) = grouped([question(0, at_text=text)], NAMING, an_instrument)
    assert rows(to_csv(group))[0]["time_as_written"] == "'" + text


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_every_cell_reads_back_to_what_was_written(
    text: str, question: MakeQuestion, an_instrument: Instrument
) -> None:
    (group,) = grouped([question(0)], replace(NAMING, table=text), an_instrument)
    cell = rows(to_csv(group))[0]["network_table"]
    assert cell in {text, "'" + text}
    assert (cell.removeprefix("'")) == text
    assert cell.lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_a_lone_surrogate_does_not_fail_the_table(question: MakeQuestion, an_instrument: Instrument) -> None:
    (group,) = grouped([question(0, at_text="a\ud800b")], NAMING, an_instrument)
    assert rows(to_csv(group))[0]["time_as_written"] == "a\\ud800b"
