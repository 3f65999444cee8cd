"""The pages of a Facebook export as a grammar.

A section is a record, its heading says what happened, a table row is a field. Where the time is no row of the
table, it stands in the section's footer.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from fourcorners.readers.markup import Grammar
from fourcorners.readers.markup import Mark


class Place(IntEnum):
    """What a text that stands there is."""

    PAGE = 0  # outside every section
    FURNITURE = 1  # title and header of the page
    SECTION = 2  # in a section, outside what follows
    HEADING = 3
    FIELD = 4
    FOOTER = 5
    COMMENT = 6  # a comment, script or style, which nobody reads


class State(NamedTuple):
    """An element: what its texts are, whether it is the one that makes them so, when the page was generated."""

    place: Place
    own: bool = False
    generated: bytes = b""


class Act(NamedTuple):
    """An element that begins or ends, with its tag's bytes in the run."""

    place: Place
    begins: bool
    start: int
    end: int
    generated: bytes


_NAME = re.compile(rb"<([A-Za-z][^\s/>]*+)")
_DATETIME = re.compile(rb"\sdatetime\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')", re.IGNORECASE)
_HEADINGS = frozenset({b"h1", b"h2", b"h3", b"h4", b"h5", b"h6"})
_FURNITURE = _HEADINGS | {b"head", b"header", b"title"}
_WITHIN = {b"tr": Place.FIELD, b"footer": Place.FOOTER} | dict.fromkeys(_HEADINGS, Place.HEADING)


def _enter(parent: State, tag: bytes) -> State:
    """The state of an element, from its parent's and its start tag."""
    found = _NAME.match(tag)
    name = found[1].lower() if found else b""
    if name == b"section":
        return State(Place.SECTION, own=True)
    if parent.place in {Place.PAGE, Place.FURNITURE}:
        if name == b"time" and (stated := _DATETIME.search(tag)):
            return State(Place.FURNITURE, own=True, generated=stated[1] or stated[2] or b"")
        return State(Place.FURNITURE if name in _FURNITURE else parent.place)
    if name in _WITHIN:
        return State(_WITHIN[name], own=True)
    return State(parent.place)


def _plan(marks: list[Mark[State]]) -> tuple[Act, ...]:
    """The elements of account that a run begins or ends."""
    return tuple(
        Act(mark.state.place, mark.opens, mark.start, mark.end, mark.state.generated)
        for mark in marks
        if mark.state.own
    )


GRAMMAR: Grammar[State, tuple[Act, ...]] = Grammar(
    State(Place.PAGE), _enter, _plan, (Act(Place.COMMENT, True, 0, 0, b""),)
)
