"""The independent count against a browser's parser."""

from __future__ import annotations

import html
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from fourcorners.readers import census
from fourcorners.readers.meta.vocabulary import COUNTED

PIECES = st.sampled_from(
    [
        "<b>",
        "</b>",
        '<i a="x > y < z">',
        "</i>",
        "<br/>",
        "Time",
        " IP Address\n",
        "IP&#32;Address",
        " ",
        "a > b",
        'c="d>e',
        "f < g",
        '<"x>',
        "<!-- <b>Time</b> > -->",
        "<style>a > b < c Time</style>",
        "<script>if (a<b) '<b>Time</b>'</script>",
        "é😀",
    ]
)


def by_a_browser(page: str) -> list[str]:
    found: list[str] = []

    def walk(node: Any) -> None:
        child = node.first_child
        while child is not None:
            if child.tag == "-text":
                found.append(child.text_content.strip(" \t\n\r\f"))
            elif child.tag not in {"-comment", "script", "style"}:
                walk(child)
            child = child.next

    walk(LexborHTMLParser(page).body)
    return [text for text in found if text]


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=12), st.integers(1, 64))
def test_counts_what_a_browser_shows(pieces: list[str], window: int) -> None:
    page = "<!DOCTYPE html><html><head></head><body><p>" + "</p><p>".join(pieces) + "</p></body></html>"
    shown = by_a_browser(page)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(census, "_WINDOW", window * 16)
        counted = census.count(page.encode())
    assert counted.texts == len(shown)
    words = Counter(html.unescape(text) for text in shown)
    assert dict(counted.labels) == {label: words[label] for label in COUNTED}


def test_counts_lines_of_text_that_are_not_blank() -> None:
    counted = census.count(b"\xef\xbb\xbfTime\r\n\r\n 2026 \n  \nTime\rx")
    assert (counted.texts, counted.labels["Time"]) == (4, 2)


def test_lists_the_labels_that_the_reader_counts() -> None:
    assert census.LABELS == COUNTED
