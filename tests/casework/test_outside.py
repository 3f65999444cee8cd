"""What an outsider shows with a policy alone, against whoever hands the files out."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fourcorners.casework import cases
from fourcorners.casework.oversight import inspection
from fourcorners.casework.oversight import outside
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.workspace import Workspace
from fourcorners.ledger import checkpoint as checkpoints
from fourcorners.ledger import submission
from fourcorners.ledger import tiles
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Signer
from fourcorners.ledger.proof import Proof
from fourcorners.ledger.witness import Witness
from fourcorners.model import merkle
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.model.errors import VerificationFailed

AT = 1_775_000_000


@pytest.fixture
def handed(workspace: Workspace, tmp_path: Path) -> Path:
    """An export, a proof and a checkpoint of a log of over 256 entries that a court cosigned, and its policy."""
    cases.open_case(workspace, "Account takeover", "Complaint of 2 March 2026")
    court = Witness.create(tmp_path / "court", "court.example/w")
    court.add_log(workspace.signer.verifier)
    witnessing.add_witness(workspace, "court", court.signer.verifier.vkey(), "")
    inspection.checkpoint(workspace, tmp_path / "early.checkpoint", present=True)
    while workspace.log.size() < 300:
        workspace.record("inspection", {"entries": 0}, {})
    request = witnessing.request(workspace, "court")
    witnessing.answer(workspace, "court", submission.to_file(court.add_checkpoint(request, AT)))
    cases.open_case(workspace, "Later", "Report of 5 March 2026")
    inspection.export(workspace, tmp_path / "out" / "log")
    inspection.proof(workspace, "E-2", tmp_path / "out" / "e2")
    inspection.checkpoint(workspace, tmp_path / "out" / "kept")
    workspace.record("inspection", {"entries": 0}, {})
    inspection.checkpoint(workspace, tmp_path / "late.checkpoint", present=True)
    (tmp_path / "policy").write_text(
        f"log {workspace.signer.verifier.vkey()}\nwitness court {court.signer.verifier.vkey()}\nquorum court\n"
    )
    return tmp_path / "out"


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("name", ["log", "e2", "kept"])
def test_what_is_handed_out_is_checked_by_the_policy_of_the_witnesses(handed: Path, name: str) -> None:
    before = state(handed.parent)
    assert outside.is_handed_out(handed / name)
    found = outside.verify(handed / name, policy=handed.parent / "policy")
    assert [each["witness"] for each in found["cosigned"]] == ["court"]
    assert (found["shows"], found["size"]) == (outside.BY_WITNESSES, 301)
    assert state(handed.parent) == before, "nothing is written"
    if name == "e2":
        assert (found["entry"]["entry"], found["entry"]["kind"]) == ("E-2", "actor")


def test_a_policy_from_the_same_hands_shows_nothing_about_witnesses(handed: Path, tmp_path: Path) -> None:
    found = outside.verify(handed / "log")
    assert (found["policy"], found["shows"]) == (None, outside.SAME_HANDS)
    assert found["entries"] > found["size"], "what is not cosigned yet goes with it"
    none = tmp_path / "none"
    none.write_text((handed.parent / "policy").read_text().splitlines()[0] + "\nquorum none\n")
    assert outside.verify(handed / "log", policy=none)["shows"] == outside.NO_QUORUM
    for name in ("e2", "kept"):
        with pytest.raises(UsageError):
            outside.verify(handed / name)


def test_an_export_continues_what_was_kept_and_no_other_file_shows_it(handed: Path, tmp_path: Path) -> None:
    policy, early = handed.parent / "policy", tmp_path / "early.checkpoint"
    assert outside.verify(handed / "log", policy=policy, since=early)["extends"]["cosigned"] == []
    kept = outside.verify(handed / "log", policy=policy, since=handed / "kept")
    assert kept["extends"] == {"size": 301, "cosigned": ["court"]}
    assert outside.verify(handed / "e2", policy=policy, since=handed / "kept")["extends"]["size"] == 301
    with pytest.raises(UsageError):
        outside.verify(handed / "e2", policy=policy, since=early)
    with pytest.raises(VerificationFailed) as found:
        outside.verify(handed / "log", policy=policy, since=tmp_path / "late.checkpoint")
    assert found.value.code == "ROLLED_BACK", "an export that holds back what was there is none"


@pytest.mark.parametrize("policy", [None, Path("policy")])
def test_an_exhibit_is_not_checked_by_itself_and_the_log_is_asked_for(tmp_path: Path, policy: Path | None) -> None:
    (tmp_path / "exhibit.pdf").write_bytes(b"%PDF-1.7 and more")
    with pytest.raises(UsageError) as caught:
        outside.verify(tmp_path / "exhibit.pdf", policy=policy)
    assert "is a PDF, which is not checked by itself" in caught.value.what
    assert "ledger export" in caught.value.next_step
    assert "docs/verify.md" in caught.value.next_step


def test_the_page_for_outsiders_computes_the_root_that_an_exhibit_prints(
    handed: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "verify.md").read_text()
    code = textwrap.dedent(page.partition("   ```python\n")[2].partition("   ```\n")[0])
    entries = outside.verify(handed / "log")["entries"]
    for old, new in (('"DIR"', repr(str(handed / "log"))), ("{120}", f"{{{entries}}}"), ("[:57]", "[:257]")):
        assert old in code
        code = code.replace(old, new)
    exec(code)
    assert capsys.readouterr().out.strip() == workspace.log.root(257).hex()


def change(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def drop_an_entry(log: Path) -> None:
    last = log / "tile" / "entries" / "001.p" / "45"
    data = last.read_bytes()
    last.write_bytes(data[2 + int.from_bytes(data[:2], "big") :])


def write_less(log: Path) -> None:
    bundle = log / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes()[:-1])


def write_more(log: Path) -> None:
    bundle = log / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes() + b"\0\0")


ATTACKS: dict[str, Callable[[Path], None]] = {
    "an entry is changed": lambda log: change(log / "tile" / "entries" / "000", 40),
    "an entry is changed in the newest bundle": lambda log: change(
        max((log / "tile" / "entries" / "001.p").iterdir()), 40
    ),
    "an entry is dropped": drop_an_entry,
    "a bundle is short": write_less,
    "a bundle is long": write_more,
    "a tile is changed": lambda log: change(log / "tile" / "0" / "000", 0),
    "the top is changed": lambda log: change(log / "tile" / "1" / "000.p" / "1", 0),
    "a tile is gone": lambda log: (log / "tile" / "0" / "000").unlink(),
    "the present state is another": lambda log: change(log / "checkpoint.present", 60),
}


def rewrite(log: Path, leaves: list[bytes]) -> bytes:
    """Every bundle and tile of another history, whole in itself; gives its root."""
    row = hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    for at in range(0, len(leaves), 256):
        part = leaves[at : at + 256]
        (log / tiles.path("entries", at // 256, len(part))).write_bytes(tiles.bundle(part))
    for level in range(len(tiles.widths(len(leaves)))):
        parts = [row[at : at + 256] for at in range(0, len(row), 256)]
        for n, part in enumerate(parts):
            (log / tiles.path(str(level), n, len(part))).write_bytes(b"".join(part))
        row = [tiles.root(b"".join(part)) for part in parts if len(part) == 256]
    return merkle.root(hashes)


def test_a_history_that_the_logs_own_key_signs_is_found_up_to_what_was_cosigned(
    handed: Path, workspace: Workspace, tmp_path: Path
) -> None:
    log, leaves, seen = handed / "log", list(workspace.log.leaves()), 301
    size = Checkpoint.parse(Note.parse((log / "checkpoint.present").read_bytes()).text).size
    for n, found in ((5, "TAMPERED"), (seen, None)):
        other = leaves[:size]
        other[n] = other[n].replace(b'"kind":"', b'"kind":"no ')
        rewrite(log, other[:seen])
        root = rewrite(log, other)
        present = checkpoints.sign(Checkpoint(workspace.signer.name, size, root), workspace.signer)
        (log / "checkpoint.present").write_bytes(present.encode())
        if found is None:
            after = outside.verify(log, policy=tmp_path / "policy")
            assert (after["size"], after["entries"]) == (seen, size), "what no witness saw is not vouched for"
            continue
        with pytest.raises(VerificationFailed) as refused:
            outside.verify(log, policy=tmp_path / "policy")
        assert refused.value.code == found


def test_a_larger_size_over_the_same_root_is_no_continuation(
    handed: Path, workspace: Workspace, tmp_path: Path
) -> None:
    said = Checkpoint.parse(Note.parse((handed / "log" / "checkpoint.present").read_bytes()).text)
    larger = Checkpoint(said.origin, said.size + 1, said.root)
    (tmp_path / "larger").write_bytes(checkpoints.sign(larger, workspace.signer).encode())
    with pytest.raises(VerificationFailed) as found:
        outside.verify(handed / "log", policy=tmp_path / "policy", since=tmp_path / "larger")
    assert found.value.code == "ROLLED_BACK"


@pytest.mark.parametrize("name", ATTACKS)
def test_an_export_that_was_changed_is_found(handed: Path, name: str) -> None:
    ATTACKS[name](handed / "log")
    for policy in (None, handed.parent / "policy"):
        with pytest.raises((VerificationFailed, BadInput)):
            outside.verify(handed / "log", policy=policy)


def test_the_log_alone_or_another_log_does_not_satisfy_the_policy(
    handed: Path, workspace: Workspace, tmp_path: Path
) -> None:
    policy, log = tmp_path / "policy", handed / "log"
    shutil.copy(log / "checkpoint.present", log / "checkpoint")
    with pytest.raises(VerificationFailed) as found:
        outside.verify(log, policy=policy)
    assert found.value.code == "QUORUM"
    stranger = Signer.generate(workspace.signer.name)
    size = workspace.log.size() - 1
    forged = checkpoints.sign(Checkpoint(stranger.name, size, workspace.log.root(size)), stranger)
    for name in ("kept", "log/checkpoint"):
        (handed / name).write_bytes(forged.encode())
    for name in ("kept", "log"):
        with pytest.raises(VerificationFailed) as found:
            outside.verify(handed / name, policy=policy)
        assert found.value.code == "SIGNATURE"


def test_a_proof_of_another_entry_is_none(handed: Path, tmp_path: Path) -> None:
    entry = handed / "e2.entry"
    entry.write_bytes(entry.read_bytes().replace(b"actor", b"actxr"))
    with pytest.raises(VerificationFailed) as found:
        outside.verify(handed / "e2", policy=tmp_path / "policy")
    assert found.value.code == "NOT_INCLUDED"
    entry.unlink()
    with pytest.raises(BadInput):
        outside.verify(handed / "e2", policy=tmp_path / "policy")
    with pytest.raises(BadInput):
        outside.verify(handed / "kept", policy=tmp_path / "no-policy")


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"[]",
        b'"x"',
        b"[" * 20_000,
        b'{"n":0}',
        b'{"n":1,"at":1,"kind":"k","facts":{}}',
        b'{"n":0,"at":true,"kind":"k","facts":{}}',
        b'{"n":0,"at":9223372036854775808,"kind":"k","facts":{}}',
        b'{"n":0,"at":1,"kind":"k","facts":[]}',
        b'{"n":0,"at":1,"kind":"k","facts":{"x":NaN}}',
        b'{"n":0,"at":1' + b"0" * 5000 + b',"kind":"k","facts":{}}',
    ],
)
def test_a_log_of_what_is_no_entry_is_refused(tmp_path: Path, leaf: bytes) -> None:
    signer = Signer.generate("log.example/1")
    note: Note = checkpoints.sign(Checkpoint(signer.name, 1, merkle.leaf_hash(leaf)), signer)
    (tmp_path / "proof").write_bytes(Proof(0, (), note.encode()).encode())
    (tmp_path / "proof.entry").write_bytes(leaf)
    (tmp_path / "policy").write_text(f"log {signer.verifier.vkey()}\nquorum none\n")
    with pytest.raises(VerificationFailed):
        outside.verify(tmp_path / "proof", policy=tmp_path / "policy")


def test_entries_out_of_their_time_are_found(tmp_path: Path) -> None:
    said: list[dict[str, Any]] = [{"n": n, "at": 9 - n, "kind": "k", "facts": {}} for n in range(2)]
    leaves = [json.dumps(each).encode() for each in said]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    signer = Signer.generate("log.example/1")
    for path, data in (
        (tiles.path("0", 0, 2), b"".join(hashes)),
        (tiles.path("entries", 0, 2), tiles.bundle(leaves)),
        ("checkpoint", checkpoints.sign(Checkpoint(signer.name, 2, merkle.root(hashes)), signer).encode()),
        ("policy", f"log {signer.verifier.vkey()}\nquorum none\n".encode()),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    with pytest.raises(VerificationFailed) as found:
        outside.verify(tmp_path)
    assert "earlier" in found.value.what
