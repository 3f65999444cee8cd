"""What a member's fields say: header, rows of each section, explicit negatives; with every text accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping

from fourcorners.model.identifier import normalise
from fourcorners.readers.meta.fields import Field
from fourcorners.readers.meta.fields import Remainder
from fourcorners.readers.meta.fields import Value
from fourcorners.readers.meta.groups import Group
from fourcorners.readers.meta.groups import Order
from fourcorners.readers.meta.groups import Row
from fourcorners.readers.meta.sheets import FLAWS
from fourcorners.readers.meta.sheets import Account
from fourcorners.readers.meta.sheets import Sheet
from fourcorners.readers.meta.shown_labels import shown
from fourcorners.readers.meta.values import Times
from fourcorners.readers.meta.vocabulary import ACCOUNT_FACTS
from fourcorners.readers.meta.vocabulary import ACCOUNT_LABELS
from fourcorners.readers.meta.vocabulary import COUNTED
from fourcorners.readers.meta.vocabulary import FACTS
from fourcorners.readers.meta.vocabulary import FIELDS
from fourcorners.readers.meta.vocabulary import HEADER
from fourcorners.readers.meta.vocabulary import SECTIONS
from fourcorners.readers.meta.vocabulary import SERVICE_OF_TYPE
from fourcorners.readers.meta.vocabulary import UNKNOWN
from fourcorners.readers.meta.vocabulary import is_definition
from fourcorners.readers.meta.vocabulary import is_negative

Orders = Mapping[str, Order | None]


class Rows:
    """Takes the fields of a member in order.

    Attributes:
        sheets: the rows, by family and section.
        facts: what the header states.
        labels: how often each counted label labels a row.
    """

    def __init__(self, rest: Remainder, times: Times, orders: Orders, *, markup: bool) -> None:
        self.sheets: dict[tuple[str, str], Sheet] = {}
        self.facts: dict[str, str] = {}
        self.labels: Counter[str] = Counter()
        self._rest = rest
        self._times = times
        self._orders = orders
        self._markup = markup
        self._shapes: Counter[tuple[str, ...]] = Counter()
        self._groups: dict[str, Group] = {}
        self._accounts: list[Account] = []
        self._others: set[str] = set()  # what names an account outside the header
        self._next_row = 0
        self._open = ""  # the section whose group has an open row
        self._carried = False  # a boundary before a field that no row took

    def take_all(self, fields: Iterable[Field]) -> None:
        """Take every field."""
        names: Mapping[str, str] = {}
        group: Group | None = None
        for found in fields:
            if found.section != self._open:
                self._finish_group()
                self._open = found.section
                names = self._names(found.section)
                group = self._groups.get(found.section)
            name = names.get(found.label)
            if name is None or group is None or found.depth == 0 or found.container or self._carried:
                self._take(found)
                group = self._groups.get(found.section)
            elif done := group.take(name, found, boundary=found.boundary):
                self._add(found.section, done)
        self._finish_group()
        for shape, count in self._shapes.items():
            for label in shape:
                if label in COUNTED:
                    self.labels[label] += count

    def _names(self, section: str) -> Mapping[str, str]:
        """Label -> field of a section whose rows are grouped; those of a login where it is in no list."""
        known = SECTIONS.get(section)
        return FIELDS.get(known.family, {}) if known else FIELDS["login"]

    def _take(self, found: Field) -> None:
        """Take a field that is not simply one of a grouped row."""
        section = found.section
        known = SECTIONS.get(section)
        if found.label in ACCOUNT_LABELS and section != HEADER:
            self._others.update(normalise(value.text(markup=self._markup)) for value in found.values)
        if is_definition(found.label):
            self._heading(found)
        elif found.depth == 0 and self._says_nothing(found):
            self._finish_group()
            self._state(found, "negative", known.category if known else None)
        elif section == HEADER:
            self._head(found)
        elif known and known.family == "subscriber":
            if found.values:
                self._state(found, "subscriber", known.category)
            else:
                self._heading(found)
        elif found.container and (found.depth == 0 or (known and known.family in FIELDS)):
            self._heading(found)
            self._carried = found.boundary or self._carried
        elif (name := self._names(section).get(found.label)) or not known or known.family not in FIELDS:
            self._group(found, name or found.label)
        else:
            self._rest.drop(found)
            self._carried = found.boundary or self._carried

    def account(self) -> Account:
        """The member's account; unknown where the header names none or two, or a section names another."""
        named = {each.value for each in self._accounts}
        if len(named) == 1 and self._others <= named:
            return self._accounts[0]
        return Account()

    def doubts(self) -> Orders:
        """The sections that must be read again, each with the order in which; None: no reading is certain."""
        return {section: group.order() for section, group in self._groups.items() if group.in_doubt}

    def unknown_sections(self) -> list[str]:
        """Sections that are in no list."""
        met = {section: None for _, section in self.sheets}
        return [section for section in met if section not in SECTIONS]

    def _says_nothing(self, found: Field) -> bool:
        return len(found.values) == 1 and is_negative(found.values[0].text(markup=self._markup))

    def _heading(self, found: Field) -> None:
        """A text of the format itself."""
        self._rest.boilerplate += found.texts
        self._rest.count(found.label)

    def _head(self, found: Field) -> None:
        fact = FACTS.get(found.label)
        if fact is None and found.values:
            self._rest.drop(found)
            return
        self._heading(found)
        if fact is None:
            return
        if found.spoilt:
            if fact in ACCOUNT_FACTS:
                self._accounts.append(Account())  # which account, nobody can tell
            return
        for value in found.values:
            text = value.text(markup=self._markup)
            self.facts.setdefault(fact, text)
            if fact in ACCOUNT_FACTS and normalise(text):
                self._accounts.append(Account(text, value.ranges))
                self.facts.setdefault("account", text)
            if fact == "account_type" and text in SERVICE_OF_TYPE:
                self.facts.setdefault("service", SERVICE_OF_TYPE[text])

    def _state(self, found: Field, family: str, category: str | None) -> None:
        """One row for each value: the label is the attribute, and the first row owns it."""
        sheet = self._sheet(family, found.section, category)
        label = {"attribute": found.label_value()} if found.label else {}
        begin, texts = found.start, found.texts - len(found.values) + 1
        for number, value in enumerate(found.values):
            following = found.values[number + 1 :]
            end = following[0].ranges[0] if following else found.end
            values = {"value": value} | label
            sheet.add((self._number(), begin, end, texts), values, "BROKEN_VALUE" if found.spoilt else None)
            begin, texts = end, 1
        self._shapes[found.label,] += 1

    def _group(self, found: Field, name: str) -> None:
        """A field of a section whose rows are grouped by label."""
        section = found.section
        group = self._groups.get(section)
        if group is None:
            undecided = section in self._orders and self._orders[section] is None
            group = self._groups[section] = Group(self._orders.get(section), undecided=undecided)
        done = group.take(name, found, boundary=found.boundary or self._carried)
        self._carried = False
        if done:
            self._add(section, done)

    def _finish_group(self) -> None:
        group = self._groups.get(self._open)
        done = group.finish() if group else None
        if done:
            self._add(self._open, done)
        self._carried = False

    def _add(self, section: str, row: Row) -> None:
        """Add a grouped row to its sheet."""
        fields = row.fields
        family, category = SECTIONS.get(section, UNKNOWN)
        if section not in SECTIONS and "ip" in fields and "at" in fields:
            family = "login"
        problem: str | None = None
        texts = 0
        values: dict[str, Value] = {}
        labels: list[str] = []
        for name, each in fields.items():
            texts += each.texts
            labels.append(each.label)
            if each.values:
                values[name] = each.values[0]
                if len(each.values) > 1 and family in FIELDS:
                    if name in FLAWS:
                        problem = problem or FLAWS[name]
                    else:
                        texts -= self._spare(section, each)
        if row.doubtful and family in FIELDS:
            problem = "AMBIGUOUS_ROW"
        elif family == "login" and "ip" not in values:
            problem = "MISSING_ADDRESS"
        elif family in FIELDS and "at" not in values:
            problem = "MISSING_TIME"
        if any(each.spoilt for each in fields.values()):
            problem = "BROKEN_VALUE"
        self._shapes[tuple(labels)] += 1
        self._sheet(family, section, category).add((self._number(), row.start, row.end, texts), values, problem)

    def _spare(self, section: str, found: Field) -> int:
        """Count the values after the first of a field that has one in its kind."""
        spare = len(found.values) - 1
        for value in found.values[1:]:
            self._rest.holes += value.ranges
        self._rest.unclassified[f"{shown(section)} > {shown(found.label)}"] += spare
        return spare

    def _sheet(self, family: str, section: str, category: str | None) -> Sheet:
        key = family, section
        if key not in self.sheets:
            self.sheets[key] = Sheet(family, section, category, self._times, markup=self._markup)
        return self.sheets[key]

    def _number(self) -> int:
        self._next_row += 1
        return self._next_row - 1
