"""What each value of a row is, worked out once for every shape that rows have.

A shape is the sequence of labels and kinds of a row's values and objects. Rows of one program version have a
handful of shapes, so a million rows are understood by a few plans.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from functools import lru_cache
from typing import NamedTuple

from fourcorners.readers.json_text import Kind
from fourcorners.readers.json_text import Path
from fourcorners.readers.meta_export.labels import KNOWN_LABELS
from fourcorners.readers.meta_export.labels import meaning_of
from fourcorners.readers.meta_export.vocabulary import KNOWN
from fourcorners.readers.meta_export.vocabulary import Labels
from fourcorners.readers.meta_export.vocabulary import Section
from fourcorners.readers.shown.keys import shown_key

Shape = tuple[tuple[Path, Kind], ...]

MAP = "string_map_data"
#: What stands under each of its labels.
PARTS = frozenset({"href", "value", "timestamp"})
_KNOWN = KNOWN | KNOWN_LABELS
_CONTAINERS = frozenset({"object", "array"})
_EVENT = frozenset({"ip", "port", "at", "agent"})
#: The kinds of value that a field may have, and the code of another.
_KINDS: dict[str, tuple[frozenset[Kind], str]] = {
    "ip": (frozenset({"string"}), "BAD_ADDRESS"),
    "port": (frozenset({"string", "number"}), "BAD_PORT"),
    "at": (frozenset({"number"}), "BAD_TIME"),
    "until": (frozenset({"number"}), "BAD_TIME"),
    "title": (frozenset({"string"}), "BAD_TIME"),
}
_ANY = (frozenset[Kind]({"string"}), "BROKEN_VALUE")


class Stray(NamedTuple):
    """A value that no field of the row holds: its place among the row's nodes, and its label for a report."""

    at: int
    label: str


@dataclass(slots=True)
class Plan:
    """The values of a row by what they are; numbers are places among the row's nodes.

    Attributes:
        fields: values that fields hold.
        fillers: values that a format writes where it has nothing to say; owned by the row if they are blank.
        strays: values that nothing holds.
        owned: other values that belong to the row.
        problem: what is wrong with every row of the shape.
        rows: how many rows have the shape.
    """

    fields: list[tuple[str, int]] = field(default_factory=list)
    fillers: list[Stray] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    owned: list[int] = field(default_factory=list)
    problem: str | None = None
    rows: int = 0

    def put(self, name: str, at: int, kind: Kind) -> None:
        """Take a value for a field, unless it is null or of a kind that the field has never."""
        kinds, code = _KINDS.get(name, _ANY)
        if kind in kinds:
            self.fields.append((name, at))
            return
        self.owned.append(at)
        if kind != "literal":
            self.problem = self.problem or code

    def has(self, name: str) -> bool:
        """Whether the row has a value for a field."""
        return any(each == name for each, _ in self.fields)

    def places(self) -> list[int]:
        """The values that the plan accounts for, one by one."""
        named = [at for _, at in self.fields] + self.owned
        return named + [each.at for each in (*self.fillers, *self.strays)]


def is_leaf(kind: Kind) -> bool:
    """Whether a node is a value, and no object or array."""
    return kind not in _CONTAINERS


def labels_of(path: Path) -> Labels:
    """A path as a report names it: without the places in arrays, and without what Instagram puts around labels."""
    if len(path) > 2 and path[-3] == MAP and path[-1] in PARTS:  # noqa: PLR2004 - the map, a label, its part
        path = (*path[:-3], path[-2])
    return tuple(part for part in path if isinstance(part, str))


@lru_cache(maxsize=4_096)
def shown(labels: Labels) -> str:
    """Labels as a report may show them."""
    return " > ".join(shown_key(str(part), _KNOWN) for part in labels)


def plan_facebook(name: str, section: Section, shape: Shape) -> Plan:
    """The plan of an event of a Facebook export."""
    plan = Plan()
    for at, (path, kind) in enumerate(shape):
        if not is_leaf(kind):
            continue
        if held := section.fields.get(path):
            plan.put(held, at, kind)
        else:
            plan.strays.append(Stray(at, shown((name, *labels_of(path)))))
    return _settled(plan, shape)


def plan_instagram(name: str, _section: Section, shape: Shape) -> Plan:
    """The plan of an event of an Instagram export."""
    plan = Plan()
    for at, (path, kind) in enumerate(shape):
        if not is_leaf(kind):
            continue
        if path == ("title",):
            plan.put("title", at, kind)
            continue
        meaning = meaning_of(str(path[1])) if len(path) == 3 and path[0] == MAP else None  # noqa: PLR2004 - map, label, value
        part = path[-1]
        if meaning not in _EVENT or part not in PARTS:
            plan.strays.append(Stray(at, shown((name, *labels_of(path)))))
        elif part == ("timestamp" if meaning == "at" else "value"):
            assert meaning is not None
            plan.put(meaning, at, kind)
        else:
            plan.fillers.append(Stray(at, shown((name, *labels_of(path)))))
    return _settled(plan, shape)


def _settled(plan: Plan, shape: Shape) -> Plan:
    """Leave out what is named twice, by one label or by two that mean the same."""
    counted = Counter(name for name, _ in plan.fields)
    twice = {name for name, count in counted.items() if count > 1}
    if twice or len({path for path, _ in shape}) < len(shape):
        plan.owned += [at for name, at in plan.fields if name in twice]
        plan.fields = [(name, at) for name, at in plan.fields if name not in twice]
        plan.problem = "AMBIGUOUS_ROW"
    return plan
