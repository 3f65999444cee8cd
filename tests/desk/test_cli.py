from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.casework.test_reread import become
from tests.casework.test_reread import edited
from tests.casework.test_reread import moved

from fourcorners.desk.cli import run
from fourcorners.model.records import Reading
from fourcorners.samples import case as sample_case

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "command-line.schema.json").read_text())


class Desk:
    """Runs verbs in one workspace and validates every line against the schema."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, verb: str, *arguments: object, code: int = 0, schema: str = "") -> list[dict[str, Any]]:
        self._capsys.readouterr()
        words = [*verb.split(), *(str(argument) for argument in arguments)]
        assert run(["-w", str(self.folder), "--as", "tester", *words]) == code
        out, self.err = self._capsys.readouterr()
        lines = [json.loads(line) for line in out.splitlines()]
        validator = Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{schema or verb}"})
        for line in lines:
            validator.validate(line)
        return lines


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path / "w", capsys)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return sample_case.case(5, tmp_path / "case", 80)


def test_the_whole_way_line_by_line(desk: Desk, made: Path, tmp_path: Path) -> None:
    folder = made if made.is_dir() else made.parent
    truth = json.loads((folder / "truth.json").read_text())
    desk("init")
    assert desk("case open", "--title", "T", "--predicate", "P") == [{"case": "C-1"}]
    assert len(desk("case list")) == 1
    for n, each in enumerate(truth["returns"], 1):
        (added,) = desk("instrument add", folder / each["order"], "--case", "C-1")
        assert (added["instrument"], added["state"]) == (f"I-{n}", "served")
        mapping = ["--mapping", folder / each["mapping"]] if each["mapping"] else []
        (taken,) = desk("ingest", folder / each["path"], "--under", f"I-{n}", *mapping)
        assert taken["rows"] == each["rows"]
        assert taken["rows"] == taken["released"] + taken["sealed"] + taken["rejected"]
        assert len(desk("records", "--under", f"I-{n}")) == taken["released"]
    networks = folder / "networks.parquet"
    (asked,) = desk("next", "--under", "I-1", "--out", tmp_path / "ask", "--networks", networks)
    assert asked["carriers"]
    assert sorted(path.name for path in (tmp_path / "ask").iterdir()) == sorted(
        name for carrier in asked["carriers"] for name in (carrier["csv"], carrier["page"])
    )
    others = [word for n in range(2, len(truth["returns"]) + 1) for word in ("--assignments", f"I-{n}")]
    lines = desk("attribute", "--logins", "I-1", *others)
    (counts,) = desk("attribute", "--logins", "I-1", *others, "--count-only", schema="attribute --count-only")
    assert sum(counts["outcomes"].values()) == len(lines)
    (exhibit,) = desk("exhibit", "--case", "C-1", "--out", tmp_path / "x.pdf", "--networks", networks)
    assert (tmp_path / "x.pdf").stat().st_size == exhibit["bytes"]
    desk("exhibit", "--case", "C-1", "--out", tmp_path / "x.pdf", code=4)
    assert "OUTPUT" in desk.err
    desk("case show", "C-1")
    (verified,) = desk("verify", desk.folder)
    assert verified["slices"] > 0


def test_a_list_without_an_account_is_declared(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "ip_logs.csv"
    desk("samples make", "reddit-ip-logs", "--seed", 3, "--rows", 20, "--out", out)
    desk("init")
    desk("case open", "--title", "T", "--predicate", "P")
    desk("instrument add", tmp_path / "ip_logs.csv.order.toml", "--case", "C-1")
    (taken,) = desk("ingest", out, "--under", "I-1")
    assert (taken["released"], taken["reasons"], taken["declared"]) == (0, {"UNDECIDABLE_ACCOUNT": 20}, [])
    assert "R-1: nothing was released; 20 of 20 rows are UNDECIDABLE_ACCOUNT: the return does not say" in desk.err
    assert "next: `fourcorners declare account PATH... --return R-1" in desk.err
    desk("ingest", out, "--under", "I-1", code=4)
    assert "next: R-1 waits for a word: `fourcorners declare account PATH... --return R-1" in desk.err
    (account,) = desk("case show", "C-1")[0]["instruments"][0]["accounts"]
    asked = ("--return", "R-1", "--account", account, "--file", out, "--reason", "the letter says so")
    assert desk("declare account", out, *asked[:-2], code=2) == []
    assert desk("declare account", out, *asked[:-1], ".", code=2) == []
    assert "say in --reason who says whose list it is" in desk.err
    assert desk("declare account", out, *asked[:3], "somebody", *asked[4:], code=3) == []
    assert "PRODUCT ACCOUNT_NOT_NAMED" in desk.err
    refusal = next(word for word in desk.err.split() if word.startswith("E-"))
    (why,) = desk("why", refusal)
    assert (why["allowed"], why["what"], why["code"]) == (False, "declare account", "ACCOUNT_NOT_NAMED")
    (declared,) = desk("declare account", out, *asked)
    assert declared["released"] > 0
    assert desk.err.startswith("R-1: sealed rows that are counted and not kept, for there is no filter team: 1\n")
    assert [each["value"] for each in declared["declared"]] == [account]
    desk("ingest", out, "--under", "I-1", code=4)
    assert "if what was declared of it is wrong, enter the same order again" in desk.err
    desk("declare account", out, *asked, code=2)
    assert "NOTHING_TO_DECLARE" in desk.err
    assert "enter the same order again as an instrument of its own" in desk.err
    assert {line["account_basis"] for line in desk("records", "--under", "I-1")} == {"declared by tester"}
    assert desk("case show", "C-1")[0]["instruments"][0]["returns"] == [declared]


def test_a_return_is_read_again(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "records.html"
    desk("samples make", "meta-record-c", "--seed", 3, "--rows", 12, "--out", out)
    desk("init")
    desk("case open", "--title", "T", "--predicate", "P")
    desk("instrument add", tmp_path / "records.html.order.toml", "--case", "C-1")
    desk("ingest", out, "--under", "I-1")
    (same,) = desk("reread", out, "--return", "R-1")
    assert (same["differences"], same["entry"]) == (0, None)
    assert "nothing was changed" in desk.err
    desk("next", "--under", "I-1", "--out", tmp_path / "next")
    become(monkeypatch, "99", lambda reading: everything(moved(reading)))
    whole, *lines = desk("reread", out, "--return", "R-1")
    assert whole["differences"] == sum(line.get("rows", 1) for line in lines) > 0
    assert [each["what"] for each in whole["rests_on_older"]] == ["next"]
    assert "next: make them again" in desk.err
    (shown,) = desk("case show", "C-1")
    assert shown["rests_on_older"] == whole["rests_on_older"]
    assert len(shown["instruments"][0]["returns"][0]["rereads"]) == 1
    desk("verify", desk.folder)
    desk("reread", tmp_path / "records.html.order.txt", "--return", "R-1", code=4)
    assert "NOT_THE_SAME_FILES" in desk.err
    desk("reread", out, "--return", "R-7", code=2)
    assert "UNKNOWN_RETURN" in desk.err


def everything(reading: Reading) -> Reading:
    """A reading that differs in every other way as well: no address is the one it was, a layout, a label."""
    return replace(
        edited(reading, lambda rows: [row | {"ip": row["ip"] and "203.0.113.99"} for row in rows][1:]), layout="Z"
    )


def test_small_verbs(desk: Desk, tmp_path: Path) -> None:
    assert desk("readers")[0]["reader"] == "meta-record"
    assert {line["what"] for line in desk("doctor")} >= {"workspace", "network table", "sandbox"}
    out = tmp_path / "s" / "records.html"
    desk("samples make", "meta-record-d", "--seed", 3, "--rows", 20, "--out", out)
    first = out.read_bytes()
    again = tmp_path / "again" / "records.html"
    desk("samples make", "meta-record-d", "--seed", 3, "--rows", 20, "--out", again)
    assert again.read_bytes() == first


def test_what_is_spelled_otherwise_is_understood_or_answered(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--json", "-w", str(desk.folder), "readers", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["reader"] == "meta-record"
    for name in ("t.CSV", "T.Xlsx"):
        desk("samples make", "carrier-table", "--seed", 3, "--rows", 20, "--out", tmp_path / name)
    desk("init")
    desk("case show", "C-7", code=2)
    desk("case open", "--title", "T", "--predicate", "P")
    desk("records", "--under", "I-7", code=2)
    assert "case show CASE" in desk.err
    desk("case join", "C-1", "bob", code=2)
    assert "actor add NAME" in desk.err
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "mine.txt").write_text("x")
    assert run(["demo", "--out", str(tmp_path / "de")]) == 4
    assert "OUTPUT" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "de").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["nonsense"], 2, "USAGE"),
        (["ingest"], 2, "USAGE"),
        (["case", "show", "C-1"], 2, "NO_WORKSPACE"),
        (["records", "--under", "I-1", "--kind", "people"], 2, "USAGE"),
        (["samples", "make", "gangs", "--seed", "1", "--rows", "1", "--out", "x"], 2, "USAGE"),
    ],
)
def test_usage(desk: Desk, capsys: pytest.CaptureFixture[str], words: list[str], code: int, says: str) -> None:
    assert run(["-w", str(desk.folder), *words]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["nonsense"], "fourcorners --help"),
        (["declare", "nonsense"], "fourcorners declare --help"),
        (["ingest"], "fourcorners ingest --help"),
        (["ingest", "x", "--unter", "I-1"], "fourcorners ingest --help"),
        (["declare", "zone", "x", "--return", "R-1"], "fourcorners declare zone --help"),
        (["samples", "make", "--seed", "1", "--rows", "1", "--out", "x"], "fourcorners samples make --help"),
    ],
)
def test_who_mistypes_is_told_where_the_words_are_listed(
    desk: Desk, capsys: pytest.CaptureFixture[str], words: list[str], names: str
) -> None:
    assert run(["-w", str(desk.folder), *words]) == 2
    assert f"next: `{names}` names" in capsys.readouterr().err


def test_a_refusal_says_whose_rule_and_what_is_permitted(desk: Desk, made: Path, tmp_path: Path) -> None:
    folder = made if made.is_dir() else made.parent
    desk("init")
    desk("case open", "--title", "T", "--predicate", "P")
    (tmp_path / "o").mkdir()
    order = (folder / "provider" / "order.toml").read_text().replace("criminal_investigation", "oversight")
    (tmp_path / "o" / "order.toml").write_text(order)
    for name in ("order.pdf", "order.txt"):
        (tmp_path / "o" / name).write_text("x")
    assert desk("instrument add", tmp_path / "o" / "order.toml", "--case", "C-1", code=3) == []
    assert "PRODUCT PURPOSE_REFUSED" in desk.err
    assert "next:" in desk.err


def test_no_verb_searches_for_people() -> None:
    """M42 and M49: no verb takes a name, an address or a number to look for; reads name an instrument."""
    from fourcorners.desk.cli.root import fourcorners  # noqa: PLC0415 - the command tree is what is tested

    options = {
        name: {option for parameter in command.params for option in parameter.opts}
        for name, command in fourcorners.commands.items()
    }
    assert "search" not in options
    for verb in ("records", "next", "attribute"):
        assert options[verb] & {"--under", "--logins"}
        assert not options[verb] & {"--ip", "--name", "--account", "--subscriber", "--phone", "--query"}


def test_the_installed_command_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fourcorners.desk.cli", "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "fourcorners" in done.stdout


def test_a_reader_of_the_pipe_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m fourcorners.desk.cli -w {tmp_path} doctor | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "0"
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    command = f"{sys.executable} -m fourcorners.desk.cli -w {tmp_path} doctor > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "SYSTEM" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [["--as", "", "case", "list"], ["ingest", "", "--under", "I-1"]])
def test_an_unset_variable_means_nothing(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert run(words) == 2
    assert "USAGE" in capsys.readouterr().err


def test_names_that_are_no_text_come_through(desk: Desk, tmp_path: Path) -> None:
    desk("init")
    desk("case open", "--title", "T", "--predicate", "P")
    command = [sys.executable, "-m", "fourcorners.desk.cli", "-w", str(desk.folder), "--as", "tester"]
    command += ["instrument", "add"]
    done = subprocess.run(
        [*map(str.encode, command), str(tmp_path).encode() + b"/\xff.toml", b"--case", b"C-1"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 4
    assert b"NOT_FOUND" in done.stderr
    assert b"Traceback" not in done.stderr
