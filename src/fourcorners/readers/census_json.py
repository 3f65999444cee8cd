"""An independent count of JSON members, through the standard library's parser.

It shares no code with the readers: what is text to them, a leaf, is counted here as the parser hands objects over.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from mmap import mmap
from typing import Any

from fourcorners.model.records import Census

_OBJECT = object()
ROW = "row"


def count(data: bytes | mmap, names: Collection[str]) -> Census:
    """Count a member: texts, numbers and literals in all; how often each name stands as a key; rows.

    A row is an object in an array that is a member of the root object. A key whose characters are the bytes of
    UTF-8 counts under either spelling.
    """
    counter = _Counter()
    root = json.loads(
        bytes(data).decode("utf-8-sig"),
        object_pairs_hook=counter.take,
        parse_int=str,
        parse_float=str,
    )
    if root is not _OBJECT:
        counter.rows = 0
        counter.add(root)
    found = {name: sum(counter.keys[spelt] for spelt in {name, _as_bytes(name)}) for name in names}
    return Census(counter.leaves, {ROW: counter.rows} | found)


class _Counter:
    """Takes each object when it is complete; the root comes last, so the rows are those of its own arrays."""

    def __init__(self) -> None:
        self.keys: Counter[str] = Counter()
        self.leaves = 0
        self.rows = 0

    def take(self, pairs: list[tuple[str, Any]]) -> object:
        self.keys.update([name for name, _ in pairs])
        self.rows = 0
        for _, value in pairs:
            if value.__class__ is not list:
                self.leaves += value is not _OBJECT
            else:
                self.rows += sum(each is _OBJECT for each in value)
                self.add(value)
        return _OBJECT

    def add(self, value: Any) -> None:
        """Count the leaves of an array."""
        for each in value:
            if each.__class__ is list:
                self.add(each)
            else:
                self.leaves += each is not _OBJECT


def _as_bytes(name: str) -> str:
    return name.encode().decode("latin-1")
