from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.report.glyphs import FAMILIES
from fourcorners.report.glyphs import ascii_only
from fourcorners.report.glyphs import code_point
from fourcorners.report.glyphs import fonts
from fourcorners.report.glyphs import pieces
from fourcorners.report.glyphs import printable

ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
TRICKY = st.text(
    alphabet=" ab\t\n\u00a0\u200b\u202e\u2066日\u05d0\u0627\u0301\U0001f600\ue000\ud800/:", max_size=60
)


def plain(part: object) -> list[str]:
    """The characters that stand for themselves."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        return [] if "u" in part else [text for value in part.values() for text in plain(value)]
    assert isinstance(part, list)
    return [text for value in part for text in plain(value)]


def back(part: object) -> str:
    """The text that the pieces stand for."""
    if isinstance(part, str):
        return part
    if isinstance(part, dict):
        return (
            chr(int(part["u"].replace("U+", "0x"), 16))
            if "u" in part
            else "".join(back(value) for value in part.values())
        )
    assert isinstance(part, list)
    return "".join(back(value) for value in part)


@settings(max_examples=150)
@given(text=st.one_of(ANY, TRICKY), exact=st.booleans())
def test_pieces_lose_and_invent_nothing(*, text: str, exact: bool) -> None:
    assert back(pieces(text, exact=exact)) == text


@settings(max_examples=150)
@given(text=st.one_of(ANY, TRICKY))
def test_only_what_can_be_seen_stands_for_itself(text: str) -> None:
    for part in plain(pieces(text)):
        assert part == " " or all(unicodedata.category(char)[0] not in "CMZ" for char in part if char != " ")
        assert "  " not in part
        assert max(map(len, part.split(" "))) <= 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain text", "plain text"),
        ("日", [{"u": "U+65E5"}]),
        (" a", [{"u": "U+0020"}, "a"]),
        ("a ", ["a", {"u": "U+0020"}]),
        ("a  b", ["a", {"u": "U+0020"}, {"u": "U+0020"}, "b"]),
        ("\u05d0 1", {"i": ["\u05d0", " ", "1"]}),
        ("2001:db8:1234:5678:9abc::1", [{"b": ["2001:", "db8:", "1234:", "5678:", "9abc::", "1"]}]),
        ("f" * 24, [{"b": ["f" * 8] * 3}]),
        ("\U0010ffff", [{"u": "U+10FFFF"}]),
    ],
)
def test_pieces(text: str, expected: object) -> None:
    assert pieces(text) == expected


def test_the_exhibits_own_words_keep_their_spaces() -> None:
    assert pieces(" – of ", exact=False) == [" ", "–", " ", "of", " "]


@pytest.mark.parametrize("char", "aé–ŻΩяא")
def test_letters_of_the_shipped_fonts_are_printable(char: str) -> None:
    assert printable(char)


@pytest.mark.parametrize(
    "char", "日한\u2c72\U0001f600\u0301\u200b\u202e\u00ad\u00a0\u3000\u2800\u3164\ufeff\ue000\ud800\n\x7f"
)
def test_what_is_missing_or_unseen_is_not_printable(char: str) -> None:
    assert not printable(char)


def test_the_fonts_are_those_of_the_wheel_and_no_others() -> None:
    assert set(fonts().families()) == set(FAMILIES)
    assert all(font.path is None for font in fonts().fonts())


def test_code_points_have_at_least_four_digits() -> None:
    assert [code_point(char) for char in "\x01日\U0001f600"] == ["U+0001", "U+65E5", "U+1F600"]


def test_the_narrowest_choice_is_ascii() -> None:
    assert [char for char in map(chr, range(0x200)) if ascii_only(char)] == [chr(i) for i in range(0x21, 0x7F)]
