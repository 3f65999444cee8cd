"""What a login would say if it had been read otherwise: the errors that have led to innocent people.

One hour off (a time zone), day and month swapped, the year wrong, one digit of the address transposed. The
variants are asked like any login; what is told of their answers is `same`, `different` or `not_covered`, never a
name. Dates are taken in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from fourcorners.model.address import parse_address
from fourcorners.model.instant import DAY
from fourcorners.model.instant import HOUR

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: In the order in which they are shown. A clock that is fast shows a time later than the true one.
VARIANTS = (
    "clock_one_hour_fast",
    "clock_one_hour_slow",
    "day_and_month_swapped",
    "year_before",
    "year_after",
    "one_digit_transposed",
)
TRANSPOSED = VARIANTS.index("one_digit_transposed")

_MONTHS = 12
_ADJACENT = re.compile(r"(?=([0-9a-f])([0-9a-f]))")


def other_instants(at: Ints) -> Iterator[tuple[int, Ints, Bools]]:
    """For each variant of the instant: its number, the instants in ns, and where such an instant exists.

    A swapped date that is no date or the same date does not exist, nor does 29 February in a common year.
    """
    everywhere = np.ones(len(at), bool)
    yield 0, at - HOUR, everywhere
    yield 1, at + HOUR, everywhere
    day, rest = np.divmod(at, DAY)
    date = day.astype("datetime64[D]")
    in_month = date.astype("datetime64[M]")
    months = in_month.astype(np.int64)
    year, month = np.divmod(months, _MONTHS)
    of_month = (date - in_month.astype("datetime64[D]")).astype(np.int64)
    for number, (y, m, d) in enumerate(
        ((year, of_month, month), (year - 1, month, of_month), (year + 1, month, of_month)), start=2
    ):
        first = (y * _MONTHS + np.minimum(m, _MONTHS - 1)).astype("datetime64[M]")
        start = first.astype("datetime64[D]").astype(np.int64)
        length = (first + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64) - start
        other = start + d
        yield number, other * DAY + rest, (m < _MONTHS) & (d < length) & (other != day)


def transpositions(ip: str) -> list[str]:
    """Other addresses that arise from swapping two neighbouring digits of the canonical text, sorted."""
    found = set()
    for pair in _ADJACENT.finditer(ip):
        i = pair.start()
        try:
            found.add(str(parse_address(f"{ip[:i]}{ip[i + 1]}{ip[i]}{ip[i + 2 :]}")))
        except ValueError:  # an octet above 255 or with a leading zero: nobody reads that as an address
            continue
    return sorted(found - {ip})
