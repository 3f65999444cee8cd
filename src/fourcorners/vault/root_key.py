"""The root key of a workspace, which opens all others, and where it is kept: never in the workspace.

Which provider keeps it stands in `keys/root.json`, with what is needed to ask it and no secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from fourcorners.model.errors import BadInput
from fourcorners.vault.files import write_once

FILE = "root.json"

#: Gives a passphrase or PIN, when asked for it by that name.
Secret = Callable[[str], bytes]


class RootKey(Protocol):
    """What wraps and opens the owners' keys."""

    @property
    def kind(self) -> str:
        """The provider's name."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A key that only this root opens, and only as `context`."""

    def unwrap(self, blob: bytes, context: bytes) -> bytes:
        """The key in it.

        Raises:
            BadInput: `ROOT_KEY`.
        """


class Provider(Protocol):
    """A place where a root key is kept: a module of `root_keys`."""

    def create(self, workspace_id: str, parameters: Mapping[str, str], secret: Secret) -> dict[str, str]:
        """Make the key; returns what `unlock` needs and is no secret."""

    def unlock(self, parameters: Mapping[str, str], secret: Secret) -> RootKey:
        """The key."""


def providers() -> dict[str, Provider]:
    """Every provider, by its name."""
    from fourcorners.vault.root_keys import os_keyring  # noqa: PLC0415 - they import this module
    from fourcorners.vault.root_keys import owner_file  # noqa: PLC0415
    from fourcorners.vault.root_keys import passphrase  # noqa: PLC0415
    from fourcorners.vault.root_keys import pkcs11  # noqa: PLC0415

    return {"os_keyring": os_keyring, "passphrase": passphrase, "owner_file": owner_file, "pkcs11": pkcs11}


def create(
    folder: Path, kind: str, workspace_id: str, *, parameters: Mapping[str, str], secret: Secret
) -> RootKey:
    """Make the root key of a new workspace.

    Args:
        folder: the workspace's `keys`.
        kind: a provider's name, or empty: the operating system's keyring where there is one, else a file that only
            its owner can read.
        workspace_id: names the key where it is kept.
        parameters: what the provider needs (module and token of a PKCS#11 device).
        secret: gives a passphrase or PIN.

    Raises:
        BadInput: `ROOT_KEY`.
    """
    from fourcorners.vault.root_keys import os_keyring  # noqa: PLC0415 - it imports this module

    name = kind or ("os_keyring" if os_keyring.is_there() else "owner_file")
    if name not in providers():
        raise refused(f"no provider of root keys is called {name!r}", ", ".join(providers()))
    kept = providers()[name].create(workspace_id, parameters, secret)
    with write_once(folder / FILE) as out:
        out.write(json.dumps({"kind": name, **kept}).encode())
    return providers()[name].unlock(kept, secret)


def unlock(folder: Path, *, secret: Secret) -> RootKey:
    """The root key of a workspace.

    Raises:
        BadInput: `ROOT_KEY`.
    """
    try:
        kept: dict[str, str] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        provider = providers()[kept["kind"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise refused(
            f"{folder / FILE} does not say where the workspace's root key is: {reason}",
            "bring the folder `keys` back from where `backup --keys` copied it",
        ) from error
    try:
        return provider.unlock(kept, secret)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise refused(
            f"the workspace's note of its root key is damaged: {error}", f"restore {folder / FILE} from a backup"
        ) from error


def refused(what: str, next_step: str) -> BadInput:
    """The error of every provider: without the root key nothing of the workspace can be read."""
    return BadInput("ROOT_KEY", what, why="every key of the workspace is wrapped by it", next_step=next_step)
