"""Whole runs over generated cases, scored against the truth that the generator keeps.

Seeds are drawn anew in every run, so that no code can have been written for them; a failure prints its seed, which
makes the same case again.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from fourcorners.casework import exhibit
from fourcorners.casework.people import actors
from fourcorners.casework.workspace import open_workspace
from fourcorners.desk import demo
from fourcorners.model.codes import OUTCOMES
from fourcorners.samples import case
from fourcorners.samples.provider import Form

FORMS = [
    *(Form(service, layout) for service in ("Facebook", "WhatsApp") for layout in "ABCDE"),
    Form("Facebook", "E", pdf=True),
]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_fresh_case_comes_out_as_it_was_built(form: Form, tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    case.case(seed, tmp_path / "case", 150, form)
    worked = demo.work(tmp_path / "case", tmp_path / "workspace")
    score = worked.score()
    assert score.perfect, f"seed {seed}: {json.dumps(score.details[:8], indent=1)}"
    assert set(score.outcome_counts) == set(OUTCOMES), f"seed {seed}: every outcome occurs"


@pytest.mark.parametrize(
    "logs_as",
    [
        {"mobile": "juniper", "cable": "detail", "wholesale": "leases", "fibre": "leases"},
        {"mobile": "cisco", "wholesale": "kea", "fibre": "kea"},
        {"mobile": "junos", "wholesale": "detail", "fibre": "legal"},
    ],
    ids=lambda logs_as: "-".join(logs_as.values()),
)
def test_a_fresh_case_with_the_carriers_own_logs(logs_as: dict[str, str], tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    case.case(seed, tmp_path / "case", 150, logs_as=logs_as)
    score = demo.work(tmp_path / "case", tmp_path / "workspace").score()
    assert score.perfect, f"seed {seed}: {json.dumps(score.details[:8], indent=1)}"
    assert set(score.outcome_counts) == set(OUTCOMES), f"seed {seed}: every outcome occurs"


@pytest.mark.torture
@pytest.mark.parametrize("n", range(60))
def test_many_fresh_cases(n: int, tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    case.case(seed, tmp_path / "case", 60 + 40 * (n % 10))
    score = demo.work(tmp_path / "case", tmp_path / "workspace").score()
    assert score.perfect, f"seed {seed}: {json.dumps(score.details[:8], indent=1)}"


def test_the_score_can_fail(tmp_path: Path) -> None:
    """One login's time moved to its neighbour, one row left out, one outcome upgraded: each is counted."""
    case.case(11, tmp_path / "case", 80)
    worked = demo.work(tmp_path / "case", tmp_path / "workspace")
    assert worked.score().perfect
    logins = [line for line in worked.records if line["kind"] == "login"]
    at = logins[0]["at"]
    logins[0]["at"] = next(line["at"] for line in logins if line["at"] != at)
    assert worked.score().wrong_pairs
    logins[0]["at"] = at
    removed = worked.records.pop()
    assert worked.score().unaccounted
    worked.records.append(removed)
    shared = next(line for line in worked.attributions if line["outcome"] == "shared")
    shared["outcome"] = "one"
    assert worked.score().outcome_errors


def test_an_exhibit_made_again_has_the_same_bytes(tmp_path: Path) -> None:
    case.case(12, tmp_path / "case", 80)
    worked = demo.work(tmp_path / "case", tmp_path / "workspace")
    first = Path(worked.exhibit["exhibit"]).read_bytes()
    with open_workspace(tmp_path / "workspace", demo.ACTOR) as workspace:
        actors.add(workspace, "somebody else", "investigator")
        actors.join(workspace, "C-1", "somebody else")
    with open_workspace(tmp_path / "workspace", "somebody else") as workspace:
        networks = tmp_path / "case" / "networks.parquet"
        again = exhibit.make(workspace, "C-1", tmp_path / "again.pdf", networks=networks)
    assert (tmp_path / "again.pdf").read_bytes() == first
    assert again["sha256"] == worked.exhibit["sha256"]
