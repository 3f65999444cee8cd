from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.samples.make import FORMATS
from fourcorners.samples.make import make

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
TABLE = PAGE.read_text().partition("| FORMAT | endings |")[2].partition("\n\n")[0]
#: FORMAT -> endings, as the page for users has them.
SUFFIXES = {
    name: tuple(re.findall(r"`(\.\w+)`", endings)) or ("",)
    for names, endings in re.findall(r"^\| (`.+?) \| (.+) \|$", TABLE, re.MULTILINE)
    for name in re.findall(r"`([^`]+)`", names)
}
RECORDS = [name for name in FORMATS if "record" in name]


def test_the_page_for_users_has_every_format() -> None:
    assert SUFFIXES.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_made_in_every_form_and_twice_alike(tmp_path: Path, name: str) -> None:
    for suffix in SUFFIXES[name]:
        made = []
        for n in range(2):
            out = tmp_path / str(n) / f"x{suffix}"
            make(name, 2, 70, out)
            files = sorted(path for path in (tmp_path / str(n)).rglob("*") if path.is_file())
            made.append({str(path.relative_to(tmp_path / str(n))): path.read_bytes() for path in files})
        assert made[0] == made[1]


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("rows", [1, 39, 40, 200])
def test_a_record_has_exactly_the_rows_asked_for(tmp_path: Path, truth_of: Any, name: str, rows: int) -> None:
    out = tmp_path / f"x{SUFFIXES[name][0]}"
    make(name, 5, rows, out)
    told = truth_of(out)["returns"][0]
    assert [member["member"] for member in told["members"]] == [""]
    assert sum(row[0] == "login" for row in told["members"][0]["rows"]) == rows
    assert out.with_name(told["order"]).is_file()


def test_unknown_formats_wrong_suffixes_and_taken_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        make("tape", 1, 10, tmp_path / "x")
    assert caught.value.code == "SAMPLE"
    for name in ("meta-record", "carrier-table"):
        with pytest.raises(UsageError):
            make(name, 1, 10, tmp_path / "x.docx")
    with pytest.raises(UsageError):
        make("meta-record", 1, 0, tmp_path / "x.html")
    make("meta-record", 1, 10, tmp_path / "x.html")
    with pytest.raises(BadInput) as caught:
        make("meta-record", 1, 10, tmp_path / "x.html")
    assert caught.value.code == "OUTPUT"
