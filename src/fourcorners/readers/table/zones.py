"""Local wall-clock seconds to UTC, for a column at a time.

IANA zones come from `zoneinfo`, asked once for each distinct hour: within an hour whose first and last second have
one and the same offset, the offset is constant; any other hour is asked second by second. A local time that
happens twice or never has no UTC instant and gets none.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from dataclasses import field
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from fourcorners.model.instant import ZoneError
from fourcorners.model.instant import local_to_utc
from fourcorners.model.instant import zone_info

_HOUR = 3600
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - the origin of local seconds, which have no zone yet
_MAX_HOURS = 23
_MAX_MINUTES = 59

Seconds = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Zone:
    """A declared zone.

    Attributes:
        name: as declared.
        info: the IANA zone, or None for a fixed offset.
        offset: seconds east of UTC of a fixed offset.
    """

    name: str
    info: ZoneInfo | None = None
    offset: int = 0
    _hours: dict[int, int | None] = field(default_factory=dict, compare=False, repr=False)

    def to_utc(self, local: Seconds) -> tuple[Seconds, Mask]:
        """UTC seconds, and which of the local times exist exactly once (the others' figures mean nothing)."""
        if self.info is None:
            return local - self.offset, np.ones(len(local), np.bool_)
        hours, where = np.unique(local // _HOUR, return_inverse=True)
        constant = [self._offset_of_hour(hour) for hour in hours.tolist()]
        known = np.array([offset is not None for offset in constant], np.bool_)[where]
        utc = local - np.array([offset or 0 for offset in constant], np.int64)[where]
        exists = known.copy()
        if not known.all():
            seconds, back = np.unique(local[~known], return_inverse=True)
            offsets = [self._offset_of_second(second) for second in seconds.tolist()]
            utc[~known] = local[~known] - np.array([offset or 0 for offset in offsets], np.int64)[back]
            exists[~known] = np.array([offset is not None for offset in offsets], np.bool_)[back]
        return utc, exists

    def instant(self, naive: dt.datetime) -> int:
        """One local time as UTC nanoseconds.

        Raises:
            ZoneError: the local time happens twice or never.
        """
        if self.info is not None:
            return local_to_utc(naive, self.name)
        return (round((naive - _EPOCH) / dt.timedelta(microseconds=1)) - self.offset * 1_000_000) * 1_000

    def _offset_of_hour(self, hour: int) -> int | None:
        """The offset that all seconds of a local hour share, else None."""
        if hour not in self._hours:
            first, last = self._offset_of_second(hour * _HOUR), self._offset_of_second(hour * _HOUR + _HOUR - 1)
            self._hours[hour] = first if first == last else None
        return self._hours[hour]

    def _offset_of_second(self, second: int) -> int | None:
        """The offset at a local second, None where it happens twice or never (or is no date of the calendar)."""
        try:
            naive = (_EPOCH + dt.timedelta(seconds=second)).replace(tzinfo=self.info)
            early, late = naive.utcoffset(), naive.replace(fold=1).utcoffset()
        except OverflowError:
            return None
        if early is None or early != late:
            return None
        return round(early.total_seconds())


def parse_zone(text: object) -> Zone:
    """An IANA name, `UTC`, `Z` or an offset such as `+01:00`.

    Raises:
        ZoneError: none of these.
    """
    if not isinstance(text, str) or not text:
        raise ZoneError("must be the name of a time zone or an offset such as +01:00")
    if text in {"UTC", "Z"}:
        return Zone(text)
    if match := _OFFSET.fullmatch(text):
        hours, minutes = int(match.group(2)), int(match.group(3))
        if hours > _MAX_HOURS or minutes > _MAX_MINUTES:
            raise ZoneError(f"not an offset: {text!r}")
        seconds = (hours * 60 + minutes) * 60
        return Zone(text, None, -seconds if match.group(1) == "-" else seconds)
    return Zone(text, zone_info(text))
