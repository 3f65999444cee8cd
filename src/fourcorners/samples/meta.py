"""A Meta business record in each of its layouts: text, streamed section by section.

The traps of the format stand in it by the seed: `<br>` between records missing, a field wrapped twice (B), page
breaks within any value (D, E), several values in one field, entities, `ip:port`, `[v6]:port` and port 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from fourcorners.samples.layouts import FOOT
from fourcorners.samples.layouts import HEAD
from fourcorners.samples.layouts import Markup
from fourcorners.samples.layouts import page_break
from fourcorners.samples.layouts import text_page_break
from fourcorners.samples.layouts import title
from fourcorners.samples.production import Entry
from fourcorners.samples.production import Production
from fourcorners.samples.production import Section

_DEFINITION = "What the provider keeps under this heading. Times are in UTC; an address may carry a source port."
#: Where the first cuts through a time fall: in a number, before a blank, after a blank.
_FIRST_CUTS = (9, 10, 11)
#: The same where blanks at the end of a line do not survive, as in a PDF.
_FIRST_CUTS_PDF = (9, 12, 17)
_CUT_EVERY = 30  # rows
_PAGE_LINES = 46


class _Pages:
    """Where page breaks fall; numbers the pages."""

    def __init__(self, rng: Random, first_cuts: tuple[int, ...], *, at_blanks: bool) -> None:
        self.number = 1
        self._rng = rng
        self._first = list(first_cuts)
        self._at_blanks = at_blanks

    def turn(self) -> int:
        """The number at the foot of the page that ends."""
        self.number += 1
        return self.number - 1

    def cut(self, entry: Entry) -> tuple[int, int] | None:
        """Index of the field to cut, and where; None for most rows, and for rows that are spoilt already."""
        labels = [label for label, _ in entry.fields]
        if entry.broken:
            return labels.index("Time"), 9
        if entry.truth.verdict == "rejected" or "Time" not in labels:
            return None
        if self._first:
            return labels.index("Time"), self._first.pop(0)
        if self._rng.randrange(_CUT_EVERY):
            return None
        field = self._rng.randrange(len(labels))
        value = entry.fields[field][1]
        places = [
            at for at in range(1, len(value)) if self._at_blanks or (value[at] != " " and value[at - 1] != " ")
        ]
        return (field, self._rng.choice(places)) if places else None


def html(production: Production, markup: Markup, rng: Random) -> Iterator[str]:
    """The record as an HTML document, in pieces."""
    pages = _Pages(rng, _FIRST_CUTS, at_blanks=True)
    breaks = rng.choice((0.0, 0.5, 1.0))  # how often a line break separates two records
    yield HEAD + markup.newline
    for section in production.sections:
        opened, closed = markup.section(section.name)
        heading = title(section.name)
        yield opened + markup.field(f"{heading} Definition", [_DEFINITION]) + markup.newline
        yield from _html_fields(section, heading, markup, rng)
        if section.entries:
            yield markup.opened(heading) + markup.newline
            for entry in section.entries:
                yield _html_entry(entry, markup, rng, pages, production.service)
                yield (markup.line_break if rng.random() < breaks else "") + markup.newline
            yield markup.after + markup.newline
        yield closed
    yield FOOT


def _html_fields(section: Section, heading: str, markup: Markup, rng: Random) -> Iterator[str]:
    fields = [
        markup.field(label, values, wrap=rng.random() < 0.2) + markup.newline  # noqa: PLR2004 - a fifth
        for label, values in section.fields
    ]
    nested = section.name == "name"
    if nested:
        yield markup.opened(heading)
    yield from fields
    if nested:
        yield markup.after + markup.newline


def _html_entry(entry: Entry, markup: Markup, rng: Random, pages: _Pages, service: str) -> str:
    cut = pages.cut(entry) if markup.breaks_pages else None
    if cut is None:
        wrap = markup.wrapped is not None and rng.random() < 0.2  # noqa: PLR2004 - a fifth
        return "".join([markup.field(label, (value,), wrap=wrap) for label, value in entry.fields])
    field, at = cut
    made = []
    for n, (label, value) in enumerate(entry.fields):
        if n == field:
            torn = value[:at] + value[at + 1 :] if entry.broken else value
            made.append(markup.cut_field(label, torn, at, page_break(service, pages.turn())))
        else:
            made.append(markup.field(label, (value,)))
    return "".join(made)


def text(production: Production, rng: Random, *, for_pdf: bool = False) -> Iterator[str]:
    """The record as layout E, in pieces of whole lines.

    Every page ends with its furniture line. `for_pdf`: no value is cut beside a blank.
    """
    pages = _Pages(rng, _FIRST_CUTS_PDF if for_pdf else _FIRST_CUTS, at_blanks=not for_pdf)
    lines = 0
    for section in production.sections:
        heading = title(section.name)
        made = [f"{heading} Definition\n{_DEFINITION}\n"]
        if section.entries or section.name == "name":
            made.append(f"{heading}\n")
        made += [f"{label}\n" + "".join(f"{value}\n" for value in values) for label, values in section.fields]
        head = "".join(made)
        yield head
        lines += head.count("\n")
        for entry in section.entries:
            piece, turned = _text_entry(entry, pages, production.service)
            yield piece
            lines = lines + piece.count("\n") if not turned else len(entry.fields)
            if lines > _PAGE_LINES:
                yield text_page_break(production.service, pages.turn())
                lines = 0
    yield text_page_break(production.service, pages.turn())


def _text_entry(entry: Entry, pages: _Pages, service: str) -> tuple[str, bool]:
    cut = pages.cut(entry)
    made = []
    for n, (label, value) in enumerate(entry.fields):
        if cut and n == cut[0]:
            at = cut[1]
            rest = value[at + 1 :] if entry.broken else value[at:]
            made.append(f"{label}\n{value[:at]}\n{text_page_break(service, pages.turn())}{rest}\n")
        else:
            made.append(f"{label}\n{value}\n")
    return "".join(made), cut is not None
