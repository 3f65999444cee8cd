"""Text that every font can print: what the fonts lack, or what an eye cannot see, stands as its code point.

PDF/A makes a missing glyph an error (ISO 19005-2, 6.2.11.4.1), and a glyph that is silently dropped would change
the evidence. So each text becomes *pieces*: plain text, and code points (`U+65E5`) that the page sets in a frame,
so that they cannot be taken for the same letters written out. Controls, directional marks, surrogates, combining
marks, blanks other than a single space, private and unassigned characters stand as code points whatever the fonts
hold: they are how one name is made to look like another (Unicode TR36).

Pieces, as JSON: a string; ``{"u": "U+65E5"}``, a code point; ``{"b": [...]}``, a long token that may break between
its parts; ``{"i": [...]}``, a text with right-to-left letters, set apart so that it does not reorder its
neighbours; a list of these, joined.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

import typst

Pieces: TypeAlias = "str | list[Pieces] | dict[str, Pieces]"

#: The shipped families (they are part of the typst wheel), in the order in which glyphs are looked for.
FAMILIES = ("Libertinus Serif", "DejaVu Sans Mono", "New Computer Modern", "New Computer Modern Math")

_PLAIN = re.compile(r"(?:[!-~]{1,20}(?: [!-~]{1,20})*)?")
_RUNS = re.compile(r"\S+|\s+")
_LONG = 20  # characters of a token that may stay whole
_BREAKS = re.compile(r"[^:/@_.-]{1,8}[:/@_.-]{0,8}|[:/@_.-]{1,8}")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols by category, but nothing to see
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Mc", "Me", "Zl", "Zp", "Zs"})
_PROBE = """#set document(title: "probe", date: datetime(year: 2000, month: 1, day: 1))
#set text(font: {families}, fallback: false)
#"{char}" #text(weight: 600, "{char}")
"""


@cache
def fonts() -> typst.Fonts:
    """The fonts of the wheel and no others, so that two machines print the same bytes."""
    return typst.Fonts(include_system_fonts=False)


def seen(char: str) -> bool:
    """Whether a reader can see the character at all, given a font that has it."""
    return unicodedata.category(char) not in _UNSEEN and char not in _BLANKS


@lru_cache(maxsize=65_536)
def printable(char: str) -> bool:
    """Whether a character can stand for itself: visible, and in one of the shipped fonts.

    The compiler itself is asked, with a page that holds nothing but the character, in both weights: a table of
    coverage could differ from the fonts in use.
    """
    if " " <= char <= "~":
        return True
    if not seen(char):
        return False
    families = "(" + ", ".join(f'"{family}"' for family in FAMILIES) + ")"
    page = _PROBE.format(families=families, char=f"\\u{{{ord(char):x}}}")
    try:
        typst.compile(page.encode(), font_paths=fonts(), format="pdf", pdf_standards=["a-2b"])
    except typst.TypstError:
        return False
    return True


def code_point(char: str) -> str:
    """`U+65E5`."""
    return f"U+{ord(char):04X}"


def ascii_only(char: str) -> bool:
    """The narrowest `printable`: what every font has."""
    return "!" <= char <= "~"


def pieces(text: str, shows: Callable[[str], bool] = printable, *, exact: bool = True) -> Pieces:
    """The text as pieces; `shows` tells which characters stand for themselves.

    In an `exact` text, a value, a space stands for itself only between two other characters: at an end or beside
    another blank the eye would lose it, so there it stands as its code point. The exhibit's own words may end so.
    """
    if _PLAIN.fullmatch(text):
        return text
    parts: list[Pieces] = []
    for match in _RUNS.finditer(text):
        run = match.group()
        outer = match.start() == 0 or match.end() == len(text)
        if run == " " and not (exact and outer):
            parts.append(run)
        elif run.isspace():
            parts.extend({"u": code_point(char)} for char in run)
        else:
            for seen, group in groupby(run, shows):
                token = "".join(group)
                parts.extend([_token(token)] if seen else [{"u": code_point(char)} for char in token])
    return {"i": parts} if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text) else parts


def _token(text: str) -> Pieces:
    """A run of visible characters, with places to break where it is too long for a column."""
    if len(text) <= _LONG:
        return text
    return {"b": _BREAKS.findall(text)}
