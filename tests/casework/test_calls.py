"""A return of calls: nobody is to be asked about it, and the exhibit says that it shows none of its records."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pypdf
import pytest
from tests.casework.conftest import write_order
from tests.casework.pages import TARGET
from tests.casework.pages import write_page

from fourcorners.casework import exhibit
from fourcorners.casework import instruments
from fourcorners.casework import next_request
from fourcorners.casework.ingest import ingest
from fourcorners.casework.records import list_records
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput
from fourcorners.report.statement import ALTERNATIVES
from fourcorners.samples.make import make


@pytest.fixture
def calls(workspace: Workspace, case: str, tmp_path: Path) -> int:
    """How many calls were released, under I-1."""
    out = tmp_path / "calls.csv"
    make("tmobile-calls", 5, 12, out)
    (told,) = json.loads(out.with_name("calls.csv.truth.json").read_text())["returns"]
    instrument = instruments.add(workspace, out.with_name(told["order"]), case).id
    return ingest(workspace, [out], instrument).counts["released"]


def test_the_exhibit_says_how_many_calls_it_does_not_show(
    workspace: Workspace, case: str, calls: int, tmp_path: Path
) -> None:
    data = exhibit.collect(workspace, case, None, "")
    (sheet,) = data.returns
    assert calls == len(list(list_records(workspace, "I-1", family="call"))) > 1
    assert sheet.families == (("call", calls),)
    assert [source.sha256 for source in sheet.sources] == [sheet.files[0].sha256]
    exhibit.make(workspace, case, tmp_path / "x.pdf")
    pages = pypdf.PdfReader(io.BytesIO((tmp_path / "x.pdf").read_bytes())).pages
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
    assert f"{calls}releasedcallrecordsarenotshowninthisexhibit;" in text
    assert "fourcornersrecords--underI-1--kindcall" in text
    assert f"R-1underI-1:{calls}releasedcallrecords." in text
    assert re.search(r"S1file\S*calls\.csvsha256", text)
    assert not any(re.sub(r"\s+", "", each) in text for each in ALTERNATIVES)


def test_calls_without_an_address_leave_nobody_to_ask(workspace: Workspace, calls: int, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as found:
        next_request.prepare(workspace, "I-1", tmp_path / "next")
    assert found.value.code == "ATTRIBUTION_INPUT"
    lacking = f"the records released under I-1 ({calls} call) hold no address, so there is nobody to ask"
    assert found.value.what == lacking
    assert "sealed" not in found.value.next_step
    assert not (tmp_path / "next").exists()


def test_where_nothing_was_released_the_reasons_are_pointed_to(
    workspace: Workspace, case: str, tmp_path: Path
) -> None:
    row = instruments.add(workspace, write_order(tmp_path / "order", accounts=(TARGET,)), case)
    ingest(workspace, [write_page(tmp_path / "records.html", (("203.0.113.7", "2026-03-02 12:00:00"),))], row.id)
    with pytest.raises(BadInput) as found:
        next_request.prepare(workspace, row.id, tmp_path / "next")
    assert found.value.what == "no released login under I-1 has an address and an instant"
    assert found.value.next_step == "`case show` tells what was sealed and why"
