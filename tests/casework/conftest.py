from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fourcorners.casework import cases
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import open_workspace
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import parse_rfc3339

START = parse_rfc3339("2026-04-01T09:00:00Z").ns


class TickingClock:
    """A clock that the test sets; one second passes at each look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        self.now += SECOND
        return self.now


@pytest.fixture
def clock() -> TickingClock:
    return TickingClock()


@pytest.fixture
def folder(tmp_path: Path, clock: TickingClock) -> Path:
    workspaces.create(tmp_path / "w", "tester", clock)
    return tmp_path / "w"


@pytest.fixture
def workspace(folder: Path, clock: TickingClock) -> Iterator[Workspace]:
    with open_workspace(folder, "tester", clock=clock) as opened:
        yield opened


@pytest.fixture
def case(workspace: Workspace) -> str:
    return cases.open_case(workspace, "Account takeover", "Complaint of 2 March 2026").id


ORDER = """\
type = "{type}"
jurisdiction = "US-FED"
issuer = "District Court of Example"
issuer_role = "{role}"
purpose = "criminal_investigation"
offence = "18 USC 1030"
custodian = "Meta Platforms, Inc."
accounts = [{accounts}]
categories = [{categories}]
issued = "2026-03-09T10:00:00Z"
served = "2026-03-10T10:00:00Z"
document = "order.txt"
{more}
[window]
start = "2026-03-01T00:00:00"
end = "2026-03-08T00:00:00"
zone = "UTC"
"""


def write_order(
    folder: Path,
    *,
    accounts: tuple[str, ...] = ("100089000000001",),
    categories: tuple[str, ...] = ("session_ip_log", "subscriber_identity"),
    kind: str = "search_warrant",
    role: str = "magistrate_judge",
    more: str = "",
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "order.txt").write_text("a warrant")
    path = folder / "order.toml"
    path.write_text(
        ORDER.format(
            type=kind,
            role=role,
            accounts=", ".join(f'"{a}"' for a in accounts),
            categories=", ".join(f'"{c}"' for c in categories),
            more=more,
        )
    )
    return path
