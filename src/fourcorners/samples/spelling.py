"""How times and endpoints are written: by the provider, and by the product's record lines."""

from __future__ import annotations

import datetime as dt
from functools import cache

from fourcorners.samples.values import DAY
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import MINUTE


def stamp(at: int) -> str:
    """A time as the provider writes it."""
    return f"{_day(at // DAY)} {_clock(at % DAY)} UTC"


def zulu(at: int) -> str:
    """A time as a record line gives it."""
    return f"{_day(at // DAY)}T{_clock(at % DAY)}Z"


@cache
def _day(day: int) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()


def _clock(second: int) -> str:
    return f"{second // HOUR:02d}:{second // MINUTE % MINUTE:02d}:{second % MINUTE:02d}"


def endpoint(ip: str, port: int | None, *, zero: bool = False) -> str:
    """An endpoint as the provider writes it; `zero`: a port that was not recorded is written as 0."""
    if port is None and not zero:
        return ip
    return f"[{ip}]:{port or 0}" if ":" in ip else f"{ip}:{port or 0}"
