from __future__ import annotations

import base64
import string
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.ledger import cosignature
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.checkpoint import sign
from fourcorners.ledger.note import SIGNATURES
from fourcorners.ledger.note import KeyType
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Signer
from fourcorners.ledger.note import Verifier
from fourcorners.ledger.note import open_note
from fourcorners.ledger.note import sign_note
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import VerificationFailed

names = st.text(st.sampled_from(string.ascii_letters + string.digits + "./-é"), min_size=1, max_size=20)
texts = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], whitelist_characters="\n"), min_size=1, max_size=80
).map(lambda text: text + "\n")
LOG = Signer("log.example/1", bytes(range(32)))


def test_a_note_made_by_hand_from_the_specification_is_opened() -> None:
    """Signature line: dash, name, base64 of id and signature; id: SHA-256(name, newline, type, key)[:4]."""
    private = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
    public = private.public_key().public_bytes_raw()
    text = "This is an example message.\n"
    key_id = sha256(b"example.com/foo\n\x01" + public).digest()[:4]
    line = base64.b64encode(key_id + private.sign(text.encode())).decode()
    data = f"{text}\n— example.com/foo {line}\n".encode()
    vkey = f"example.com/foo+{key_id.hex()}+{base64.b64encode(bytes([1]) + public).decode()}"
    assert open_note(data, [Verifier.parse(vkey)]).text == text
    assert Signer("example.com/foo", b"7" * 32).verifier.vkey() == vkey
    assert sign_note(text, Signer("example.com/foo", b"7" * 32)).encode() == data


@given(names, texts)
def test_what_is_signed_is_opened_by_its_key(name: str, text: str) -> None:
    signer = Signer.generate(name)
    note = sign_note(text, signer)
    assert Note.parse(note.encode()) == note
    assert open_note(note.encode(), [signer.verifier]) == note
    assert Verifier.parse(signer.verifier.vkey()) == signer.verifier


@settings(max_examples=15)
@given(st.integers(1, 255))
def test_every_changed_byte_is_refused_or_changes_nothing_that_was_signed(flip: int) -> None:
    note = sign(Checkpoint(LOG.name, 12, bytes(32)), LOG)
    data = note.encode()
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :]
        try:
            opened = open_note(changed, [LOG.verifier])
        except FourcornersError:
            continue
        assert opened.text == note.text


def test_unknown_keys_are_ignored_a_known_one_that_fails_refuses_and_none_is_no_signature() -> None:
    other, third = Signer.generate("other.example"), Signer.generate("third.example")
    note = sign_note("text\n", LOG)
    both = Note(note.text, (*note.signatures, *sign_note("text\n", other).signatures))
    assert open_note(both.encode(), [LOG.verifier]).signatures == note.signatures
    assert len(open_note(both.encode(), [LOG.verifier, other.verifier]).signatures) == 2
    with pytest.raises(VerificationFailed, match="no key"):
        open_note(both.encode(), [third.verifier])
    forged = Note("text\n", (*note.signatures, *sign_note("another\n", other).signatures))
    with pytest.raises(VerificationFailed, match="not true"):
        open_note(forged.encode(), [LOG.verifier, other.verifier])
    assert open_note(forged.encode(), [LOG.verifier]).text == "text\n"


def test_a_key_of_the_same_name_is_another_key() -> None:
    impostor = Signer.generate(LOG.name)
    with pytest.raises(VerificationFailed):
        open_note(sign_note("text\n", impostor).encode(), [LOG.verifier])


def test_the_number_of_signatures_has_a_limit_that_is_said() -> None:
    signers = [Signer.generate(f"w{n}.example") for n in range(SIGNATURES + 1)]
    lines = tuple(sign_note("text\n", signer).signatures[0] for signer in signers)
    assert len(open_note(Note("text\n", lines[:16]).encode(), [s.verifier for s in signers]).signatures) == 16
    with pytest.raises(BadInput, match="more than"):
        Note.parse(Note("text\n", lines).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n- log.example/1 AAAA\n",
        "text\n\n— log.example/1 AAAA\n".encode(),
        "text\n\n— log.example/1 !!!!!!!!\n".encode(),
        "te\x07xt\n\n— log.example/1 AAAAAAAA\n".encode(),
        "text\n\n— log.example/1 AAAAAAAA".encode(),
        b"\xff\n\n",
        b"x" * 300_000,
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput) as found:
        Note.parse(data)
    assert found.value.code == "NOTE"


@pytest.mark.parametrize(
    "key", ["", "a", "a+b", "a+00000000+AAAA", LOG.verifier.vkey()[:-8], "b" + LOG.verifier.vkey()]
)
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(BadInput):
        Verifier.parse(key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n1\n",
        "a\n01\nAAAA\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "\n1\n" + "A" * 43 + "=\n",
        "a\n1\nAAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Checkpoint.parse(text)


def test_an_extension_line_is_read_over_and_stays_signed() -> None:
    text = Checkpoint(LOG.name, 3, bytes(32)).text() + "extension\n"
    note = sign_note(text, LOG)
    assert Checkpoint.parse(open_note(note.encode(), [LOG.verifier]).text).size == 3
    with pytest.raises(VerificationFailed):
        open_note(note.encode().replace(b"extension", b"extensiom"), [LOG.verifier])


@pytest.mark.parametrize("kind", [KeyType.ED25519_COSIGNATURE, KeyType.ML_DSA_44_COSIGNATURE])
def test_a_cosignature_says_who_and_when_over_this_checkpoint(kind: KeyType) -> None:
    text = Checkpoint(LOG.name, 12, bytes(32)).text()
    witness = Signer.generate("witness.example/w", kind)
    line = cosignature.cosign(text, witness, 1_790_000_000)
    made = cosignature.check(text, line, witness.verifier)
    assert made == cosignature.Cosignature("witness.example/w", 1_790_000_000)
    other = Checkpoint(LOG.name, 13, bytes(32)).text()
    assert cosignature.check(other, line, witness.verifier) is None
    assert cosignature.check(text, line, Signer.generate("witness.example/w", kind).verifier) is None
    later = line.value[:7] + bytes([line.value[7] ^ 1]) + line.value[8:]
    assert cosignature.check(text, type(line)(line.name, line.key_id, later), witness.verifier) is None
    assert Verifier.parse(witness.verifier.vkey()) == witness.verifier


def test_the_ed25519_message_is_that_of_the_specification() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    private = Ed25519PrivateKey.from_private_bytes(b"9" * 32)
    witness = Signer("witness.example.com/w1", b"9" * 32, KeyType.ED25519_COSIGNATURE)
    value = cosignature.cosign(text, witness, 1679315147).value
    assert value[:8] == (1679315147).to_bytes(8, "big")
    private.public_key().verify(value[8:], b"cosignature/v1\ntime 1679315147\n" + text.encode())
