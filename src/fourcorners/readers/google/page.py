"""A page of the return as its headings, list items and table rows, with the place of every text.

The layout is known at second hand only, so that the tags are taken for no more than HTML says of them: `li` is an
item, `tr` a row, `th` and `td` its cells. What stands elsewhere is a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from enum import IntEnum
from typing import NamedTuple

from fourcorners.readers.markup import Data
from fourcorners.readers.markup import Grammar
from fourcorners.readers.markup import Mark
from fourcorners.readers.markup import texts
from fourcorners.readers.markup import unescape


class Context(IntEnum):
    """What a text that stands there is."""

    PAGE = 0
    ITEM = 1
    TABLE = 2  # in a table, outside its rows
    ROW = 3  # in a row, outside its cells
    CELL = 4
    HEAD = 5  # the document's own title


class Does(IntEnum):
    """What a run of tags does, besides closing what is of no account."""

    ITEM = 0
    END_ITEM = 1
    TABLE = 2
    END_TABLE = 3
    ROW = 4
    END_ROW = 5
    CELL = 6
    HEADING = 7
    SPOIL = 8  # a cell that spans several, or holds rows or items of its own: which column is whose is not certain
    SKIP = 9  # a comment, script or style, which nobody reads


class State(NamedTuple):
    """An element: context of its texts, what opening and closing it does, its name if it is a part of no part."""

    context: Context
    opens: tuple[Does, ...] = ()
    closes: Does | None = None
    counted: str = ""


class Act(NamedTuple):
    """One thing to do, with the bytes in the run that say so."""

    does: Does | None
    start: int
    end: int
    counted: str = ""


#: Elements that are counted, here and by the independent census.
COUNTED = ("tr", "li")
_NAME = re.compile(rb"<([A-Za-z][^\s/>]*+)")
_HEADINGS = frozenset(b"h1 h2 h3 h4 h5 h6 caption".split())
_SPANS = re.compile(rb"\s(?:col|row)span\s*+=\s*+[\"']?+\s*+(?!1[\"'\s/>])", re.IGNORECASE)


def _enter(parent: State, tag: bytes) -> State:
    found = _NAME.match(tag)
    name = found[1].lower() if found else b""
    counted = name.decode() if name in (b"tr", b"li") else ""
    context = parent.context
    if context is Context.HEAD or name == b"head":
        return State(Context.HEAD, counted=counted)
    if context is Context.CELL:
        inner = name in (b"table", b"tr", b"td", b"th", b"li")
        return State(Context.CELL, (Does.SPOIL,) if inner else (), counted=counted)
    if name == b"table":
        return State(Context.TABLE, (Does.TABLE,), Does.END_TABLE)
    if name == b"tr" and context is Context.TABLE:
        return State(Context.ROW, (Does.ROW,), Does.END_ROW)
    if name in (b"td", b"th") and context is Context.ROW:
        spoilt = (Does.SPOIL,) if _SPANS.search(tag) else ()
        return State(Context.CELL, (Does.CELL, *spoilt))
    if name == b"li":
        return State(Context.ITEM, (Does.ITEM,), Does.END_ITEM)
    if name in _HEADINGS:
        return State(Context.PAGE, (Does.HEADING,))
    return State(context, counted=counted)


def _plan(marks: list[Mark[State]]) -> tuple[Act, ...]:
    acts: list[Act] = []
    for mark in marks:
        if mark.opens:
            acts += (Act(does, mark.start, mark.end) for does in mark.state.opens)
            if mark.state.counted:
                acts.append(Act(None, mark.start, mark.end, mark.state.counted))
        elif mark.state.closes is not None:
            acts.append(Act(mark.state.closes, mark.start, mark.end))
    return tuple(acts)


_GRAMMAR: Grammar[State, tuple[Act, ...]] = Grammar(State(Context.PAGE), _enter, _plan, (Act(Does.SKIP, 0, 0),))


class Piece(NamedTuple):
    """A text without its outer white space, and where it begins."""

    raw: bytes
    at: int

    def text(self) -> str:
        """As it reads."""
        text = self.raw.decode()
        return unescape(text) if "&" in text else text

    @property
    def ranges(self) -> tuple[int, int]:
        """Where it stands."""
        return self.at, self.at + len(self.raw)


def piece(raw: bytes, at: int) -> Piece:
    """A text as it stands between two tags."""
    if not raw[:1].isspace() and not raw[-1:].isspace():
        return Piece(raw, at)
    bare = raw.lstrip()
    return Piece(bare.rstrip(), at + len(raw) - len(bare))


class Heading(NamedTuple):
    """A text outside items and tables; `of_head`: it is none of the page, but the document's own title."""

    text: Piece
    of_head: bool


class Item(NamedTuple):
    """A list item with its texts."""

    texts: list[Piece]
    start: int
    end: int


class Row(NamedTuple):
    """A table's row: the texts of each cell; `first`: nothing stood in the table before it."""

    cells: list[list[Piece]]
    start: int
    end: int
    first: bool
    spoilt: bool


class Stray(NamedTuple):
    """A text between the cells or rows of a table, or behind an item within another."""

    text: Piece


class Turn(NamedTuple):
    """An element of headings begins: what stood above is at its end, whether a text follows or none."""


Part = Heading | Item | Row | Stray | Turn


@dataclass(slots=True)
class Seen:
    """What is counted while a page is read.

    Attributes:
        elements: how often each counted element begins that is no row and no item of its own.
        skipped: byte ranges of comments, scripts and styles, flattened pairs.
    """

    elements: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    skipped: list[int] = field(default_factory=list)


def read_page(data: Data, seen: Seen) -> Iterator[Part]:
    """The parts of a page in order, each once it is complete.

    Raises:
        BadInput: as `markup.texts`.
    """
    item: list[Piece] | None = None
    cells: list[list[Piece]] = []
    began = 0
    fresh = spoilt = False
    for plan, origin, state, raw, at in texts(data, _GRAMMAR):
        for does, start, end, counted in plan:
            if does is Does.CELL:
                cells.append([])
            elif does is Does.ROW:
                cells, began, spoilt = [], origin + start, False
            elif does is Does.END_ROW:
                yield Row(cells, began, origin + end, fresh, spoilt)
                fresh = False
            elif does is Does.SPOIL:
                spoilt = True
            elif does is Does.SKIP:
                seen.skipped += (origin, at)
            elif does is None:
                seen.elements[counted] += 1
            else:
                if item is not None:
                    yield Item(item, began, origin + (end if does is Does.END_ITEM else start))
                    item = None
                if does is Does.ITEM:
                    item, began = [], origin + start
                elif does is Does.TABLE:
                    fresh = True
                elif does is Does.HEADING:
                    yield Turn()
        if not raw:
            continue
        found, context = piece(raw, at), state.context
        if context is Context.CELL:
            cells[-1].append(found)
        elif context is Context.ITEM and item is not None:
            item.append(found)
        elif context in {Context.ITEM, Context.TABLE, Context.ROW}:
            yield Stray(found)
        else:
            yield Heading(found, context is Context.HEAD)
