"""A file that only its owner can read, under the user's data directory, outside the workspace: the last resort.

Whoever copies the user's home has it. `doctor` says so.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from fourcorners.vault import root_key
from fourcorners.vault.root_key import Secret
from fourcorners.vault.root_keys.sealing import HeldKey

_SIZE = 32


def folder() -> Path:
    """Where the key files lie (XDG Base Directory Specification; Apple's and Microsoft's places elsewhere)."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "fourcorners"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "fourcorners"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "fourcorners"


def create(workspace_id: str, parameters: Mapping[str, str], secret: Secret) -> dict[str, str]:  # noqa: ARG001
    """Make the key's file, under the user's data directory if `parameters` names no other `folder`."""
    place = Path(parameters.get("folder") or folder())
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(place / f"{workspace_id}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "wb") as out:
        out.write(secrets.token_bytes(_SIZE))
        out.flush()
        os.fsync(out.fileno())
    return {**parameters, "name": f"{workspace_id}.key"}


def unlock(parameters: Mapping[str, str], secret: Secret) -> HeldKey:  # noqa: ARG001 - the protocol's
    """The key.

    Raises:
        BadInput: `ROOT_KEY`: it is not there, or others can read it.
    """
    path = Path(parameters.get("folder") or folder()) / Path(parameters["name"]).name
    if not path.is_file():
        raise root_key.refused(f"the root key is not at {path}", "bring the key file to this place")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise root_key.refused(
            f"others can read the root key {path}", f"chmod 400 {path}, and ask who has read it"
        )
    key = path.read_bytes()
    if len(key) != _SIZE:
        raise root_key.refused(f"{path} is no root key", "bring the key file to this place")
    return HeldKey("owner_file", key)
