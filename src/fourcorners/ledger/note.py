"""Signed notes (C2SP signed-note): a text, an empty line, and lines of signatures by named keys.

A key's id is the first four bytes of a hash; it finds the key and proves nothing. Signatures of keys that nobody
gave are ignored; one that fails under a key that was given refuses the note.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import mldsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization import PublicFormat

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed

#: More signatures than any note of a log needs; C2SP asks for at least 16.
SIGNATURES = 32
#: Bytes of the largest note that is looked at: a text and 32 post-quantum signatures.
LARGEST = 256 * 1024

_NAME = re.compile(r"[^\s+]+")
_MARK = "\u2014 "


class KeyType(IntEnum):
    """The signature algorithms of the specification that are used here."""

    ED25519 = 0x01
    ED25519_COSIGNATURE = 0x04
    ML_DSA_44_COSIGNATURE = 0x06


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name."""

    name: str
    type: KeyType
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature names its key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:4]

    def vkey(self) -> str:
        """The key as one printable word."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.type]) + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """A key from its word.

        Raises:
            BadInput: `NOTE`.
        """
        parts = text.strip().split("+", 2)
        try:
            name, key_id, rest = parts
            data = base64.b64decode(rest, validate=True)
            found = cls(_name(name), KeyType(data[0]), data[1:])
        except (ValueError, IndexError, binascii.Error) as error:
            raise _malformed(f"{text[:80]!r} is no public key: {error}") from error
        if found.id.hex() != key_id:
            raise _malformed(f"the key of {name} has another id than it says")
        _public(found)
        return found

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether this key signed the message."""
        try:
            _public(self).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Signer:
    """A private key with its name, made from a seed of 32 bytes."""

    def __init__(self, name: str, seed: bytes, key_type: KeyType = KeyType.ED25519) -> None:
        """Take a name without blanks and plus signs, and a seed."""
        self.name = _name(name)
        self.seed = seed
        self._key: Ed25519PrivateKey | mldsa.MLDSA44PrivateKey
        if key_type is KeyType.ML_DSA_44_COSIGNATURE:
            self._key = mldsa.MLDSA44PrivateKey.from_seed_bytes(seed)
        else:
            self._key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.verifier = Verifier(name, key_type, public)

    @classmethod
    def generate(cls, name: str, key_type: KeyType = KeyType.ED25519) -> Signer:
        """A new key."""
        return cls(name, secrets.token_bytes(32), key_type)

    def sign(self, message: bytes) -> bytes:
        """The signature alone."""
        return self._key.sign(message)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who, the key's id, and the bytes."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """As it stands in a note."""
        return f"{_MARK}{self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """A signature from its line, without the line's end.

        Raises:
            BadInput: `NOTE`.
        """
        name, _, rest = line.removeprefix(_MARK).partition(" ")
        try:
            data = base64.b64decode(rest, validate=True)
        except binascii.Error as error:
            raise _malformed(f"a signature of {name!r} is no base64") from error
        if not line.startswith(_MARK) or len(data) <= 4:  # noqa: PLR2004 - the id's length
            raise _malformed(f"no signature line: {line[:80]!r}")
        return cls(_name(name), data[:4], data[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """As it is stored and sent."""
        return (self.text + "\n" + "".join(each.line() for each in self.signatures)).encode()

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """A note, none of its signatures checked.

        Raises:
            BadInput: `NOTE`.
        """
        if len(data) > LARGEST:
            raise _malformed(f"it has {len(data):,} bytes")
        try:
            whole = data.decode()
        except UnicodeDecodeError as error:
            raise _malformed(f"byte {error.start} is no UTF-8") from error
        if any(ord(mark) < ord(" ") and mark != "\n" for mark in whole):
            raise _malformed("it holds a control character")
        text, found, lines = whole.rpartition("\n\n")
        if not found or not lines.endswith("\n"):
            raise _malformed("it has no signatures")
        split = lines[:-1].split("\n")
        if len(split) > SIGNATURES:
            raise _malformed(f"it has {len(split)} signatures, more than {SIGNATURES}")
        return cls(text + "\n", tuple(Signature.parse(line) for line in split))


def sign_note(text: str, signer: Signer) -> Note:
    """A note with one plain signature."""
    value = signer.sign(text.encode())
    return Note(text, (Signature(signer.name, signer.verifier.id, value),))


def open_note(data: bytes, verifiers: Iterable[Verifier]) -> Note:
    """A note with those of its signatures that the given keys made.

    Raises:
        BadInput: `NOTE`.
        VerificationFailed: `SIGNATURE`: a given key's signature is not true, or there is none.
    """
    note = Note.parse(data)
    known = {(each.name, each.id): each for each in verifiers}
    checked: dict[tuple[str, bytes], Signature] = {}
    for signature in note.signatures:
        key = (signature.name, signature.key_id)
        if key in checked or (verifier := known.get(key)) is None:
            continue
        if not verifier.verify(note.text.encode(), signature.value):
            raise _untrue(f"the signature of {signature.name} is not true")
        checked[key] = signature
    if not checked:
        raise _untrue("no key that was given signed it")
    return Note(note.text, tuple(checked.values()))


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise _malformed(f"{name!r} is no key's name")
    return name


def _public(key: Verifier) -> Ed25519PublicKey | mldsa.MLDSA44PublicKey:
    try:
        if key.type is KeyType.ML_DSA_44_COSIGNATURE:
            return mldsa.MLDSA44PublicKey.from_public_bytes(key.public)
        return Ed25519PublicKey.from_public_bytes(key.public)
    except ValueError as error:
        raise _malformed(f"the key of {key.name} has the wrong length") from error


def _malformed(what: str) -> BadInput:
    return BadInput(
        "NOTE",
        f"not a signed note: {what}",
        why="what cannot be read exactly cannot be trusted",
        next_step="give the file as it was handed out",
    )


def _untrue(what: str) -> VerificationFailed:
    return VerificationFailed(
        "SIGNATURE",
        what,
        why="anybody could have written it",
        next_step="compare the key with the one that was handed over when the log began",
    )
