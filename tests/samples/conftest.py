from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fourcorners.samples.case import case

#: Meets every layout and both services.
SEEDS = range(6)
ROWS = 150


@pytest.fixture(scope="session", params=SEEDS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated case."""
    return case(request.param, tmp_path_factory.mktemp("case") / "made", ROWS).parent


@pytest.fixture
def truth(folder: Path) -> dict[str, Any]:
    """What is true of it."""
    read: dict[str, Any] = json.loads((folder / "truth.json").read_text())
    return read


@pytest.fixture
def truth_of() -> Any:
    """Reads the truth beside a single file."""
    return lambda out: json.loads(out.with_name(f"{out.name}.truth.json").read_text())
