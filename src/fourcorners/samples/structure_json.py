"""JSON of a given structure."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from fourcorners.samples import invent

_ITEM = "[]"
_NUMBERS = frozenset({"integer", "epoch-s", "epoch-ms"})


def text(tree: dict[str, Any], rows: int, rng: Random) -> str:
    """A document with every key, and every class of value under it."""
    (first, *_) = _values(tree, rows, rng)
    return json.dumps(first, indent=1) + "\n"


def _values(node: dict[str, Any], rows: int, rng: Random) -> list[Any]:
    """A value for each class that stands there; of an object as many as its keys need."""
    made: list[Any] = []
    kids = node.get("in", [])
    for shape in node.get("is", {}):
        if shape == "object":
            made += _objects([kid for kid in kids if kid["el"] != _ITEM], rows, rng)
        elif shape == "list":
            made.append(_list(node, rows, rng))
        else:
            made.append(_scalar(shape, rng))
    return made or [None]


def _objects(kids: list[dict[str, Any]], rows: int, rng: Random) -> list[dict[str, Any]]:
    given = [(kid["el"], _values(kid, rows, rng)) for kid in kids]
    several = {el for el, _ in given if "?" in el or "#" in el}  # one place, many keys
    size = max([len(values) for el, values in given if el not in several] or [1])
    made = []
    for n in range(size):
        one: dict[str, Any] = {}
        for el, values in given:
            if el not in several:
                one[el] = values[n % len(values)]
                continue
            for each in values:
                key = invent.name(el, rng)
                while key in one and "?" in el and el != "?0":
                    key = invent.name(el, rng)
                one[key] = each
        made.append(one)
    return made


def _list(node: dict[str, Any], rows: int, rng: Random) -> list[Any]:
    items = [kid for kid in node.get("in", []) if kid["el"] == _ITEM]
    if not items:
        return []
    some = 1 << max(0, items[0]["n"] - node["n"] - 1)
    values = _values(items[0], 1 if some < rows else rows, rng)
    size = max(len(values), min(rows, some) if some < 8 else rows)  # noqa: PLR2004 - a list of rows
    return [*values, *(_values(items[0], 1, rng)[n % len(values)] for n in range(len(values), size))]


def _scalar(shape: str, rng: Random) -> Any:
    made = invent.value(shape, rng)
    if shape in _NUMBERS:
        return int(made)
    return {"null": None, "true": True, "false": False}.get(made, made)
