"""The blocks of which a page is made. Words stand here and in the modules that use it; looks in `exhibit.typ`.

A block is a JSON object with one key: `heading`, `text` and `note` (a paragraph), `list`, `facts` (label and
value), `table`, `figures`, `logins`, `sources`, `statement`. A text is a string (the exhibit's own words), a value
(`q`, `said`), `lines`, a record's `values` (field, value, byte ranges), or a list of these, joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from fourcorners.model.instant import HOUR
from fourcorners.model.instant import MINUTE
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339

Text: TypeAlias = "str | dict[str, str] | dict[str, list[Text]] | list[Text]"
Block: TypeAlias = dict[str, object]

#: The keys under which a text is a value, printed to the last blank.
VALUES = frozenset({"q", "d"})


def q(text: str) -> dict[str, str]:
    """A value as evidence: set in the fixed-width font, told apart from the exhibit's own words."""
    return {"q": text}


def said(text: str) -> dict[str, str]:
    """A name or a phrase that somebody entered: set as words, yet a value."""
    return {"d": text}


def text(*parts: Text) -> Block:
    """A paragraph."""
    return {"text": list(parts)}


def note(*parts: Text) -> Block:
    """A paragraph that must not be overlooked."""
    return {"note": list(parts)}


def facts(*rows: tuple[str, Text]) -> Block:
    """Labels and values, one below the other; a row without a value is left out."""
    return {"facts": [row for row in rows if row[1] not in ("", {"lines": []})]}


def table(kind: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Block:
    """A table; `kind` chooses the widths of its columns in the template."""
    return {"table": {"kind": kind, "head": list(head), "rows": [list(row) for row in rows]}}


def lines(parts: Sequence[Text]) -> Text:
    """One below the other."""
    return {"lines": list(parts)}


def number(count: int, one: str, many: str = "") -> str:
    """`1 row`, `12,345 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def instant(ns: int | None, precision: int = SECOND) -> Text:
    """RFC 3339 in UTC; an absent one in words."""
    return "not stated" if ns is None else q(rfc3339(ns, precision))


def duration(ns: int) -> str:
    """`5 h 12 min 3 s`; a fraction of a second only where there is one."""
    hours, rest = divmod(ns, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds = f"{rest / SECOND:.9f}".rstrip("0").rstrip(".")
    parts = (
        [f"{hours:,} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes) + [f"{seconds} s"] * (seconds != "0")
    )
    return " ".join(parts) or "0 s"


def byte_ranges(ranges: Sequence[tuple[int, int]]) -> str:
    """`bytes 12–20, 31–35`: the first byte, and the byte after the last, as they are stored."""
    return "bytes " + ", ".join(f"{start}–{end}" for start, end in ranges) if ranges else "no byte range"
