"""Values of a lease file's statements, each with its place; and how its times are read."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.readers.logs.dhcpd.statements import Statement
from fourcorners.readers.logs.history import Says
from fourcorners.readers.logs.sheet import Piece
from fourcorners.readers.logs.sheet import Row
from fourcorners.readers.logs.sheet import read_epoch
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.times import Times
from fourcorners.readers.table.times import read_times
from fourcorners.readers.table.zones import Zone

_WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"|[^\s"]+', re.DOTALL)
_TIME = re.compile(
    rb"[a-z]+\s+(?:(?P<weekday>[0-6])\s+(?P<time>(?P<date>\d{4}/\d\d?/\d\d?)\s+\d\d:\d\d:\d\d)"
    rb"|epoch\s+(?P<epoch>\d+)|(?P<never>never))"
)
_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9.-]{0,40}", re.ASCII)
_FORMAT = TimeFormat.declared("%Y/%m/%d %H:%M:%S")
#: Words after which another one tells what the statement is.
_GENERAL = frozenset({b"option", b"binding", b"next", b"rewind", b"hardware"})


def words(statement: Statement) -> list[Piece]:
    """The words of a statement; of a quoted one, what stands within the quotes, its escapes as written."""
    found = []
    for match in _WORD.finditer(statement.text):
        group = 1 if match[1] is not None else 0
        start = statement.start + match.start(group)
        found.append(Piece(match[group].decode(), start, start + len(match[group])))
    return found


def name_of(statement: Statement) -> str:
    """What a statement is, for reports: its first word, with the second where that alone says little. No value."""
    return _name(*statement.text.split(None, 2)[:2])


@lru_cache(maxsize=4096)
def _name(first: bytes = b"", second: bytes = b"") -> str:
    said = [first, second] if first in _GENERAL and second else [first]
    return " ".join(name.decode() if _NAME.fullmatch(name) else "?" for name in said)


def put_time(row: Row, field: str, statement: Statement) -> None:
    """A time of a row; a weekday that is not the date's makes the row unreadable."""
    written = _TIME.fullmatch(statement.text)
    if written is None or (written["weekday"] and not _is_weekday(written["weekday"], written["date"])):
        row.problem = row.problem or "BAD_TIME"
        return
    group = written.lastgroup or ""
    start, end = written.span(group)
    row.values[field] = Piece(written[group].decode(), statement.start + start, statement.start + end)


def says(state: str, _start: int, end: int | None) -> Says:
    """What a binding state says of the lease in its block."""
    if state == "active":
        return Says.GIVEN
    if state == "abandoned":
        return Says.SOMEBODY
    return Says.OVER_SOMETIME if end is None else Says.OVER


@lru_cache(maxsize=4096)
def _is_weekday(weekday: bytes, date: bytes) -> bool:
    """Whether a date falls on a day of the week (0 is Sunday); a date that does not exist falls on none."""
    try:
        return dt.date(*map(int, date.split(b"/"))).isoweekday() % 7 == int(weekday)
    except ValueError:
        return False


def read_lease_times(texts: pa.StringArray, zone: Zone | None) -> Times:
    """Dates in the server's time, or seconds since the epoch: the file says which for each."""
    epoch = pc.match_substring_regex(texts, r"\A[0-9]+\z").to_numpy(zero_copy_only=False)
    dated = read_times(texts.filter(pa.array(~epoch)), _FORMAT, zone).spread(~epoch)
    counted = read_epoch(texts.filter(pa.array(epoch))).spread(epoch)
    return Times(
        np.where(epoch, counted.ns, dated.ns),
        np.where(epoch, counted.precision, dated.precision),
        counted.read | dated.read,
        counted.known | dated.known,
        counted.stated | dated.stated,
        dated.declared,
    )
