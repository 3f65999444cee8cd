"""The measures themselves work: each part runs in its small form, its results are checked as in the large one."""

from __future__ import annotations

from types import ModuleType

import pytest
from bench import attribution
from bench import check
from bench import ingest
from bench import ledger
from bench import logs
from bench import policy
from bench import sealing
from bench import table

QUICK = [check, table, ledger, sealing, policy, attribution]
LONG = [ingest, logs]


@pytest.mark.parametrize("part", [*QUICK, *(pytest.param(part, marks=pytest.mark.torture) for part in LONG)])
def test_a_part_runs(part: ModuleType) -> None:
    rows = part.run(quick=True)
    assert rows
    assert all({"bench", "case", "seconds", "ratio", "goal", "ok"} == row.keys() for row in rows)
