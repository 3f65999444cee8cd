"""A page as its fields: label and values with their byte ranges, whatever the layout.

A field whose label is empty goes on with the value before it if a page ended between them: the pieces are joined
as they stand. Where no page ended, nothing tells whose value it is, and the fields beside it are spoilt. Texts
that no field holds are counted here, as boilerplate or as unclassified.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field

from fourcorners.readers.markup import Data
from fourcorners.readers.markup import texts
from fourcorners.readers.markup import unescape
from fourcorners.readers.meta.layouts import GRAMMAR
from fourcorners.readers.meta.layouts import Context
from fourcorners.readers.meta.layouts import Does
from fourcorners.readers.meta.shown_labels import shown
from fourcorners.readers.meta.vocabulary import COUNTED
from fourcorners.readers.meta.vocabulary import TITLES
from fourcorners.readers.meta.vocabulary import is_furniture
from fourcorners.readers.meta.vocabulary import is_negative
from fourcorners.readers.meta.vocabulary import section_of

_BLANK_PIECE = re.compile(rb"(?:<[^<>]*>)*([ \t]+)(?:<[^<>]*>)*")
_LONGEST_COUNTED = max(map(len, COUNTED)) + 8  # white space around it


class Value:
    """One value: its bytes, all pieces joined, and where they stand (flattened pairs)."""

    __slots__ = ("ranges", "raw")

    def __init__(self, raw: bytes, start: int, end: int) -> None:
        self.raw = raw
        self.ranges = [start, end]

    def add(self, raw: bytes, start: int, end: int) -> None:
        """Join a piece that stands elsewhere."""
        self.raw += raw
        self.ranges += (start, end)

    def narrow(self) -> None:
        """Leave out white space at the outer ends, never at a join."""
        raw, ranges = self.raw, self.ranges
        lead = len(raw) - len(raw.lstrip())
        trail = len(raw) - len(raw.rstrip())
        self.raw = raw.strip()
        while lead and lead >= ranges[1] - ranges[0]:
            lead -= ranges[1] - ranges[0]
            del ranges[:2]
        ranges[0] += lead
        while trail and trail >= ranges[-1] - ranges[-2]:
            trail -= ranges[-1] - ranges[-2]
            del ranges[-2:]
        ranges[-1] -= trail

    def text(self, *, markup: bool) -> str:
        """The value as text, its outer white space left out."""
        if self.raw[0] <= 32 or self.raw[-1] <= 32:  # noqa: PLR2004 - a blank or a control character
            self.narrow()
        text = self.raw.decode()
        return unescape(text) if markup and "&" in text else text

    @property
    def broken(self) -> bool:
        """Whether the value goes on over a page break."""
        return len(self.ranges) > 2  # noqa: PLR2004 - one pair


class Field:
    """A label with its values.

    Attributes:
        section: name of the section.
        label: as written, white space left out; empty where a text stands in a section without any.
        written: the label's bytes, and `at` their offset.
        depth: how many values the field stands in.
        boundary: something between the records ends before this field: a line break, or an outer field.
        container: its value holds fields, not texts.
        spoilt: its value may be another field's in part, or cut.
        values: in order.
        texts: how many texts the field owns, its label among them.
        start: offset of its first markup; `end`: end of its last text.
    """

    __slots__ = (
        "at",
        "boundary",
        "container",
        "depth",
        "end",
        "label",
        "section",
        "spoilt",
        "start",
        "texts",
        "values",
        "written",
    )

    def __init__(self, section: str, label: str, written: bytes, at: int, depth: int, start: int) -> None:
        self.section = section
        self.label = label
        self.written = written
        self.at = at
        self.depth = depth
        self.boundary = False
        self.container = False
        self.spoilt = False
        self.values: list[Value] = []
        self.texts = 1
        self.start = start
        self.end = at + len(written)

    def label_value(self) -> Value:
        """The label as a value that can be shown where it was written."""
        return Value(self.written, self.at, self.at + len(self.written))

    def put(self, raw: bytes, start: int) -> None:
        """Take a text as another value."""
        end = start + len(raw)
        self.values.append(Value(raw, start, end))
        self.texts += 1
        self.end = end

    def go_on(self, raw: bytes, start: int) -> None:
        """Take a text as more of the last value, or as the first."""
        if not self.values:
            self.put(raw, start)
            return
        end = start + len(raw)
        self.values[-1].add(raw, start, end)
        self.texts += 1
        self.end = end


@dataclass(slots=True)
class Remainder:
    """What stands in a member outside its fields.

    Attributes:
        layouts: the layouts met.
        boilerplate: texts that belong to the format itself.
        unclassified: path -> texts.
        holes: byte ranges of unclassified texts, and of what is read for no row: furniture, comments, scripts and
            styles; flattened pairs.
        labels: how often a counted label stands where it labels no row.
    """

    layouts: set[str] = field(default_factory=set)
    boilerplate: int = 0
    unclassified: Counter[str] = field(default_factory=Counter)
    holes: list[int] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)

    def count(self, label: str) -> None:
        """Count a counted label that labels no row."""
        if label in COUNTED:
            self.labels[label] += 1

    def count_raw(self, raw: bytes) -> None:
        """The same for a text as it stands on a page."""
        if len(raw) <= _LONGEST_COUNTED or b"&" in raw:
            self.count(unescape(raw.strip().decode()))

    def stray(self, path: str, raw: bytes, start: int) -> None:
        """Count a text that no field holds."""
        self.count_raw(raw)
        self.holes += (start, start + len(raw))
        if is_furniture(raw) or (path == "page" and raw.strip().decode() in TITLES):
            self.boilerplate += 1
        else:
            self.unclassified[shown(path)] += 1

    def drop(self, found: Field) -> None:
        """Count a field that is in no list."""
        self.count(found.label)
        self.unclassified[f"{shown(found.section)} > {shown(found.label)}"] += found.texts
        self.holes += (found.start, found.end)


def read_fields(data: Data, rest: Remainder) -> Iterator[Field]:
    """The fields of a page of layout A, B, C or D, in order, each once it is complete.

    Raises:
        BadInput: as `markup.texts`.
    """
    is_field, is_value, is_end = Does.FIELD, Does.VALUE, Does.END
    is_break, is_split, is_section = Does.BREAK, Does.SPLIT, Does.SECTION
    is_turn, is_skip = Does.TURN, Does.SKIP
    in_label, in_value, in_section = Context.LABEL, Context.VALUE, Context.SECTION
    names: dict[bytes, tuple[str, bytes, int]] = {}
    counted = frozenset(label.encode() for label in COUNTED)

    current: Field | None = None
    section = named = ""
    containers: list[bool] = []  # of each open value, whether it holds fields
    labelled = False  # the field that is open has its label
    leaf = False  # the innermost open value is the current field's own
    fresh = boundary = left = False
    turned = False  # a page ended since the last text of a field
    joins = True  # the open value is the current field's: it stands under its label, or goes on over a page's end
    torn = False  # a text stood before the next field that may belong to it
    begun = opened = 0

    for plan, origin, state, raw, at in texts(data, GRAMMAR):
        for does, start, end, owner in plan:
            if does is is_field:
                labelled = False
                begun = origin + start
                rest.layouts.add(owner.layout)
            elif does is is_value:
                leaf = current is not None and (current.depth == len(containers) or not labelled)
                containers.append(False)
                fresh = labelled
                joins = labelled or (turned and not boundary)
                opened = 0 if labelled else origin + end
                left = left and labelled
            elif does is is_end:
                if opened and leaf and joins and current and current.values:
                    blank = _BLANK_PIECE.fullmatch(data[opened : origin + start])
                    if blank:
                        current.values[-1].add(blank[1], opened + blank.start(1), opened + blank.end(1))
                leaf = False
                opened = 0
                left = containers.pop() or left
            elif does is is_break:
                if leaf:
                    fresh = True
                else:
                    boundary = True
            elif does is is_split:
                fresh = True
            elif does is is_turn:
                turned = True
            elif does is is_skip:
                rest.holes += (origin, at)
            else:
                if current:
                    yield current
                    current = None
                named = section = owner.section.decode() if does is is_section else ""
                boundary, labelled, torn = True, False, False
        if not raw:
            continue
        context = state.context
        if context is in_value and leaf and current:
            turned = False
            if not joins:
                current.spoilt = torn = True
                rest.stray(section or "page", raw, at)
                continue
            if fresh:
                current.put(raw, at)
            else:
                current.go_on(raw, at)
            fresh = False
            opened = 0
            if (len(raw) <= _LONGEST_COUNTED and raw.strip() in counted) or b"&" in raw:
                rest.count_raw(raw)
        elif context is in_label and not labelled:
            if raw not in names:
                names[raw] = _label(raw)
            label, written, lead = names[raw]
            if current:
                current.container = leaf and not opened and not current.values
                yield current
            if not containers and not named:
                section = section_of(label)
            elif containers:
                containers[-1] = True
            depth = len(containers)
            current = Field(section, label, written, at + lead, depth, begun)
            current.boundary = boundary or left
            current.spoilt = torn
            labelled, leaf, fresh, boundary, left = True, False, False, False, False
            turned = torn = False
        elif context is in_section and is_negative(unescape(raw.strip().decode())):
            if current:
                yield current
            current = None
            says = Field(section, "", b"", at, 0, at)
            says.texts = 0
            says.put(raw, at)
            yield says
        else:
            rest.stray("head" if context is Context.HEAD else section or "page", raw, at)
    if current:
        yield current


def _label(raw: bytes) -> tuple[str, bytes, int]:
    """A label as text, its bytes without the white space around them, and how much of that stands before it."""
    bare = raw.strip()
    return unescape(bare.decode()), bare, raw.index(bare)
