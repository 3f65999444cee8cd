from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.ledger import cosignature
from fourcorners.ledger import policy
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.checkpoint import sign
from fourcorners.ledger.note import KeyType
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Signer
from fourcorners.ledger.proof import Proof
from fourcorners.model import merkle
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed

LOG = Signer("log.example/1", b"log key of a test, 32 bytes long")
WITNESSES = [Signer(f"w{n}.example/w", bytes([n]) * 32, KeyType.ED25519_COSIGNATURE) for n in range(5)]
HEAD = f"log {LOG.verifier.vkey()}\n" + "".join(
    f"witness W{n} {each.verifier.vkey()}\n" for n, each in enumerate(WITNESSES)
)


def cosigned(by: set[int], size: int = 7, root: bytes = bytes(32), at: int = 1_000) -> bytes:
    note = sign(Checkpoint(LOG.name, size, root), LOG)
    lines = tuple(cosignature.cosign(note.text, WITNESSES[n], at) for n in sorted(by))
    return Note(note.text, (*note.signatures, *lines)).encode()


def holds(rule: policy.Policy, by: set[int]) -> bool:
    try:
        rule.check(cosigned(by))
    except VerificationFailed as error:
        return error.code != "QUORUM"
    return True


def test_a_quorum_of_groups_is_what_its_words_say() -> None:
    """2 of W0 W1 W2, and any of W3 W4: against all 32 sets of cosigners."""
    rule = policy.parse(HEAD + "group X 2 W0 W1 W2\ngroup Y any W3 W4\ngroup both all X Y\nquorum both\n")
    for count in range(6):
        for chosen in itertools.combinations(range(5), count):
            by = set(chosen)
            assert holds(rule, by) == (len(by & {0, 1, 2}) >= 2 and bool(by & {3, 4}))


def test_one_witness_and_none() -> None:
    assert holds(policy.parse(HEAD + "quorum W2\n"), {2})
    assert not holds(policy.parse(HEAD + "quorum W2\n"), {1, 3})
    assert holds(policy.parse(HEAD + "quorum none\n"), set())


def test_a_cosignature_from_the_future_does_not_count() -> None:
    rule = policy.parse(HEAD + "quorum W0\n")
    assert rule.check(cosigned({0}, at=1_000), now=1_000)
    with pytest.raises(VerificationFailed):
        rule.check(cosigned({0}, at=2_000), now=1_000)


def test_another_logs_checkpoint_is_refused() -> None:
    other = Signer.generate("other.example/1")
    with pytest.raises(VerificationFailed) as found:
        policy.parse(HEAD + "quorum none\n").check(sign(Checkpoint(other.name, 1, bytes(32)), other).encode())
    assert found.value.code == "SIGNATURE"
    borrowed = sign(Checkpoint("somebody.example", 1, bytes(32)), LOG).encode()
    with pytest.raises(VerificationFailed):
        policy.parse(HEAD + "quorum none\n").check(borrowed)


def test_a_policy_is_written_as_it_was_read() -> None:
    text = HEAD + "group X 2 W0 W1 W2\nquorum X\n"
    rule = policy.parse("# comment\n\t\n" + text.replace("quorum", "  quorum\t"))
    assert policy.parse(rule.text()) == rule
    assert rule.text() == text


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("", 7),
        ("quorum W9\n", 7),
        ("quorum none\nquorum none\n", 8),
        ("group none any W0\nquorum none\n", 7),
        ("group W0 any W1\nquorum none\n", 7),
        ("group G 3 W0 W1\nquorum G\n", 7),
        ("group G 0 W0\nquorum G\n", 7),
        ("group G any\nquorum none\n", 7),
        ("group G any W0 W0\nquorum G\n", 7),
        ("group G any W0\ngroup H any W0\nquorum H\n", 8),
        ("group G any H\nquorum G\n", 7),
        (f"witness again {WITNESSES[0].verifier.vkey()}\nquorum none\n", 7),
        (f"witness plain {Signer('x', b'x' * 32).verifier.vkey()}\nquorum none\n", 7),
        (f"log {LOG.verifier.vkey()}\nquorum none\n", 7),
        ("nonsense\nquorum none\n", 7),
        ("quorum none\x07\n", 7),
    ],
)
def test_what_is_no_policy_is_refused_with_its_line(lines: str, line: int) -> None:
    with pytest.raises(BadInput) as found:
        policy.parse(HEAD + lines)
    assert (found.value.code, found.value.where) == ("POLICY_FILE", f"line {line}")


LEAVES = [f"entry {n}".encode() for n in range(50)]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]
ROOT, ROWS = merkle.root(HASHES), merkle.levels(HASHES)
RULE = policy.parse(HEAD + "quorum W0\n")


def proof_of(index: int) -> Proof:
    return Proof(index, tuple(merkle.path(ROWS, index)), cosigned({0}, len(LEAVES), ROOT))


@given(st.integers(0, 49), st.none() | st.binary(max_size=40))
def test_a_proof_file_proves_its_entry_and_no_other(index: int, extra: bytes | None) -> None:
    made = Proof(index, proof_of(index).path, proof_of(index).checkpoint, extra)
    read = Proof.parse(made.encode())
    assert read == made
    assert read.verify(LEAVES[index], RULE).size == 50
    with pytest.raises(VerificationFailed) as found:
        read.verify(LEAVES[(index + 1) % 50], RULE)
    assert found.value.code == "NOT_INCLUDED"
    moved = Proof((index + 1) % 50, made.path, made.checkpoint)
    with pytest.raises(VerificationFailed):
        moved.verify(LEAVES[index], RULE)


def test_every_changed_byte_of_a_proof_file_is_refused_or_proves_the_same() -> None:
    data = proof_of(17).encode()
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            read = Proof.parse(changed)
            read.verify(LEAVES[17], RULE)
        except (BadInput, VerificationFailed):
            continue
        assert read.index == 17


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\n",
        b"c2sp.org/tlog-proof@v2\nindex 1\n\nx",
        b"c2sp.org/tlog-proof@v1\nindex " + b"9" * 5_000 + b"\n\nx",
        b"\xff\n\n",
    ],
)
def test_what_is_no_proof_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput) as found:
        Proof.parse(data)
    assert found.value.code == "PROOF_FILE"


def test_a_proof_without_the_quorum_is_none() -> None:
    alone = Proof(3, proof_of(3).path, cosigned(set(), len(LEAVES), ROOT))
    with pytest.raises(VerificationFailed) as found:
        alone.verify(LEAVES[3], RULE)
    assert found.value.code == "QUORUM"
