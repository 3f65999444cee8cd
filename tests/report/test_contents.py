from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fourcorners.report.contents import ExhibitData
from fourcorners.report.contents import Finding


def test_the_name_of_an_exhibit_holds_the_ledgers_state(data: ExhibitData) -> None:
    assert data.id == "C-1-57-8a3c51d0"


def test_no_row_of_a_return_is_lost(data: ExhibitData) -> None:
    with pytest.raises(AssertionError, match="nothing is lost"):
        replace(data.returns[0], released=60)


def test_reasons_are_declared_codes(data: ExhibitData) -> None:
    with pytest.raises(AssertionError, match="undeclared"):
        replace(data.returns[0], reasons=(("NO_SUCH_REASON", 1),))


def test_outcomes_are_a_closed_set(finding: Callable[..., Finding]) -> None:
    with pytest.raises(AssertionError, match="undeclared outcome"):
        finding("probable")
