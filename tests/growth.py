"""How much more work a larger input makes: processor time against processor time, never a clock."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from fourcorners.model.errors import BadInput

_LEAST = 0.02  # seconds; below, the time is the timer's


def work(of: Callable[[], object]) -> float:
    """Seconds of processor time, also of what ends in a refusal."""
    begun = time.process_time()
    with contextlib.suppress(BadInput):
        of()
    return time.process_time() - begun


def is_linear(of: Callable[[bytes], object], data: bytes) -> bool:
    """Whether eight times as many bytes make less than 24 times the work: 8 is linear, 64 quadratic."""
    eighth = work(lambda: of(data[: len(data) // 8]))
    return work(lambda: of(data)) < 24 * max(eighth, _LEAST)
