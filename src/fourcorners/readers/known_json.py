"""JSON whose keys a provider's format fixes: arrays of events and an object of facts, known by where they stand.

A file is known by its keys. An object of a known array is a row, whatever the order of its keys. A value under any
other key is counted and released to nobody. A key that stands twice in its object makes its row ambiguous,
whatever its values are, and of the facts it leaves the account open. Most of such a file may be what nobody here
reads (messages, what was watched): only what is read is kept while it is walked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import pyarrow as pa

from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census_json
from fourcorners.readers import named_account
from fourcorners.readers.gathered import Clock
from fourcorners.readers.gathered import Gathered
from fourcorners.readers.gathered import Value
from fourcorners.readers.json_text import Data
from fourcorners.readers.json_text import Node
from fourcorners.readers.json_text import Path
from fourcorners.readers.json_text import walk
from fourcorners.readers.meta_export.account import relate
from fourcorners.readers.notation import text_of
from fourcorners.readers.shown.keys import ShownKeys
from fourcorners.readers.table.time_format import TimeFormat

Labels = tuple[str, ...]

_LEAVES = frozenset({"string", "number", "literal"})
_HOW = TimeFormat.year_first()


@dataclass(frozen=True, slots=True)
class KnownList:
    """An array whose objects are rows.

    Attributes:
        name: of the section, for reports.
        places: the keys that lead to it; formats moved it.
        family: `login`, or `capture` for rows that no family holds.
        category: data category of its rows.
        fields: key -> field.
        aside: keys that the format is known to have and that no field holds.
        bare: a row may lack the address, as long as it has no key that nobody knows.
    """

    name: str
    places: tuple[Labels, ...]
    family: str
    category: str
    fields: Mapping[str, str] = field(default_factory=dict)
    aside: frozenset[str] = frozenset()
    bare: bool = False


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """An object that states facts about the account.

    Attributes:
        places: the keys that lead to it.
        categories: key -> data category of the fact.
        account: the key that names the account.
    """

    places: tuple[Labels, ...]
    categories: Mapping[str, str]
    account: str


@dataclass(frozen=True, slots=True)
class KnownJson:
    """Reads one JSON file of one provider's format.

    Attributes:
        name: the format.
        version: changes whenever the same bytes would be read otherwise.
        custodians: names by which an instrument may name the producer.
        lists: its arrays.
        facts: its facts.
        is_known: whether a path and first bytes are of the format.
    """

    name: str
    version: str
    custodians: tuple[str, ...]
    lists: tuple[KnownList, ...]
    facts: KnownFacts
    is_known: Callable[[str, bytes], bool]

    @property
    def counted(self) -> tuple[str, ...]:
        """Keys that are counted, here and by the independent census."""
        return tuple(sorted({key for each in self.lists for key in each.fields} | set(self.facts.categories)))

    def detect(self, path: str, head: bytes) -> bool:
        """Whether the first bytes are of the format."""
        return self.is_known(path, head)

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of one member.

        Args:
            data: the member's bytes.
            declaration: a person's statement of the zone of times that state none.

        Raises:
            BadInput: `JSON`, `TRUNCATED`, `DEPTH`, `ENCODING` or `NUL`.
        """
        rows = _Rows(self, data, Clock.declared(_HOW, declaration))
        rows.take_all()
        pairs = sorted(zip(rows.holes[::2], rows.holes[1::2], strict=True))
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout="json",
            custodians=self.custodians,
            batches=tuple(batch for each in rows.gathered.values() for batch in each.batches()),
            boilerplate=0,
            unclassified=tuple(Unclassified(path, texts) for path, texts in rows.unclassified.items()),
            labels={census_json.ROW: rows.objects} | {key: rows.keys[key] for key in self.counted},
            says_empty=rows.empty and not rows.row,
            facts=named_account.fact(rows.account, doubt=rows.doubt),
            holes=pa.array([edge for pair in pairs for edge in pair], pa.int64()),
            notation="json",
        )

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Put the account that a file's facts name on its other rows."""
        return relate(files)

    def census(self, data: Data) -> Census:
        """The member's values and keys, counted by code that shares nothing with this reader."""
        return census_json.count(data, self.counted)


class _Rows:
    """The nodes of a member as rows, with every value accounted for.

    Attributes:
        gathered: the rows, by family and section.
        unclassified: label -> values that no field holds.
        holes: where those stand within rows, with their keys; flattened pairs.
        keys: how often each key was met.
        objects: objects in arrays right under the root, as the census counts them.
        account: what the facts call the account; empty where they do not.
        doubt: they name one that cannot be told.
        row: how many rows there are.
        empty: a known array was met that has nothing in it.
    """

    def __init__(self, form: KnownJson, data: Data, clock: Clock) -> None:
        self.gathered: dict[tuple[str, str], Gathered] = {}
        self.unclassified: Counter[str] = Counter()
        self.holes: list[int] = []
        self.keys: Counter[str] = Counter()
        self.objects = self.row = 0
        self.account = ""
        self.doubt = False
        self.empty = False
        self._form, self._data, self._clock = form, data, clock
        self._lists: dict[Path, KnownList] = {place: each for each in form.lists for place in each.places}
        self._facts = frozenset[Path](form.facts.places)
        self._ways = Counter[Path]()  # to the facts, and how often each stands in the member
        for place in form.facts.places:
            self._ways.update({place[:size]: 0 for size in range(1, len(place) + 1)})
        self._sizes = sorted({len(place) for place in (*self._lists, *self._facts)})
        self._counted = frozenset(form.counted)
        self._shown = ShownKeys(
            {str(word) for place in (*self._lists, *self._facts) for word in place}
            | {key for each in form.lists for key in (*each.fields, *each.aside)}
            | set(form.facts.categories)
        )

    def take_all(self) -> None:
        """Take every node of the member."""
        open_: list[Node] = []  # leaves and members of the row that is not complete yet
        stated: list[Node] = []
        deepest = self._sizes[-1]
        for node in walk(self._data):
            path = node.path
            if path and path[-1] in self._counted:
                self.keys[str(path[-1])] += 1
            leaf = node.kind in _LEAVES
            if node.kind == "object" and len(path) == 2 and path[1].__class__ is int:  # noqa: PLR2004 - root, place
                self.objects += 1
            if len(path) <= deepest and path in self._ways:
                self._ways[path] += 1
            place = next((path[:size] for size in self._sizes if path[:size] in self._lists), None)
            if place is not None and len(path) > len(place):
                if leaf or len(path) == len(place) + 2:
                    open_.append(node)
                if len(path) == len(place) + 1:
                    self._item(self._lists[place], node, open_)
                    open_ = []
            elif place is not None and (leaf or node.kind == "array"):
                self.empty |= node.kind == "array" or self._data[node.start : node.end] == b"null"
                if leaf:
                    self._stray(node)
            elif path[:-1] in self._facts and path[-1] in self._form.facts.categories:
                stated.append(node)
            elif leaf:
                self._stray(node)
        self._state(stated)

    def _item(self, known: KnownList, item: Node, nodes: Sequence[Node]) -> None:
        """What stands in a known array: an object is a row, and nothing else is."""
        if item.kind != "object" or item.path[-1].__class__ is not int:
            for each in nodes:
                if each.kind in _LEAVES:
                    self._stray(each)
            return
        depth = len(item.path)
        values: dict[str, Value] = {}
        problem, texts, met, strange = None, 0, set[str](), False
        for node in nodes:
            key, own, leaf = str(node.path[depth]), len(node.path) == depth + 1, node.kind in _LEAVES
            name = known.fields.get(key) if own else None
            if known.family == "capture":
                texts += leaf
                continue
            if own:
                problem = "AMBIGUOUS_ROW" if key in met else problem
                met.add(key)
            if name is None:
                strange |= key not in known.aside or not own
                if leaf:
                    self._stray(node, within=True)
            elif not leaf:
                problem = problem or "BROKEN_VALUE"
            else:
                texts += 1
                try:
                    value = self._value(node)
                except ValueError:
                    value, problem = None, problem or "BROKEN_VALUE"
                if value is not None and name not in values:
                    values[name] = value
                else:
                    self.holes += node.extent
        if known.family == "login" and "ip" not in values and (strange or not known.bare):
            problem = problem or "MISSING_ADDRESS"
        sheet = self._sheet(known.family, known.name, ("at",) if known.family == "login" else ())
        sheet.add((self._number(), item.start, item.end, texts), known.category, values, problem)

    def _state(self, nodes: Sequence[Node]) -> None:
        """One row for each fact about the account; of a key that stands twice, nobody knows which is true."""
        times = Counter(str(node.path[-1]) for node in nodes)
        twice = any(count > 1 for count in self._ways.values())
        self.doubt = twice or times[self._form.facts.account] > 1
        for node in nodes:
            if node.kind not in _LEAVES:
                continue
            key = str(node.path[-1])
            start, end = node.extent
            values = {"attribute": Value(key, node.key)}
            problem = "AMBIGUOUS_ROW" if twice or times[key] > 1 else None
            try:
                value = self._value(node)
            except ValueError:
                value, problem = None, problem or "BROKEN_VALUE"
            if value is None and problem is None:
                self._stray(node)
                continue
            if value is not None:
                values["value"] = value
                if key == self._form.facts.account and problem is None:
                    self.account = value.text
            sheet = self._sheet("subscriber", "account", ())
            sheet.add((self._number(), start, end, 1), self._form.facts.categories[key], values, problem)

    def _sheet(self, family: str, name: str, required: tuple[str, ...]) -> Gathered:
        sheet = self.gathered.get((family, name))
        if sheet is None:
            agent = {"agent": "transactional_noncontent"} if family == "login" else {}
            sheet = Gathered(family, name, self._clock, required=required, field_categories=agent)
            self.gathered[family, name] = sheet
        return sheet

    def _number(self) -> int:
        self.row += 1
        return self.row - 1

    def _value(self, node: Node) -> Value | None:
        """A text; None for `null` and for an empty one.

        Raises:
            ValueError: it is no text, or holds half a character.
        """
        written = self._data[node.start : node.end].decode()
        if node.kind != "string":
            if written == "null":
                return None
            raise ValueError(written)
        text = text_of(written, "json")
        text.encode()
        return Value(text, (node.start, node.end)) if text else None

    def _stray(self, node: Node, *, within: bool = False) -> None:
        """Count a value that no field holds; `within`: it stands in a row."""
        self.unclassified[self._shown(node.path)] += 1
        if within:
            self.holes += node.extent
