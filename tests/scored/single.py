"""A whole run over one generated return: its order, `ingest`, `records`, and the score against the truth."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fourcorners.casework import cases
from fourcorners.casework import declare as declaring
from fourcorners.casework import differences
from fourcorners.casework import ingest
from fourcorners.casework import instruments
from fourcorners.casework import mappings
from fourcorners.casework import records
from fourcorners.casework import reread as rereading
from fourcorners.casework import show
from fourcorners.casework import store
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.oversight import verification
from fourcorners.casework.workspace import Making
from fourcorners.model.identifier import normalise
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import parse_rfc3339
from fourcorners.samples import world
from fourcorners.samples.make import make
from fourcorners.samples.score import Score
from fourcorners.samples.score import score
from fourcorners.samples.values import Window


def run(name: str, seed: int, rows: int, out: Path) -> tuple[Score, dict[str, Any], list[dict[str, Any]]]:
    """The score of a fresh return, its `ingest` line and its `records` lines."""
    make(name, seed, rows, out)
    truth = json.loads(out.with_name(f"{out.name}.truth.json").read_text(encoding="utf-8"))
    (told,) = truth["returns"]
    folder = _folder(out)
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


def check_read_again(out: Path, lines: list[dict[str, Any]]) -> None:
    """Read again by the same reader the return is the same, to the last column, without a look at single rows."""
    with pytest.MonkeyPatch.context() as patch, workspaces.open_workspace(_folder(out), "tester") as workspace:
        patch.setattr(differences, "_rows", lambda _: pytest.fail("alike as a whole"))
        done = rereading.reread(workspace, "R-1", [out])
        assert (done.entry, done.found) == (None, [])
        assert list(records.list_records(workspace, "I-1", family=None)) == lines


def _folder(out: Path) -> Path:
    return out.parent / f"workspace-{out.name}"


def declare(seed: int, out: Path) -> tuple[Score, dict[str, Any], list[dict[str, Any]]]:
    """The score of the same return once a person declared whose its lists are that name no account."""
    truth = json.loads(out.with_name(f"{out.name}.truth.json").read_text(encoding="utf-8"))
    with workspaces.open_workspace(_folder(out), "tester") as workspace:
        under = store.load_instrument(workspace.tables, "I-1")
        account = under.scope.accounts[0].text
        line = show.return_line(declaring.declare_account(workspace, "R-1", account, "the letter says so", [out]))
        lines = list(records.list_records(workspace, "I-1", family=None))
        verification.verify(workspace)
    window = world.build(seed).window
    (told,) = truth["returns"]
    for member in told["members"]:
        member["rows"] = [_declared(row, truth["columns"], account, window) for row in member["rows"]]
    rows = [row for member in told["members"] for row in member["rows"]]
    told |= {verdict: sum(row[1] == verdict for row in rows) for verdict in ("released", "sealed", "rejected")}
    told["reasons"] = Counter(row[2] for row in rows if row[2])
    return score(truth, lines, [line], []), line, lines


def _declared(row: list[Any], columns: dict[str, list[str]], account: str, window: Window) -> list[Any]:
    """What must become of a row; those that waited for an account are judged by the window alone."""
    kind, _, reason, *values = row
    if reason != "UNDECIDABLE_ACCOUNT":
        return row
    value = dict(zip(columns[kind], values, strict=True)) | {"account": normalise(account)}
    first, last = (parse_rfc3339(value[at]).ns // SECOND if value.get(at) else None for at in ("at", "until"))
    verdict, reason = "released", None
    if kind == "capture":
        verdict, reason = "sealed", "NO_FAMILY"
    elif first is not None and (first >= window.end or (last or first) < window.start):
        verdict, reason = "sealed", "OUTSIDE_DATE_RANGE"
    return [kind, verdict, reason, *value.values()]
