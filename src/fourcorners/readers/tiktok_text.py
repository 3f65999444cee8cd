"""The text form of a TikTok return: `Date: 27/07/2026 03:04:43PM (UTC +00)`, and the address beside it.

The form is known second hand. The format writes the day first and states the offset; nothing else about a time is
taken for granted. A blank line ends a record. Where none separates two records, a label that comes again begins
the next one, and if one of them lacks its address or its time, nothing tells which values belong together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from mmap import mmap

import pyarrow as pa

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census_lines
from fourcorners.readers import named_account
from fourcorners.readers.gathered import Clock
from fourcorners.readers.gathered import Gathered
from fourcorners.readers.gathered import Value
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.tiktok import CUSTODIANS

Data = bytes | mmap

#: Labels that are counted, here and by the independent census.
COUNTED = ("Date:", "IP:")

_HOW = TimeFormat.declared("%d/%m/%Y %I:%M:%S%p (UTC %z)")
_SIGN = re.compile(
    rb"^[ \t]*Date:[ \t]*[0-9]{1,2}/[0-9]{1,2}/[0-9]{4} [0-9]{1,2}:[0-9]{2}:[0-9]{2}[AP]M \(UTC [-+]", re.MULTILINE
)
_FIELDS = {b"Date": "at", b"IP": "ip"}
_FIELD = re.compile(rb"(Date|IP):[ \t]*(.*)", re.DOTALL)
_FURNITURE = re.compile(rb"Page [0-9]{1,6}(?: of [0-9]{1,6})?")
_PIECE = re.compile(rb"[0-9A-Fa-f.:/()+APMUTC\s-]+")
_LINE = re.compile(rb"[^\n]*\n|[^\n]+\Z")
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class _Record:
    """The labels met, values by field, how many lines, what is wrong."""

    start: int
    end: int
    names: set[str] = field(default_factory=set)
    values: dict[str, Value] = field(default_factory=dict)
    texts: int = 0
    problem: str | None = None
    holes: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """What the lines of a member are."""

    records: list[_Record] = field(default_factory=list)
    block: list[_Record] = field(default_factory=list)  # records that no blank line separates
    last: _Record | None = None  # the record whose last value the next line may continue
    boilerplate: int = 0
    unclassified: int = 0
    labels: Counter[str] = field(default_factory=Counter)

    def end_block(self) -> None:
        """Keep the records of a block; of several, all are in doubt if one is not whole."""
        if len(self.block) > 1 and any(len(each.values) < len(_FIELDS) for each in self.block):
            for each in self.block:
                each.problem = "AMBIGUOUS_ROW"
        self.records += self.block
        self.block = []


class TikTokText:
    """Reads the text form of one file of a TikTok return."""

    name = "tiktok-text"
    version = "1"
    custodians = CUSTODIANS

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the way of writing a time tells
        """Whether a line of the first bytes is a date as only this form writes it."""
        return _SIGN.search(head) is not None

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:  # noqa: ARG002 - stated
        """Every record of one member.

        Args:
            data: the member's bytes.
            declaration: not needed: a time without its offset is none of this form.

        Raises:
            BadInput: `ENCODING`.
        """
        _check_text(data)
        found = _Found()
        for line in _LINE.finditer(data, len(_BOM) if data[: len(_BOM)] == _BOM else 0):
            _take(found, line)
        found.end_block()
        logins = Gathered("login", "text", Clock(_HOW), required=("ip", "at"))
        holes: list[int] = []
        for row, each in enumerate(found.records):
            logins.add((row, each.start, each.end, each.texts), "session_ip_log", each.values, each.problem)
            holes += each.holes
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout="text",
            custodians=self.custodians,
            batches=tuple(logins.batches()),
            boilerplate=found.boilerplate,
            unclassified=(Unclassified("lines", found.unclassified),) if found.unclassified else (),
            labels={label: found.labels[label] for label in COUNTED},
            holes=pa.array(holes, pa.int64()),
        )

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Rows of a member that names no account are of the one account that the file's other members name."""
        return named_account.relate(files)

    def census(self, data: Data) -> Census:
        """The member's lines and labels, counted by code that shares nothing with this reader."""
        return census_lines.count(data, COUNTED)


def _take(found: _Found, line: re.Match[bytes]) -> None:
    """Take a line; blank ones end a block."""
    bare = line[0].strip()
    if not bare:
        found.end_block()
        return
    at = line.start() + line[0].index(bare)
    end = at + len(bare)
    found.labels.update(label for label in COUNTED if label.encode() in line[0])
    current = found.block[-1] if found.block else None
    if named := _FIELD.fullmatch(bare):
        name = _FIELDS[named[1]]
        if current is None or name in current.names:
            current = _Record(at, end)
            found.block.append(current)
        found.last = current
        current.names.add(name)
        current.texts += 1
        current.end = end
        if named[2]:
            current.values[name] = Value(named[2].decode(), [at + named.start(2), end])
        if not line[0].endswith(b"\n"):
            current.problem = "TRUNCATED_ROW"
    elif _FURNITURE.fullmatch(bare):
        found.boilerplate += 1
        if current:
            current.holes += (at, end)
    else:
        found.unclassified += 1
        if current:
            current.holes += (at, end)
        if found.last and _PIECE.fullmatch(bare):
            found.last.problem = found.last.problem or "BROKEN_VALUE"
        else:
            found.last = None


def _check_text(data: Data) -> None:
    try:
        bytes(data).decode()
    except UnicodeDecodeError as error:
        raise BadInput(
            "ENCODING",
            "the text is not valid UTF-8",
            where=f"byte {error.start}",
            why="bytes of another encoding do not stand for what they seem to",
            next_step="ask the provider for the file again",
        ) from error


READER = TikTokText()
