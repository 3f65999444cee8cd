"""The two texts of each part of the return: `ExportSummary`, what was produced, and `NoRecords`, that nothing was.

A line of the summary is a label, a colon and a value. The two identifiers are rows; service, resource and dates
are facts of the member, and the words `Not Specified.` stay what they are: no proof of a range without ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fourcorners.readers.google.names import IDENTIFIERS
from fourcorners.readers.google.names import SUMMARY
from fourcorners.readers.google.page import Piece
from fourcorners.readers.google.page import piece
from fourcorners.readers.google.sheet import Place
from fourcorners.readers.google.sheet import Sheet
from fourcorners.readers.known_table import loose
from fourcorners.readers.markup import Data
from fourcorners.readers.markup import check_text

_BOM = b"\xef\xbb\xbf"
_LINE = re.compile(rb"[^\r\n]++")
_SIGNS = tuple(
    re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*" + label + rb"[ \t]*:", re.MULTILINE)
    for label in (rb"Originating Identifier", rb"Resolved Identifier")
)
_NO_RECORDS = re.compile(r"(?:.*[/!._ -])?NoRecords(?:\.txt)?", re.IGNORECASE)
#: One identifier: the digits of a Google account or an e-mail address, with what kind it is in brackets behind it.
_ONE = re.compile(rb"(\d{5,}|[^\s@,;\[\]]+@[^\s@,;\[\]]+\.[^\s@,;\[\]]+)(?:\s*\[[^\[\]]*\])?")


def is_summary(head: bytes) -> bool:
    """Whether the first bytes are those of an `ExportSummary`."""
    return all(sign.search(head) for sign in _SIGNS)


def is_no_records(path: str) -> bool:
    """Whether a member's name is that of the marker: its text can be anything, and nothing at all."""
    return _NO_RECORDS.fullmatch(path) is not None


class Summary:
    """Takes the lines of an `ExportSummary`.

    Attributes:
        sheet: the identifiers.
        facts: what the member states.
        boilerplate: lines that are facts.
        unclassified: lines in no list.
        holes: where those stand.
    """

    def __init__(self, data: Data) -> None:
        check_text(data)
        self.sheet = Sheet("subscriber", "ExportSummary", {})
        self.facts: dict[str, str] = {}
        self.boilerplate = 0
        self.unclassified = 0
        self.holes: list[int] = []
        self._accounts: list[Piece | None] = []
        for line, whole in _lines(data):
            self._take(line, whole=whole)

    def account(self) -> Piece | None:
        """The account to which the request was resolved; None where that is none, or two."""
        named = {found and found.raw for found in self._accounts}
        return self._accounts[0] if len(named) == 1 else None

    def _take(self, line: Piece, *, whole: bool) -> None:
        before, colon, after = line.raw.partition(b":")
        label, value = piece(before, line.at), piece(after, line.at + len(before) + 1)
        fact = SUMMARY.get(loose(label.raw.decode())) if colon else None
        if fact is None:
            self.unclassified += 1
            self.holes += line.ranges
            return
        if fact in IDENTIFIERS and value.raw:
            problem = None if whole else "TRUNCATED_ROW"
            place = Place(self.sheet.size, *line.ranges, 1)
            self.sheet.add(place, "subscriber_identity", {"attribute": label, "value": value}, problem)
        else:
            self.boilerplate += 1
        if fact == "resolved_identifier":
            one = _ONE.fullmatch(value.raw) if whole else None
            self._accounts.append(Piece(one[1], value.at) if one else None)
        if whole and value.raw:
            text = value.raw.decode()
            # what is said twice, and not the same, is not known
            self.facts[fact] = text if self.facts.get(fact, text) == text else ""


def no_records(data: Data) -> Sheet:
    """The marker as one row, whose value is the marker's whole text."""
    check_text(data)
    sheet = Sheet("negative", "NoRecords", {})
    lines = [line for line, _ in _lines(data)]
    if lines:
        start, end = lines[0].at, lines[-1].ranges[1]
        sheet.add(Place(0, start, end, len(lines)), None, {"value": Piece(bytes(data[start:end]), start)})
    else:
        sheet.add(Place(0, 0, len(data), 0), None, {})
    return sheet


def _lines(data: Data) -> Iterator[tuple[Piece, bool]]:
    """The lines that are not blank, and whether each has an end: one without may be cut."""
    for line in _LINE.finditer(data, len(_BOM) if data[: len(_BOM)] == _BOM else 0):
        found = piece(line[0], line.start())
        if found.raw:
            yield found, line.end() < len(data)
