"""The trust core from the command line: as custodians, supervisors, inspectors and witnesses use it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.casework.conftest import write_order
from tests.casework.pages import TARGET
from tests.casework.pages import write_page
from tests.casework.people import write_unseal
from tests.ledger.authority import make
from tests.ledger.authority import serving

from fourcorners.desk import witness_service
from fourcorners.desk.cli import run
from fourcorners.ledger import policy as policies
from fourcorners.ledger.note import Note
from fourcorners.ledger.proof import Proof
from fourcorners.ledger.witness import Witness

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "command-line.schema.json").read_text())


class Desk:
    """Runs verbs as one person or another, and validates every line against the schema."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.err = ""

    def __call__(self, verb: str, *words: object, by: str = "ann", code: int = 0) -> list[dict[str, Any]]:
        self.capsys.readouterr()
        found = run(["-w", str(self.folder), "--as", by, *verb.split(), *map(str, words)])
        out, self.err = self.capsys.readouterr()
        assert found == code, self.err
        assert ("entry: E-" in self.err) or code != 3, "a refusal without an entry"
        lines = [json.loads(line) for line in out.splitlines()]
        validator = Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{verb}"})
        for line in lines:
            validator.validate(line)
        return lines


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("FOURCORNERS_SECRET", "a passphrase of some length")
    return Desk(tmp_path / "w", capsys)


@pytest.fixture
def worked(desk: Desk, tmp_path: Path) -> Desk:
    """A case with a filter team and a return, half of which is sealed."""
    desk("init")
    lines = []
    for name in ("carol", "dave"):
        (made,) = desk("seal key", "--out", tmp_path / f"{name}.key", by=name)
        lines.append(made["line"])
    desk("case open", "--title", "Takeover", "--predicate", "Complaint")
    assert desk("seal team", *lines) == [{"custodians": ["carol", "dave"]}]
    order = write_order(tmp_path / "order", accounts=(TARGET,), more='retain_until = "2099-05-01"')
    desk("instrument add", order, "--case", "C-1")
    desk("ingest", write_page(tmp_path / "records.html"), "--under", "I-1")
    return desk


def test_two_custodians_open_what_a_court_named(worked: Desk, tmp_path: Path) -> None:
    listed = worked("seal list", "--under", "I-1")
    assert [line["kept"] for line in listed] == [True, True]
    order = write_unseal(tmp_path / "unseal", items=(listed[0]["item"],))
    (asked,) = worked("unseal request", order, "--reason", "exculpatory")
    assert (asked["petition"], asked["state"]) == ("P-1", "open")
    worked("unseal open", "P-1", "--key", tmp_path / "carol.key", by="carol")
    worked("unseal open", "P-1", "--key", tmp_path / "carol.key", by="dave", code=2)
    (done,) = worked("unseal open", "P-1", "--key", tmp_path / "dave.key", by="dave")
    assert done == {"petition": "P-1", "acted": ["carol", "dave"], "return": "R-2"}
    assert len(worked("records", "--under", "I-1")) == 3
    (verified,) = worked("verify", worked.folder)
    assert verified["extends"] is None


def test_doctor_says_what_the_workspace_rests_on(worked: Desk) -> None:
    said = {line["what"]: (line["ok"], line["found"]) for line in worked("doctor")}
    assert said["workspace"] == (True, str(worked.folder))
    assert said["filter team"] == (True, "carol, dave")
    assert not said["root key"][0], "a file that can be copied is said to be one"
    assert not said["witness"][0]
    assert said["retention"][0]


def test_why_explains_an_allow_and_a_deny(worked: Desk) -> None:
    worked("actor add", "sue", "--role", "supervisor")
    worked("records", "--under", "I-1", by="sue", code=3)
    assert "AGENCY JUSTIFICATION_NEEDED" in worked.err
    assert "on whose instruction?" in worked.err
    entry = next(word for word in worked.err.split() if word.startswith("E-"))
    (deny,) = worked("why", entry)
    assert (deny["allowed"], deny["actor"], deny["policies"]) == (False, "sue", ["review-justification"])
    assert any("says why" in sentence for sentence in deny["sentences"])
    worked("records", "--under", "I-1", "--reason", "quarterly review", by="sue")
    reads = [line for line in worked("ledger list") if line["kind"] == "read" and line["audit"]["actor"] == "sue"]
    (allow,) = worked("why", reads[-1]["entry"])
    assert (allow["allowed"], allow["policies"], allow["reason"]) == (True, ["review"], "quarterly review")
    assert "on whose instruction?" in allow["asked"]
    worked("why", "E-0", code=2)
    worked("why", "E-999", code=2)
    worked("why", "nonsense", code=2)
    number = allow["entry"].removeprefix("E-")
    assert worked("why", number) == worked("why", f"e-{number}") == [allow]
    for name in ("E-" + "1" * 5000, "9" * 5000, "E-1 ", "E--1", "١", ""):
        worked("why", name, code=2)
        worked("ledger proof", name, "--out", "proof", code=2)
        assert "UNKNOWN_ENTRY" in worked.err


def test_what_is_not_there_is_said_to_be_that(
    worked: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (court,) = worked("witness init", tmp_path / "court", "--name", "witness.court.example/1")
    worked("witness add", "court", court["key"])
    gone = tmp_path / "gone"
    for verb, words in (
        ("witness cosign", (tmp_path / "court", gone, "--out", tmp_path / "answer")),
        ("witness answer", ("court", gone)),
        ("unseal open", ("P-1", "--key", gone)),
    ):
        worked(verb, *words, code=4)
        assert "NOT_FOUND" in worked.err
    monkeypatch.chdir(tmp_path)
    worked("ledger proof", "E-1", "--out", ".", code=4)
    assert "OUTPUT" in worked.err
    worked("witness stamp", "http://[bad", "--roots", tmp_path / "order" / "order.txt", code=4)
    assert "WITNESS_ANSWER" in worked.err


def test_what_was_refused_in_a_case_is_listed_with_it(worked: Desk, tmp_path: Path) -> None:
    item = worked("seal list", "--under", "I-1")[0]["item"]
    worked("case open", "--title", "Another", "--predicate", "Report")
    worked("unseal request", write_unseal(tmp_path / "unseal", items=(item,)), "--reason", "exculpatory")
    tries: tuple[tuple[object, ...], ...] = (
        ("records", "--under", "I-1"),
        ("attribute", "--logins", "I-1", "--assignments", "I-1"),
        ("next", "--under", "I-1", "--out", tmp_path / "next"),
        ("approve", "P-1"),
        ("unseal open", "P-1", "--key", tmp_path / "carol.key"),
        ("unseal request", tmp_path / "unseal" / "unseal.toml"),
        ("declare zone", tmp_path / "records.html", "--return", "R-1", "--zone", "UTC", "--reason", "because"),
        ("reread", tmp_path / "records.html", "--return", "R-1"),
        ("declare account", tmp_path / "records.html", "--return", "R-1", "--account", "A", "--reason", "because"),
    )
    for verb, *words in tries:
        code = 2 if verb in {"unseal open", "declare zone", "declare account"} else 3
        worked(str(verb), *words, by="bob", code=code)
    refused = [line for line in worked("ledger list", "--case", "C-1") if line["kind"] == "refusal"]
    assert len(refused) == len([line for line in worked("ledger list") if line["kind"] == "refusal"])
    assert {line["facts"]["case"] for line in refused} == {"C-1"}
    assert not [line for line in worked("ledger list", "--case", "C-2") if line["kind"] == "refusal"]
    assert worked("ledger list", "--case", "C-99", code=2) == []
    assert "UNKNOWN_CASE" in worked.err


def test_what_a_case_holds_is_shown_to_whom_a_policy_permits_it(worked: Desk, tmp_path: Path) -> None:
    """Accounts, predicate, file names and counts tell of persons as the records do."""
    worked("actor add", "sue", "--role", "supervisor")
    shows: tuple[tuple[object, ...], ...] = (
        ("exhibit", "--case", "C-1", "--out", tmp_path / "e.pdf"),
        ("case show", "C-1"),
        ("seal list", "--under", "I-1"),
    )
    for verb, *words in shows:
        for who in ("bob", "carol"):
            assert worked(str(verb), *words, "--reason", "curious", by=who, code=3) == []
            assert "PRODUCT NOT_PERMITTED" in worked.err
        worked(str(verb), *words, by="sue", code=3)
        assert "AGENCY JUSTIFICATION_NEEDED" in worked.err
        assert not (tmp_path / "e.pdf").exists()
    for verb, *words in shows:
        assert worked(str(verb), *words, "--reason", "quarterly review", by="sue")
    listed = worked("ledger list")
    for kind in ("exhibit", "case shown", "seals shown"):
        (entry,) = (line["entry"] for line in listed if line["kind"] == kind and line["audit"]["actor"] == "sue")
        (why,) = worked("why", entry)
        assert (why["policies"], why["reason"]) == (["review"], "quarterly review")
        assert "on whose instruction?" in why["asked"]


def test_a_destruction_from_request_to_receipt(worked: Desk, tmp_path: Path) -> None:
    paper = tmp_path / "order.txt"
    paper.write_text("destroy it")
    worked("actor add", "sue", "--role", "supervisor")
    (asked,) = worked("destroy request", "--under", "I-1", "--order", paper, "--reason", "the court says so")
    worked("destroy run", asked["petition"], code=3)
    assert "TWO_PERSONS" in worked.err
    worked("approve", asked["petition"], code=3)
    worked("approve", asked["petition"], by="sue")
    worked("backup", "--keys", "--out", tmp_path / "keys")
    (receipt,) = worked("destroy run", asked["petition"])
    assert receipt["approved_by"] == ["sue"]
    assert [copy["place"] for copy in receipt["key_copies"]] == [str(tmp_path / "keys")]
    assert [line["state"] for line in worked("retention")] == ["destroyed"]
    worked("records", "--under", "I-1", code=3)
    assert "DESTROYED" in worked.err
    assert [line["state"] for line in worked("petitions")] == ["done"]
    worked("case show", "C-1")
    worked("verify", worked.folder)


def test_a_ruling_and_a_team(worked: Desk, tmp_path: Path) -> None:
    paper = tmp_path / "ruling.txt"
    paper.write_text("quashed")
    worked("actor add", "bob", "--role", "investigator")
    worked("case join", "C-1", "bob")
    assert [line["teams"] for line in worked("actor list") if line["actor"] == "bob"] == [["C-1"]]
    worked("records", "--under", "I-1", by="bob")
    worked("instrument quash", "I-1", "--order", paper, "--reason", "no probable cause")
    worked("records", "--under", "I-1", by="bob", code=3)
    assert "LAW QUASHED" in worked.err
    worked("instrument reinstate", "I-1", "--order", paper, "--reason", "reversed")
    worked("records", "--under", "I-1", by="bob")


def test_backup_and_restore(worked: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made,) = worked("backup", "--out", tmp_path / "backup")
    assert not any("key" in path.name for path in (tmp_path / "backup").rglob("*"))
    worked("backup", "--out", tmp_path / "backup", code=4)
    worked("backup", "--keys", "--out", tmp_path / "keys")
    restored = Desk(tmp_path / "again", capsys)
    restored("restore", tmp_path / "backup", "--keys", tmp_path / "nothing", code=4)
    restored("restore", tmp_path / "backup", "--keys", tmp_path / "keys")
    assert len(restored("records", "--under", "I-1")) == 2
    (verified,) = restored("verify", restored.folder)
    assert verified["ledger"]["size"] == made["ledger"] + 2, "the restoring and the read are entries"
    victim = max((tmp_path / "backup" / "segments").iterdir(), key=lambda path: path.stat().st_size)
    victim.chmod(0o600)
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    spoiled = Desk(tmp_path / "spoiled", capsys)
    spoiled("restore", tmp_path / "backup", "--keys", tmp_path / "keys", code=4)
    assert "TAMPERED" in spoiled.err
    assert not (tmp_path / "spoiled").exists()


def test_a_witness_by_file(worked: Desk, tmp_path: Path) -> None:
    (court,) = worked("witness init", tmp_path / "court", "--name", "witness.court.example/1")
    (kept,) = worked("ledger checkpoint", "--out", tmp_path / "first.checkpoint")
    worked("witness watch", tmp_path / "court", kept["key"])
    worked("witness add", "court", court["key"])
    worked("witness submit", code=2)
    worked("witness request", "court", "--out", tmp_path / "request")
    (answered,) = worked("witness cosign", tmp_path / "court", tmp_path / "request", "--out", tmp_path / "answer")
    assert answered["status"] == 200
    (took,) = worked("witness answer", "court", tmp_path / "answer")
    assert [each["witness"] for each in took["cosigned"]] == ["court"]
    (verified,) = worked("verify", worked.folder, "--since", tmp_path / "first.checkpoint")
    assert verified["extends"]["size"] == kept["size"]
    assert verified["witness"]["cosigned"].keys() == {"court"}
    worked("ledger proof", "E-3", "--out", tmp_path / "e3.tlog-proof")
    worked("ledger export", "--out", tmp_path / "log")
    rule = policies.parse((tmp_path / "log" / "policy").read_text())
    proof = Proof.parse((tmp_path / "e3.tlog-proof").read_bytes())
    leaf = (tmp_path / "e3.tlog-proof.entry").read_bytes()
    assert proof.verify(leaf, rule).size == took["size"]
    assert Note.parse((tmp_path / "log" / "checkpoint").read_bytes())
    assert worked("witness incidents", tmp_path / "court") == []
    again = tmp_path / "again"
    worked("witness cosign", tmp_path / "court", tmp_path / "request", "--out", again, code=4)
    worked("witness answer", "court", again, code=4)
    assert worked("witness incidents", tmp_path / "court") == [], "who asks twice has changed nothing"


def watched(desk: Desk, tmp_path: Path, *names: str) -> None:
    """Witnesses that are reached by file."""
    (kept,) = desk("ledger checkpoint", "--out", tmp_path / "first.checkpoint")
    for name in names:
        (made,) = desk("witness init", tmp_path / name, "--name", f"{name}.example/1")
        desk("witness watch", tmp_path / name, kept["key"])
        desk("witness add", name, made["key"])


def test_two_witnesses_by_file_cosign_one_checkpoint(worked: Desk, tmp_path: Path) -> None:
    watched(worked, tmp_path, "court", "defence")
    (asked,) = worked("witness request", "court", "--out", tmp_path / "to-court")
    worked("case show", "C-1")
    (second,) = worked("witness request", "defence", "--out", tmp_path / "to-defence")
    assert second["size"] == asked["size"], "the second is asked about what the first is"
    for name in ("court", "defence"):
        worked("witness cosign", tmp_path / name, tmp_path / f"to-{name}", "--out", tmp_path / f"from-{name}")
    worked("witness request", "court", "--new", "--out", tmp_path / "spoils-nothing")
    worked("witness answer", "court", tmp_path / "from-court")
    (verified,) = worked("verify", worked.folder)
    assert "court saw" in verified["witness"]
    assert (verified["witnesses"]["court"]["size"], verified["witnesses"]["defence"]) == (asked["size"], None)
    said = {line["what"]: line["found"] for line in worked("doctor")}
    assert f"court saw {asked['size']} entries, defence saw 0" in said["witness"]
    (one,) = worked("ledger checkpoint", "--out", tmp_path / "one.checkpoint")
    assert (one["size"], one["cosigned"]) == (asked["size"], ["court"])
    (took,) = worked("witness answer", "defence", tmp_path / "from-defence")
    assert took["size"] == asked["size"]
    assert [each["witness"] for each in took["cosigned"]] == ["court", "defence"]
    (verified,) = worked("verify", worked.folder)
    assert verified["witness"]["size"] == asked["size"]
    (both,) = worked("ledger checkpoint", "--out", tmp_path / "both.checkpoint")
    assert (both["size"], both["cosigned"]) == (asked["size"], ["court", "defence"])
    assert both["entries_since"] > 0
    (present,) = worked("ledger checkpoint", "--present", "--out", tmp_path / "present.checkpoint")
    assert (present["cosigned"], present["entries_since"]) == ([], 0)
    (after,) = worked("witness request", "court", "--out", tmp_path / "again")
    assert after["size"] > asked["size"], "who has cosigned it is asked about the next"
    worked("witness remove", "defence", "--reason", "its key was lost")
    (verified,) = worked("verify", worked.folder)
    assert verified["witness"]["cosigned"].keys() == {"court"}, "what it cosigned stays, and counts no more"
    (other,) = worked("witness init", tmp_path / "defence-2", "--name", "defence.example/2")
    worked("witness add", "defence", other["key"])
    (verified,) = worked("verify", worked.folder)
    assert verified["witnesses"]["defence"] is None, "another key under the name has seen nothing"


def test_a_witness_that_was_named_wrongly_is_corrected(worked: Desk, tmp_path: Path) -> None:
    watched(worked, tmp_path, "defence")
    (made,) = worked("witness init", tmp_path / "court", "--name", "court.example/1")
    (other,) = worked("witness init", tmp_path / "other", "--name", "other.example/1")
    key = made["key"]
    wrong = (
        "not-a-url",
        "ftp://x.example",
        "http://",
        "http://[bad",
        "http://x.example:0",
        "http://x.example:99999",
    )
    for url in (*wrong, "https://x.example/a b", "http://é.example"):
        assert worked("witness add", "court", key, url, code=2) == []
        assert "no http or https address" in worked.err
    for name in ("two words", "none", "witnesses", "", f"x {other['key']}\nlog {other['key']}\nwitness y"):
        assert worked("witness add", name, key, code=2) == []
    (first,) = worked("witness add", "court", key, "http://typo.example")
    worked("witness add", "court", other["key"], code=2)
    worked("witness add", "court", key, "http://court.example", code=2)
    assert "WITNESS_EXISTS" in worked.err
    assert "witness remove court" in worked.err
    worked("witness add", "court-again", key, code=2)
    worked("witness remove", "court", code=2)
    assert "--reason" in worked.err
    worked("witness remove", "nobody", "--reason", "typo", code=2)
    (left,) = worked("witness remove", "court", "--reason", "typo in its address")
    assert "court" not in left["policy"]
    (again,) = worked("witness add", "court", key, "http://court.example")
    assert again["policy"] == first["policy"].replace("typo.example", "court.example")
    for name in ("court", "defence"):
        (left,) = worked("witness remove", name, "--reason", "none any more")
    assert left["policy"].endswith("quorum none\n")
    worked("verify", worked.folder)
    removed = [line for line in worked("ledger list") if line["kind"] == "witness removed"]
    assert [line["audit"]["reason"] for line in removed] == [
        "typo in its address",
        "none any more",
        "none any more",
    ]


def test_an_outsider_checks_what_was_handed_out(
    worked: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watched(worked, tmp_path, "court")
    worked("witness request", "court", "--out", tmp_path / "request")
    worked("witness cosign", tmp_path / "court", tmp_path / "request", "--out", tmp_path / "answer")
    worked("witness answer", "court", tmp_path / "answer")
    worked("records", "--under", "I-1")  # an entry that no witness has seen
    (made,) = worked("ledger export", "--out", tmp_path / "log")
    assert made["checkpoint"]["cosigned"] == ["court"]
    assert made["size"] > made["checkpoint"]["size"]
    worked("ledger proof", "E-2", "--out", tmp_path / "e2")
    policy = tmp_path / "log" / "policy"
    nobody = Desk(tmp_path / "no-workspace", capsys)
    (found,) = nobody("verify", tmp_path / "log", "--since", tmp_path / "first.checkpoint")
    assert "proves nothing about witnesses" in found["shows"]
    assert found["size"] == made["checkpoint"]["size"]
    (found,) = nobody("verify", tmp_path / "e2", "--policy", policy)
    assert found["entry"]["entry"] == "E-2"
    nobody("verify", tmp_path / "log" / "checkpoint", "--policy", policy)
    nobody("verify", tmp_path / "e2", code=2)
    nobody("verify", tmp_path / "nothing", code=2)
    assert "NO_WORKSPACE" in nobody.err
    nobody("verify", worked.folder, "--policy", policy, code=2)
    assert not nobody.folder.exists()


def test_an_answer_that_was_lost_is_no_incident_and_the_next_request_goes_on(worked: Desk, tmp_path: Path) -> None:
    watched(worked, tmp_path, "court")
    worked("witness request", "court", "--out", tmp_path / "lost")
    worked("witness cosign", tmp_path / "court", tmp_path / "lost", "--out", tmp_path / "never-arrives")
    worked("witness request", "court", "--new", "--out", tmp_path / "second")
    worked("witness cosign", tmp_path / "court", tmp_path / "second", "--out", tmp_path / "conflict", code=4)
    worked("witness answer", "court", tmp_path / "conflict", code=4)
    worked("witness request", "court", "--out", tmp_path / "third")
    worked("witness cosign", tmp_path / "court", tmp_path / "third", "--out", tmp_path / "answer")
    worked("witness answer", "court", tmp_path / "answer")
    assert worked("witness incidents", tmp_path / "court") == []


def test_a_witness_over_http(worked: Desk, tmp_path: Path) -> None:
    (court,) = worked("witness init", tmp_path / "court", "--name", "witness.court.example/1", "--post-quantum")
    (kept,) = worked("ledger checkpoint", "--out", tmp_path / "first.checkpoint")
    worked("witness watch", tmp_path / "court", kept["key"])
    command = [
        sys.executable,
        "-m",
        "fourcorners.desk.cli",
        "witness",
        "serve",
        str(tmp_path / "court"),
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as serving:
        assert serving.stdout
        address = json.loads(serving.stdout.readline())["address"]
        worked("witness add", "court", court["key"], address)
        (first,) = worked("witness submit")
        (second,) = worked("witness submit")
        assert second["size"] > first["size"]
        serving.send_signal(signal.SIGTERM)
    worked("witness submit", code=4)
    assert "WITNESS_ANSWER" in worked.err
    (verified,) = worked("verify", worked.folder)
    assert verified["witness"]["size"] == second["size"]


@contextmanager
def answering(folder: Path) -> Iterator[str]:
    """A witness over HTTP in a thread."""
    with witness_service.server(Witness(folder), "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_a_witness_that_is_down_keeps_no_other_from_being_asked(
    worked: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept,) = worked("ledger checkpoint", "--out", tmp_path / "first.checkpoint")
    keys = {}
    for name in ("court", "defence"):
        (made,) = worked("witness init", tmp_path / name, "--name", f"{name}.example/1")
        worked("witness watch", tmp_path / name, kept["key"])
        keys[name] = made["key"]
    with answering(tmp_path / "defence") as address:
        worked("witness add", "court", keys["court"], "http://127.0.0.1:1")
        worked("witness add", "defence", keys["defence"], address)
        (line,) = worked("witness submit", code=4)
        assert [each["witness"] for each in line["cosigned"]] == ["defence"]
        assert "WITNESS_ANSWER" in worked.err
        assert "where: court" in worked.err
        (verified,) = worked("verify", worked.folder)
        assert verified["witnesses"]["defence"]["size"] == line["size"]
        rounds: list[float] = []

        def pause(seconds: float) -> None:
            rounds.append(seconds)
            if len(rounds) == 3:
                raise KeyboardInterrupt

        monkeypatch.setattr("time.sleep", pause)
        lines = worked("witness submit", "--every", 60, code=130)
        assert len(lines) == 3, "it reports and goes on"
        assert worked.err.count("WITNESS_ANSWER") == 3


def test_a_witness_says_where_it_cannot_listen(worked: Desk, tmp_path: Path) -> None:
    worked("witness init", tmp_path / "court", "--name", "court.example/1")
    with answering(tmp_path / "court") as address:
        worked("witness serve", tmp_path / "court", "--port", address.rpartition(":")[2], code=4)
    assert f"where: {address.removeprefix('http://')}" in worked.err
    assert "--port" in worked.err


def test_a_time_stamp(worked: Desk, tmp_path: Path) -> None:
    authority = make(tmp_path / "tsa")
    (tmp_path / "roots.pem").write_bytes(authority.roots)
    with serving(authority) as address:
        (made,) = worked("witness stamp", f"{address}/tsa", "--roots", tmp_path / "roots.pem")
        worked("witness stamp", f"{address}/broken", "--roots", tmp_path / "roots.pem", code=4)
    (verified,) = worked("verify", worked.folder)
    assert verified["stamped"] == {"size": made["size"], "at": made["stamped"]}
    token = worked.folder / "stamps" / f"{made['size']}.tsr"
    token.with_suffix(".pem").write_bytes(make(tmp_path / "other").roots)
    worked("verify", worked.folder, code=5)
    assert "TAMPERED" in worked.err


def test_a_workspace_under_a_passphrase(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk("init", "--root-key", "passphrase")
    desk("case open", "--title", "T", "--predicate", "P")
    monkeypatch.setenv("FOURCORNERS_SECRET", "another passphrase, which is wrong")
    desk("case list", code=4)
    assert "ROOT_KEY" in desk.err
    monkeypatch.delenv("FOURCORNERS_SECRET")
    desk("case list", code=2)
    assert "nobody can type it" in desk.err
