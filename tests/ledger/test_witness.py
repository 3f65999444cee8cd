"""The witness: one history, whatever it is asked, by whom at once, and wherever it is cut off."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import tempfile
import threading
from contextlib import closing
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import invariant
from hypothesis.stateful import rule

from fourcorners.desk import witness_service
from fourcorners.ledger import cosignature
from fourcorners.ledger import policy as policies
from fourcorners.ledger import submission
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.checkpoint import sign
from fourcorners.ledger.note import KeyType
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Signer
from fourcorners.ledger.note import open_note
from fourcorners.ledger.proof import Proof
from fourcorners.ledger.witness import SIZE_TYPE
from fourcorners.ledger.witness import Answer
from fourcorners.ledger.witness import Witness
from fourcorners.model import merkle
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.model.errors import VerificationFailed

LOG = Signer.generate("log.example/1")


def hashes(name: str, count: int) -> list[bytes]:
    return [merkle.leaf_hash(f"{name} {n}".encode()) for n in range(count)]


def note_of(leaves: list[bytes], signer: Signer = LOG) -> Note:
    return sign(Checkpoint(LOG.name, len(leaves), merkle.root(leaves)), signer)


def ask(witness: Witness, old: int, leaves: list[bytes], proof: list[bytes] | None = None) -> Answer:
    rows = merkle.levels(leaves)

    def subtree(level: int, index: int) -> bytes:
        return rows[level][index]

    found = merkle.consistency(old, len(leaves), subtree) if proof is None else proof
    return witness.add_checkpoint(submission.request(old, found, note_of(leaves)), 1_000)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    made = Witness.create(tmp_path / "witness", "witness.example/w")
    made.add_log(LOG.verifier)
    return made


class Histories(RuleBasedStateMachine):
    """An honest log that grows, a fork of it and a rollback; the witness may be opened anew at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.witness = Witness.create(self.folder, "witness.example/w")
        self.witness.add_log(LOG.verifier)
        self.leaves: list[bytes] = []
        self.seen: list[bytes] = []

    @rule(count=st.integers(1, 40))
    def grow(self, count: int) -> None:
        self.leaves += hashes(f"honest {len(self.leaves)}", count)

    @rule()
    def submit(self) -> None:
        if not self.leaves:
            return
        answer = ask(self.witness, len(self.seen), self.leaves)
        assert answer.status == 200
        self.seen = list(self.leaves)

    @rule(old=st.integers(0, 60))
    def remember_another_size(self, old: int) -> None:
        if old == len(self.seen) or old > len(self.leaves):
            return
        answer = ask(self.witness, old, self.leaves)
        assert (answer.status, answer.body) == (409, f"{len(self.seen)}\n".encode())

    @rule(at=st.integers(0, 60), count=st.integers(1, 20))
    def fork(self, at: int, count: int) -> None:
        if at >= len(self.seen):
            return
        other = [*self.seen[:at], *hashes("fork", len(self.seen) - at + count)]
        assert ask(self.witness, len(self.seen), other).status == 422

    @rule(count=st.integers(1, 30))
    def roll_back(self, count: int) -> None:
        older = self.seen[:-count]
        if older and count < len(self.seen):
            assert ask(self.witness, len(older), older).status == 409
            assert ask(self.witness, len(self.seen), older, []).status == 400

    @rule()
    def open_anew(self) -> None:
        self.witness = Witness(self.folder)

    @invariant()
    def it_vouches_for_what_it_saw_and_nothing_else(self) -> None:
        last = self.witness.last(LOG.name)
        if not self.seen:
            assert last is None
            return
        assert last is not None
        assert Checkpoint.parse(Note.parse(last).text).root == merkle.root(self.seen)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


Histories.TestCase.settings = settings(max_examples=25, stateful_step_count=20)
TestHistories = Histories.TestCase


def test_of_two_histories_that_come_at_once_one_is_cosigned(witness: Witness) -> None:
    assert ask(witness, 0, hashes("a", 10)).status == 200
    answers: list[tuple[int, int]] = []
    branches = [[*hashes("a", 10), *hashes(f"branch {n}", 5)] for n in range(8)]

    def send(n: int) -> None:
        answers.append((ask(witness, 10, branches[n]).status, n))

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [200] + [409] * 7
    (won,) = (n for status, n in answers if status == 200)
    last = witness.last(LOG.name)
    assert last
    assert Checkpoint.parse(Note.parse(last).text).root == merkle.root(branches[won])
    assert len(list(witness.incidents())) == 7


def test_what_shows_another_history_is_an_incident_and_a_lost_answer_is_none(witness: Witness) -> None:
    leaves = hashes("a", 10)
    assert ask(witness, 0, leaves).status == 200
    for old, asked in ((0, leaves), (0, [*leaves, *hashes("more", 3)]), (5, [*leaves, *hashes("more", 3)])):
        assert ask(witness, old, asked).status == 409
    assert list(witness.incidents()) == []
    for count, asked in enumerate((leaves[:9], [*leaves[:9], *hashes("other", 1)]), 1):
        assert ask(witness, 0, asked).status == 409
        assert len(list(witness.incidents())) == count


@pytest.mark.parametrize("kind", [KeyType.ED25519_COSIGNATURE, KeyType.ML_DSA_44_COSIGNATURE])
def test_the_line_is_a_cosignature_over_the_checkpoint(tmp_path: Path, kind: KeyType) -> None:
    witness = Witness.create(tmp_path / "w", "witness.example/w", kind)
    witness.add_log(LOG.verifier)
    leaves = hashes("a", 5)
    merged = submission.merge(note_of(leaves), ask(witness, 0, leaves), witness.signer.verifier)
    assert open_note(merged.encode(), [LOG.verifier]).text == note_of(leaves).text
    assert cosignature.check(merged.text, merged.signatures[-1], witness.signer.verifier)


def test_what_it_does_not_know_or_cannot_read_is_refused(witness: Witness, tmp_path: Path) -> None:
    leaves = hashes("a", 5)
    stranger = Signer.generate("stranger.example/1")
    unknown = sign(Checkpoint(stranger.name, 5, merkle.root(leaves)), stranger)
    assert witness.add_checkpoint(submission.request(0, [], unknown), 1).status == 404
    forged = note_of(leaves, Signer.generate(LOG.name))
    assert witness.add_checkpoint(submission.request(0, [], forged), 1).status == 403
    for request in (b"", b"old\n\n", b"old 01\n\n" + note_of(leaves).encode(), b"old 0\nxx\n\n", b"\xff\n\n"):
        assert witness.add_checkpoint(request, 1).status == 400
    assert ask(witness, 0, leaves, [bytes(32)]).status == 422
    empty = sign(Checkpoint(LOG.name, 0, bytes(32)), LOG)
    assert witness.add_checkpoint(submission.request(0, [], empty), 1).status == 422, "the empty tree has one root"
    assert ask(witness, 0, leaves).status == 200
    (path,) = (tmp_path / "witness" / "logs").glob("*.json")
    path.write_text("{")
    assert ask(witness, 5, hashes("a", 6)).status == 500, "it does not start afresh"
    path.write_text(json.dumps({"log": LOG.verifier.vkey(), "size": 5, "note": "gone"}))
    assert ask(witness, 5, hashes("a", 6)).status == 500


def test_its_key_is_its_owners_and_a_log_is_watched_once(witness: Witness, tmp_path: Path) -> None:
    assert (tmp_path / "witness" / "key").stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError):
        witness.add_log(LOG.verifier)
    with pytest.raises(UsageError):
        Witness.create(tmp_path / "witness", "again.example/w")
    with pytest.raises(UsageError):
        Witness(tmp_path / "nowhere")
    key = tmp_path / "witness" / "key"
    kept = json.loads(key.read_text())
    spoiled = ("[]", "5", "", "{}", "[" * 100_000, *(json.dumps({**kept, name: 5}) for name in kept))
    for text in spoiled:
        key.write_text(text)
        with pytest.raises((UsageError, BadInput)):
            Witness(tmp_path / "witness")


def test_an_incident_that_was_cut_off_hides_no_other(witness: Witness, tmp_path: Path) -> None:
    ask(witness, 0, hashes("a", 20))
    fork = [*hashes("a", 19), *hashes("fork", 5)]
    assert ask(witness, 20, fork).status == 422
    path = tmp_path / "witness" / "incidents.jsonl"
    path.write_bytes(path.read_bytes() + b'{"at": 1, "lo')
    first, cut = witness.incidents()
    assert ("what" in first, cut) == (True, {"what": "line 2 of incidents.jsonl was cut off or changed"})
    assert ask(witness, 20, [*fork, *hashes("more", 1)]).status == 422
    assert [line.get("size") for line in witness.incidents()] == [24, None, 25]


def test_the_logs_side_tells_a_rollback_from_a_misunderstanding(witness: Witness) -> None:
    leaves = hashes("a", 20)
    ask(witness, 0, leaves)
    older = note_of(leaves[:10])
    key = witness.signer.verifier
    with pytest.raises(VerificationFailed) as rolled:
        submission.merge(older, ask(witness, 10, leaves[:10]), key)
    assert rolled.value.code == "ROLLED_BACK"
    newer = [*leaves, *hashes("b", 5)]
    with pytest.raises(BadInput):
        submission.merge(note_of(newer), ask(witness, 3, newer), key)
    fork = [*leaves[:19], *hashes("fork", 5)]
    with pytest.raises(VerificationFailed):
        submission.merge(note_of(fork), ask(witness, 20, fork), key)
    with pytest.raises(VerificationFailed) as foreign:
        submission.merge(note_of(newer), ask(witness, 20, newer), Signer.generate("other.example/w").verifier)
    assert foreign.value.code == "SIGNATURE"


@pytest.fixture
def service(witness: Witness) -> ThreadingHTTPServer:
    return witness_service.server(witness, "127.0.0.1", 0)


def test_over_http_and_by_file_it_says_the_same(witness: Witness, service: ThreadingHTTPServer) -> None:
    leaves = hashes("a", 12)
    address = f"http://127.0.0.1:{service.server_address[1]}"
    thread = threading.Thread(target=service.serve_forever)
    thread.start()
    try:
        request = submission.request(0, [], note_of(leaves))
        answer = submission.post(f"{address}/add-checkpoint", request, "text/plain")
        merged = submission.merge(note_of(leaves), answer, witness.signer.verifier)
        assert len(merged.signatures) == 2
        carried = submission.from_file(submission.to_file(answer))
        assert submission.merge(note_of(leaves), carried, witness.signer.verifier) == merged
        again = submission.post(f"{address}/add-checkpoint", request, "text/plain")
        assert submission.seen_size(again) == 12
        assert submission.seen_size(submission.from_file(submission.to_file(again))) == 12
        assert submission.post(f"{address}/other", b"", "text/plain").status == 404
        with closing(HTTPConnection("127.0.0.1", service.server_address[1])) as raw:
            raw.putrequest("POST", "/add-checkpoint")
            raw.putheader("Content-Length", str(submission.LARGEST + 1))
            raw.endheaders()
            assert raw.getresponse().status == 413, "it is refused by its length, unread"
    finally:
        service.shutdown()
        service.server_close()
        thread.join()
    nowhere = ("http://[bad", "http://", "http://host:port/", "http://host:99999/", "http://a b/", "http://a\nb/")
    for url in (f"{address}/add-checkpoint", "file:///etc/passwd", "nonsense", *nowhere):
        with pytest.raises(BadInput) as found:
            submission.post(url, b"", "text/plain")
        assert found.value.code == "WITNESS_ANSWER"


def junk(count: int) -> bytes:
    """Signature lines of keys that nobody knows, as anybody can put under a checkpoint."""
    lines = (f"\u2014 n{n} {base64.b64encode(os.urandom(8)).decode()}\n" for n in range(count))
    return "".join(lines).encode()


def test_what_a_stranger_puts_under_a_checkpoint_is_not_kept(witness: Witness, tmp_path: Path) -> None:
    leaves = hashes("a", 5)
    for count in (31, 1):
        first = submission.request(0, [], note_of(leaves)) + junk(count)
        made = Witness.create(tmp_path / str(count), "witness.example/w")
        made.add_log(LOG.verifier)
        answer = made.add_checkpoint(first, 1_000)
        assert answer.status == 200
        assert made.last(LOG.name) == note_of(leaves).encode() + answer.body
        assert ask(made, 5, hashes("a", 5) + hashes("b", 3)).status == 200, "the log goes on"
    assert witness.add_checkpoint(first[:-1] + junk(32), 1_000).status == 400
    assert ask(witness, 0, leaves).status == 200


def test_a_stranger_leaves_no_files_and_no_incident_twice(witness: Witness, tmp_path: Path) -> None:
    before = sorted((tmp_path / "witness" / "logs").iterdir())
    for n in range(20):
        stranger = Signer.generate(f"stranger.example/{n}")
        note = sign(Checkpoint(stranger.name, 0, merkle.EMPTY), stranger)
        assert witness.add_checkpoint(submission.request(0, [], note), 1).status == 404
    assert sorted((tmp_path / "witness" / "logs").iterdir()) == before
    leaves = hashes("a", 10)
    ask(witness, 0, leaves)
    for old in range(20):
        answer = ask(witness, old % 5, leaves[:5])
        assert answer.status == 409
    (incident,) = witness.incidents()
    assert incident["size"] == 5
    assert ask(witness, 10, hashes("b", 12)).status == 422
    assert len(list(witness.incidents())) == 2, "another history is kept as well"


@pytest.mark.parametrize("number", [b"9" * 5_000, b"9" * 20, "\xb2".encode(), b"-1", b"+1", b"1_0", b" 1"])
def test_a_number_that_is_none_is_refused_everywhere(witness: Witness, number: bytes) -> None:
    note = note_of(hashes("a", 5))
    assert witness.add_checkpoint(b"old " + number + b"\n\n" + note.encode(), 1).status == 400
    assert submission.seen_size(Answer(409, SIZE_TYPE, number)) is None
    with pytest.raises(BadInput) as conflict:
        submission.merge(note, Answer(409, SIZE_TYPE, number), witness.signer.verifier)
    assert conflict.value.code == "WITNESS_ANSWER"
    with pytest.raises(BadInput) as status:
        submission.from_file(number + b"\nline\n")
    assert status.value.code == "WITNESS_ANSWER"
    with pytest.raises(BadInput) as proof:
        Proof.parse(b"c2sp.org/tlog-proof@v1\nindex " + number + b"\n\n" + note.encode())
    assert proof.value.code == "PROOF_FILE"
    with pytest.raises(BadInput) as checkpoint:
        Checkpoint.parse(f"log.example/1\n{number.decode()}\n{base64.b64encode(bytes(32)).decode()}\n")
    assert checkpoint.value.code == "NOTE"
    with pytest.raises(BadInput) as policy:
        policies.parse(f"log {LOG.verifier.vkey()}\ngroup g {number.decode()} a\nquorum g\n")
    assert policy.value.code == "POLICY_FILE"


def test_over_http_no_request_ends_in_anything_but_an_answer(
    witness: Witness, service: ThreadingHTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(witness, 0, hashes("a", 5))
    note = note_of(hashes("a", 5)).encode()
    long = b"old " + b"9" * 5_000 + b"\n\n" + note
    thread = threading.Thread(target=service.serve_forever)
    thread.start()
    try:
        for request, status in (
            (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n", b"413"),
            (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n", b"413"),
            (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(long) + long, b"400"),
            (b"POST http://[/add-checkpoint HTTP/1.1\r\n\r\n", b"404"),
            (b"GET http://[ HTTP/1.1\r\n\r\n", b"404"),
            (b"GET /checkpoint?" + b"origin=a&" * 20 + b" HTTP/1.1\r\n\r\n", b"404"),
            (b"GET /checkpoint?origin=%ff%00 HTTP/1.1\r\n\r\n", b"404"),
        ):
            with socket.create_connection(("127.0.0.1", service.server_address[1]), timeout=5) as connection:
                connection.sendall(request)
                assert connection.recv(200).split(b" ")[1] == status, request[:80]
    finally:
        service.shutdown()
        service.server_close()
        thread.join()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("data", [b"", b"200", b"abc\nline\n", b"9" * 5_000 + b"\n", b"-12\nline\n"])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        submission.from_file(data)
