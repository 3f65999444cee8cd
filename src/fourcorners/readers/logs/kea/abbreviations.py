"""Local times that name their zone by its abbreviation: `2026-10-25 02:30:00 CET`.

An abbreviation alone is ambiguous (CST is a zone of America, of China and of Cuba), so the declared zone decides.
The abbreviation must be the name that the declared zone has at that local time: in the hour that the clocks pass
twice it tells which of the two is meant. Any other is a contradiction, and no time comes of it.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fourcorners.model.instant import SECOND
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.times import Times
from fourcorners.readers.table.times import read_times
from fourcorners.readers.table.zones import Zone

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

_CLOCK = TimeFormat.declared("%Y-%m-%d %H:%M:%S")
_WALL = Zone("UTC")  # of clocks whose own zone does not matter yet
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - the origin of local seconds, which have no zone yet
_HOUR = 3600
_NONE = np.iinfo(np.int64).min
_NAMES_OF_UTC = frozenset({"UTC", "GMT"})


def read_named(clocks: pa.StringArray, names: pa.StringArray, zone: Zone | None) -> tuple[Times, Mask]:
    """Local times beside the abbreviations of their zone.

    Args:
        clocks: the local times.
        names: the abbreviations.
        zone: as declared, None while nobody declared one.

    Returns:
        The times, and which of them name a zone that is not the declared one's at that time.
    """
    wall = read_times(clocks, _CLOCK, _WALL)
    nobody = np.zeros(len(clocks), np.bool_)
    if zone is None:
        return Times(wall.ns, wall.precision, wall.read, nobody, nobody, nobody), nobody
    offsets, agrees = _offsets(wall.ns // SECOND, names, zone)
    known = wall.read & agrees
    return Times(
        wall.ns - offsets * SECOND, wall.precision, wall.read, known, nobody, wall.read
    ), wall.read & ~agrees


def _offsets(seconds: Ints, names: pa.StringArray, zone: Zone) -> tuple[Ints, Mask]:
    """Seconds east of UTC by zone and abbreviation, and for which local seconds there is one."""
    coded = names.dictionary_encode()
    words, codes = coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)
    hours, where = np.unique(np.stack([seconds // _HOUR, codes], axis=1), axis=0, return_inverse=True)
    ends = [
        [_offset(hour * _HOUR + second, words[code], zone) for second in (0, _HOUR - 1)]
        for hour, code in hours.tolist()
    ]
    # a name that means the same in the first second of an hour and in the last does so in between
    found = np.array([[_NONE if each is None else each for each in pair] for pair in ends], np.int64).reshape(
        -1, 2
    )
    offsets = found[:, 0][where.ravel()]
    for row in np.flatnonzero((found[:, 0] != found[:, 1])[where.ravel()]).tolist():
        offset = _offset(int(seconds[row]), words[codes[row]], zone)
        offsets[row] = _NONE if offset is None else offset
    agrees: Mask = offsets != _NONE
    return np.where(agrees, offsets, 0), agrees


def _offset(second: int, name: str, zone: Zone) -> int | None:
    """The one offset that the zone has under this name at a local second; None where it has none, or two."""
    if zone.info is None:
        return zone.offset if name in _names(zone.offset) else None
    found = set[float]()
    naive = _EPOCH + dt.timedelta(seconds=second)
    for fold in (0, 1):
        local = naive.replace(tzinfo=zone.info, fold=fold)
        exists = local.astimezone(dt.UTC).astimezone(zone.info).replace(tzinfo=None, fold=0) == naive
        if exists and local.tzname() == name:
            found.add((local.utcoffset() or dt.timedelta()).total_seconds())
    return round(found.pop()) if len(found) == 1 else None


def _names(offset: int) -> frozenset[str]:
    """What a clock of a fixed offset may call its zone: an offset has no letters of its own."""
    hours, minutes = divmod(abs(offset) // 60, 60)
    number = f"{'-' if offset < 0 else '+'}{hours:02d}{f'{minutes:02d}' if minutes else ''}"
    return frozenset({number}) | (_NAMES_OF_UTC if offset == 0 else frozenset())
