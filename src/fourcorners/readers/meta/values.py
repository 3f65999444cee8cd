"""The shapes of the format's values. What has another shape is rejected, never repaired."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from socket import AF_INET6
from socket import inet_ntop
from socket import inet_pton

from fourcorners.model.address import parse_address
from fourcorners.model.address import parse_port
from fourcorners.model.instant import DAY
from fourcorners.model.instant import HOUR
from fourcorners.model.instant import MINUTE
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import STATED
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import ZoneError
from fourcorners.model.instant import local_to_utc

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_V4 = re.compile(rf"({_OCTET}(?:\.{_OCTET}){{3}})(?::(\d{{1,5}}))?", re.ASCII)
_V6 = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::(\d{1,5}))?|([0-9A-Fa-f:.]+)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CLOCK = re.compile(r" ([01]\d|2[0-3]):([0-5]\d):([0-5]\d)( UTC)?", re.ASCII)
_DATE_LENGTH = 10
_FIRST_YEAR, _LAST_YEAR = 1678, 2261  # whole years that 64-bit nanoseconds hold
_EPOCH = dt.date(1970, 1, 1).toordinal()


def read_endpoint(text: str) -> tuple[str, int | None, str]:
    """Canonical address, port (None: not recorded) and the port's digits as written.

    Raises:
        ValueError: not `a.b.c.d`, `a.b.c.d:port`, an IPv6 address, `[IPv6]` or `[IPv6]:port`.
    """
    if match := _V4.fullmatch(text):
        digits = match[2] or ""
        return match[1], parse_port(digits), digits
    if (match := _V6.fullmatch(text)) is None:
        raise ValueError(f"not an endpoint: {text!r}")
    digits = match[2] or ""
    return _canonical(match[1] or match[3]), parse_port(digits), digits


@lru_cache(maxsize=65_536)
def _canonical(text: str) -> str:
    """An IPv6 address in RFC 5952, by the system's own routine where that and the model's cannot differ."""
    try:
        canonical = inet_ntop(AF_INET6, inet_pton(AF_INET6, text))
    except OSError as error:
        raise ValueError(f"not an IPv6 address: {text!r}") from error
    return str(parse_address(text)) if canonical.startswith("::") else canonical


class Times:
    """Reads `YYYY-MM-DD HH:MM:SS UTC`, and the same without the zone under a declaration.

    Days and times of day are remembered: a return has few of the first, and 86,400 of the second exist.
    """

    def __init__(self, declaration: ZoneDeclaration | None) -> None:
        self._declaration = declaration
        self._days: dict[str, int] = {}
        self._clocks: dict[str, int] = {}

    def read(self, text: str) -> tuple[int | None, str | None]:
        """UTC nanoseconds and zone basis.

        Both are None where no zone is stated or declared; only the first where a local time exists twice or never.

        Raises:
            ValueError: another shape, or no such date.
        """
        date, clock = text[:_DATE_LENGTH], text[_DATE_LENGTH:]
        day, time = self._days.get(date), self._clocks.get(clock)
        if day is not None and time is not None:
            return day + time, STATED
        match = _CLOCK.fullmatch(clock)
        if match is None or not _DATE.fullmatch(date):
            raise ValueError(f"not a time of this format: {text!r}")
        moment = dt.date.fromisoformat(date)
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValueError(f"beyond the years that can be kept: {text!r}")
        hour, minute, second = int(match[1]), int(match[2]), int(match[3])
        if match[4]:
            day = self._days[date] = (moment.toordinal() - _EPOCH) * DAY
            time = self._clocks[clock] = hour * HOUR + minute * MINUTE + second * SECOND
            return day + time, STATED
        if self._declaration is None:
            return None, None
        local = dt.datetime.combine(moment, dt.time(hour, minute, second))
        try:
            return local_to_utc(local, self._declaration.zone), self._declaration.basis
        except ZoneError:
            return None, self._declaration.basis
