from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from selectolax.lexbor import LexborHTMLParser
from selectolax.lexbor import LexborNode
from tests.report.accesses import hostile

from fourcorners.report import account_page
from fourcorners.report import account_table
from fourcorners.report import html_page
from fourcorners.report.access import ExportFile
from fourcorners.report.access import Network
from fourcorners.report.account_html import network_title
from fourcorners.report.contents import NetworkNaming
from fourcorners.report.words import LANGUAGES
from fourcorners.report.words import words


def one(tree: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    found = tree.css_first(selector)
    assert found is not None
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_an_export_acts(language: str) -> None:
    page = account_page.to_html(hostile(), language).decode()
    tree = LexborHTMLParser(page)
    assert not tree.css("script, link, img, iframe, object, embed, form, base, svg, a, [src], [href], [style]")
    assert len(tree.css("style")) == 1
    assert not [name for node in tree.css("*") for name in node.attributes if name.startswith("on")]
    policy = one(tree, "meta[http-equiv='Content-Security-Policy']").attributes["content"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not re.search(r"url\(|@import", html_page.style_sheet("account_page.css"))
    assert all(char == "\n" or ord(char) >= 32 for char in page)
    assert "\u202e" not in page
    assert "{0}{count}%s" in one(tree, "body").text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_order_is_safety_sessions_limits_sheet(language: str) -> None:
    tree = LexborHTMLParser(account_page.to_html(hostile(), language).decode())
    assert tree.css_matches(f"html[lang={language}]")
    sections = [node.attributes["class"] for node in tree.css("main > section")]
    assert sections == ["safety", "warning", "sessions", "limits", "sheet"]
    levels = [int((node.tag or "h0")[1]) for node in tree.css("h1, h2, h3, h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    assert not re.search(r"\d{3}[ -]?\d{3,}", one(tree, "section.safety").text()), "no invented numbers"


def test_every_session_has_three_boxes_and_every_address_is_on_the_sheet() -> None:
    access = hostile(sessions=9)
    tree = LexborHTMLParser(account_page.to_html(access, "en").decode())
    cards = tree.css("article")
    assert len(cards) == 9
    for card in cards:
        labels = [label.text(strip=True) for label in card.css("fieldset label:has(input[type=checkbox])")]
        assert labels == ["I recognise this", "I do not", "Not sure"]
    sheet = one(tree, "section.sheet").text()
    for session in access.sessions:
        assert all(each.ip in sheet for each in session.addresses)
    assert "0" * 64 in sheet
    assert "1" * 64 in sheet
    assert "2026-03-01T10:00:00Z" in sheet
    assert "2026-02-03T05:59:59Z" in sheet


def test_a_time_without_a_zone_is_said_to_be_without() -> None:
    access = hostile(sessions=2)
    tree = LexborHTMLParser(account_page.to_html(access, "en").decode())
    first = one(tree.css("article")[1], ".first dd")
    assert "time zone not certain" in first.text()
    assert first.css_first("time") is None


def test_what_may_hold_logins_stands_before_the_sessions() -> None:
    strange = ExportFile("a/Login History.txt", "5" * 64, why="no reader knows this format", doubtful=True)
    access = replace(hostile(), files=(strange,), unreadable={}, not_shown={})
    tree = LexborHTMLParser(account_page.to_html(access, "en").decode())
    assert "a/Login History.txt" in one(tree, "section.warning").text()
    assert words("en")("limits", "all_read") not in one(tree, "section.limits").text()
    assert "  a/Login History.txt" in list(account_table.notes(access, words("en")))


@pytest.mark.parametrize(
    ("name", "shown"), [("192.0.2.0/24", "192.0.2."), ("2001:db8:0:100::/56", "2001:db8:0:100::/56")]
)
def test_a_prefix_is_how_addresses_begin(name: str, shown: str) -> None:
    assert network_title(words("en"), Network(name)) == f"Addresses that begin with {shown}"
    assert network_title(words("en"), Network(name, "AS64496")) == name


def test_what_is_not_there_is_said() -> None:
    bare = replace(hostile(), sessions=(), unreadable={}, not_shown={}, files=(), accounts=(), naming=NONE)
    page = account_page.to_html(bare, "en").decode()
    tree = LexborHTMLParser(page)
    assert not tree.css("section.warning, article, table.list")
    assert words("en")("sessions", "none") in page
    assert words("en")("limits", "all_read") in page
    assert words("en")("sheet", "unknown") in page
    no_table = account_page.to_html(replace(hostile(), naming=NONE), "en").decode()
    assert words("en")("sessions", "no_table") in no_table


NONE = NetworkNaming("no network table is installed", "", "", ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_an_export_acts_in_a_terminal(language: str) -> None:
    say = words(language)
    texts = [cell for row in account_table.rows(hostile(), say) for cell in row]
    texts += [*account_table.notes(hostile(), say), *account_table.headings(say)]
    for text in texts:
        assert all((char == "\n" or ord(char) >= 32) and char not in "\u202e\x7f\x9b" for char in text)
        text.encode()
