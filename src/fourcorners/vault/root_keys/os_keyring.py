"""The operating system's keyring (Secret Service, Keychain, Credential Locker), where there is a real one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import keyring
from keyring.errors import KeyringError

from fourcorners.vault import root_key
from fourcorners.vault.root_key import Secret
from fourcorners.vault.root_keys.sealing import HeldKey

_SERVICE = "fourcorners"


def is_there() -> bool:
    """Whether a keyring answers that keeps secrets; the library's stand-ins have a priority of 0 or less."""
    return float(keyring.get_keyring().priority) > 0


def create(workspace_id: str, parameters: Mapping[str, str], secret: Secret) -> dict[str, str]:  # noqa: ARG001
    """Make the key and give it to the keyring.

    Raises:
        BadInput: `ROOT_KEY`.
    """
    if not is_there():
        raise root_key.refused("this machine has no keyring that keeps secrets", "use a passphrase or a key file")
    try:
        keyring.set_password(_SERVICE, workspace_id, secrets.token_hex(32))
    except KeyringError as error:
        raise root_key.refused(f"the keyring took no key: {error}", "unlock it, or use a passphrase") from error
    return {"name": workspace_id}


def unlock(parameters: Mapping[str, str], secret: Secret) -> HeldKey:  # noqa: ARG001 - the protocol's
    """The key.

    Raises:
        BadInput: `ROOT_KEY`.
    """
    try:
        found = keyring.get_password(_SERVICE, parameters["name"])
    except KeyringError as error:
        raise root_key.refused(f"the keyring does not answer: {error}", "unlock it") from error
    if found is None:
        raise root_key.refused("the keyring has no key of this workspace", "work as the user who made it")
    return HeldKey("os_keyring", bytes.fromhex(found))
