"""Which logs cover a login: without that, silence says nothing.

A source covers a login if its instrument asked about that address (and port), its declared coverage holds the
whole of `[t - skew, t + skew]`, no gap touches that interval, and no row of it was lost.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fourcorners.attribution.sources import AssignmentSource
from fourcorners.model.address import Address
from fourcorners.model.coverage import Coverage

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def asks_about(source: AssignmentSource, addresses: list[Address], code: Ints, port: Ints | None) -> Bools:
    """Whether the instrument asked about each login's address.

    Args:
        source: the log.
        addresses: distinct addresses of the logins.
        code: the number of each login's address in `addresses`.
        port: each login's port, -1 if unknown; an instrument that names a port asked about that port only. None
            for any port.
    """
    targets = [target for target in source.coverage.asked if target.kind in {"address", "prefix"}]
    whole = {
        target.value for target in targets if target.kind == "address" and (target.port is None or port is None)
    }
    networks = [target.network() for target in targets if target.kind == "prefix"]
    number = {str(each): n for n, each in enumerate(addresses)}
    asked = np.array(
        [
            text in whole or any(each in net for net in networks)
            for text, each in zip(number, addresses, strict=True)
        ],
        bool,
    )[code]
    for target in targets:
        if target.port is not None and port is not None and target.value in number:
            asked |= (code == number[target.value]) & (port == target.port)
    return asked


def covers_time(coverage: Coverage, t: Ints, skew: int) -> Bools:
    """Whether the coverage holds the whole widened instant; where an end is not declared, nothing is."""
    if coverage.start is None or coverage.end is None or not coverage.complete:
        return np.zeros(len(t), bool)
    covered = (t - skew >= coverage.start) & (t + skew < coverage.end)
    for start, end in coverage.gaps:
        covered &= (start > t + skew) | (end <= t - skew)
    return covered
