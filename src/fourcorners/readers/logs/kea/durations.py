"""Lengths of time as Kea words them: `1 days 2 hrs 0 mins 5 secs`, any part of it, or `infinite duration`.

A lifetime is an unsigned number of 32 bits in DHCP (RFC 2132, 9.2; RFC 8415, 7.7), so no longer one is Kea's.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

_PARTS = (
    r"\A(?:(?P<d>\d{1,5}) days?)?(?: ?(?P<h>\d{1,7}) hrs?)?"
    r"(?: ?(?P<m>[0-5]?\d) mins?)?(?: ?(?P<s>[0-5]?\d) secs?)?\z"
)
#: The longest lifetime, in seconds.
LONGEST = 2**32 - 1
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def read_durations(texts: pa.StringArray) -> tuple[Ints, Mask]:
    """Seconds, and which of the texts are a length with an end."""
    found = pc.extract_regex(texts, pattern=_PARTS)
    good = _mask(found.is_valid()) & _mask(pc.match_substring_regex(texts, r"\A\d"))
    seconds = np.zeros(len(texts), np.int64)
    for name, size in _SECONDS.items():
        digits = pc.fill_null(pc.struct_field(found, name), "")
        number = pc.cast(pc.if_else(pc.equal(digits, ""), "0", digits), pa.int64())
        seconds += number.to_numpy(zero_copy_only=False) * size
    return seconds, good & (seconds <= LONGEST)


def _mask(array: pa.Array) -> Mask:
    mask: Mask = array.to_numpy(zero_copy_only=False)
    return mask
