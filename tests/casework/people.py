"""The persons of these tests, and the workspace as each of them opens it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fourcorners.casework.people import actors
from fourcorners.casework.sealed import seals
from fourcorners.casework.workspace import Workspace
from fourcorners.vault.filter_team import CustodianKey

CUSTODIANS = ("carol", "dave", "erin")


def acting(workspace: Workspace, name: str) -> Workspace:
    """The same open workspace with another person at it."""
    return replace(workspace, actor=name)


def supervisors(workspace: Workspace, *names: str) -> None:
    for name in names:
        actors.add(workspace, name, actors.SUPERVISOR)


def filter_team(workspace: Workspace) -> dict[str, CustodianKey]:
    keys = {name: CustodianKey.generate(name) for name in CUSTODIANS}
    seals.set_team(workspace, "\n".join(key.custodian.line() for key in keys.values()))
    return keys


def write_unseal(folder: Path, *, items: tuple[str, ...], role: str = "judge", more: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "unseal.txt").write_text("an order of the court")
    path = folder / "unseal.toml"
    listed = ", ".join(f'"{item}"' for item in items)
    path.write_text(
        f'opens = "I-1"\nitems = [{listed}]\nissuer = "District Court of Example"\nissuer_role = "{role}"\n'
        f'issued = "2026-03-20T10:00:00Z"\nreference = "26-mc-17"\ndocument = "unseal.txt"\n{more}'
    )
    return path


@contextmanager
def unchanged(workspace: Workspace) -> Iterator[None]:
    """Nothing but the ledger grows in the block."""
    tables = ("cases", "instruments", "returns", "members", "segments", "sealed", "originals", "petitions")

    def state() -> tuple[object, ...]:
        rows = [workspace.tables.db.execute(f"SELECT * FROM {name}").fetchall() for name in tables]
        keys = {path for path in (workspace.root / "keys").rglob("*") if path.is_file()}
        return rows, workspace.vault.files(), keys

    before = state()
    yield
    assert state() == before
