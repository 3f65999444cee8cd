"""Whole runs over carriers' tables in PDFs, scored against the truth; and calls on their way to an exhibit."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest
from tests.scored.single import run

from fourcorners.casework import exhibit
from fourcorners.casework import records
from fourcorners.casework.workspace import open_workspace

TABLES = ("carrier-table", "carrier-table-cgnat", "carrier-table-ipv6")


@pytest.mark.parametrize("name", TABLES)
def test_a_fresh_table_in_a_pdf_comes_out_as_it_was_built(name: str, tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    score, line, lines = run(name, seed, 50, tmp_path / "table.pdf")
    assert score.perfect, f"seed {seed}: {json.dumps(score.details[:8], indent=1)}"
    assert line["format"] == "table"
    assert all("!table@" in each["source"]["member"] for each in lines)


@pytest.mark.torture
@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("n", range(20))
def test_many_fresh_tables_in_pdfs(name: str, n: int, tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    score, _, _ = run(name, seed, 1 + 23 * n, tmp_path / "table.pdf")
    assert score.perfect, f"seed {seed}: {json.dumps(score.details[:8], indent=1)}"


def test_calls_are_listed_by_their_kind_and_their_return_stands_in_the_exhibit(tmp_path: Path) -> None:
    _, line, lines = run("tmobile-calls", secrets.randbelow(10**6), 60, tmp_path / "calls.csv")
    with open_workspace(tmp_path / "workspace-calls.csv", "tester") as workspace:
        calls = list(records.list_records(workspace, "I-1", family="call"))
        made = exhibit.make(workspace, "C-1", tmp_path / "exhibit.pdf")
    assert [call["id"] for call in calls] == [each["id"] for each in lines]
    assert len(calls) == line["released"] > 0
    assert all(call["action"] and call["at"] and {"party", "numbers", "until"} <= call.keys() for call in calls)
    assert made["sha256"]
