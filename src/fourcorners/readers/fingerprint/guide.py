"""The structure of a member as a tree in which equal places are one node: what stands there, and how often."""

from __future__ import annotations

from collections import Counter
from typing import Any

#: More nodes than any real layout has; what comes after is one node, and said.
NODES = 1_500


class Guide:
    """A place in a member's structure.

    Attributes:
        el: element, key, column or table, as it may be shown.
        of: the label under which it stands.
        n: how often it was met.
        shapes: classes of the values that stand in it, with how often.
        by: how labels stand in it: in an element of that kind, or (empty) as its own text.
        kids: by label and element.
    """

    __slots__ = ("by", "el", "kids", "n", "of", "shapes", "steps")

    def __init__(self, el: str, of: str = "") -> None:
        self.el = el
        self.of = of
        self.n = 0
        self.shapes: Counter[str] = Counter()
        self.by: set[str] = set()
        self.kids: dict[tuple[str, str], Guide] = {}
        self.steps: dict[tuple[bytes, bytes], Guide] = {}  # what a reader of bytes remembers of this place

    def as_json(self) -> dict[str, Any]:
        """The tree as it is written: counts as powers of two, nothing that is empty."""
        made: dict[str, Any] = {"el": self.el, "n": self.n.bit_length()}
        if self.of:
            made["of"] = self.of
        if self.by:
            made["by"] = sorted(self.by)
        if self.shapes:
            made["is"] = {shape: count.bit_length() for shape, count in sorted(self.shapes.items())}
        if self.kids:
            made["in"] = [kid.as_json() for kid in self.kids.values()]
        return made


class Grower:
    """Makes nodes, up to `NODES`."""

    def __init__(self) -> None:
        self.left = NODES

    def kid(self, guide: Guide, el: str, of: str = "") -> Guide:
        """The node below another, made where there is none; one node for all beyond the limit."""
        found = guide.kids.get((of, el))
        if found is None:
            if self.left <= 0:
                of, el = "", "..."
                found = guide.kids.get((of, el))
            if found is None:
                self.left -= 1
                found = guide.kids[of, el] = Guide(el, of)
        return found

    @property
    def full(self) -> bool:
        """Whether something was left out."""
        return self.left <= 0
