"""Times as the pages of a Facebook export write them: `Jul 24, 2025 9:05:10 pm`, mostly in a zone nobody states.

Some exports write a zone behind the time: `UTC+02` is an offset and states it. `PDT` states none, since several
places of the world use the same letters; but it says which zones cannot be declared.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from fourcorners.model.instant import SECOND
from fourcorners.model.instant import STATED
from fourcorners.model.instant import UNPLACED
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import ZoneError
from fourcorners.model.instant import from_datetime
from fourcorners.model.instant import local_to_utc
from fourcorners.model.instant import zone_info

#: English only: the word of another language is a time of another shape.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHAPE = re.compile(
    rf"({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}}),? (1[0-2]|[1-9]):([0-5]\d):([0-5]\d)[ \u202f\u00a0]([ap]m)"
    r"(?:[ \u202f\u00a0](?-i:(UTC(?:[+-]\d\d?(?::?[0-5]\d)?)?|[A-Z]{3,5})))?",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"UTC(?:([+-])(\d\d?)(?::?(\d\d))?)?")
_NOON = 12
_YEARS = (1990, 2261)  # nanoseconds reach no further
_FURTHEST = 14  # hours from UTC


class Written(NamedTuple):
    """A wall-clock time, and the zone that stands behind it, as written; empty where there is none."""

    local: dt.datetime
    zone: str


def read_written(text: str) -> Written:
    """The parts of a time.

    Raises:
        ValueError: another shape, or no such date or offset.
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time of this format: {text!r}")
    month = 1 + _MONTHS.index(match[1].title())
    hour = int(match[4]) % _NOON + _NOON * (match[7].lower() == "pm")
    year = int(match[3])
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ValueError(f"beyond the years of the format: {text!r}")
    zone = match[8] or ""
    _seconds(zone)
    return Written(dt.datetime(year, month, int(match[2]), hour, int(match[5]), int(match[6])), zone)  # noqa: DTZ001


def to_utc(when: Written, declaration: ZoneDeclaration | None) -> tuple[int | None, str | None]:
    """UTC nanoseconds and zone basis.

    Both are None where no zone is stated or declared, and where the declared one does not go by the letters that
    are written; only the first where the local time exists twice or never.
    """
    offset = _seconds(when.zone)
    if offset is not None:
        return from_datetime(when.local.replace(tzinfo=dt.UTC)) - offset * SECOND, STATED
    if declaration is None:
        return None, None
    if when.zone and declaration is not UNPLACED:
        return _by_letters(when, declaration)
    try:
        return local_to_utc(when.local, declaration.zone), declaration.basis
    except ZoneError:
        return None, declaration.basis


def _by_letters(when: Written, declaration: ZoneDeclaration) -> tuple[int | None, str | None]:
    """The instant at which the declared zone has this local time under these letters, if there is one."""
    info = zone_info(declaration.zone)
    both = {when.local.replace(tzinfo=info, fold=fold).astimezone(dt.UTC) for fold in (0, 1)}
    found = {
        moment
        for moment in both
        if (there := moment.astimezone(info)).tzname() == when.zone and there.replace(tzinfo=None) == when.local
    }
    return (from_datetime(found.pop()), declaration.basis) if len(found) == 1 else (None, None)


def _seconds(zone: str) -> int | None:
    """Seconds east of UTC; None where the letters state no offset.

    Raises:
        ValueError: no place is so far from UTC.
    """
    match = _OFFSET.fullmatch(zone)
    if match is None:
        return None
    hours, minutes = int(match[2] or 0), int(match[3] or 0)
    if (hours, minutes) > (_FURTHEST, 0):
        raise ValueError(f"no offset: {zone!r}")
    return (hours * 3600 + minutes * 60) * (-1 if match[1] == "-" else 1)
