"""Times as the pages of a Facebook export write them: `Jul 24, 2025 9:05:10 pm`, in a zone that nobody states."""

from __future__ import annotations

import datetime as dt
import re

from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import ZoneError
from fourcorners.model.instant import local_to_utc

#: English only: the word of another language is a time of another shape.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHAPE = re.compile(
    rf"({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}}),? (1[0-2]|[1-9]):([0-5]\d):([0-5]\d)[ \u202f\u00a0]([ap]m)",
    re.ASCII | re.IGNORECASE,
)
_NOON = 12
_YEARS = (1990, 2261)  # nanoseconds reach no further


def read_local(text: str) -> dt.datetime:
    """The wall-clock time.

    Raises:
        ValueError: another shape, or no such date.
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time of this format: {text!r}")
    month = 1 + _MONTHS.index(match[1].title())
    hour = int(match[4]) % _NOON + _NOON * (match[7].lower() == "pm")
    year = int(match[3])
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ValueError(f"beyond the years of the format: {text!r}")
    return dt.datetime(year, month, int(match[2]), hour, int(match[5]), int(match[6]))  # noqa: DTZ001 - it has no zone


def to_utc(local: dt.datetime, declaration: ZoneDeclaration | None) -> tuple[int | None, str | None]:
    """UTC nanoseconds and zone basis.

    Both are None where no zone is declared; only the first where the local time exists twice or never.
    """
    if declaration is None:
        return None, None
    try:
        return local_to_utc(local, declaration.zone), declaration.basis
    except ZoneError:
        return None, declaration.basis
