"""The mapping: a person's statement of what the columns of a table mean.

A table of no known format is read only through one. Its meanings are a declaration, stored as evidence with its
own hash; nothing that it leaves out is guessed, and a column that it does not name is not released.

    kind = "assignment"                 # or login, subscriber, call, payment
    certificate = "certificate.txt"     # the custodian's certificate, a file beside the mapping
    unknown = ["-1"]                    # texts that mean "not recorded", besides the blank

    [columns]                           # meaning = the header's own words
    ip = "IP"
    start = "From"
    end = "To"
    subscriber = "Customer"

    [time]
    zone = "Europe/Berlin"              # IANA name, UTC, or an offset such as +01:00
    format = "%d.%m.%Y %H:%M:%S"        # needed for every text that is not year-first; epoch, epoch_ms
    open_end = [""]                     # texts of `end` that mean "still assigned"

    [coverage]                          # what the log covers
    start = "2026-07-01T00:00:00Z"
    end = "2026-08-01T00:00:00Z"
    gaps = [["2026-07-03T10:00:00Z", "2026-07-03T11:00:00Z"]]
    shared = false                      # true: several subscribers at once behind one address
    lossy = false                       # true: lines may be missing, so that silence proves nothing

    [table]
    header_row = 1
    delimiter = ","
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from typing import NoReturn
from typing import TypeVar

from fourcorners.model.coverage import Coverage
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneError
from fourcorners.model.instant import parse_rfc3339
from fourcorners.readers.table.kinds import KINDS
from fourcorners.readers.table.kinds import Kind
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.zones import Zone
from fourcorners.readers.table.zones import parse_zone

T = TypeVar("T")
D = TypeVar("D")

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class TableMapping:
    """What the columns of a table mean.

    Attributes:
        kind: a key of `kinds.KINDS`, as the mapping spells it.
        shape: what that kind makes of its columns.
        columns: meaning -> header text.
        zone: the zone of local times, None where none is declared.
        time: how a time is written.
        open_end: texts of `end` that mean that the interval goes on.
        unknown: texts that mean the same as a blank cell.
        certificate: name of the custodian's certificate beside the mapping, None where none is named.
        coverage: what the log covers.
        header_row: line of the header, from 1.
        delimiter: one of `DELIMITERS`.
    """

    kind: str
    shape: Kind
    columns: Mapping[str, str]
    zone: Zone | None
    time: TimeFormat
    open_end: frozenset[str]
    unknown: frozenset[str]
    certificate: str | None
    coverage: Coverage
    header_row: int
    delimiter: str

    @property
    def family(self) -> str:
        """The record family of its rows."""
        return self.shape.family

    @property
    def has_ports(self) -> bool:
        """Whether a column holds ports: several subscribers may then have one address at once."""
        return not self.columns.keys().isdisjoint(("port", "port_low", "port_high"))


def parse_mapping(data: bytes, name: str) -> TableMapping:
    """The mapping in a TOML file.

    Args:
        data: the file's bytes.
        name: the file's name, for messages.

    Raises:
        BadInput: `MAPPING_FILE`, naming the key and its line.
    """
    top = Part.of_file(data, name)
    kind_name = top.take("kind", _text)
    if kind_name not in KINDS:
        top.refuse("kind", f"must be one of {', '.join(KINDS)}")
    certificate = top.take_or("certificate", file_name, None)
    unknown = top.take_or("unknown", _texts, frozenset[str]())
    columns_part = top.part("columns")
    time_part = top.part("time")
    coverage_part = top.part("coverage")
    table_part = top.part("table")
    top.close()

    columns = {key: columns_part.take(key, _text) for key in list(columns_part.content)}
    shape = _shape(columns_part, kind_name, columns)
    zone = time_part.take_or("zone", parse_zone, None)
    time_format = time_part.take_or("format", TimeFormat.declared, TimeFormat.year_first())
    open_end = time_part.take_or("open_end", _texts, frozenset({""}))
    time_part.close()
    header_row = table_part.take_or("header_row", positive, 1)
    delimiter = table_part.take_or("delimiter", _text, ",")
    if delimiter not in DELIMITERS:
        table_part.refuse("delimiter", "must be a comma, a semicolon, a tab or a vertical bar")
    table_part.close()
    return TableMapping(
        kind=kind_name,
        shape=shape,
        columns=columns,
        zone=zone,
        time=time_format,
        open_end=open_end,
        unknown=unknown,
        certificate=certificate,
        coverage=read_coverage(coverage_part, zone),
        header_row=header_row,
        delimiter=delimiter,
    )


def _shape(part: Part, kind: str, columns: Mapping[str, str]) -> Kind:
    shape = next((shape for shape in KINDS[kind] if shape.fits(columns)), None)
    if shape is None:
        wanted = " or ".join(shape.words() for shape in KINDS[kind])
        part.refuse("columns", f"name {', '.join(columns) or 'nothing'}; the kind {kind} takes {wanted}")
    headers = list(columns.values())
    for key, header in columns.items():
        if headers.count(header) > 1:
            part.refuse(key, f"names the column {header!r}, which has another meaning already")
    return shape


def read_coverage(part: Part, zone: Zone | None) -> Coverage:
    """What a log covers; local times are in the mapping's zone."""
    instant, interval = partial(_instant, zone=zone), partial(read_interval, zone=zone)

    def intervals(value: object) -> tuple[tuple[int, int], ...]:
        if not isinstance(value, list):
            raise TypeError("must be a list of pairs of start and end")
        return tuple(interval(item) for item in value)

    start = part.take_or("start", instant, None)
    end = part.take_or("end", instant, None)
    if start is not None and end is not None and end <= start:
        part.refuse("end", "must lie after start")
    coverage = Coverage(
        start,
        end,
        part.take_or("gaps", intervals, ()),
        part.take_or("shared", truth, None),
        lossy=part.take_or("lossy", truth, False),
    )
    part.close()
    return coverage


def read_interval(value: object, zone: Zone | None) -> tuple[int, int]:
    """A pair of start and end, ns UTC; local times are in the mapping's zone."""
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 - a start and an end
        raise TypeError("must be pairs of start and end")
    start, end = _instant(value[0], zone), _instant(value[1], zone)
    if end <= start:
        raise ValueError("holds an interval that does not end after its start")
    return start, end


def _instant(value: object, zone: Zone | None) -> int:
    if isinstance(value, dt.datetime):
        value = value.isoformat()
    if not isinstance(value, str):
        raise TypeError("must be a date-time")
    try:
        return parse_rfc3339(value).ns
    except ZoneError:
        if zone is None:
            raise
        return zone.instant(dt.datetime.fromisoformat(value))


class Part:
    """One table of a mapping, emptied key by key: what is left at the end is a key that nobody knows."""

    def __init__(self, file: str, text: str, name: str, content: dict[str, Any]) -> None:
        self.file, self.text, self.name = file, text, name
        self.content = dict(content)

    @classmethod
    def of_file(cls, data: bytes, name: str) -> Part:
        """The whole file.

        Raises:
            BadInput: `MAPPING_FILE`, it is not readable.
        """
        try:
            text = data.decode("utf-8")
            return cls(name, text, "", tomllib.loads(text))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise mapping_error(name, f"is not readable as TOML: {error}") from error

    def part(self, key: str) -> Part:
        """A table within, empty where it is not there."""
        content = self.content.pop(key, {})
        if not isinstance(content, dict):
            self.refuse(key, "must be a table")
        return Part(self.file, self.text, key, content)

    def take(self, key: str, read: Callable[[object], T]) -> T:
        """The value of a key that must be there."""
        if key not in self.content:
            self.refuse(key, "is missing")
        try:
            return read(self.content.pop(key))
        except (TypeError, ValueError) as error:
            self.refuse(key, str(error))

    def take_or(self, key: str, read: Callable[[object], T], default: D) -> T | D:
        """The value of a key that may be there."""
        return self.take(key, read) if key in self.content else default

    def close(self) -> None:
        """Refuse what is left."""
        for key in self.content:
            self.refuse(key, "is not a key of a mapping")

    def refuse(self, key: str, why: str) -> NoReturn:
        """Raise `MAPPING_FILE` for a key."""
        spelt = f"{self.name}.{key}" if self.name and key != self.name else key
        raise mapping_error(self.file, f"{spelt} {why}", self._line(key))

    def _line(self, key: str) -> int | None:
        """The line on which the key stands, looked for within its own table."""
        inside = not self.name
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
                inside = header.group(1) == self.name
                if key in (header.group(1), self.name) and inside | (not self.name):
                    return number
            elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
                return number
        return None


def mapping_error(file: str, what: str, line: int | None = None) -> BadInput:
    """`MAPPING_FILE`, with its place."""
    return BadInput(
        "MAPPING_FILE",
        what,
        where=f"{file}, line {line}" if line else file,
        why="a table is read only as its mapping says; what the mapping leaves open would have to be guessed",
        next_step="correct the mapping and run the command again",
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("must be a text that is not empty")
    return value


def _texts(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("must be a list of texts")
    return frozenset(value)


def file_name(value: object) -> str:
    """The name of a file beside the mapping."""
    name = _text(value)
    if re.search(r"[/\\\x00-\x1f]", name) or name in {".", ".."}:
        raise ValueError("must be the name of a file beside the mapping")
    return name


def positive(value: object) -> int:
    """A whole number from 1."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError("must be a whole number from 1")
    return value


def truth(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value
