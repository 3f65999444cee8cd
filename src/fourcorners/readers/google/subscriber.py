"""`SubscriberInfo` and `ChangeHistory`: what a page's parts say, with every text accounted for.

A list item is a fact about the subscriber, a row of the two known tables an event with an address. Which columns
a table has, its own header says; a row with another number of cells, or with a cell that spans several, is certain
of none of them. Below a heading in no list, nothing is taken for the account's.
"""

from __future__ import annotations

from collections import Counter

from fourcorners.model.identifier import normalise
from fourcorners.readers.google.names import ACCOUNT
from fourcorners.readers.google.names import CHANGES
from fourcorners.readers.google.names import HEADINGS
from fourcorners.readers.google.names import ITEMS
from fourcorners.readers.google.names import LISTS
from fourcorners.readers.google.names import TABLES
from fourcorners.readers.google.names import Table
from fourcorners.readers.google.names import shown
from fourcorners.readers.google.page import Heading
from fourcorners.readers.google.page import Item
from fourcorners.readers.google.page import Part
from fourcorners.readers.google.page import Piece
from fourcorners.readers.google.page import Row
from fourcorners.readers.google.page import Turn
from fourcorners.readers.google.page import piece
from fourcorners.readers.google.sheet import Place
from fourcorners.readers.google.sheet import Sheet
from fourcorners.readers.known_table import loose

_UNLISTED = "unlisted section"


class Page:
    """Takes the parts of a page in order.

    Attributes:
        sheets: the rows, by family and section.
        boilerplate: texts that belong to the format itself.
        unclassified: path -> texts.
        holes: byte ranges of unclassified texts, flattened pairs.
        aside: how many items were taken, and rows that gave no record, by element.
    """

    def __init__(self) -> None:
        self.sheets: dict[tuple[str, str], Sheet] = {}
        self.boilerplate = 0
        self.unclassified: Counter[str] = Counter()
        self.holes: list[int] = []
        self.aside = {"tr": 0, "li": 0}
        self._accounts: list[Piece | None] = []  # None: the page names one that cannot be told
        self._others: set[str] = set()  # what names an account outside the subscriber's own lists
        self._section = ""  # empty before the first heading
        self._table: Table | None = None
        self._header: list[str] = []
        self._written: list[bytes] = []  # the header as it stands on the page
        self._spoilt = False
        self._next_row = 0

    def take(self, part: Part) -> None:
        """Take the next part."""
        if isinstance(part, Row):
            self._take_row(part)
        elif isinstance(part, Item):
            self._take_item(part)
        elif isinstance(part, Heading):
            self._take_heading(part.text, of_head=part.of_head)
        elif isinstance(part, Turn):
            self._section = _UNLISTED
        else:
            self._drop("between", [part.text])

    def account(self) -> Piece | None:
        """The page's account; None where its own lists name none or two, or something else names another."""
        named = {found and normalise(found.text()) for found in self._accounts}
        return self._accounts[0] if len(named) == 1 and self._others <= named else None

    def elements(self) -> dict[str, int]:
        """How many rows and items were taken: a row that gave a record is counted by its record."""
        records = sum(sheet.size for sheet in self.sheets.values() if sheet.family == "login")
        return {**self.aside, "tr": self.aside["tr"] + records}

    @property
    def names_account(self) -> bool:
        """Whether the page names any account."""
        return bool(self._accounts or self._others)

    def _take_heading(self, text: Piece, *, of_head: bool = False) -> None:
        if of_head:
            self._drop("head", [text])
            return
        name = loose(text.text())
        name = HEADINGS.get(name, name)
        if name in TABLES or name in LISTS:
            self._section = name
            self.boilerplate += 1
        else:
            self._section = _UNLISTED
            self._drop("page", [text])

    def _take_item(self, item: Item) -> None:
        self.aside["li"] += 1
        if not item.texts:
            return
        label, values = _split(item.texts)
        name = loose(label.text()) if label else ""
        if name == ACCOUNT and self._section in LISTS:
            self._accounts.append(values[0] if len(values) == 1 else None)
        elif name == ACCOUNT:
            self._others.update(normalise(value.text()) for value in values)
        category = ITEMS.get(name) if self._section in LISTS else None
        if label is None or category is None:
            self._drop(f"list > {shown(label.text())}" if label else "list", item.texts)
        elif not values:
            self.boilerplate += len(item.texts)
        else:
            owned = len(item.texts) - len(values) + 1
            begins = [item.start, *(value.at for value in values[1:])]
            for value, start, end in zip(values, begins, [*begins[1:], item.end], strict=True):
                self._add(
                    "subscriber", "list", {"attribute": label, "value": value}, category, (start, end, owned)
                )
                owned = 1

    def _take_row(self, row: Row) -> None:
        if row.first:
            self._table, self._header, self._spoilt = None, [], False
        pieces = [text for cell in row.cells for text in cell]
        if row.first and len(row.cells) == 1 and len(pieces) == 1:
            self.aside["tr"] += 1
            self._take_heading(pieces[0])
            return
        self._spoilt |= row.spoilt
        written = [cell[0].raw if len(cell) == 1 else b"" for cell in row.cells]
        if not self._header:
            self._header = [loose(each.decode()) for each in written]
            self._written = written
            self._table = None if row.spoilt else self._known(self._header)
        if self._table and pieces and written != self._written:
            self._add_event(self._table, row, len(pieces))
            return
        self.aside["tr"] += 1
        if self._table:
            self.boilerplate += len(pieces)
        else:
            self._drop("table", pieces)

    def _known(self, names: list[str]) -> Table | None:
        """The table of a header under the heading that stands above it."""
        section = self._section or CHANGES  # a page of changes may have no heading
        table = TABLES.get(section)
        if table is None or not table.marks <= set(names):
            return None
        fields = Counter(table.fields[name] for name in names if name in table.fields)
        return table if fields["ip"] == fields["at"] == 1 and max(fields.values()) == 1 else None

    def _add_event(self, table: Table, row: Row, texts: int) -> None:
        values: dict[str, Piece] = {}
        problem = None
        if self._spoilt or len(row.cells) != len(self._header):
            problem = "AMBIGUOUS_ROW"
        else:
            for name, label, cell in zip(self._header, self._written, row.cells, strict=True):
                field = table.fields.get(name)
                rest = cell
                if field and cell:
                    values[field], rest = cell[0], cell[1:]
                    if rest and field in {"ip", "at"}:
                        problem = "BROKEN_VALUE"
                if rest:
                    texts -= len(rest)
                    self._drop(f"{table.section} > {shown(label.decode())}", rest)
        self._add("login", table.section, values, "session_ip_log", (row.start, row.end, texts), problem, table)

    def _add(
        self,
        family: str,
        section: str,
        values: dict[str, Piece],
        category: str,
        where: tuple[int, int, int],
        problem: str | None = None,
        table: Table | None = None,
    ) -> None:
        key = family, section
        if key not in self.sheets:
            categories = {"agent": "transactional_noncontent"} if table else {}
            if table and table.action:
                categories["action"] = table.action
            self.sheets[key] = Sheet(family, section, categories)
        self.sheets[key].add(Place(self._next_row, *where), category, values, problem)
        self._next_row += 1

    def _drop(self, path: str, pieces: list[Piece]) -> None:
        for each in pieces:
            self.holes += each.ranges
        self.unclassified[path] += len(pieces)


def _split(texts: list[Piece]) -> tuple[Piece | None, list[Piece]]:
    """An item's label and its values. What stands in texts of its own is never joined to one value."""
    first, *rest = texts
    if b":" in first.raw:
        before, _, after = first.raw.partition(b":")
        label, value = piece(before, first.at), piece(after, first.at + len(before) + 1)
    elif rest and rest[0].raw.startswith(b":"):
        label, value = first, piece(rest[0].raw[1:], rest[0].at + 1)
        rest = rest[1:]
    else:
        return None, []
    if not label.raw:
        return None, []
    return label, [value, *rest] if value.raw else rest
