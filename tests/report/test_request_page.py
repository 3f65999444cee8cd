from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from fourcorners.model.instrument import Instrument
from fourcorners.report.contents import NetworkLine
from fourcorners.report.contents import NetworkNaming
from fourcorners.report.html_page import style_sheet
from fourcorners.report.request_page import NO_PORT
from fourcorners.report.request_page import to_html
from fourcorners.report.request_sheet import NO_PORT_NEEDED
from fourcorners.report.request_sheet import Question
from fourcorners.report.request_sheet import grouped
from fourcorners.report.request_sheet import to_csv
from fourcorners.report.statement import PORT_UNKNOWN

MakeQuestion = Callable[..., Question]

MOBILE = NetworkLine("198.51.100.23", "AS64496", "Example Mobile", "ZZ")
CABLE = NetworkLine("203.0.113.9", "AS64497", "Example Cable", "XX")
NAMING = NetworkNaming("example-asn.csv", "2026-06-17", "Made for tests.", (MOBILE, CABLE))


@pytest.fixture
def page(question: MakeQuestion, an_instrument: Instrument) -> str:
    questions = [question(0), question(1, ip="203.0.113.9", port=443), question(2, ip="2001:db8::7")]
    return to_html(grouped(questions, NAMING, an_instrument)).decode()


def test_the_page_asks_nothing_of_the_net_and_runs_nothing(page: str) -> None:
    tree = LexborHTMLParser(page)
    assert not tree.css("script, link, img, iframe, object, embed, form, base, [src], [href], [onclick], [onload]")
    assert tree.css_matches("meta[http-equiv='Content-Security-Policy'][content^=\"default-src 'none'\"]")
    assert not re.search(r"url\(|@import|https?:", page)


def test_a_reader_by_ear_finds_the_way(page: str) -> None:
    tree = LexborHTMLParser(page)
    assert tree.css_matches("html[lang=en]")
    assert [node.tag for node in tree.css("h1, h2, h3")] == ["h1", "h2", "h2", "h2"]
    for section in tree.css("section"):
        assert section.css_matches(f"h2#{section.attributes['aria-labelledby']}")
        assert section.css_first("caption") is not None
        assert all(cell.attributes["scope"] == "col" for cell in section.css("thead th"))
        assert all(cell.attributes["scope"] == "row" for cell in section.css("tbody th"))
        assert len(section.css("thead th")) == len(section.css("tbody tr:first-child > *"))


def test_colours_are_far_enough_apart() -> None:
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style_sheet("request_page.css")))
    assert set(re.findall(r"color: var\(--(\w+)\)", style_sheet("request_page.css"))) <= colours.keys()
    for name in ("ink", "quiet", "accent", "alarm"):
        assert 1.05 / (luminance(colours[name]) + 0.05) >= 4.5, name
    assert 1.05 / (luminance(colours["rule"]) + 0.05) >= 3


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_question_stands_with_address_port_instant_and_source(page: str) -> None:
    rows = [row.text(separator=" ") for row in LexborHTMLParser(page).css("tbody tr")]
    assert len(rows) == 3
    assert [re.findall(r"port not recorded|\b443\b", row)[0] for row in rows] == [
        "443",
        "port not recorded",
        "port not recorded",
    ]
    for row in rows:
        assert "protocol not recorded" in row
        assert re.search(r"2026-03-02T14:07:3\dZ", row)
        assert "Mar 02, 2026 14:07:31 UTC" in row
        assert "3f" * 4 in row
        assert "records.html" in row


def test_the_warning_stands_where_the_port_is_missing_and_matters(page: str) -> None:
    warned = [NO_PORT in section.text() for section in LexborHTMLParser(page).css("section")]
    assert warned == [False, True, False]


def test_page_table_and_count_agree_on_who_lacks_a_port(question: MakeQuestion, an_instrument: Instrument) -> None:
    given = [question(0), question(1), question(2, port=443), question(3, ip="2001:db8::7")]
    (group,) = grouped(
        [*given, question(4, ip="2001:db8::8", port=443)], NetworkNaming("", "", "", ()), an_instrument
    )
    text = LexborHTMLParser(to_html([group]).decode()).text()
    assert "2 of 5 with an IPv4 address and without a port." in text
    assert "1 of 5 with an IPv6 address and without a port: none is needed." in text
    assert group.without_port == 2
    ports = [row["source_port"] for row in csv.DictReader(io.StringIO(to_csv(group).decode()))]
    assert sorted(ports) == ["443", "443", PORT_UNKNOWN, PORT_UNKNOWN, NO_PORT_NEEDED]
    assert text.count(NO_PORT_NEEDED) == 1


def test_a_page_with_every_port_speaks_of_none(question: MakeQuestion, an_instrument: Instrument) -> None:
    page = to_html(grouped([question(0, port=443)], NAMING, an_instrument)).decode()
    assert "without a port" not in page


def test_the_tables_date_and_notice_stand_beside_each_network_name(page: str) -> None:
    for section in LexborHTMLParser(page).css("section"):
        assert NAMING.notice in section.text()
    for name in ("Example Mobile", "Example Cable"):
        places = [match.end() for match in re.finditer(name, page)]
        assert places
        assert all(NAMING.as_of in page[place : place + 60] for place in places)


def test_the_instrument_is_named_as_the_origin(page: str, an_instrument: Instrument) -> None:
    for section in LexborHTMLParser(page).css("section"):
        assert an_instrument.reference in section.text()


def test_markup_and_unseen_characters_are_shown(question: MakeQuestion, an_instrument: Instrument) -> None:
    naming = replace(NAMING, notice="<script>alert(1)</script>", table='"><b>\u202eevil\x00')
    page = to_html(grouped([question(0, at_text="<i>&\u200b日\ud800")], naming, an_instrument))
    tree = LexborHTMLParser(page.decode())
    assert not tree.css("script, b, i")
    text = tree.text()
    for part in ("<script>alert(1)</script>", "U+202E", "U+0000", "U+200B", "U+D800", "日"):
        assert part in text


def test_the_same_groups_give_the_same_bytes(question: MakeQuestion, an_instrument: Instrument) -> None:
    groups = grouped([question(0)], NAMING, an_instrument)
    assert to_html(groups) == to_html(groups)
    assert b"No login waits for a carrier." in to_html(())
