from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.desk.test_cli import Desk

from fourcorners.desk.cli import run
from fourcorners.report.words import LANGUAGES
from fourcorners.samples.make import make


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path / "w", capsys)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    out = tmp_path / "export.zip"
    make("facebook-export", 7, 60, out)
    return out


def test_one_line_a_session_and_one_for_the_export(desk: Desk, export: Path, tmp_path: Path) -> None:
    *sessions, last = desk("check", export, "--json")
    assert last["sessions"] == len(sessions) > 0
    assert last["entries"] == sum(each["times"] for each in sessions)
    assert last["page"] is None
    assert [each["session"] for each in sessions] == list(range(1, len(sessions) + 1))
    page = tmp_path / "page.html"
    assert desk("check", export, "--json", "--out", page)[-1]["page"] == str(page)
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert not desk.folder.exists(), "no workspace is made"


def test_a_page_is_never_written_over(desk: Desk, export: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("mine")
    desk("check", export, "--json", "--out", page, code=4)
    assert "OUTPUT" in desk.err
    assert page.read_text() == "mine"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_for_people(
    language: str, export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert run(["check", str(export), "--lang", language, "--out", str(page)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == str(page)
    assert f'<html lang="{language}">' in page.read_text()
    assert re.search(r" 2026-0\d-\d\d +2026-0\d-\d\d ", out)
    assert all(len(line) <= 80 for line in out.splitlines()[:-1])


def test_a_return_is_refused(desk: Desk, tmp_path: Path) -> None:
    make("meta-record-c", 3, 20, tmp_path / "r.html")
    desk("check", tmp_path / "r.html", "--json", code=3)
    assert "PRODUCT NOT_AN_EXPORT" in desk.err
