from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from fourcorners.desk.cli import run
from fourcorners.report.words import LANGUAGES
from fourcorners.report.words import words
from fourcorners.samples.make import make


@pytest.fixture
def export(tmp_path: Path) -> Path:
    out = tmp_path / "export.zip"
    make("facebook-export", 7, 60, out)
    return out


@pytest.mark.parametrize("before", [True, False])
def test_m56_there_is_no_form_for_programs(
    before: bool,  # noqa: FBT001 - a parameter of the test
    export: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = tmp_path / "page.html"
    words = ["check", str(export), "--out", str(page)]
    assert run(["--json", *words] if before else [*words, "--json"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "no JSON" in err
    assert not page.exists()


def test_no_workspace_is_made(export: Path, tmp_path: Path) -> None:
    assert run(["-w", str(tmp_path / "w"), "check", str(export)]) == 0
    assert not (tmp_path / "w").exists()


def test_a_page_is_never_written_over(export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    page.write_text("mine")
    assert run(["check", str(export), "--out", str(page)]) == 4
    assert "OUTPUT" in capsys.readouterr().err
    assert page.read_text() == "mine"


def test_no_other_verb_waits_for_its_words() -> None:
    code = "import sys, fourcorners.desk.cli; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "fourcorners.report.words" in loaded
    assert not {"babel", "PIL", "openpyxl", "selenium"} & set(loaded)


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


def test_a_return_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make("meta-record-c", 3, 20, tmp_path / "r.html")
    assert run(["check", str(tmp_path / "r.html")]) == 3
    assert "PRODUCT NOT_AN_EXPORT" in capsys.readouterr().err


def test_a_page_goes_to_a_folder_that_is_there(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(export), "--out", str(tmp_path / "mistyped" / "page.html")]) == 4
    assert "OUTPUT" in capsys.readouterr().err
    assert not (tmp_path / "mistyped").exists()


def test_what_was_not_understood_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make("x-archive", 1, 20, tmp_path / "x.zip")
    with ZipFile(tmp_path / "x.zip", "a") as archive:
        for n in range(12):
            archive.writestr(f"data/tweets_media/picture{n:02}.jpg", b"\xff\xd8")
    assert run(["check", str(tmp_path / "x.zip")]) == 0
    out = capsys.readouterr().out
    assert "  data/tweets_media/picture00.jpg" in out
    assert "picture11" not in out
    assert "\n  …" in out


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(tmp_path)]) == 4
    assert "the folder is empty" in capsys.readouterr().err


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("what", "code", "name"),
    [
        ("empty", "NO_RECOGNISED_ROW", "no_list"),
        ("return", "NOT_AN_EXPORT", "not_yours"),
        ("two", "SEVERAL_ACCOUNTS", "several"),
        ("cut", "", "damaged"),
        ("nowhere", "OUTPUT", "place"),
    ],
)
def test_what_went_wrong_is_said_in_the_holders_language(
    what: str, code: str, name: str, language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, out = tmp_path / "given", tmp_path / "page.html"
    given.mkdir()
    if what == "return":
        make("meta-record-c", 3, 20, given / "r.html")
    elif what != "empty":
        make("snapchat-export", 3, 20, given / "a.zip")
    if what == "two":
        make("snapchat-export", 4, 20, given / "b.zip")
    if what == "cut":
        given = given / "a.zip"
        given.write_bytes(given.read_bytes()[:-100])
    if what == "nowhere":
        out = tmp_path / "mistyped" / "page.html"
    assert run(["check", str(given), "--lang", language, "--out", str(out)]) in {3, 4}
    told = capsys.readouterr().err
    say = words(language)
    assert code in told
    assert told.splitlines()[-3:] == [say("failed", each) for each in ("nothing", name, "exact")]
