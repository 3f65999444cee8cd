"""Structure of text: the shapes of lines, and which labels they stand below or behind."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fourcorners.readers.fingerprint.guide import Grower
from fourcorners.readers.fingerprint.guide import Guide
from fourcorners.readers.fingerprint.labels import KNOWN
from fourcorners.readers.fingerprint.labels import is_shown
from fourcorners.readers.fingerprint.labels import label
from fourcorners.readers.fingerprint.shapes import TEXT
from fourcorners.readers.fingerprint.shapes import shape_of

_NAMED = re.compile(r"([A-Za-z][\w ./()-]{0,39}?)\s{0,9}([:=])\s{1,9}(\S.{0,400})")
_MOST_WORDS = 12
_LONGEST = 400


def of_lines(parts: Iterable[list[str]]) -> tuple[Guide, bool]:
    """The structure of parts of a text, and whether some was left out."""
    root, grower = Guide(""), Grower()
    for number, lines in enumerate(parts):
        # the label of a part's first lines may stand before it
        place = Guide("") if number and root.kids else root
        for each in lines:
            line = each.strip()
            if not line:
                continue
            if line in KNOWN:
                place = grower.kid(root, line)
                place.n += 1
                continue
            named = _NAMED.fullmatch(line) if len(line) <= _LONGEST else None
            if named and is_shown(name := label(named[1])):
                kid = grower.kid(root, name + named[2])
                kid.n += 1
                kid.shapes[_shape(named[3])] += 1
            else:
                place.shapes[_shape(line) if place is root else shape_of(line.encode("utf-8", "replace"))] += 1
    return root, grower.full


def _shape(line: str) -> str:
    """The class of a whole line, else those of its words where one of them is a value."""
    whole = shape_of(line.encode("utf-8", "replace"))
    words = line.split(maxsplit=_MOST_WORDS) if len(line) <= _LONGEST else []
    if whole != TEXT or not 1 < len(words) <= _MOST_WORDS:
        return whole
    shapes = [shape_of(word.strip(",;()\"'{}").encode("utf-8", "replace")) for word in words]
    return " ".join(shapes) if set(shapes) - {TEXT, "empty"} else TEXT


def features(guide: Guide) -> set[str]:
    """Labels, and the shapes of lines with the label that they belong to."""
    found = {f"line = {shape}" for shape in guide.shapes}
    for kid in guide.kids.values():
        found.add(f"label {kid.el}")
        found |= {f"{kid.el} = {shape}" for shape in kid.shapes}
    return found
