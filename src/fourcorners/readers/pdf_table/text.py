"""The derived text of a PDF's table: canonical CSV with the header's words, one line a row.

Two columns stand behind the table's own. `!around` holds the text of the page that is in no row, beside the
last row of its page or of the one before; no mapping names it, so it is counted and kept back. `!problem` holds
the code with which a row cannot be read.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from itertools import pairwise

import pypdfium2 as pdfium

from fourcorners.readers import census_pdf
from fourcorners.readers.pdf_table.columns import Head
from fourcorners.readers.pdf_table.columns import heads_of
from fourcorners.readers.pdf_table.columns import is_near
from fourcorners.readers.pdf_table.columns import no_header
from fourcorners.readers.pdf_table.columns import place
from fourcorners.readers.pdf_table.drawn import Box
from fourcorners.readers.pdf_table.lines import Line
from fourcorners.readers.pdf_table.lines import lines_of
from fourcorners.readers.pdf_table.merged import mark_merged
from fourcorners.readers.pdf_table.page import Page
from fourcorners.readers.pdf_table.page import pages
from fourcorners.readers.pdf_table.refused import bad
from fourcorners.readers.pdf_table.rows import Body
from fourcorners.readers.pdf_table.rows import Row
from fourcorners.readers.pdf_table.rows import Spacing
from fourcorners.readers.pdf_table.rows import rows_of
from fourcorners.readers.plain_csv import write_rows
from fourcorners.readers.table.pdf_form import AROUND
from fourcorners.readers.table.pdf_form import PROBLEM

_SIGN = 12.0  # points: a smaller picture is no row


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a table a mapping names.

    Attributes:
        labels: the words of the header's cells.
        needed: those whose cells a row cannot be without.
        plain: those whose text is kept as it stands, so that no shape tells whether a wrapped one is whole.
    """

    labels: frozenset[str]
    needed: frozenset[str]
    plain: frozenset[str]


@dataclass(slots=True)
class _Sheet:
    """One page: its lines, its headers, and what stands turned."""

    page: Page
    lines: list[Line]
    turned: list[str]
    heads: list[Head] = field(default_factory=list)
    body: Body = field(default_factory=Body)


def derive(data: bytes, wanted: Wanted) -> tuple[str, bytes]:
    """The suffix that names the derived text, `table@pypdfium2-VERSION`; and the text.

    Raises:
        BadInput: `PDF`, `HEADER`, `UNPACKED_SIZE`; `CONSERVATION` where the text holds other characters than an
            independent count finds on the pages.
    """
    rows, repeated = read_pages(list(pages(data)), wanted)
    text = write_rows(rows, len(data))
    census_pdf.check(data, text, repeated)
    return f"table@pypdfium2-{pdfium.version.PYPDFIUM_INFO.tag}", text


def read_pages(found: list[Page], wanted: Wanted) -> tuple[list[list[str]], int]:
    """The header and the rows of a table; and how many characters its header has where it stands again.

    Raises:
        BadInput: `PDF`, `HEADER`.
    """
    sheets = [_Sheet(page, *lines_of(page)) for page in found]
    for sheet in sheets:
        sheet.heads = heads_of(sheet.lines, wanted.labels)
    heads = [head for sheet in sheets for head in sheet.heads]
    if not heads:
        raise no_header([sheet.lines for sheet in sheets], wanted.labels)
    head = heads[0]
    if not all(head.is_again(other) for other in heads):
        raise bad("its header stands on another page in other columns")
    needed = {n for n, name in enumerate(head.names) if name in wanted.needed}
    mapped = {n for n, name in enumerate(head.names) if name in wanted.labels}
    started = False
    parts = []
    for sheet in sheets:
        started |= bool(sheet.heads)
        parts.append(_bodies(sheet, started=started))
    places = Counter(key for sheet in sheets for key in {_place(line) for line in sheet.lines})
    everywhere = {key for key, count in places.items() if count == len(sheets) > 1}
    _take_out_titles(parts, everywhere)
    place(head, [line for bodies, _ in parts for body in bodies for line in body])
    shaped = {n for n, name in enumerate(head.names) if name in wanted.needed - wanted.plain}
    _check_words([line for bodies, _ in parts for body in bodies for line in body], needed, shaped)
    spacing = Spacing.of([body for bodies, _ in parts for body in bodies], needed)
    letterhead: Collection[Box] = ()
    for sheet, (bodies, above) in zip(sheets, parts, strict=True):
        for body in bodies:
            again = {n for n, line in enumerate(body) if _place(line) in everywhere}
            part = rows_of(body, needed, sheet.page.across, spacing, again)
            if not (shaped or part.parted):
                raise bad("no column of it tells where a row begins, and no lines are drawn between its rows")
            mark_merged(part.rows, head, mapped, sheet.page.across)
            sheet.body.rows += part.rows
            sheet.body.around += part.around
            sheet.body.open_above |= part.open_above
        sheet.body.around += above
        if bodies:
            _check_pictures(sheet, head, letterhead)
            letterhead = sheet.page.pictures  # what stood above the header may stand there on the next page
    _mark_page_breaks(sheets)
    for sheet in sheets:
        for each in sheet.heads:
            _check_end(each, sheet.lines, needed)
    repeated = sum(_size(head) for head in heads[1:])
    return [[*head.names, AROUND, PROBLEM], *_written(sheets, head, wanted)], repeated


def _bodies(sheet: _Sheet, *, started: bool) -> tuple[list[list[Line]], list[Line]]:
    """The lines below each header of a page, and those above the first; all are a body where it has no header."""
    if not sheet.heads:
        return ([list(sheet.lines)], []) if started else ([], sheet.lines)
    ends = [head.first for head in sheet.heads[1:]] + [len(sheet.lines)]
    bodies = [sheet.lines[head.end : end] for head, end in zip(sheet.heads, ends, strict=True)]
    return bodies, sheet.lines[: sheet.heads[0].first]


def _take_out_titles(parts: list[tuple[list[list[Line]], list[Line]]], everywhere: set[tuple[int, str]]) -> None:
    """What stands on every page, and on one of them above the table's header, is no part of the table on any."""
    titles = {_place(line) for _, above in parts for line in above} & everywhere
    for bodies, above in parts:
        for body in bodies:
            above += [line for line in body if _place(line) in titles]
            body[:] = [line for line in body if _place(line) not in titles]


def _check_words(lines: list[Line], needed: set[int], shaped: set[int]) -> None:
    """Refuse a table below which another seems to begin: addresses and times have figures, headers have none."""
    for line in lines:
        cells = [line.cells[n].text for n in shaped if n in line.cells]
        if line.cells.keys() >= needed and cells and not any(map(str.isdigit, "".join(cells))):
            raise bad("a line of words stands among its rows; it may be the header of another table")


def _check_end(head: Head, lines: list[Line], needed: set[int]) -> None:
    """Refuse a header of whose cells one may go on in the line below."""
    last, *rest = lines[head.end - 1 : head.end + 1]
    if rest and is_near(last, rest[0]) and not rest[0].cells.keys() >= needed:
        raise bad("the line below its header may belong to the header")


def _check_pictures(sheet: _Sheet, head: Head, letterhead: Collection[Box]) -> None:
    """Refuse a page with a picture beside or below the table's header, or on a later page: it may show rows."""
    top = sheet.lines[sheet.heads[0].first].base if sheet.heads else math.inf
    left, right = head.spans[0][0], head.spans[-1][1]
    for box in sheet.page.pictures:
        large = min(box[2] - box[0], box[3] - box[1]) >= _SIGN
        if large and box not in letterhead and box[0] < right and left < box[2] and box[1] < top:
            raise bad("a picture stands where its rows do; what it shows is no text")


def _mark_page_breaks(sheets: list[_Sheet]) -> None:
    """A row that may go on on the next page is not read, nor the one that it may have run into."""
    for before, after in pairwise(sheets):
        if after.body.open_above:
            for row in (*before.body.rows[-1:], *after.body.rows[:1]):
                row.flaw = row.flaw or "BROKEN_VALUE"


def _written(sheets: list[_Sheet], head: Head, wanted: Wanted) -> Iterator[list[str]]:
    last: list[str] | None = None
    waiting: list[str] = []
    for sheet in sheets:
        waiting += [line.text() for line in sheet.body.around] + sheet.turned
        for row in sheet.body.rows:
            if last is not None:
                yield last
            last = _cells(row, head, wanted)
        if last is not None:
            last[-2] = " | ".join([*([last[-2]] if last[-2] else []), *waiting])
            waiting = []
    if last is not None:
        yield last


def _cells(row: Row, head: Head, wanted: Wanted) -> list[str]:
    """A row's cells, then nothing around it, then its problem."""
    flaws = [row.flaw, *(line.flaw for line in row.lines)]
    texts = []
    for column, name in enumerate(head.names):
        pieces = [line.cells[column] for line in row.lines if column in line.cells]
        if name in wanted.labels:
            flaws += [piece.flaw or ("HIDDEN_TEXT" if piece.pale else None) for piece in pieces]
        if name in wanted.plain and not all(piece.ends_in_blank for piece in pieces[:-1]):
            flaws.append("BROKEN_VALUE")  # nobody knows whether it was cut between two words
        texts.append(" ".join(piece.text for piece in pieces))
    return [*texts, "", next(filter(None, flaws), "")]


def _place(line: Line) -> tuple[int, str]:
    """Where a line stands and its words, whatever its figures; none where it has no word."""
    words = re.sub(r"[0-9]+", "#", line.text())
    return round(line.base / 2), words if re.search(r"[^\W\d_]{3}", words) else f"{id(line)}"


def _size(head: Head) -> int:
    return sum(len(name.replace(" ", "")) for name in head.names)
