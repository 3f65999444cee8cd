"""Times in an order: instants, days and the window `[start, end)`.

A time is RFC 3339 with an offset, or a local date-time in the window's zone, as a TOML string or as a TOML
date-time. A bare date bounds no window, because "through 7 March" and "until 7 March" differ by a day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import ZoneError
from fourcorners.model.instant import from_datetime
from fourcorners.model.instant import local_to_utc
from fourcorners.model.instant import parse_rfc3339
from fourcorners.model.instant import zone_info
from fourcorners.model.instrument import Window

_DAY = dt.timedelta(days=1)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YEARS = (1900, 2200)
#: Names that mean the zone of the machine, which an instrument cannot mean.
_MACHINE = frozenset({"localtime", "posixrules", "factory"})


def bad_order(key: str, what: str, next_step: str = "") -> BadInput:
    """An `ORDER_FILE` error at a key of the order."""
    return BadInput(
        "ORDER_FILE",
        f"{key}: {what}",
        where=key,
        why="an instrument permits what its own text says; nothing in it is guessed",
        next_step=next_step,
    )


def parse_window(value: object) -> Window:
    """The table `window = {start, end, zone}`.

    Raises:
        BadInput: `ORDER_FILE`, with the key in `where`.
    """
    if not isinstance(value, Mapping):
        raise bad_order("window", "it is no table", 'window = {start = "...", end = "...", zone = "..."}')
    for key in ("start", "end", "zone"):
        if key not in value:
            raise bad_order(f"window.{key}", "it is missing; a window has both ends and a zone")
    if unknown := sorted(value.keys() - {"start", "end", "zone"}):
        raise bad_order(f"window.{unknown[0]}", f"unknown keys: {', '.join(unknown)}")
    zone = _zone(value["zone"])
    for key in ("start", "end"):
        if (day := _bare_date(f"window.{key}", value[key])) is not None:
            raise bad_order(f"window.{key}", f"{day} is a day, not an instant", _spelling(day, zone))
    start, end = (instant(f"window.{key}", value[key], zone) for key in ("start", "end"))
    if end <= start:
        raise bad_order("window.end", "the window ends before it has begun; the end is the first instant outside")
    return Window(start, end, zone, _as_utc(start, zone), _as_utc(end, zone))


def instant(key: str, value: object, zone: str) -> int:
    """One instant, in nanoseconds UTC.

    Raises:
        BadInput: `ORDER_FILE`: not a date-time, a local time that the zone has twice or never, or a year that no
            64-bit count of nanoseconds holds with room to spare.
    """
    try:
        if isinstance(value, dt.datetime):
            _check_year(key, value.year)
            return local_to_utc(value, zone) if value.tzinfo is None else from_datetime(value)
        if isinstance(value, str):
            ns = parse_rfc3339(value, zone).ns
            _check_year(key, int(value.strip()[:4]))
            return ns
    except ZoneError as error:
        raise bad_order(
            key, str(error), "write the time with its offset, such as 2026-10-25T01:30:00+01:00"
        ) from error
    except ValueError as error:
        raise bad_order(key, str(error), _FORMS) from error
    raise bad_order(key, f"{value!r} is no date-time", _FORMS)


def first_instant(key: str, value: object, zone: str) -> int:
    """An instant, or the first instant of a bare date in `zone`.

    Raises:
        BadInput: `ORDER_FILE`.
    """
    day = _bare_date(key, value)
    return instant(key, value if day is None else dt.datetime.combine(day, dt.time.min), zone)


def last_instant(key: str, value: object, zone: str) -> int:
    """An instant, or the last microsecond of a bare date in `zone`: the day itself still counts.

    Raises:
        BadInput: `ORDER_FILE`.
    """
    day = _bare_date(key, value)
    return instant(key, value if day is None else dt.datetime.combine(day, dt.time.max), zone)


def local_day(ns: int, zone: str) -> dt.date:
    """The calendar day of an instant in `zone`."""
    return dt.datetime.fromtimestamp(ns // SECOND, zone_info(zone)).date()


_FORMS = "write RFC 3339 with an offset (2026-03-01T00:00:00Z) or local time with seconds (2026-03-01T00:00:00)"


def _zone(value: object) -> str:
    if not isinstance(value, str) or not value or value.casefold() in _MACHINE:
        raise bad_order(
            "window.zone", f"{value!r} is no time zone", "an IANA name such as America/New_York, or UTC"
        )
    try:
        zone_info(value)
    except ZoneError as error:
        raise bad_order("window.zone", str(error), "an IANA name such as America/New_York, or UTC") from error
    return value


def _bare_date(key: str, value: object) -> dt.date | None:
    day = None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        day = value
    elif isinstance(value, str) and _DATE.fullmatch(value.strip()):
        try:
            day = dt.date.fromisoformat(value.strip())
        except ValueError as error:
            raise bad_order(key, f"{value!r} is no day: {error}") from error
    if day is not None:
        _check_year(key, day.year)
    return day


def _check_year(key: str, year: int) -> None:
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise bad_order(key, f"the year {year} is outside {_YEARS[0]} to {_YEARS[1]}")


def _spelling(day: dt.date, zone: str) -> str:
    return (
        f'"from {day.day} {day:%B}" is start = "{day}T00:00:00"; "through {day.day} {day:%B}" is '
        f'end = "{day + _DAY}T00:00:00" (in {zone}: the first instant outside the window)'
    )


def _as_utc(ns: int, zone: str) -> int:
    """The same wall-clock reading, taken as UTC."""
    offset = dt.datetime.fromtimestamp(ns // SECOND, zone_info(zone)).utcoffset()
    assert offset is not None
    return ns + int(offset.total_seconds()) * SECOND
