"""Layout E, the record as text: a line with a label, then a line for each of its values.

What the page repeats at its foot may stand in the middle of a value; after it, a line that is no known label goes
on with the value before it. A label that is in no list cannot be told from a value here; but a line that is due
as nothing, before a label, can be the title of a section in no list, so what follows it is in none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fourcorners.readers.markup import Data
from fourcorners.readers.markup import check_text
from fourcorners.readers.meta.fields import Field
from fourcorners.readers.meta.fields import Remainder
from fourcorners.readers.meta.vocabulary import FIELDS
from fourcorners.readers.meta.vocabulary import KNOWN_LABELS
from fourcorners.readers.meta.vocabulary import SECTIONS
from fourcorners.readers.meta.vocabulary import TITLES
from fourcorners.readers.meta.vocabulary import is_definition
from fourcorners.readers.meta.vocabulary import is_furniture
from fourcorners.readers.meta.vocabulary import is_label_like
from fourcorners.readers.meta.vocabulary import section_of

_LINE = re.compile(rb"[^\r\n]++")
_BOM = b"\xef\xbb\xbf"
#: Fields of one value: what stands below it without a label is none of theirs. Only an agent runs over lines.
_ONE_VALUE = frozenset(label for labels in FIELDS.values() for label in labels)
_RUNS_ON = frozenset(label for labels in FIELDS.values() for label, name in labels.items() if name == "agent")
#: What a page's end can leave of an address, port or time; any other line below it begins something else.
_FIGURES = frozenset(
    label for labels in FIELDS.values() for label, name in labels.items() if name in {"ip", "at", "port"}
)
_FIGURE_PIECE = re.compile(r"[0-9A-Fa-f:.\[\] -]*U?T?C?")
#: Sections that list what is known of a person: logins below them stand under a title that was taken for a value.
_OF_PERSONS = frozenset(name for name, section in SECTIONS.items() if section.family == "subscriber")
#: The section of what follows a title that is in no list.
_UNLISTED = "unlisted section"


def read_lines(data: Data, rest: Remainder) -> Iterator[Field]:
    """The fields of a text, in order.

    Raises:
        BadInput: `ENCODING` or `NUL`.
    """
    check_text(data)
    rest.layouts.add("E")
    current: Field | None = None
    section = ""
    turned = False  # a page ended after the line before
    ended = False  # the line before may be the title of another section
    for line in _LINE.finditer(data, len(_BOM) if data[: len(_BOM)] == _BOM else 0):
        raw, start = line[0], line.start()
        bare = raw.strip()
        if not bare:
            continue
        label = bare.decode()
        if is_furniture(raw):
            rest.stray("page", raw, start)
            turned = True
            continue
        title = label.removesuffix(" Definition") if is_definition(label) else label
        if label in KNOWN_LABELS or title in TITLES:
            opens = title in TITLES
            if current:
                # a field of a row that has lost its value is no title: it still tells where its row begins
                current.container = not current.values and current.label not in _ONE_VALUE
                yield current
            if opens or not section:
                section = section_of(title)
            elif ended or (label in _ONE_VALUE and section in _OF_PERSONS):
                section = _UNLISTED
            at = start + raw.index(bare)
            current = Field(section, label, bare, at, 0 if opens else 1, start)
            current.boundary = opens or ended
            ended = False
        elif current and not ended and _is_due(current, label, turned=turned):
            if turned:
                current.go_on(raw, start)
            else:
                current.put(raw, start)
            rest.count_raw(raw)
        else:
            rest.stray(section or "page", raw, start)
            if turned and current and not ended:
                current.spoilt = True  # its value may go on below
            ended = True
        turned = False
    if current:
        # text that is cut ends anywhere, whole text in a line feed
        current.spoilt = current.spoilt or data[-1:] not in {b"\n", b"\r"}
        yield current


def _is_due(field: Field, line: str, *, turned: bool) -> bool:
    """Whether a line that is no label can be of the field."""
    if not field.values or field.label not in _ONE_VALUE:
        return True
    if turned:
        return field.label not in _FIGURES or _FIGURE_PIECE.fullmatch(line) is not None
    return field.label in _RUNS_ON and not is_label_like(line)
