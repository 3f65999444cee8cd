from __future__ import annotations

import secrets
from pathlib import Path

from fourcorners.vault.filter_team import CustodianKey
from fourcorners.vault.filter_team import FilterTeam
from fourcorners.vault.keys import KeyStore
from fourcorners.vault.root_keys.sealing import HeldKey
from fourcorners.vault.vault import Vault

OWNER = "I-1"


def make_keys(folder: Path, root: HeldKey | None = None) -> KeyStore:
    keys = KeyStore(folder / "keys", root or HeldKey("test", secrets.token_bytes(32)))
    (folder / "keys").mkdir(exist_ok=True)
    if not keys.has(OWNER):
        keys.create(OWNER)
    return keys


def make_vault(folder: Path, team: FilterTeam | None = None) -> Vault:
    return Vault(folder, make_keys(folder), team)


def make_vault_with_team(folder: Path) -> tuple[Vault, list[CustodianKey]]:
    keys = [CustodianKey.generate(name) for name in ("carol", "dave", "erin")]
    return make_vault(folder, FilterTeam(tuple(key.custodian for key in keys))), keys


def open_together(vault: Vault, keys: list[CustodianKey], name: str) -> bytes:
    """The key of a sealed file, as the first two custodians lay it bare."""
    context = vault.sealed_context(name, OWNER)
    return keys[1].finish(keys[0].begin(vault.keys.sealed_key(OWNER, name), context), context)
