"""The tokenizer against a browser's parser, and its refusals."""

from __future__ import annotations

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from tests.growth import is_linear

from fourcorners.model.errors import BadInput
from fourcorners.readers.markup import Grammar
from fourcorners.readers.markup import Mark
from fourcorners.readers.markup import check_text
from fourcorners.readers.markup import texts

Path = tuple[str, ...]
NAMES = ("div", "span", "b", "section", "ul")


def _name(tag: bytes) -> str:
    return tag[1:].split(b">")[0].split()[0].decode().lower()


def _nothing(_marks: list[Mark[Path]]) -> None:
    return None


PATHS: Grammar[Path, None] = Grammar((), lambda parent, tag: (*parent, _name(tag)), _nothing, None)


def ours(page: str) -> list[tuple[Path, str]]:
    data = page.encode()
    found = []
    for _, _, path, raw, at in texts(data, PATHS):
        assert data[at : at + len(raw)] == raw
        if raw:
            found.append((path, html.unescape(raw.decode())))
    return found


def theirs(page: str) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []

    def walk(node: Any, path: Path) -> None:
        child = node.first_child
        while child is not None:
            if child.tag == "-text":
                if child.text_content.strip(" \t\n\r\f"):
                    found.append((path, child.text_content))
            elif child.tag not in {"-comment", "script", "style", "!doctype"}:
                walk(child, (*path, child.tag))
            child = child.next

    root = LexborHTMLParser(page).root
    assert root is not None
    walk(root, ("html",))
    return found


TEXT = st.text(st.sampled_from("ab é\n&;\">'=/-!😀"), max_size=6).map(lambda text: text.replace("&", "&amp;"))
VALUE = st.text(st.sampled_from("ab <>/='\n-"), max_size=6).map('"{}"'.format) | st.sampled_from(
    ["'a\">b'", "x", "a/b"]
)
ATTRIBUTE = st.builds(
    "{}{}".format, st.sampled_from(["class", "Data-X", "id"]), st.just("") | VALUE.map("={}".format)
)
ATTRIBUTES = st.lists(ATTRIBUTE, max_size=2, unique_by=lambda each: each.split("=")[0]).map(
    lambda each: "".join(f" {one}" for one in each)
)
OTHER = st.sampled_from(
    ["<br>", "<br/>", "<img src='a>b' />", "<!-- a < b > -- -->", "<script>if (a<b) '</div>'</script>"]
)
LEAF = TEXT | OTHER


def _element(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, attributes, content: f"<{name}{attributes}>{''.join(content)}</{name.upper()} >",
        st.sampled_from(NAMES),
        ATTRIBUTES,
        st.lists(inside, max_size=4),
    )


@settings(max_examples=400)
@given(st.lists(st.recursive(LEAF, _element, max_leaves=20), max_size=4))
def test_the_same_texts_in_the_same_places_as_a_browser_finds(parts: list[str]) -> None:
    page = "<!DOCTYPE html><html><head><title>T &amp; t</title></head><body>" + "".join(parts) + "</body></html>"
    assert ours(page) == theirs(page)


def test_a_less_than_sign_that_begins_no_tag_is_text() -> None:
    page = "<!DOCTYPE html><html><head></head><body>a < b <3 <<b>c</b></body></html>"
    assert ours(page) == theirs(page)


def refusal(page: bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        list(texts(page, PATHS))
    return caught.value


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (b"<html><div></html>", "MARKUP"),
        (b"<html></div></html>", "MARKUP"),
        (b"<html></html><html></html>", "MARKUP"),
        (b"<html><b>x</b></html><!-- --><html><b>x</b></html>", "MARKUP"),
        (b"<html></html>text", "MARKUP"),
        (b"<html></html><!-- --><br>", "MARKUP"),
        (b"<div></div>", "MARKUP"),
        (b"text<html></html>", "MARKUP"),
        (b"<!-- -->text<html></html>", "MARKUP"),
        (b"<html><div a'b></div></html>", "MARKUP"),
        (b'<html><div a=b=">"></div></html>', "MARKUP"),
        (b"<html><iframe></iframe></html>", "MARKUP"),
        (b"<html><title><b></b></title></html>", "MARKUP"),
        (b"<html><title><!-- --></title></html>", "MARKUP"),
        (b"<html><script><!-- <script></script> --></script></html>", "MARKUP"),
        (b"<html><!-- --!></html>", "TRUNCATED"),
        (b"<html><![CDATA[x]]></html>", "MARKUP"),
        (b"<html><script></html>", "MARKUP"),
        (b"<html><!-- </html>", "TRUNCATED"),
        (b"<html><div", "TRUNCATED"),
        (b"<html><div>", "TRUNCATED"),
        (b"", "MARKUP"),
        (b"<html>\0</html>", "NUL"),
        (b"<html>\xe9</html>", "ENCODING"),
        (b"<html>\xc3", "ENCODING"),
        (b'<html><meta charset="latin-1"></html>', "CHARSET_CONFLICT"),
        (b'<html><meta content="text/html; charset=windows-1252"></html>', "CHARSET_CONFLICT"),
        (b"<html>" + b"<b>" * 256 + b"</b>" * 256 + b"</html>", "DEPTH"),
    ],
)
def test_what_parsers_would_have_to_repair_is_refused(page: bytes, code: str) -> None:
    error = refusal(page)
    assert error.code == code
    assert error.where.startswith("byte ")


def test_what_is_as_it_should_be_is_taken() -> None:
    assert ours('\ufeff <!doctype html SYSTEM "a>b"><HTML><meta charset=UTF-8><b>x</b></HTML> <!-- end -->\n') == [
        (("html", "b"), "x")
    ]
    assert ours("<html>" + "<b>" * 255 + "x" + "</b>" * 255 + "</html>")[0][1] == "x"


def test_a_bad_byte_is_found_where_it_stands_at_every_edge_of_a_chunk() -> None:
    for before in (0, 1, (1 << 20) - 2, (1 << 20) - 1, 1 << 20):
        data = b"a" * before + "é".encode()
        check_text(data)
        with pytest.raises(BadInput) as caught:
            check_text(data[:-1] + b"a")
        assert caught.value.where == f"byte {before}"


@pytest.mark.parametrize(
    "page",
    [
        b"<html>" + b"<div>" * 2_000_000,
        b"<html>" + b"<" * 4_000_000,
        b"<html>" + b"<a " * 2_000_000,
        b"<html>" + b"<a b=" * 2_000_000,
        b'<html><a b="' + b"c" * 4_000_000,
        b"<html><!--" + b"--" * 2_000_000,
        b"<html><script>" + b"</scrip" * 1_000_000,
        b"<html>" + b"<br>" * 2_000_000 + b"</html>",
        b"<html>" + b"".join(b"<p%d></p%d>" % (n, n) for n in range(200_000)) + b"</html>",
    ],
    ids=["deep", "lt", "attributes", "values", "quote", "comment", "script", "flat", "names"],
)
def test_time_is_linear_whatever_the_page(page: bytes) -> None:
    assert is_linear(lambda part: list(texts(part, PATHS)), page)
