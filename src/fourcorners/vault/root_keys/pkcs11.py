"""A key that never leaves its device: a smart card, token or HSM with PKCS #11 (OASIS, version 2.40).

An installation that uses it has the extra `pkcs11`. The device wraps with AES-256-GCM; what leaves it are wrapped
keys only. So a copy of the workspace and of this machine opens nothing without the device and its PIN.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fourcorners.vault import named
from fourcorners.vault import root_key
from fourcorners.vault.root_key import Secret

_NONCE = 12
_TAG_BITS = 128


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A key on a device."""

    parameters: Mapping[str, str]
    pin: bytes
    kind: str = "pkcs11"

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A wrapped key."""
        nonce = secrets.token_bytes(_NONCE)
        with _session(self.parameters, self.pin) as (pkcs11, session):
            sealed = _key(pkcs11, session, self.parameters).encrypt(key, **_gcm(pkcs11, nonce, context))
        return nonce + bytes(sealed)

    def unwrap(self, blob: bytes, context: bytes) -> bytes:
        """The key in it.

        Raises:
            BadInput: `ROOT_KEY`.
        """
        nonce, sealed = blob[:_NONCE], blob[_NONCE:]
        with _session(self.parameters, self.pin) as (pkcs11, session):
            return bytes(_key(pkcs11, session, self.parameters).decrypt(sealed, **_gcm(pkcs11, nonce, context)))


def create(workspace_id: str, parameters: Mapping[str, str], secret: Secret) -> dict[str, str]:
    """Make a key on the device, from which it cannot be taken.

    Args:
        workspace_id: the key's label.
        parameters: `module`, the path of the device's library, and `token`, the token's label.
        secret: gives the PIN.

    Raises:
        BadInput: `ROOT_KEY`.
    """
    if missing := {"module", "token"} - parameters.keys():
        raise root_key.refused(f"a device needs its {' and '.join(sorted(missing))}", "name them at `init`")
    kept = {"module": _place(parameters["module"]), "token": parameters["token"], "name": workspace_id}
    named.note(named.LIBRARY, kept["module"])
    with _session(kept, secret("PIN")) as (pkcs11, session):
        session.generate_key(
            pkcs11.KeyType.AES,
            256,
            label=workspace_id,
            store=True,
            template={pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False},
        )
    return kept


def unlock(parameters: Mapping[str, str], secret: Secret) -> DeviceKey:
    """The key on the device.

    Raises:
        BadInput: `NOT_NAMED`: the device's library is not one that the user named on this machine.
    """
    named.check(named.LIBRARY, str(parameters["module"]), f"keys/{root_key.FILE}")
    return DeviceKey(parameters, secret("PIN"))


def _place(module: str) -> str:
    """The same library wherever the command is run; a name alone is looked for by the system."""
    return str(Path(module).absolute()) if Path(module).name != module else module


@contextmanager
def _session(parameters: Mapping[str, str], pin: bytes) -> Iterator[tuple[Any, Any]]:
    try:
        import pkcs11  # noqa: PLC0415 - an extra that few install
    except ImportError as error:
        raise root_key.refused("the PKCS #11 library is not installed", "install fourcorners[pkcs11]") from error
    try:
        token = pkcs11.lib(parameters["module"]).get_token(token_label=parameters["token"])
        with token.open(rw=True, user_pin=pin.decode()) as session:
            yield pkcs11, session
    except (pkcs11.PKCS11Error, RuntimeError, KeyError) as error:
        what = str(error) or type(error).__name__
        raise root_key.refused(f"the device does not answer: {what}", "insert it, and give its PIN") from error


def _key(pkcs11: Any, session: Any, parameters: Mapping[str, str]) -> Any:
    return session.get_key(
        object_class=pkcs11.ObjectClass.SECRET_KEY, key_type=pkcs11.KeyType.AES, label=parameters["name"]
    )


def _gcm(pkcs11: Any, nonce: bytes, context: bytes) -> dict[str, Any]:
    from pkcs11 import GCMParams  # noqa: PLC0415 - with the library itself

    return {
        "mechanism": pkcs11.Mechanism.AES_GCM,
        "mechanism_param": GCMParams(nonce=nonce, aad=context, tag_bits=_TAG_BITS),
    }
