"""Wrapping with a root key that this process holds: AES-256-GCM, the context authenticated."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fourcorners.vault import root_key

_NONCE = 12


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A root key of 32 bytes in memory."""

    kind: str
    key: bytes

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A wrapped key."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self.key).encrypt(nonce, key, context)

    def unwrap(self, blob: bytes, context: bytes) -> bytes:
        """The key in it.

        Raises:
            BadInput: `ROOT_KEY`.
        """
        try:
            return AESGCM(self.key).decrypt(blob[:_NONCE], blob[_NONCE:], context)
        except (InvalidTag, ValueError):
            raise root_key.refused(
                f"the root key does not open the key of {context.decode()}",
                "give the passphrase, keyring or key file with which the workspace was made",
            ) from None
