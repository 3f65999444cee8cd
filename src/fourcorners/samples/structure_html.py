"""HTML of a given structure.

A place gives slots, one for each label in it, and each slot has alternatives, one for each class of value. A place
that holds more than itself is a list: it repeats its slots as records, each with the next alternative. Any other
place stands once around each of its slots.
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

from fourcorners.samples import invent

_VOID_NAMES = "area base br col embed hr img input link meta param source track wbr"
_VOID = frozenset(_VOID_NAMES.split())
_LABELLERS = frozenset({"th", "dt"})
#: Elements that stand once, whatever they hold.
_ONCE = frozenset({"", "html", "head", "body"})
_ELEMENT = re.compile(r"([^#.{]+)(?:#([^.{]+))?((?:\.[^.{]+)*)(?:\{(.*)\})?")
_MANY = 4  # a count as a power of two from which on a list has as many records as are asked for
_LEFT_OUT = "..."
#: Where a value is put in when all is made, so that no two records have the same.
_BLANK = re.compile("\0([^\0]+)\0")

Slot = list[str]


def text(tree: dict[str, Any], rows: int, rng: Random) -> str:
    """A page with every element, label and class of value."""
    slots = _Maker(rows, rng).slots(tree, labels=False)
    page = "<!DOCTYPE html>\n" + "\n".join(each for slot in slots for each in slot) + "\n"
    return _BLANK.sub(lambda blank: invent.value(blank[1], rng), page)


class _Maker:
    """Makes pages; `rows` is how many records the lists of the page have."""

    def __init__(self, rows: int, rng: Random) -> None:
        self._rows = rows
        self._rng = rng
        self._names: dict[str, str] = {}  # what hidden elements, ids and classes are called

    def slots(self, node: dict[str, Any], *, labels: bool) -> list[Slot]:
        """What stands at a place; `labels`: it is in an element whose text labels another."""
        el = node["el"]
        tag, opened, closed = self._tags(el)
        if tag in _VOID:
            return [[opened]]
        labels = labels or tag in _LABELLERS
        kids = [kid for kid in node.get("in", ()) if kid["el"] != _LEFT_OUT]
        made: list[Slot] = []
        if values := [self._value(shape, kids, labels=labels) for shape in node.get("is", ())]:
            made.append([f"{opened}{value}{closed}" for value in values])
        by = node.get("by", [])
        groups: dict[str, list[dict[str, Any]]] = {}
        for kid in kids:
            groups.setdefault(kid.get("of", ""), []).append(kid)
        labelled = [of for of in groups if of]
        for of, members in groups.items():
            # a label must not be followed by an element without content, which would make it a value
            members.sort(key=lambda kid: self._tags(kid["el"])[0] in _VOID)
            ways = by if of in labelled[:1] else by[:1]
            for lead in [self._lead(how, of, kids) for how in ways] if of else [""]:
                made += self._around(node, members, opened + lead, closed, labels=labels)
        if by and not labelled:
            made.append([f"{opened}{self._lead(by[0], 'Name', kids)}{closed}"])
        return made or [[opened + closed]]

    def _around(
        self, node: dict[str, Any], kids: list[dict[str, Any]], opened: str, closed: str, *, labels: bool
    ) -> list[Slot]:
        inner = [self.slots(kid, labels=labels) for kid in kids]
        once = self._tags(node["el"])[0] in _ONCE
        if not once and all(kid["n"] <= node["n"] for kid in kids):
            size = max(map(len, inner))
            out = []
            for n in range(size):
                some = [slots[n % len(slots)] for slots in inner]
                times = max(map(len, some))
                out.append(
                    [opened + "".join(slot[at % len(slot)] for slot in some) + closed for at in range(times)]
                )
            return out
        slots = [slot for each in inner for slot in each]
        many = not once and max(kid["n"] for kid in kids) >= _MANY
        times = max(self._rows if many else 1, *map(len, slots))
        records = ["".join(slot[n % len(slot)] for slot in slots if n < len(slot) or many) for n in range(times)]
        return [[opened + "\n".join(records) + closed]]

    def _value(self, shape: str, kids: list[dict[str, Any]], *, labels: bool) -> str:
        made = f"\0{shape}\0"
        if shape == "text" and labels:  # in a label's element a text is a value only before another element
            after = next((kid for kid in kids if self._tags(kid["el"])[0] in _VOID), kids[0] if kids else None)
            if after is not None:
                _, opened, closed = self._tags(after["el"])
                return f"{made}{opened}{closed}"
        return made

    def _lead(self, how: str, of: str, kids: list[dict[str, Any]]) -> str:
        """A label as it stands before what it labels: as text, or within an element."""
        shown = invent.name(of, self._rng)
        if not how:
            return shown
        for kid in kids:
            tag, opened, closed = self._tags(kid["el"])
            if tag in _LABELLERS and (inside := self._within(kid, how, shown)) is not None:
                return f"{opened}{inside}{closed}"
        _, opened, closed = self._tags(how)
        return f"{opened}{shown}{closed}"

    def _within(self, node: dict[str, Any], how: str, shown: str) -> str | None:
        if node["el"] == how:
            return shown
        for kid in node.get("in", ()):
            inside = self._within(kid, how, shown)
            if inside is not None:
                _, opened, closed = self._tags(kid["el"])
                return f"{opened}{inside}{closed}"
        return None

    def _name(self, shown: str) -> str:
        if shown not in self._names:
            self._names[shown] = invent.name(shown, self._rng)
        return self._names[shown]

    def _tags(self, el: str) -> tuple[str, str, str]:
        """An element's name, start tag and end tag."""
        found = _ELEMENT.fullmatch(el)
        if not found:
            return "", "", ""
        tag, named, classes, style = found.groups()
        tag = self._name(tag)
        attributes = f' id="{self._name(named)}"' if named else ""
        if classes:
            names = [self._name(each) for each in classes.removeprefix(".").split(".")]
            attributes += f' class="{" ".join(names)}"'
        if style:
            given = [each if ":" in each else f"{each}:inherit" for each in style.split(";")]
            attributes += f' style="{"; ".join(given)}"'
        return tag.lower(), f"<{tag}{attributes}>", f"</{tag}>"
