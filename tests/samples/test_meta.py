from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pypdf
import pytest

from fourcorners.samples import meta
from fourcorners.samples import provider
from fourcorners.samples import record as records
from fourcorners.samples import world as worlds
from fourcorners.samples.layouts import MARKUPS
from fourcorners.samples.logins import draw_logins
from fourcorners.samples.production import Entry
from fourcorners.samples.production import Production
from fourcorners.samples.provider import Form
from fourcorners.samples.values import dice

GENERATED = 1_774_872_000
LAYOUTS = tuple(MARKUPS)


def production(seed: int, service: str = "Facebook", rows: int = 120, *, breaks: bool = True) -> Production:
    world = worlds.build(seed)
    spoilt = records.spoilt_rows(rows, breaks_pages=breaks)
    return records.produce(
        world, service, draw_logins(world, rows - spoilt), target=True, generated=GENERATED, spoilt=spoilt
    )


def logins_of(made: Production) -> list[Entry]:
    return list(next(section.entries for section in made.sections if section.name == "ip_addresses"))


class Balance(HTMLParser):
    """Whether every element is closed in its order, and the text outside of page breaks."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.breaks: list[int] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"meta", "br"}:
            return
        self.open.append(tag)
        if ("class", "pageBreak") in attrs:
            self.breaks.append(len(self.open))

    def handle_endtag(self, tag: str) -> None:
        if self.breaks and len(self.open) == self.breaks[-1]:
            self.breaks.pop()
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.breaks:
            self.texts.append(data)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(3))
def test_every_layout_is_well_formed_and_holds_every_value_in_order(layout: str, seed: int) -> None:
    made = production(seed, breaks=MARKUPS[layout].breaks_pages)
    page = "".join(meta.html(made, MARKUPS[layout], dice(seed, "x")))
    reader = Balance()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    assert page.startswith("<!DOCTYPE html><html><head><meta charset")
    assert page.endswith("</body></html>\n")
    text = "".join(reader.texts)
    at = 0
    for entry in logins_of(made):
        for label, value in entry.fields:
            torn = value[:9] + value[10:] if entry.broken and label == "Time" else value
            at = text.index(label, at) + len(label)
            assert text[at:].lstrip("\n").startswith(torn), (label, value)
            at += len(torn)


def test_skeletons_are_literally_those_of_the_reference() -> None:
    expected = {
        "A": "<table><tr><th>IP Address</th><td>203.0.113.7:1135</td></tr></table>",
        "B": '<div class="div_table" style="font-weight: bold; display:table;">IP Address<div style="font-weight: '
        'normal; display:table-cell; padding: 2px;"><div>203.0.113.7:1135</div></div></div>',
        "C": '<div class="div_table outer"><div class="div_table inner">IP Address<div class="most_inner"><div>'
        "203.0.113.7:1135</div></div></div></div>",
        "D": '<div class="t o"><div class="t i">IP Address<div class="m"><div>203.0.113.7:1135'
        "</div></div></div></div>",
    }
    for name, markup in MARKUPS.items():
        assert markup.field("IP Address", ["203.0.113.7:1135"]) == expected[name]


@pytest.mark.parametrize("seed", range(8))
def test_all_traps_stand_in_every_record(seed: int) -> None:
    made = production(seed, rows=300)
    page = "".join(meta.html(made, MARKUPS["D"], dice(seed, "x")))
    rows = [dict(entry.fields) for entry in logins_of(made)]
    endpoints = [row["IP Address"] for row in rows if "IP Address" in row]
    assert any("Action" not in row for row in rows)
    assert any("Action" in row for row in rows)
    assert any(re.fullmatch(r"[\d.]+:[1-9]\d*", text) for text in endpoints)
    assert any(re.fullmatch(r"\[[\da-f:]+\]:\d+", text) for text in endpoints)
    assert any(re.fullmatch(r"[\da-f:]+", text) for text in endpoints)
    assert any(re.fullmatch(r"[\d.]+", text) for text in endpoints)
    assert any(text.endswith(":0") for text in endpoints)
    assert "&amp;" in page
    assert '@example.com<div class="p"></div>' in page
    assert "No responsive records located" in page
    assert "Cell Verified on" in page
    cut = '<div class="pageBreak">Meta Platforms Business Record<span>Page '
    assert re.search(r"<div>\d{4}-\d\d-\d</div></div></div></div>" + cut, page), "a break inside a timestamp"
    assert re.search(r"<div>\d{4}-\d\d-\d\d</div></div></div></div>" + cut, page), "before a blank"
    assert re.search(r"<div>\d{4}-\d\d-\d\d </div></div></div></div>" + cut, page), "after a blank"
    for name in ("unified_messages", "photos", "linked_accounts", "last_location", "credit_cards"):
        assert f'id="property-{name}"' in page
    verdicts = {(row.verdict, row.reason) for row in made.truth()}
    assert verdicts >= {
        ("released", None),
        ("sealed", "OUTSIDE_CATEGORY"),
        ("sealed", "OUTSIDE_DATE_RANGE"),
        ("sealed", "UNDECIDABLE_TIME_ZONE"),
        ("rejected", "BAD_TIME"),
        ("rejected", "BAD_ADDRESS"),
        ("rejected", "BROKEN_VALUE"),
        ("rejected", "MISSING_ADDRESS"),
    }


def test_line_breaks_between_records_are_there_or_missing_by_the_seed() -> None:
    made = production(1)
    counts = {"".join(meta.html(made, MARKUPS["C"], dice(seed, "x"))).count("</div><br>\n") for seed in range(12)}
    assert 0 in counts
    assert max(counts) > 100


def test_whatsapp_puts_the_time_first_and_ports_of_calls_in_a_field_of_their_own() -> None:
    made = production(3, "WhatsApp")
    rows = logins_of(made)
    assert all(entry.fields[0][0] == "Time" for entry in rows[:-1])
    assert (rows[-1].truth.reason, len(rows[-1].fields)) == ("MISSING_TIME", 1)
    calls = next(section.entries for section in made.sections if section.name == "call_logs")
    assert {"Sender Ip", "Sender Port"} <= {label for label, _ in calls[0].fields}
    assert {call.truth.reason for call in calls} >= {"BAD_PORT"}
    page = "".join(meta.html(made, MARKUPS["A"], dice(3, "x")))
    assert "<title>Facebook Legal Request</title>" in page
    assert "WhatsAppUser" in page


@pytest.mark.parametrize("service", ["Facebook", "WhatsApp"])
def test_text_joins_to_every_value_once_furniture_is_taken_out(service: str) -> None:
    made = production(4, service)
    text = "".join(meta.text(made, dice(4, "x")))
    furniture = r"(?:Meta Platforms|WhatsApp) Business Record Page \d+\n"
    assert len(re.findall(furniture, text)) > 10
    labels = "IP Address|Time|Action|Agent String"
    joined = re.sub(rf"\n{furniture}(?!(?:{labels})\n)", "", text)
    joined = re.sub(furniture, "", joined)
    for entry in logins_of(made):
        if not entry.broken:
            assert "".join(f"{label}\n{value}\n" for label, value in entry.fields) in joined


def test_a_small_record_has_no_spoilt_rows() -> None:
    made = production(2, rows=10)
    assert len(logins_of(made)) == 10
    assert not [row for row in made.truth() if row.verdict == "rejected"]


def test_a_pdf_has_the_furniture_at_the_foot_of_every_page(tmp_path: Path) -> None:
    path = tmp_path / "r.pdf"
    _, members = provider.write(worlds.build(5), Form("Facebook", "E", pdf=True), 120, path)
    pages = [page.extract_text().strip().splitlines() for page in pypdf.PdfReader(path).pages]
    assert len(pages) > 5
    for number, lines in enumerate(pages, 1):
        assert lines[-1] == f"Meta Platforms Business Record Page {number}"
    assert sum(row.kind == "login" for row in members[0].rows) == 120


def test_entities_come_back_to_the_agent_as_written() -> None:
    made = production(1)
    page = "".join(meta.html(made, MARKUPS["A"], dice(1, "x")))
    agents = {value for entry in logins_of(made) for label, value in entry.fields if label == "Agent String"}
    found = {unescape(text) for text in re.findall(r"<th>Agent String</th><td>(.*?)</td>", page)}
    assert found == agents
    assert any("&" in agent or "<" in agent for agent in agents)
