"""Whole runs over the returns of the smaller providers, bare and in a zip, scored against the truth."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest
from tests.scored.single import run

FORMS = [
    ("x-return", ".txt"),
    ("x-return", ".zip"),
    *(("discord-sessions", suffix) for suffix in (".pdf", ".txt", ".zip")),
]


@pytest.mark.parametrize(("name", "suffix"), FORMS)
def test_a_fresh_return_comes_out_as_it_was_built(name: str, suffix: str, tmp_path: Path) -> None:
    for rows in (1, 60, 300):
        seed = secrets.randbelow(10**6)
        score, line, lines = run(name, seed, rows, tmp_path / f"made{rows}{suffix}")
        assert score.perfect, f"seed {seed}: {json.dumps(score.details[:8], indent=1)}"
        assert line["format"] == name
        assert lines or rows == 1
