"""The sections of a page of a Facebook export as rows, with every text accounted for."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from dataclasses import field

from fourcorners.model.instant import SECOND
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import parse_rfc3339
from fourcorners.readers.markup import Data
from fourcorners.readers.markup import texts
from fourcorners.readers.markup import unescape
from fourcorners.readers.meta_export.page_grammar import GRAMMAR
from fourcorners.readers.meta_export.page_grammar import Act
from fourcorners.readers.meta_export.page_grammar import Place
from fourcorners.readers.meta_export.page_times import read_written
from fourcorners.readers.meta_export.page_times import to_utc
from fourcorners.readers.meta_export.plans import shown
from fourcorners.readers.meta_export.sheets import Sheet
from fourcorners.readers.meta_export.values import Cell
from fourcorners.readers.meta_export.values import Event
from fourcorners.readers.meta_export.values import read_address
from fourcorners.readers.meta_export.vocabulary import NAMES_ACCOUNT

EVENTS, PROFILE = "activity", "profile"
#: Labels of a table row -> field of a login.
FIELDS = {
    "Time": "at",
    "IP address": "ip",
    "IP Address": "ip",
    "Port": "port",
    "Browser": "agent",
}
#: Labels of a table row -> what a profile says.
FACTS = {
    "Name": "name",
    "Full name": "name",
    "Username": "username",
    "Email": "email",
    "Emails": "email",
    "Phone number": "phone",
    "Phone numbers": "phone",
}
COUNTED = frozenset({*FIELDS, *FACTS})


@dataclass(slots=True)
class _Field:
    """A table row: the first of its texts is the label."""

    start: int
    texts: list[Cell] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.texts[0].text

    @property
    def values(self) -> list[Cell]:
        return self.texts[1:]


@dataclass(slots=True)
class _Record:
    """A section; `torn` if another stood in it."""

    start: int
    torn: bool
    headings: list[Cell] = field(default_factory=list)
    fields: list[_Field] = field(default_factory=list)
    footers: list[Cell] = field(default_factory=list)


class PageRows:
    """Takes a page.

    Attributes:
        sheets: the rows, by section.
        unclassified: labels -> texts that no field holds.
        holes: where those stand, and comments; flattened pairs.
        boilerplate: texts of the page itself.
        labels: how often each counted label stands on the page.
        profile: kind of fact -> what the profile says.
        generated: when the page was made, as it states it.
    """

    def __init__(self, declaration: ZoneDeclaration | None) -> None:
        self.sheets: dict[str, Sheet] = {}
        self.unclassified: Counter[str] = Counter()
        self.holes = array("q")
        self.boilerplate = 0
        self.labels: Counter[str] = Counter()
        self.profile: dict[str, list[Cell]] = {}
        self.doubt = False
        self.generated = ""
        self._declaration = declaration
        self._records: list[_Record] = []  # open ones
        self._field: _Field | None = None
        self._next_row = 0

    def take_all(self, data: Data) -> None:
        """Take every text of the page.

        Raises:
            BadInput: as `markup.texts`.
        """
        for plan, origin, state, raw, at in texts(data, GRAMMAR):
            for act in plan:
                if act.place is Place.COMMENT:
                    self.holes.extend((origin, at))
                else:
                    self._act(act, origin)
            if raw:
                self._text(state.place, _cell(raw, at))

    def _act(self, act: Act, origin: int) -> None:
        if act.place is Place.SECTION:
            if act.begins:
                for record in self._records:
                    record.torn = True
                self._records.append(_Record(origin + act.start, bool(self._records)))
            else:
                self._end(self._records.pop(), origin + act.end)
        elif act.place is Place.FIELD:
            self._field = _Field(origin + act.start) if act.begins else None
            if self._field and self._records:
                self._records[-1].fields.append(self._field)
        elif act.generated and act.begins and not self.generated:
            self.generated = _stated(act.generated)

    def _text(self, place: Place, cell: Cell) -> None:
        if place is Place.FURNITURE:
            self._count(cell)
            self.boilerplate += 1
        elif place is Place.FIELD and self._field is not None:
            self._field.texts.append(cell)
        elif place is Place.HEADING and self._records:
            self._records[-1].headings.append(cell)
        elif place is Place.FOOTER and self._records:
            self._records[-1].footers.append(cell)
        else:
            self._stray("page" if place is Place.PAGE else "section", cell)

    def _end(self, record: _Record, end: int) -> None:
        """A section is complete."""
        record.fields = [each for each in record.fields if each.texts]
        labels = {each.label for each in record.fields}
        if record.torn or {FIELDS.get(label) for label in labels} & {"ip", "at"}:
            self._event(record, end)
            return
        for each in (*record.headings, *record.footers):
            if labels & FACTS.keys():
                self._count(each)
                self.boilerplate += 1
            else:
                self._stray("section", each)
        for found in record.fields:
            if found.label in FACTS:
                self._facts(found)
            else:
                self._leave(found)

    def _event(self, record: _Record, end: int) -> None:
        cells: dict[str, Cell] = {}
        problem = "AMBIGUOUS_ROW" if record.torn else None
        owned = 0
        for found in record.fields:
            name = FIELDS.get(found.label)
            if name is None:
                self._leave(found)
                continue
            self.labels[found.label] += 1
            owned += len(found.texts)
            for value in found.values:
                self._count(value)
            if len(found.values) > 1 or name in cells:
                problem = "AMBIGUOUS_ROW"
            elif found.values:
                cells[name] = found.values[0]
        for name, pieces in (("action", record.headings), ("footer", record.footers)):
            if len(pieces) > 1:
                problem = "AMBIGUOUS_ROW"
            for piece in pieces[1:]:
                self._stray("section", piece)
            if pieces:
                cells[name] = pieces[0]
                self._count(pieces[0])
                owned += 1
        event = self._read(cells)
        if "at" not in cells and "footer" in cells:
            cells["at"] = cells["footer"]
        if problem is None and "ip" not in cells:
            problem = "MISSING_ADDRESS"
        if problem:
            event = event._replace(problem=problem)
        figures = (self._number(), record.start, end, owned)
        self._sheet("login", EVENTS).add(figures, "session_ip_log", cells, event)

    def _read(self, cells: dict[str, Cell]) -> Event:
        """Address and time; where the time stands twice, it must be one and the same."""
        ip, port, problem = read_address(cells)
        stated = [cells[name].text for name in ("at", "footer") if name in cells]
        if not stated:
            return Event(ip, port, problem=problem or "MISSING_TIME")
        try:
            written = {read_written(text) for text in stated}
        except ValueError:
            return Event(ip, port, problem=problem or "BAD_TIME")
        if len(written) > 1:
            return Event(ip, port, problem=problem or "BAD_TIME")
        at, basis = to_utc(written.pop(), self._declaration)
        return Event(ip, port, at, SECOND, None, basis, problem)

    def _facts(self, found: _Field) -> None:
        """A row for each value; the first owns the label."""
        label, kind = found.texts[0], FACTS[found.label]
        self.labels[label.text] += 1
        if not found.values:
            self.boilerplate += 1
        begin, owned = found.start, 2
        for value in found.values:
            self._count(value)
            figures = (self._number(), begin, value.end, owned)
            cells = {"attribute": label, "value": value}
            self._sheet("subscriber", PROFILE).add(figures, "subscriber_identity", cells)
            self.profile.setdefault(kind, []).append(value)
            begin, owned = value.end, 1

    def _leave(self, found: _Field) -> None:
        """Count a table row that is in no list."""
        for cell in found.texts:
            self._count(cell)
        self.unclassified[shown(("section", found.label))] += len(found.texts)
        self.holes.extend((found.start, found.texts[-1].end))

    def _stray(self, where: str, cell: Cell) -> None:
        self._count(cell)
        self.unclassified[where] += 1
        self.holes.extend((cell.start, cell.end))

    def _count(self, cell: Cell) -> None:
        """Count a label that labels nothing here; one of the account's name leaves in doubt which is meant."""
        if cell.text in COUNTED:
            self.labels[cell.text] += 1
            self.doubt |= FACTS.get(cell.text) == NAMES_ACCOUNT[0]

    def _sheet(self, family: str, section: str) -> Sheet:
        return self.sheets.setdefault(section, Sheet(family, section))

    def _number(self) -> int:
        self._next_row += 1
        return self._next_row - 1


def _cell(raw: bytes, at: int) -> Cell:
    """A text without its outer white space, and where it stands."""
    bare = raw.strip()
    start = at if bare is raw else at + raw.index(bare)
    text = bare.decode()
    return Cell(unescape(text) if "&" in text else text, start, start + len(bare))


def _stated(written: bytes) -> str:
    """The time of generation, if it is one with its zone."""
    text = unescape(written.decode())
    try:
        parse_rfc3339(text)
    except ValueError:
        return ""
    return text
