"""A passphrase, stretched by scrypt (RFC 7914); nothing of it is stored but the salt."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from fourcorners.vault import root_key
from fourcorners.vault.root_key import Secret
from fourcorners.vault.root_keys.sealing import HeldKey

#: 2^17 · 8 · 1: about 128 MB and some tenths of a second a try.
_COST = {"n": 1 << 17, "r": 8, "p": 1}
SHORTEST = 12


def create(workspace_id: str, parameters: Mapping[str, str], secret: Secret) -> dict[str, str]:  # noqa: ARG001
    """Choose a salt.

    Raises:
        BadInput: `ROOT_KEY`, if the passphrase is short.
    """
    if len(secret("passphrase")) < SHORTEST:
        raise root_key.refused(f"a passphrase has at least {SHORTEST} characters", "choose a longer one")
    return {"salt": secrets.token_hex(16)}


def unlock(parameters: Mapping[str, str], secret: Secret) -> HeldKey:
    """The key that the passphrase gives; a wrong one shows when it opens nothing."""
    salt = bytes.fromhex(parameters["salt"])
    return HeldKey("passphrase", Scrypt(salt, 32, **_COST).derive(secret("passphrase")))
