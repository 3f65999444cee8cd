"""The filter team: custodians of whom any two, and no one alone, open what was sealed.

Each custodian makes a key pair of his own (X25519) and hands over the public half. A file's key is wrapped once
for every ordered pair: HPKE (RFC 9180) to the second custodian inside HPKE to the first. So the private halves
never meet, either of two may begin, and what the first one hands on opens only with the key of another. Workspace,
owner and file are bound in as HPKE's `info`: a wrapped key that is moved elsewhere opens nothing.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD
from cryptography.hazmat.primitives.hpke import KDF
from cryptography.hazmat.primitives.hpke import KEM
from cryptography.hazmat.primitives.hpke import Suite
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_PREFIX = "fourcorners-custodian"
#: scrypt, 2^17 · 8 · 1: about 128 MB and some tenths of a second a try.
_COST = {"n": 1 << 17, "r": 8, "p": 1}


@dataclass(frozen=True, slots=True)
class Custodian:
    """A custodian's name and public key, handed over as one line."""

    name: str
    public: bytes

    def line(self) -> str:
        """Name, key and a check of both, so that a line that was typed wrong is noticed."""
        check = sha256(self.name.encode() + self.public).hexdigest()[:8]
        return f"{_PREFIX} {base64.b64encode(self.public).decode()} {check} {self.name}"

    @classmethod
    def parse(cls, line: str) -> Custodian:
        """A custodian from his line.

        Raises:
            BadInput: `CUSTODIAN_KEY`.
        """
        parts = line.strip().split(" ", 3)
        try:
            prefix, key, _, name = parts
            found = cls(name, base64.b64decode(key, validate=True))
            X25519PublicKey.from_public_bytes(found.public)
        except ValueError as error:
            raise _no_line(f"no custodian's line: {error}") from error
        if prefix != _PREFIX or found.line() != line.strip():
            raise _no_line("the line is not whole, or was changed")
        return found


@dataclass(frozen=True, slots=True)
class FilterTeam:
    """Two or more custodians with different names and keys."""

    custodians: tuple[Custodian, ...]

    def __post_init__(self) -> None:
        for part in ({each.name for each in self.custodians}, {each.public for each in self.custodians}):
            if len(part) < max(2, len(self.custodians)):
                raise _no_line("a filter team is at least two custodians with names and keys of their own")

    @classmethod
    def parse(cls, lines: str) -> FilterTeam:
        """A team from its custodians' lines.

        Raises:
            BadInput: `CUSTODIAN_KEY`.
        """
        return cls(tuple(Custodian.parse(line) for line in lines.splitlines() if line.strip()))

    def lines(self) -> str:
        """The team as its custodians' lines."""
        return "\n".join(each.line() for each in self.custodians)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A key that any two custodians open together; 112 bytes more a pair."""
        pairs = {
            first.name: {
                second.name: base64.b64encode(_to(first, _to(second, key, context), context)).decode()
                for second in self.custodians
                if second is not first
            }
            for first in self.custodians
        }
        return json.dumps(pairs).encode()


class CustodianKey:
    """A custodian's private key, which never leaves him."""

    def __init__(self, name: str, private: X25519PrivateKey) -> None:
        """Take a name and a key."""
        self.name = name
        self._private = private

    @classmethod
    def generate(cls, name: str) -> CustodianKey:
        """A new key."""
        return cls(name, X25519PrivateKey.generate())

    @property
    def custodian(self) -> Custodian:
        """What is handed over."""
        return Custodian(self.name, self._private.public_key().public_bytes_raw())

    def to_file(self, passphrase: bytes) -> bytes:
        """The key as a file that only the passphrase opens (scrypt, AES-256-GCM)."""
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        box = AESGCM(_stretch(passphrase, salt)).encrypt(
            nonce, self._private.private_bytes_raw(), self.name.encode()
        )
        return json.dumps({"name": self.name, "salt": salt.hex(), "nonce": nonce.hex(), "box": box.hex()}).encode()

    @classmethod
    def from_file(cls, data: bytes, passphrase: bytes) -> CustodianKey:
        """A key from its file.

        Raises:
            BadInput: `CUSTODIAN_KEY`: no such file, or another passphrase.
        """
        try:
            kept = {name: str(value) for name, value in json.loads(data).items()}
            salt, nonce, box = (bytes.fromhex(kept[part]) for part in ("salt", "nonce", "box"))
            name = kept["name"]
        except (ValueError, KeyError, AttributeError, RecursionError) as error:
            raise _no_key("the file is no custodian's key, or not all of it") from error
        try:
            raw = AESGCM(_stretch(passphrase, salt)).decrypt(nonce, box, name.encode())
            return cls(name, X25519PrivateKey.from_private_bytes(raw))
        except (ValueError, InvalidTag) as error:
            raise _no_key("the passphrase does not open the key, or the file was changed") from error

    def begin(self, wrapped: bytes, context: bytes) -> bytes:
        """Take the outer layer off: what is left opens with the key of another custodian, and with his alone.

        Raises:
            Refused: `NOT_A_CUSTODIAN`: nothing was wrapped to this key, or as something else.
        """
        mine = json.loads(wrapped).get(self.name)
        if not isinstance(mine, dict):
            raise self._nothing()
        return json.dumps(
            {name: base64.b64encode(self._open(box, context)).decode() for name, box in mine.items()}
        ).encode()

    def finish(self, begun: bytes, context: bytes) -> bytes:
        """Take the inner layer off, which another custodian's `begin` laid bare: the file's key.

        Raises:
            Refused: `NOT_A_CUSTODIAN`: it was begun by the same custodian, or is not wrapped to this key.
        """
        mine = json.loads(begun).get(self.name)
        if not isinstance(mine, str):
            raise self._nothing()
        return self._open(mine, context)

    def _open(self, box: str, context: bytes) -> bytes:
        try:
            return _SUITE.decrypt(base64.b64decode(box), self._private, info=context)
        except (InvalidTag, ValueError):
            raise self._nothing() from None

    def _nothing(self) -> Refused:
        return Refused(
            "PRODUCT",
            "NOT_A_CUSTODIAN",
            f"the key of {self.name} opens nothing here",
            why="two custodians open a sealed record, each with a layer of his own",
            next_step="the other custodian takes this step, or the one whose key was registered at sealing",
        )


def _to(custodian: Custodian, plain: bytes, context: bytes) -> bytes:
    return _SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(custodian.public), info=context)


def _stretch(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt, 32, **_COST).derive(passphrase)


def _no_line(what: str) -> BadInput:
    return BadInput(
        "CUSTODIAN_KEY",
        what,
        why="a wrong key would seal records that nobody ever opens",
        next_step="`fourcorners seal key --out FILE` makes a custodian's key and prints his line",
    )


def _no_key(what: str) -> BadInput:
    return BadInput(
        "CUSTODIAN_KEY",
        what,
        why="what was sealed opens with the keys whose lines the filter team was named by, and with no new one",
        next_step="give the custodian's own passphrase, and the file that `seal key` wrote for him",
    )
