"""The four layouts of HTML as one grammar: which tags open a field, open its value, break a line, furnish a page.

====== ================================================ ===================================
layout a field                                          its value
====== ================================================ ===================================
A      `tr`                                             `td`
B      `div.div_table`                                  `div[style*="display:table-cell"]`
C      `div.div_table.outer` around `div.div_table`     `div.most_inner`
D      `div.t.o` around `div.t.i`                       `div.m`
====== ================================================ ===================================

The label of a field is the text that stands in it outside its value.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from fourcorners.readers.markup import Grammar
from fourcorners.readers.markup import Mark


class Context(IntEnum):
    """What a text that stands there is."""

    PAGE = 0  # outside every section
    SECTION = 1  # in a section, outside every field
    LABEL = 2
    VALUE = 3
    FURNITURE = 4  # at the foot of a page
    HEAD = 5  # the document's own title


class Does(IntEnum):
    """What a run of tags does, besides closing what is of no account."""

    SECTION = 0  # a section begins; its name follows
    LEAVE = 1  # a section ends
    FIELD = 2  # a field begins
    VALUE = 3  # its value begins
    END = 4  # a value ends
    BREAK = 5  # a line ends: between two values, or between two records
    SPLIT = 6  # an element of no account begins or ends within a value: what follows is another value
    TURN = 7  # a page ends
    SKIP = 8  # a comment, script or style, which nobody reads


class State(NamedTuple):
    """An element: context of its texts, what opening and closing it does, the layout that it is a sign of."""

    context: Context
    opens: Does | None
    closes: Does | None
    layout: str = ""
    section: bytes = b""


class Act(NamedTuple):
    """One thing to do, with the bytes in the run that say so."""

    does: Does
    start: int
    end: int
    state: State


_NAME = re.compile(rb"<([A-Za-z][^\s/>]*+)")
#: One attribute after another, so that what looks like one within another's quotes is none.
_ATTRIBUTE = re.compile(rb"\s++([^\s\"'>=/<]++)(?>(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=<>`]++)))?)")
_FIELD_CLASSES = frozenset({b"t", b"div_table"})
_SECTION_ID = b"property-"
_TABLE_CELL = re.compile(rb"display\s*+:\s*+table-cell")
_OUTSIDE = State(Context.PAGE, None, None)


def _enter(parent: State, tag: bytes) -> State:
    """The state of an element, from its parent's and its start tag."""
    name_match = _NAME.match(tag)
    name = name_match[1].lower() if name_match else b""
    attributes: dict[bytes, bytes] = {}
    for found in _ATTRIBUTE.finditer(tag, name_match.end() if name_match else 0):
        attributes.setdefault(found[1].lower(), found[2] or found[3] or found[4] or b"")
    classes = frozenset(attributes.get(b"class", b"").split())
    context = parent.context

    named = attributes.get(b"id", b"").startswith(_SECTION_ID)
    if b"pageBreak" in classes:
        return State(Context.HEAD if context is Context.HEAD else Context.FURNITURE, Does.TURN, None)
    if name == b"head":
        return State(Context.HEAD, None, None)
    if context in {Context.FURNITURE, Context.HEAD} and not (named or name == b"tr" or classes & _FIELD_CLASSES):
        return State(context, None, None)
    if named:
        section = attributes[b"id"][len(_SECTION_ID) :]
        return State(Context.SECTION, Does.SECTION, Does.LEAVE, section=section)
    if name in {b"br", b"hr"}:
        return State(context, Does.BREAK, None)
    if b"p" in classes:
        return State(context, Does.BREAK, Does.BREAK)
    if name == b"td" or b"m" in classes or b"most_inner" in classes or _is_cell(attributes):
        if context is Context.LABEL:
            return State(Context.VALUE, Does.VALUE, Does.END)
    elif name == b"tr":
        return State(Context.LABEL, Does.FIELD, None, "A")
    elif b"t" in classes:
        return State(Context.LABEL, Does.FIELD, None, "D")
    elif b"div_table" in classes:
        return State(Context.LABEL, Does.FIELD, None, "C" if classes & {b"outer", b"inner"} else "B")
    split = Does.SPLIT if context is Context.VALUE else None
    return State(context, split, split)


def _is_cell(attributes: dict[bytes, bytes]) -> bool:
    return _TABLE_CELL.search(attributes.get(b"style", b"")) is not None


def _plan(marks: list[Mark[State]]) -> tuple[Act, ...]:
    """What a run does, without what has no effect: a wrapper's second opening, elements at a value's edge.

    That a page ends comes first: it is of no account where in the run it does.
    """
    turns: list[Act] = []
    acts: list[Act] = []
    for mark in marks:
        does = mark.state.opens if mark.opens else mark.state.closes
        if does is None:
            continue
        if does is Does.TURN:
            turns = [Act(does, mark.start, mark.end, mark.state)]
            continue
        before = acts[-1].does if acts else None
        if does is before and does in {Does.FIELD, Does.BREAK, Does.SPLIT}:
            continue
        if does is Does.SPLIT and before in {Does.VALUE, Does.END, Does.BREAK, Does.FIELD}:
            continue
        if before is Does.SPLIT and does in {Does.END, Does.BREAK}:
            acts.pop()
        acts.append(Act(does, mark.start, mark.end, mark.state))
    return (*turns, *acts)


GRAMMAR: Grammar[State, tuple[Act, ...]] = Grammar(_OUTSIDE, _enter, _plan, (Act(Does.SKIP, 0, 0, _OUTSIDE),))
