"""Instants: UTC nanoseconds, with precision, zone basis and the text as written.

Nothing here substitutes "now" or guesses a zone or a day-month order. Text: RFC 3339.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo
from zoneinfo import ZoneInfoNotFoundError

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 3600 * SECOND
DAY = 24 * HOUR

#: Zone bases. A declaration is spelt `declared by NAME`.
STATED = "stated"
FILE = "file"
DECLARED = "declared by "

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|z|[+-]\d\d:\d\d)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Instant:
    """A point of time.

    Attributes:
        ns: nanoseconds since 1970-01-01T00:00:00Z.
        precision: nanoseconds of the smallest unit that was written (1 s = 10**9).
        basis: where the zone comes from: `stated`, `file` or `declared by NAME`.
        text: the characters as written.
    """

    ns: int
    precision: int = SECOND
    basis: str = STATED
    text: str = ""

    def rfc3339(self) -> str:
        """RFC 3339 in UTC ending in `Z`, with a fraction only where one was written."""
        return rfc3339(self.ns, self.precision)


class ZoneError(ValueError):
    """The text has no zone, or its local time does not exist or exists twice."""


def rfc3339(ns: int, precision: int = SECOND) -> str:
    """Nanoseconds as RFC 3339 in UTC; as many fraction digits as `precision` has."""
    whole, fraction = divmod(ns, SECOND)
    text = (_EPOCH + dt.timedelta(seconds=whole)).strftime("%Y-%m-%dT%H:%M:%S")
    if len(text) < 20 - 1:  # strftime does not pad years below 1000 on every platform
        text = text.zfill(19)
    if precision >= SECOND:
        return text + "Z"
    digits = 9 - (len(str(precision)) - 1)
    return f"{text}.{fraction:09d}"[: 20 + digits] + "Z"


def from_datetime(moment: dt.datetime) -> int:
    """An aware datetime as nanoseconds, exactly."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds * 1_000


def parse_rfc3339(text: str, zone: str | None = None) -> Instant:
    """RFC 3339 with an offset, or a local date-time in `zone` (an IANA name).

    Raises:
        ZoneError: no offset and no zone, or the local time is ambiguous or does not exist there.
        ValueError: the text is not a date-time.
    """
    match = _RFC3339.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not an RFC 3339 date-time: {text!r}")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, offset = match.group(7) or "", match.group(8)
    naive = dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone is applied below
    precision = 10 ** (9 - len(fraction))
    sub_second = int(fraction.ljust(9, "0")) if fraction else 0
    if offset is None:
        if zone is None:
            raise ZoneError(f"no zone in {text!r}")
        return Instant(local_to_utc(naive, zone) + sub_second, precision, DECLARED + zone, text)
    if offset in "Zz":
        shift = dt.timedelta(0)
    else:
        hours, minutes = int(offset[1:3]), int(offset[4:6])
        if hours > 23 or minutes > 59:  # noqa: PLR2004 - the field's own limits
            raise ValueError(f"not an offset: {offset!r}")
        shift = dt.timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1)
    ns = from_datetime(naive.replace(tzinfo=dt.UTC)) - int(shift.total_seconds()) * SECOND
    return Instant(ns + sub_second, precision, STATED, text)


def zone_info(name: str) -> ZoneInfo:
    """The IANA zone of that name.

    Raises:
        ZoneError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ZoneError(f"no such time zone: {name!r}") from error


def local_to_utc(naive: dt.datetime, zone: str) -> int:
    """A local wall-clock time in an IANA zone as UTC nanoseconds.

    Raises:
        ZoneError: the local time happens twice or never (a change of the clocks), or the zone is unknown.
    """
    info = zone_info(zone)
    first = naive.replace(tzinfo=info, fold=0)
    second = naive.replace(tzinfo=info, fold=1)
    if first.utcoffset() != second.utcoffset():
        back = first.astimezone(dt.UTC).astimezone(info).replace(tzinfo=None)
        how = "happens twice" if back == naive else "does not exist"
        raise ZoneError(f"{naive.isoformat(' ')} {how} in {zone}")
    return from_datetime(first)


@dataclass(frozen=True, slots=True)
class ZoneDeclaration:
    """A person's statement of the zone in which a return's local times are written."""

    zone: str
    by: str

    @property
    def basis(self) -> str:
        """The zone basis of every instant that rests on it."""
        return DECLARED + self.by


#: Nobody's statement: it puts local times in the order of the clock as written, for whoever shows them so.
UNPLACED = ZoneDeclaration("UTC", "nobody: for the order alone")
