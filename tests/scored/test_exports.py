"""Whole runs over generated exports, scored against the truth; seeds are drawn anew in every run."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from fourcorners.casework import cases
from fourcorners.casework import declare
from fourcorners.casework import gate
from fourcorners.casework import ingest
from fourcorners.casework import instruments
from fourcorners.casework import records
from fourcorners.casework import show
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.oversight import verification
from fourcorners.casework.workspace import Making
from fourcorners.casework.workspace import Workspace
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import FAMILIES
from fourcorners.samples.make import make
from fourcorners.samples.score import Score
from fourcorners.samples.score import score
from fourcorners.vault import slices

FORMATS = (
    "facebook-export",
    "facebook-export-html",
    "instagram-export",
    "x-archive",
    "snapchat-export",
    "tiktok-export",
)


def check_slices(workspace: Workspace, instrument: str) -> None:
    """Every value of every released row stands in a released slice."""
    for rows in gate.read(workspace, instrument, family=None, purpose="records", reason="test"):
        shown = set[int]()
        for piece in slices.read(workspace.vault, instrument, rows.member.slices):
            shown.update(range(piece.start, piece.start + len(piece.data)))
        for name in FAMILIES[rows.family]:
            for ranges in rows.batch.column(f"{name}@").to_pylist():
                for start, end in zip((ranges or [])[::2], (ranges or [])[1::2], strict=True):
                    assert shown.issuperset(range(start, end)), (rows.member.member, name)


def run(format_name: str, seed: int, rows: int, folder: Path) -> tuple[Score, dict[str, Any]]:
    out = folder / "export.zip"
    make(format_name, seed, rows, out)
    truth = json.loads((folder / "export.zip.truth.json").read_text())
    (told,) = truth["returns"]
    workspaces.create(folder / "w", "tester", making=Making("owner_file", {"folder": str(folder / "key")}))
    with workspaces.open_workspace(folder / "w", "tester") as workspace:
        case = cases.open_case(workspace, "Who was in my account?", f"Seed {seed}").id
        instrument = instruments.add(workspace, folder / told["order"], case).id
        returned = ingest.ingest(workspace, [out], instrument)
        if told["zone"]:
            assert not returned.counts["released"] or set(returned.reasons) >= {"UNDECIDABLE_TIME_ZONE"}
            zone = ZoneDeclaration(told["zone"], "tester")
            returned = declare.declare_zone(workspace, returned.id, zone, "the holder says so", [out])
        line = show.return_line(returned)
        found = list(records.list_records(workspace, instrument, family=None))
        assert verification.verify(workspace)["slices"]
        check_slices(workspace, instrument)
    return score(truth, found, [line], []), line


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("rows", [3, 60, 150])
def test_a_fresh_export_comes_out_as_it_was_made(format_name: str, rows: int, tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    found, line = run(format_name, seed, rows, tmp_path)
    assert found.perfect, f"seed {seed}: {json.dumps(found.details[:8], indent=1)}"
    assert line["released"], f"seed {seed}"


@pytest.mark.torture
@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("n", range(60))
def test_many_fresh_exports(format_name: str, n: int, tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    found, _ = run(format_name, seed, 1 + 13 * n % 200, tmp_path)
    assert found.perfect, f"seed {seed}: {json.dumps(found.details[:8], indent=1)}"
