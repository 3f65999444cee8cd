from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fourcorners.attribution.cover import covers_time
from fourcorners.model.coverage import Coverage

WHOLE = Coverage(0, 100)


def covered(coverage: Coverage, skew: int) -> set[int]:
    t = np.arange(-20, 120)
    return set(t[covers_time(coverage, t, skew)].tolist())


@pytest.mark.parametrize("skew", [0, 3])
def test_the_whole_widened_instant_lies_within_start_and_end(skew: int) -> None:
    assert covered(WHOLE, skew) == set(range(skew, 100 - skew))


@pytest.mark.parametrize("skew", [0, 3])
def test_a_gap_that_touches_the_widened_instant_uncovers_it(skew: int) -> None:
    gap = replace(WHOLE, gaps=((40, 50), (60, 61)))
    assert covered(gap, skew) == set(range(skew, 40 - skew)) | set(range(50 + skew, 60 - skew)) | set(
        range(61 + skew, 100 - skew)
    )


@pytest.mark.parametrize("change", [{"start": None}, {"end": None}, {"complete": False}])
def test_what_nobody_declares_or_what_was_lost_covers_nothing(change: dict[str, None]) -> None:
    assert covered(replace(WHOLE, **change), 0) == set()  # type: ignore[arg-type]
