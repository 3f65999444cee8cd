"""Layout E, the record as text: a line with a label, then a line for each of its values.

What the page repeats at its foot may stand in the middle of a value; after it, a line that is no known label goes
on with the value before it. A label that is in no list cannot be told from a value here.
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
from fourcorners.readers.meta.vocabulary import TITLES
from fourcorners.readers.meta.vocabulary import is_definition
from fourcorners.readers.meta.vocabulary import is_furniture
from fourcorners.readers.meta.vocabulary import section_of

_LINE = re.compile(rb"[^\r\n]++")
_BOM = b"\xef\xbb\xbf"
#: Fields of one line: what stands below them without a label is none of theirs.
_ONE_LINE = frozenset(
    label for labels in FIELDS.values() for label, name in labels.items() if name in {"ip", "at", "port"}
)


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
    for line in _LINE.finditer(data, len(_BOM) if data[: len(_BOM)] == _BOM else 0):
        raw, start = line[0], line.start()
        bare = raw.strip()
        if not bare:
            continue
        label = bare.decode()
        if is_furniture(raw):
            rest.boilerplate += 1
            turned = True
            continue
        title = label.removesuffix(" Definition") if is_definition(label) else label
        if label in KNOWN_LABELS or title in TITLES:
            opens = title in TITLES
            if current:
                current.container = not current.values
                yield current
            if opens or not section:
                section = section_of(title)
            at = start + raw.index(bare)
            current = Field(section, label, bare, at, 0 if opens else 1, start)
            current.boundary = opens
        elif current and not (current.values and not turned and current.label in _ONE_LINE):
            if turned:
                current.go_on(raw, start)
            else:
                current.put(raw, start)
            rest.count_raw(raw)
        else:
            rest.stray(section or "page", raw, start)
        turned = False
    if current:
        yield current
