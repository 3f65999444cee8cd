"""The nodes of a JSON member as rows, with every value accounted for.

An element is an object in the array under a root key, or the object under it; each is a row, but for profiles and
registrations, which state facts: a row each.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping

from fourcorners.model.address import parse_endpoint
from fourcorners.model.records import Notation
from fourcorners.readers import notation
from fourcorners.readers.json_text import Data
from fourcorners.readers.json_text import Node
from fourcorners.readers.json_text import Path
from fourcorners.readers.meta_export.facts import Fact
from fourcorners.readers.meta_export.plans import Plan
from fourcorners.readers.meta_export.plans import Shape
from fourcorners.readers.meta_export.plans import is_leaf
from fourcorners.readers.meta_export.plans import labels_of
from fourcorners.readers.meta_export.plans import shown
from fourcorners.readers.meta_export.sheets import Sheet
from fourcorners.readers.meta_export.values import Cell
from fourcorners.readers.meta_export.values import read_event
from fourcorners.readers.meta_export.vocabulary import FACT_CATEGORIES
from fourcorners.readers.meta_export.vocabulary import PROFILES
from fourcorners.readers.meta_export.vocabulary import Section
from fourcorners.readers.meta_export.vocabulary import section_name

NOTATION: Notation = "json_latin1"
_REMEMBERED = 65_536  # texts; most values of a long list are the same few
_EMPTY = frozenset({b"0", b"null"})
_LONGEST_EMPTY = max(map(len, _EMPTY))

Facts = Callable[[Section, list[Node], int], Iterable[Fact]]


class Rows:
    """Takes the nodes of a member in order.

    Attributes:
        sheets: the rows, by family and section.
        unclassified: labels -> values that no field holds.
        holes: where those stand, with their keys; flattened pairs.
        boilerplate: values that the format writes where it has nothing to say.
        labels: how often each key was accounted for, and the rows.
        profile: kind of fact -> what the profile says, for the account.
        doubt: the profile names an account that cannot be told.
    """

    def __init__(
        self,
        data: Data,
        sections: Mapping[str, Section],
        plan_of: Callable[[str, Section, Shape], Plan],
        facts_of: Facts,
    ) -> None:
        self.sheets: dict[tuple[str, str], Sheet] = {}
        self.unclassified: Counter[str] = Counter()
        self.holes = array("q")
        self.boilerplate = 0
        self.labels: Counter[str] = Counter()
        self.profile: dict[str, list[Cell]] = {}
        self.doubt = False
        self._data = data
        self._sections = sections
        self._plan_of = plan_of
        self._facts_of = facts_of
        self._plans: dict[tuple[str, Shape], Plan] = {}
        self._texts: dict[bytes, str] = {}
        self._next_row = 0
        self._elements = 0
        self._profiles = 0

    def take_all(self, nodes: Iterable[Node]) -> None:
        """Take every node of the member."""
        open_: list[Node] = []  # since the last element ended
        roots: dict[Path, Node] = {}
        for node in nodes:
            path = node.path
            depth = len(path)
            open_.append(node)
            if depth > 2 or (depth == 2 and isinstance(path[1], str)):  # noqa: PLR2004 - root key and place
                continue
            if node.kind == "object" and depth:
                self._element(open_, depth)
            else:
                for each in open_:
                    self._stray(each)
            if depth == 1:
                self.doubt |= path in roots and section_name(str(path[0])) in PROFILES
                roots[path] = node
            open_ = []
        self._name_actions(roots)
        self._count()

    def _element(self, nodes: list[Node], depth: int) -> None:
        """An object under a root key; it comes last among its nodes."""
        root = str(nodes[-1].path[0])
        name = section_name(root)
        section = self._sections.get(name)
        self._elements += depth == 2  # noqa: PLR2004 - in an array, under a key
        if section is None or (depth == 1) != (name == "profile"):
            for each in nodes:
                self._stray(each)
        elif section.family == "subscriber":
            self._facts(name, section, nodes, depth)
        elif section.family == "capture":
            self._capture(name, section, nodes)
        else:
            self._event(name, section, nodes)

    def _event(self, name: str, section: Section, nodes: list[Node]) -> None:
        element = nodes.pop()
        shape = tuple([(node.path[2:], node.kind) for node in nodes])
        plan = self._plans.get((name, shape))
        if plan is None:
            plan = self._plans[name, shape] = self._plan_of(name, section, shape)
        plan.rows += 1
        broken = False
        cells: dict[str, Cell] = {}
        for field, at in plan.fields:
            node = nodes[at]
            if node.start == node.end:
                continue
            text = self._text(node)
            if text is None:
                broken = True
            elif field not in {"at", "until"} or text != "0":
                cells[field] = Cell(text, node.start, node.end)
        texts = len(plan.fields) + len(plan.owned)
        for stray in plan.fillers:
            if self._is_empty(nodes[stray.at]):
                texts += 1
            else:
                self._leave(nodes[stray.at], stray.label)
        for stray in plan.strays:
            self._leave(nodes[stray.at], stray.label)
        figures = (self._number(), element.start, element.end, texts)
        if section.bare == "time" and not plan.problem and not plan.has("at") and "title" not in cells:
            self._sheet("capture", name).add(figures, section.category, {})
            return
        event = read_event(cells)
        if "at" not in cells and "title" in cells:
            cells["at"] = cells["title"]
        problem = plan.problem or ("BROKEN_VALUE" if broken else None)
        if problem is None and "ip" not in cells and self._needs_address(section, plan, nodes):
            problem = "MISSING_ADDRESS"
        if problem:
            event = event._replace(problem=problem)
        self._sheet(section.family, name).add(figures, section.category, cells, event)

    def _needs_address(self, section: Section, plan: Plan, nodes: list[Node]) -> bool:
        """Whether a row without an address lacks one: always, or if an unknown label holds what looks like it."""
        if section.bare != "address" or plan.has("ip"):
            return True
        return any(self._is_address(nodes[stray.at]) for stray in plan.strays)

    def _is_address(self, node: Node) -> bool:
        try:
            parse_endpoint(self._text(node) or "")
        except ValueError:
            return False
        return True

    def _capture(self, name: str, section: Section, nodes: list[Node]) -> None:
        """A row that no family holds."""
        element = nodes[-1]
        self._tally(nodes)
        figures = (self._number(), element.start, element.end, sum(is_leaf(node.kind) for node in nodes))
        self._sheet("capture", name).add(figures, section.category, {})

    def _facts(self, name: str, section: Section, nodes: list[Node], depth: int) -> None:
        """A profile or registration."""
        self._tally(nodes)
        if name in PROFILES:
            # a second profile, or a key that stands twice, whatever stands under it
            self.doubt |= self._profiles > 0 or len({node.path for node in nodes}) < len(nodes)
            self._profiles += 1
        for fact in self._facts_of(section, nodes, depth):
            empty = [node for node in fact.fillers if self._is_empty(node)]
            self._lose([node for node in fact.fillers if node not in empty], name, depth)
            if self._is_empty(fact.value):
                self.boilerplate += 1 + len(empty)
                continue
            value = self._text(fact.value) if fact.kind else None
            attribute = self._decoded(*fact.attribute) if fact.kind else None
            self.doubt |= name in PROFILES and fact.names_account
            if value is None or attribute is None:
                self._lose((fact.value, *empty), name, depth)
                continue
            cell = Cell(value, fact.value.start, fact.value.end)
            cells = {"value": cell, "attribute": Cell(attribute, *fact.attribute)}
            category = FACT_CATEGORIES.get(fact.kind, section.category)
            figures = (self._number(), *fact.extent, 1 + len(empty))
            self._sheet("subscriber", name).add(figures, category, cells)
            if name in PROFILES:
                self.profile.setdefault(fact.kind, []).append(cell)

    def _lose(self, nodes: Iterable[Node], name: str, depth: int) -> None:
        for node in nodes:
            self._leave(node, shown((name, *labels_of(node.path[depth:]))))

    def _leave(self, node: Node, label: str) -> None:
        """Count a value that nothing holds."""
        self.unclassified[label] += 1
        self.holes.extend(node.extent)

    def _stray(self, node: Node) -> None:
        """The same for a value outside every row."""
        self._tally([node])
        if is_leaf(node.kind):
            self._leave(node, shown(labels_of(node.path)))

    def _tally(self, nodes: Iterable[Node]) -> None:
        self.labels.update([name for node in nodes if node.path and isinstance(name := node.path[-1], str)])

    def _count(self) -> None:
        """Count the labels of the rows that have plans, as far as the plans account for them."""
        for (_, shape), plan in self._plans.items():
            objects = [at for at, (_, kind) in enumerate(shape) if not is_leaf(kind)]
            for at in objects + plan.places():
                self.labels[str(shape[at][0][-1])] += plan.rows
        self.labels["row"] = self._elements

    def _name_actions(self, roots: Mapping[Path, Node]) -> None:
        """Let the rows of a section whose root key says what happened say it."""
        for path, node in roots.items():
            name = str(path[0])
            word = self._sections[name].action if name in self._sections else ""
            sheet = self.sheets.get(("login", name))
            if word and sheet:
                start = node.key[0] + name.index(word)
                sheet.say("action", Cell(word, start, start + len(word)))

    def _sheet(self, family: str, section: str) -> Sheet:
        sheet = self.sheets.get((family, section))
        if sheet is None:
            sheet = self.sheets[family, section] = Sheet(family, section)
        return sheet

    def _number(self) -> int:
        self._next_row += 1
        return self._next_row - 1

    def _is_empty(self, node: Node) -> bool:
        if node.kind == "string":
            return node.start == node.end
        return node.end - node.start <= _LONGEST_EMPTY and self._data[node.start : node.end] in _EMPTY

    def _text(self, node: Node) -> str | None:
        return self._decoded(node.start, node.end)

    def _decoded(self, start: int, end: int) -> str | None:
        """The text between two bytes; None where it is half a character, which no text can hold."""
        raw = self._data[start:end]
        text = self._texts.get(raw)
        if text is not None:
            return text
        text = notation.text_of(raw.decode(), NOTATION)
        if b"\\u" in raw:
            try:
                text.encode()
            except UnicodeEncodeError:
                return None
        if len(self._texts) < _REMEMBERED:
            self._texts[raw] = text
        return text
