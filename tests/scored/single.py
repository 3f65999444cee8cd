"""A whole run over one generated return: its order, `ingest`, `records`, and the score against the truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fourcorners.casework import cases
from fourcorners.casework import ingest
from fourcorners.casework import instruments
from fourcorners.casework import mappings
from fourcorners.casework import records
from fourcorners.casework import show
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.workspace import Making
from fourcorners.samples.make import make
from fourcorners.samples.score import Score
from fourcorners.samples.score import score


def run(name: str, seed: int, rows: int, out: Path) -> tuple[Score, dict[str, Any], list[dict[str, Any]]]:
    """The score of a fresh return, its `ingest` line and its `records` lines."""
    make(name, seed, rows, out)
    truth = json.loads(out.with_name(f"{out.name}.truth.json").read_text(encoding="utf-8"))
    (told,) = truth["returns"]
    folder = out.parent / f"workspace-{out.name}"
    workspaces.create(
        folder, "tester", making=Making("owner_file", {"folder": str(out.parent / f"key-{out.name}")})
    )
    with workspaces.open_workspace(folder, "tester") as workspace:
        case = cases.open_case(workspace, "Sample", "Synthetic complaint").id
        under = instruments.add(workspace, out.with_name(told["order"]), case).id
        mapping = mappings.load(workspace, out.with_name(told["mapping"])) if told["mapping"] else None
        line = show.return_line(ingest.ingest(workspace, [out], under, mapping=mapping))
        lines = list(records.list_records(workspace, under, family=None))
    return score(truth, lines, [line], []), line, lines
