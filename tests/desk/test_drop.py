"""An export is dropped on a program: the page lies beside it and opens, whatever comes of it."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote_to_bytes
from urllib.parse import urlsplit

import pytest

from fourcorners.desk import drop
from fourcorners.report.words import LANGUAGES
from fourcorners.report.words import words
from fourcorners.samples.make import make
from fourcorners.vault.files import TEMPORARY

DESKTOP = Path(__file__).parents[2] / "desktop" / "fourcorners-check.desktop"


def dropped(*paths: Path) -> tuple[int, list[Path]]:
    opened: list[str] = []
    code = drop.run([str(path) for path in paths], opened.append)
    return code, [Path(os.fsdecode(unquote_to_bytes(urlsplit(uri).path))) for uri in opened]


@pytest.fixture
def speaks(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize("as_folder", [False, True])
def test_the_page_lies_beside_the_export_and_opens(tmp_path: Path, as_folder: bool) -> None:  # noqa: FBT001 - a parameter of the test
    export = tmp_path / "mine é" / "my export.zip"
    export.parent.mkdir()
    make("facebook-export", 7, 60, export)
    given = export.parent if as_folder else export
    code, (page,) = dropped(given)
    assert code == 0
    assert page == given.with_name(f"{given.name}-check.html")
    assert words("en")("sheet", "title") in page.read_text()


def test_no_page_is_written_over(tmp_path: Path) -> None:
    make("snapchat-export", 7, 60, tmp_path / "a.zip")
    pages = [dropped(tmp_path / "a.zip")[1][0] for _ in range(3)]
    assert [page.name for page in pages] == ["a.zip-check.html", "a.zip-check-2.html", "a.zip-check-3.html"]


@pytest.mark.parametrize(
    ("name", "data", "code", "sentence"),
    [
        ("cut.zip", b"PK\x03\x04", 4, "damaged"),
        ("not-there.zip", None, 4, "not_opened"),
        ("empty.json", b'{"a": 1}', 4, "no_list"),
    ],
)
def test_what_goes_wrong_is_a_page_that_opens(
    tmp_path: Path, name: str, data: bytes | None, code: int, sentence: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    found, (page,) = dropped(tmp_path / name)
    text = page.read_text()
    assert found == code
    assert words("en")("failed", sentence) in text
    assert text.index(words("en")("safety", "title")) < text.index(words("en")("failed", "title"))


def test_a_return_is_not_looked_at(tmp_path: Path) -> None:
    make("meta-record-c", 3, 20, tmp_path / "r.html")
    code, (page,) = dropped(tmp_path / "r.html")
    assert code == 3
    assert "NOT_AN_EXPORT" in page.read_text()
    assert words("en")("failed", "not_yours") in page.read_text()


def test_several_exports_are_not_looked_at_together(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        make("snapchat-export", 7, 20, tmp_path / name)
    code, (page,) = dropped(tmp_path / "a.zip", tmp_path / "b.zip")
    assert code == 2
    assert words("en")("failed", "one") in page.read_text()


def test_where_the_page_cannot_lie_beside_the_export_it_lies_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(Path, "home", lambda: home)
    assert dropped(tmp_path / "gone" / "deeper" / "export.zip") == (4, [home / "export.zip-check.html"])
    assert not (tmp_path / "gone").exists()
    code, (page,) = dropped(Path("/"))
    assert (code, page.name[:12]) == (4, "export-check")


def test_where_no_page_can_be_written_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "nowhere")
    assert dropped(tmp_path / "gone" / "export.zip") == (4, [])
    assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    [b"\xff\xfe.zip", b"a" * 246 + b".zip", "ä".encode() * 120 + b".zip", b"a\n  next: mail it\xe2\x80\xae.zip"],
)
def test_any_name_has_its_page(name: bytes, tmp_path: Path) -> None:
    made = tmp_path / "made.zip"
    make("snapchat-export", 7, 20, made)
    for given, expected in ((made.read_bytes(), 0), (b"PK", 4)):
        path = tmp_path / os.fsdecode(name)
        path.write_bytes(given)
        code, (page,) = dropped(path)
        assert code == expected
        assert "\u202e" not in page.read_text()
        assert "\n  next" not in page.read_text()


def test_nothing_that_lies_there_is_touched(tmp_path: Path) -> None:
    make("snapchat-export", 7, 20, tmp_path / "a.zip")
    (tmp_path / f"a.zip-check.html{TEMPORARY}").write_text("somebody's draft")
    (tmp_path / "a.zip-check-2.html").symlink_to("nowhere")
    _, (page,) = dropped(tmp_path / "a.zip")
    assert page.name == "a.zip-check-3.html"
    assert (tmp_path / f"a.zip-check.html{TEMPORARY}").read_text() == "somebody's draft"


def test_nothing_dropped_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert dropped() == (2, [])
    assert "drop an export" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("set_", "spoken"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "pt_BR"}, "pt"),
        ({"LANG": "de_DE.UTF-8", "LC_CTYPE": "C.UTF-8"}, "de"),
        ({"LC_ALL": "es_ES.UTF-8", "LC_MESSAGES": "en_US.UTF-8", "LANG": "fr_FR"}, "es"),
        ({"LANGUAGE": "ca:es", "LANG": "ca_ES.UTF-8"}, "es"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "nl_NL.UTF-8"}, "en"),
        ({"LANG": "nonsense"}, "en"),
    ],
)
def test_the_page_speaks_the_language_of_the_desktop(
    speaks: pytest.MonkeyPatch, set_: dict[str, str], spoken: str, tmp_path: Path
) -> None:
    for name, value in set_.items():
        speaks.setenv(name, value)
    speaks.setattr("locale.getlocale", lambda: (None, None))
    assert drop.language() == spoken
    _, (page,) = dropped(tmp_path / "x.zip")
    assert f'<html lang="{spoken}">' in page.read_text()


def test_a_desktop_without_a_language_is_spoken_to_in_english(speaks: pytest.MonkeyPatch) -> None:
    speaks.setattr("locale.getlocale", lambda: (None, None))
    assert drop.language() == "en"
    speaks.setattr("locale.getlocale", lambda: ("French_France", "1252"))  # as Windows names it
    assert drop.language() == "fr"


def test_the_desktop_file_starts_the_installed_program() -> None:
    read = configparser.RawConfigParser()
    read.optionxform = str  # type: ignore[assignment,method-assign] # its keys have case
    read.read(DESKTOP, "utf-8")
    entry = dict(read["Desktop Entry"])
    program, placeholder = entry["Exec"].split()
    assert placeholder == "%F"  # all that was dropped: several are refused in words, and not opened one by one
    assert {entry["Name" if each == "en" else f"Name[{each}]"] for each in LANGUAGES} == {
        words(each)("page", "title") for each in LANGUAGES
    }
    done = subprocess.run(
        [Path(sys.executable).with_name(program)], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr[:5]) == (2, "USAGE")
