"""Times of a whole column at once.

The first text of a column is matched against the format; the spans of its parts are a layout. Every other text of
the same length that has digits where the layout has numbers, and the same characters everywhere else, has the same
parts in the same places, and is read by arithmetic over byte columns. What is left gives the next layout. Columns
that hold too many layouts (a free text, say) are finished one distinct text at a time, by the same format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fourcorners.model.instant import DAY
from fourcorners.model.instant import HOUR
from fourcorners.model.instant import MINUTE
from fourcorners.model.instant import SECOND
from fourcorners.readers.table.time_format import MONTHS
from fourcorners.readers.table.time_format import NUMBERS
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.zones import Zone

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
T = TypeVar("T", bound=np.generic)

_ZERO = np.uint8(ord("0"))
_WORDS = ("b", "p", "z")  # parts that are the same in all texts of a layout
_UNITS = (("S", SECOND), ("M", MINUTE), ("H", HOUR), ("I", HOUR))
_MAX_LAYOUTS = 8  # halves of the day, summer and winter offsets, two months
_YEARS = (1678, 2261)  # the whole years that 64-bit nanoseconds hold
_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_NO_OFFSET = np.iinfo(np.int64).min
_FRACTION_DIGITS = 9
_LAST_SECOND = np.iinfo(np.int64).max // SECOND


@dataclass(frozen=True, slots=True)
class Times:
    """A column of times; all arrays have one entry a row.

    Attributes:
        ns: UTC nanoseconds, meaningful where `known`.
        precision: nanoseconds of the smallest unit written, meaningful where `read`.
        read: the text is a date-time of the format.
        known: the instant is known: a zone is stated or declared, and the local time exists once.
        stated: the text states its own zone.
        declared: the instant rests on the declared zone (or the declared epoch), whether it exists there or not.
    """

    ns: Ints
    precision: Ints
    read: Mask
    known: Mask
    stated: Mask
    declared: Mask

    def spread(self, given: Mask) -> Times:
        """The same times, over all rows of which `given` says that they have one."""
        if given.all():
            return self
        places = np.where(given, np.cumsum(given) - 1, len(self.ns))

        def over(values: NDArray[T]) -> NDArray[T]:
            return np.append(values, np.zeros(1, values.dtype))[places]

        return Times(
            over(self.ns),
            over(self.precision),
            over(self.read),
            over(self.known),
            over(self.stated),
            over(self.declared),
        )


def later(ns: Ints, seconds: Ints) -> tuple[Ints, Mask]:
    """Instants (ns) so many seconds later, and which of them 64-bit nanoseconds hold; the others are unchanged."""
    fits = ns // SECOND + seconds < _LAST_SECOND
    return ns + np.where(fits, seconds, 0) * SECOND, fits


def read_times(texts: pa.StringArray, how: TimeFormat, zone: Zone | None) -> Times:
    """Every text of a column (no nulls) as an instant."""
    size = len(texts)
    local, fraction = np.zeros(size, np.int64), np.zeros(size, np.int64)
    precision, offset = np.full(size, SECOND, np.int64), np.full(size, _NO_OFFSET, np.int64)
    read = np.zeros(size, np.bool_)

    starts = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: size + 1]
    lengths = np.diff(starts)
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        if len(rows) == size:
            characters = data[starts[0] : starts[-1]].reshape(size, length)
        else:
            characters = data[starts[rows][:, None] + np.arange(length, dtype=np.int32)]
        for settled, parts in _by_layout(np.ascontiguousarray(characters.T), how):
            at = rows[settled]
            read[at] = parts.fits
            local[at], fraction[at] = parts.local, parts.fraction
            precision[at], offset[at] = parts.precision, parts.offset

    stated = read & (offset != _NO_OFFSET)
    seconds = np.where(stated, local - offset, local)
    known = stated.copy()
    declared = np.zeros(size, np.bool_)
    if how.unit:
        known, declared = read.copy(), read.copy()
    elif zone is not None:
        declared = read & ~stated
        seconds[declared], known[declared] = zone.to_utc(local[declared])
    return Times(seconds * SECOND + fraction, precision, read, known, stated, declared)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Texts taken apart: seconds and nanoseconds of the local clock, precision, offset, whether they fit."""

    local: Ints
    fraction: Ints
    precision: int
    offset: int
    fits: Mask


def _by_layout(columns: NDArray[np.uint8], how: TimeFormat) -> Iterator[tuple[Ints, _Parts]]:
    """Rows (as indices) with their parts, layout by layout; `columns` holds one row of bytes a character."""
    left = np.arange(columns.shape[1])
    for _ in range(_MAX_LAYOUTS):
        if not len(left) or not len(columns):
            return
        match = how.pattern.fullmatch(columns[:, 0].tobytes())
        if match is None:
            same = (columns == columns[:, :1]).all(axis=0)
        else:
            number = np.zeros(len(columns), np.bool_)
            for start, end in _spans(match).values():
                number[start:end] = True
            same = (columns[number] - _ZERO <= 9).all(axis=0)  # noqa: PLR2004 - a decimal digit
            same &= (columns[~number] == columns[~number, :1]).all(axis=0)
            yield left[same], _evaluate(match, columns if same.all() else columns[:, same], how)
        left, columns = left[~same], columns[:, ~same]
    layouts: dict[tuple[object, ...], tuple[re.Match[bytes], list[int]]] = {}
    for row, text in enumerate(np.ascontiguousarray(columns.T)):
        if match := how.pattern.fullmatch(text.tobytes()):
            key = (*_spans(match).values(), *(match[name] for name in _WORDS if name in match.re.groupindex))
            layouts.setdefault(key, (match, []))[1].append(row)
    for match, rows in layouts.values():
        yield left[rows], _evaluate(match, columns[:, rows], how)


def _spans(match: re.Match[bytes]) -> dict[str, tuple[int, int]]:
    """Where the numbers stand that this text has."""
    return {n: match.span(n) for n in NUMBERS if n in match.re.groupindex and match[n] is not None}


def _evaluate(match: re.Match[bytes], columns: NDArray[np.uint8], how: TimeFormat) -> _Parts:
    """Texts of one layout, of which `match` is one, as figures."""
    spans = _spans(match)
    size = columns.shape[1]

    def number(name: str) -> Ints:
        total = np.zeros(size, np.int64)
        for digits in columns[slice(*spans[name])] if name in spans else ():
            total = total * 10 + (digits - _ZERO)
        return total

    words = {name: match[name].decode() for name in _WORDS if match.re.groupindex.get(name) and match[name]}
    width = spans["f"][1] - spans["f"][0] if "f" in spans else 0
    fraction = number("f") * 10 ** (_FRACTION_DIGITS - width)
    if how.unit:
        whole, rest = np.divmod(number("e"), SECOND // how.unit)
        precision = min(how.unit, 10 ** (_FRACTION_DIGITS - width))
        fits = whole < _LAST_SECOND
        return _Parts(whole, fraction + rest * how.unit, precision, _NO_OFFSET, fits)

    year, day, hour, minute, second = (number(name) for name in ("Y", "d", "H", "M", "S"))
    month = number("m") if "m" in spans else np.full(size, 1 + MONTHS.index(words["b"][:3].lower()))
    fits = (month >= 1) & (month <= 12) & (year >= _YEARS[0]) & (year <= _YEARS[1])  # noqa: PLR2004 - December
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    month = np.where(fits, month, 1)
    fits &= (day >= 1) & (day <= _DAYS[month - 1] + (leap & (month == 2)))  # noqa: PLR2004 - February
    if "I" in spans:
        half = number("I")
        fits &= (half >= 1) & (half <= 12)  # noqa: PLR2004 - the clock's face
        hour = half % 12 + (12 if words["p"].upper() == "PM" else 0)
    fits &= (hour <= 23) & (minute <= 59) & (second <= 59)  # noqa: PLR2004 - the clock's own limits
    local = _days_since_1970(year, month, day) * (DAY // SECOND) + hour * 3600 + minute * 60 + second
    smallest = next((unit for name, unit in _UNITS if name in spans), DAY)
    precision = 10 ** (_FRACTION_DIGITS - width) if width else smallest
    offset = _offset(words["z"]) if "z" in words else _NO_OFFSET
    if offset is None:
        fits[:] = False
        offset = _NO_OFFSET
    return _Parts(local, fraction, precision, offset, fits)


def _offset(zone: str) -> int | None:
    """Seconds east of UTC; None where the text is no offset of the clock."""
    if zone in {"Z", "z", "UTC", "GMT"}:
        return 0
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:  # noqa: PLR2004 - the clock's own limits
        return None
    return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)


def _days_since_1970(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days of the proleptic Gregorian calendar, with the year turned to begin in March."""
    turned = year - (month <= 2)  # noqa: PLR2004 - January and February end the turned year
    era, of_era = np.divmod(turned, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days: Ints = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return days
