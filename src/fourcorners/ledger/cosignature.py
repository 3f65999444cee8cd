"""Cosignatures (C2SP tlog-cosignature): a witness saw a checkpoint, and nothing before it changed.

An Ed25519 cosignature signs the time and the whole note text. One with ML-DSA-44 signs the cosigner's name, the
log's name, the range and the root, and is what new deployments should use.
"""

from __future__ import annotations

from dataclasses import dataclass

from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.note import KeyType
from fourcorners.ledger.note import Signature
from fourcorners.ledger.note import Signer
from fourcorners.ledger.note import Verifier

_TIME = 8


@dataclass(frozen=True, slots=True)
class Cosignature:
    """Who saw the checkpoint, and when (seconds UTC)."""

    name: str
    at: int


def cosign(text: str, signer: Signer, at: int) -> Signature:
    """A witness's line under a checkpoint.

    Args:
        text: the checkpoint's note text.
        signer: of type `ED25519_COSIGNATURE` or `ML_DSA_44_COSIGNATURE`.
        at: seconds UTC.
    """
    value = signer.sign(_message(text, signer.verifier, at))
    return Signature(signer.name, signer.verifier.id, at.to_bytes(_TIME, "big") + value)


def check(text: str, signature: Signature, verifier: Verifier) -> Cosignature | None:
    """What a signature line says under a witness's key, or None if that key did not make it."""
    if (signature.name, signature.key_id) != (verifier.name, verifier.id) or len(signature.value) <= _TIME:
        return None
    at = int.from_bytes(signature.value[:_TIME], "big")
    if not verifier.verify(_message(text, verifier, at), signature.value[_TIME:]):
        return None
    return Cosignature(verifier.name, at)


def _message(text: str, verifier: Verifier, at: int) -> bytes:
    if verifier.type is KeyType.ED25519_COSIGNATURE:
        return f"cosignature/v1\ntime {at}\n{text}".encode()
    checkpoint = Checkpoint.parse(text)
    parts = (verifier.name.encode(), checkpoint.origin.encode())
    return b"".join(
        (
            b"subtree/v1\n\0",
            len(parts[0]).to_bytes(1, "big") + parts[0],
            at.to_bytes(8, "big"),
            len(parts[1]).to_bytes(1, "big") + parts[1],
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )
