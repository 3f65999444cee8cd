"""Structure of JSON: keys, and the classes of what stands under them."""

from __future__ import annotations

from typing import Any

from fourcorners.readers.fingerprint.guide import Grower
from fourcorners.readers.fingerprint.guide import Guide
from fourcorners.readers.fingerprint.labels import label
from fourcorners.readers.fingerprint.shapes import shape_of

ITEM = "[]"
_DEEPEST = 60


def of_value(value: Any, items: int) -> tuple[Guide, bool]:
    """The structure of a parsed document; of each list at most `items` values, spread over it."""
    root, grower = Guide(""), Grower()
    _walk(root, value, grower, items, 0)
    return root, grower.full


def _walk(guide: Guide, value: Any, grower: Grower, items: int, depth: int) -> None:
    guide.n += 1
    if isinstance(value, dict | list):
        guide.shapes["object" if isinstance(value, dict) else "list"] += 1
        if depth >= _DEEPEST:
            return
        if isinstance(value, dict):
            for key, each in value.items():
                _walk(grower.kid(guide, label(key)), each, grower, items, depth + 1)
            return
        kid = None
        for each in value[:: max(1, len(value) // items)]:
            kid = kid or grower.kid(guide, ITEM)
            _walk(kid, each, grower, items, depth + 1)
        return
    text = (
        {True: "true", False: "false", None: "null"}[value]
        if value is None or value is True or value is False
        else str(value)
    )
    guide.shapes[shape_of(text.encode("utf-8", "replace"))] += 1


def features(guide: Guide, path: str = "") -> set[str]:
    """Every path of keys with the classes of its values."""
    path = path if guide.el == "" else path + (ITEM if guide.el == ITEM else f"/{guide.el}")
    found = {f"{path or '/'} = {shape}" for shape in guide.shapes}
    for kid in guide.kids.values():
        found |= features(kid, path)
    return found
