"""The exhibit: a PDF/A that says what was asked, what came, what was kept out, what is found and what is open.

PDF/A-2a (ISO 19005-2) with PDF/UA-1 tags, by typst. The template is package data; the data reach it as JSON and
are never pasted into markup. The document's date is the ledger's newest entry, so the same data give the same
bytes.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from functools import cache
from importlib import resources

import typst

from fourcorners.model.instant import SECOND
from fourcorners.report.blocks import VALUES
from fourcorners.report.contents import ExhibitData
from fourcorners.report.glyphs import FAMILIES
from fourcorners.report.glyphs import ascii_only
from fourcorners.report.glyphs import fonts
from fourcorners.report.glyphs import pieces
from fourcorners.report.glyphs import printable
from fourcorners.report.page import document


def render(data: ExhibitData) -> bytes:
    """The exhibit as PDF: the same bytes for the same data, on every machine with the same version of typst.

    A character that the fonts turn out not to have after all (in a shape that only its neighbours call for) makes
    every character beyond ASCII print as its code point; no text makes an exhibit fail.
    """
    try:
        return _compile(inputs(data))
    except typst.TypstError:
        return _compile(inputs(data, ascii_only))


def inputs(data: ExhibitData, shows: Callable[[str], bool] = printable) -> dict[str, str]:
    """What the template reads: words and values in pieces, the fonts, the date."""
    date = dt.datetime.fromtimestamp(data.ledger.newest // SECOND, dt.UTC)
    given = {
        "content": _printable(document(data), shows),
        "fonts": list(FAMILIES),
        "date": [date.year, date.month, date.day, date.hour, date.minute, date.second],
    }
    return {"data": json.dumps(given)}


def _compile(given: dict[str, str]) -> bytes:
    return typst.compile(
        template(),
        format="pdf",
        font_paths=fonts(),
        sys_inputs=given,
        pdf_standards=["a-2a", "ua-1"],
    )


@cache
def template() -> bytes:
    """The looks, as typst source."""
    return resources.files(__package__).joinpath("exhibit.typ").read_bytes()


def _printable(value: object, shows: Callable[[str], bool], *, exact: bool = False) -> object:
    """The content with every text in pieces; keys, numbers and absences stand as they are."""
    if isinstance(value, str):
        return pieces(value, shows, exact=exact)
    if isinstance(value, dict):
        return {key: _printable(part, shows, exact=key in VALUES) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part, shows) for part in value]
    return value
