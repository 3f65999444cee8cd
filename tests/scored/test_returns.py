"""Whole runs over the returns of the smaller providers, bare and in a zip, scored against the truth."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest
from tests.scored.single import check_read_again
from tests.scored.single import declare
from tests.scored.single import run

from fourcorners.model.codes import REJECTIONS

FORMS = {
    "x-return": (".txt", ".zip"),
    "discord-sessions": (".pdf", ".txt", ".zip"),
    "snapchat-return": (".csv", ".zip"),
    "reddit-ip-logs": (".csv", ".zip"),
    "kik-binds": (".csv", ".zip"),
    "tiktok-ip-data": (".xlsx", ".zip"),
    "tiktok-text": (".txt", ".pdf", ".zip"),
    "roblox-addresses": (".csv", ".zip"),
    "cybertip-report": (".json", ".zip"),
    "tmobile-calls": (".csv", ".xlsx", ".zip"),
}


#: They name no account, so that nothing can be released until somebody declares it.
NAMELESS = {("snapchat-return", ".csv"), "reddit-ip-logs", "tiktok-ip-data", "tiktok-text"}

#: What a row is sealed for before anybody asks whose it is.
BEFORE_ACCOUNT = ("UNDECIDABLE_CATEGORY", "OUTSIDE_CATEGORY")


@pytest.mark.parametrize(("name", "suffix"), [(name, each) for name, forms in FORMS.items() for each in forms])
def test_a_fresh_return_comes_out_as_it_was_built(name: str, suffix: str, tmp_path: Path) -> None:
    for rows in (1, 60, 300):
        seed = secrets.randbelow(10**6)
        score, line, lines = run(name, seed, rows, tmp_path / f"made{rows}{suffix}")
        assert score.perfect, f"seed {seed}: {json.dumps(score.details[:8], indent=1)}"
        assert line["format"] == name
        if name in NAMELESS or (name, suffix) in NAMELESS:
            assert not lines
            assert line["reasons"].keys() <= {"UNDECIDABLE_ACCOUNT", *REJECTIONS, *BEFORE_ACCOUNT}
            score, line, lines = declare(seed, tmp_path / f"made{rows}{suffix}")
            assert score.perfect, f"seed {seed}: {json.dumps(score.details[:8], indent=1)}"
            assert {each["account_basis"] for each in lines} <= {"declared by tester"}
            assert not any("account" in each["source"]["ranges"] for each in lines)
        assert lines or rows == 1
        if rows == 60:
            check_read_again(tmp_path / f"made{rows}{suffix}", lines)
