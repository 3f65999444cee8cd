"""The structures on which each reader was tested, and how a member differs from them.

One file a reader, `READER.json`, made by `tools/write_known.py` from the generators. For each layout it has the
features that every production had, and those that some had. A difference is no error: the rows that are certain go
on, the rest is rejected or unclassified by the reader. It says that the format may have changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from mmap import mmap

from fourcorners.readers.fingerprint import structure_of

#: More differences than these tell nothing more.
MOST = 40


@dataclass(frozen=True, slots=True)
class Drift:
    """How a member differs from every known structure of its reader, by features and never by values.

    Attributes:
        new: features that no tested production had.
        missing: features that all tested productions of its nearest layout had.
        more: how many others there are beyond `MOST` of each.
    """

    new: tuple[str, ...]
    missing: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """Features of the productions of one layout: of all of them, and of any."""

    always: frozenset[str]
    ever: frozenset[str]


def drift_of(data: bytes | mmap, reader: str) -> Drift | None:
    """How a member differs from what its reader was tested on; None where it does not, or nothing is known.

    Args:
        data: the member's bytes; a large member is looked at in parts.
        reader: the reader's name.
    """
    layouts = known(reader)
    if not layouts:
        return None
    structure = structure_of(data, sampled=True)
    found = structure.features()
    new = sorted(found.difference(*(layout.ever for layout in layouts)))
    nearest = max(layouts, key=lambda layout: (len(found & layout.ever), -len(layout.always - found)))
    missing = sorted(nearest.always - found)
    if not new and not missing:
        return None
    more = max(0, len(new) - MOST) + max(0, len(missing) - MOST)
    return Drift(tuple(new[:MOST]), tuple(missing[:MOST]), more)


@lru_cache
def known(reader: str) -> tuple[Layout, ...]:
    """The known layouts of a reader; none for a table that a mapping declares."""
    file = resources.files(__package__).joinpath(f"{reader}.json")
    if not file.is_file():
        return ()
    told = json.loads(file.read_text("utf-8"))
    return tuple(
        Layout(frozenset(each["always"]), frozenset(each["always"]) | frozenset(each["sometimes"]))
        for each in told["layouts"].values()
    )
