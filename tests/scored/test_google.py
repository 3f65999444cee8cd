"""Whole runs over generated Google productions, scored against the truth that their generators keep."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from fourcorners.casework import cases
from fourcorners.casework import exhibit
from fourcorners.casework import ingest
from fourcorners.casework import instruments
from fourcorners.casework import records
from fourcorners.casework import show
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.oversight import verification
from fourcorners.casework.workspace import Making
from fourcorners.samples.make import make
from fourcorners.samples.score import Score
from fourcorners.samples.score import score

FORMS = [("google-return", ".zip"), ("google-takeout", ".csv"), ("google-takeout", ".zip")]


def scored(name: str, suffix: str, seed: int, rows: int, folder: Path) -> Score:
    """Make a production, take it in, list what was released, make the exhibit, and check the workspace."""
    out = folder / f"made{suffix}"
    make(name, seed, rows, out)
    truth = json.loads(out.with_name(f"{out.name}.truth.json").read_text())
    key = Making("owner_file", {"folder": str(folder / "key")})
    workspaces.create(folder / "workspace", "ann", making=key)
    with workspaces.open_workspace(folder / "workspace", "ann") as workspace:
        case = cases.open_case(workspace, "A case", "A complaint").id
        order = instruments.add(workspace, out.with_name(f"{out.name}.order.toml"), case)
        line = show.return_line(ingest.ingest(workspace, [out], order.id))
        found = list(records.list_records(workspace, order.id, family=None))
        exhibit.make(workspace, case, folder / "exhibit.pdf")
        verification.verify(workspace)
    return score(truth, found, [line], [])


@pytest.mark.parametrize(("name", "suffix"), FORMS)
@pytest.mark.parametrize("rows", [1, 120])
def test_a_fresh_production_comes_out_as_it_was_built(name: str, suffix: str, rows: int, tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    told = scored(name, suffix, seed, rows, tmp_path)
    assert told.perfect, f"seed {seed}: {json.dumps(told.details[:8], indent=1)}"


@pytest.mark.torture
@pytest.mark.parametrize(("name", "suffix"), FORMS)
@pytest.mark.parametrize("n", range(30))
def test_many_fresh_productions(name: str, suffix: str, n: int, tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    told = scored(name, suffix, seed, 20 + 10 * n, tmp_path)
    assert told.perfect, f"seed {seed}: {json.dumps(told.details[:8], indent=1)}"
