"""A format that changed: the warning, the return line, and the file to send."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.desk.test_cli import Desk

from fourcorners.readers.fingerprint import fingerprint_of
from fourcorners.samples.make import make


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path / "w", capsys)


def test_what_is_certain_is_taken_in_and_the_difference_shown(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "records.html"
    make("meta-record-d", 4, 60, out)
    desk("init")
    desk("case open", "--title", "T", "--predicate", "P")
    desk("instrument add", tmp_path / "records.html.order.toml", "--case", "C-1")
    (plain,) = desk("ingest", out, "--under", "I-1")
    assert plain["drift"] == []
    assert "tested on" not in desk.err

    changed = tmp_path / "changed.html"
    changed.write_bytes(
        out.read_bytes().replace(b"Agent String", b"Client Software").replace(b'"t i"', b'"t i z"')
    )
    (line,) = desk("ingest", changed, "--under", "I-1")
    assert line["released"] == plain["released"]
    (drift,) = line["drift"]
    assert drift["file"] == str(changed)
    assert {"label Client Software", "div.o.t > div.i.t.z"} <= set(drift["new"])
    assert "div.o.t > div.i.t" in drift["missing"]
    assert "changed.html: not a structure that this version was tested on" in desk.err
    assert desk("case show", "C-1")[0]["instruments"][0]["returns"][1]["drift"] == line["drift"]
    desk("verify", tmp_path / "w")


def test_the_fingerprint_of_a_file_needs_no_workspace(desk: Desk, tmp_path: Path) -> None:
    make("meta-record-d", 4, 60, tmp_path / "return.zip")
    out = tmp_path / "structure.json"
    (line,) = desk("fingerprint", tmp_path / "return.zip", "--out", out)
    assert line["out"] == str(out)
    assert line["members"] == 5
    text = out.read_text()
    assert text.startswith('{"about":"The structure of a file')
    assert json.loads(text)["sha256"] == line["fingerprint"]
    again = tmp_path / "again.html"
    desk("samples make", "--from-fingerprint", out, "--seed", 1, "--rows", 20, "--out", again)
    assert fingerprint_of(again).members[0]["reader"] == "meta-record/1"
    desk("samples make", "--seed", 1, "--rows", 20, "--out", tmp_path / "x.html", code=2)
    assert not (tmp_path / "w").exists()
    assert desk("fingerprint", tmp_path / "return.zip") == [{**line, "out": None}]
    desk("fingerprint", tmp_path / "return.zip", "--out", out, code=4)
    desk("fingerprint", tmp_path / "nothing.zip", code=4)
