"""The truth beside the files, as JSON, so that a whole run can be scored.

    {
      "schema": 1, "seed": 7, "skew_s": 120,
      "columns": COLUMNS,
      "canaries": ["..."],                     texts that no record line may hold
      "returns": [{
        "order": "provider/order.toml",        paths are relative to the truth's folder
        "mapping": "cable/mapping.toml",       null for the provider
        "path": "provider/return.zip", "sha256": "...",
        "zone": "America/Denver",              to be declared for the truth to hold, null where none is missing
        "withheld_fields": {"login": ["agent"]},
        "rows": n, "released": n, "sealed": n, "rejected": n, "reasons": {"OUTSIDE_DATE_RANGE": n},
        "members": [{
          "member": "records.html",            path in the archive, empty for a bare file
          "sha256": "...",
          "rows": [[kind, verdict, reason, *the kind's columns], ...]
        }]
      }],
      "outcomes": [[ip, port, at, outcome, candidates, subscriber], ...]
    }

`verdict` is `released`, `sealed` or `rejected`, with a reason of `model.codes` for the last two. `at` and `until`
are RFC 3339 in UTC, `ip` as a record line spells it. Values of a row that could not be read are null. `outcomes`
has one line for each distinct (ip, port, at) of the released login rows; `subscriber` is null but for `one`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from fourcorners.samples.spelling import zulu
from fourcorners.samples.values import SKEW
from fourcorners.samples.values import Login

#: The values of each kind's rows, after kind, verdict and reason.
COLUMNS: dict[str, tuple[str, ...]] = {
    "login": ("account", "ip", "port", "at"),
    "session": ("account", "ip", "port", "at", "until"),
    "seen": ("account", "ip", "at", "until"),
    "call": ("account", "ip", "port", "at", "until", "action", "party"),
    "assignment": ("ip", "port_low", "port_high", "at", "until", "subscriber"),
    "subscriber": ("account", "value"),
    "negative": ("account", "value"),
    "capture": ("account",),
}


@dataclass(frozen=True, slots=True)
class Row:
    """What must become of one row of a file."""

    kind: str
    verdict: str
    reason: str | None
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One file as read: its path in the archive (empty for a bare file), its hash and its rows."""

    path: str
    sha256: str
    rows: Sequence[Row]


def hash_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def return_truth(
    folder: Path,
    path: Path,
    order: Path,
    members: Sequence[Member],
    *,
    mapping: Path | None = None,
    withheld_fields: dict[str, tuple[str, ...]] | None = None,
    zone: str | None = None,
) -> dict[str, Any]:
    """The truth about one produced file.

    Args:
        folder: of the truth; paths are written relative to it.
        path: the file as it is given to `ingest`.
        order: the instrument that it answers.
        members: what it holds.
        mapping: for a table.
        withheld_fields: fields that are sealed while their row is released, by kind.
        zone: of the file's local times, which a person must declare before they are judged.
    """
    rows = [row for member in members for row in member.rows]
    verdicts = Counter(row.verdict for row in rows)
    return {
        "order": order.relative_to(folder).as_posix(),
        "mapping": mapping.relative_to(folder).as_posix() if mapping else None,
        "path": path.relative_to(folder).as_posix(),
        "sha256": hash_of(path),
        "zone": zone,
        "withheld_fields": withheld_fields or {},
        "rows": len(rows),
        **{verdict: verdicts[verdict] for verdict in ("released", "sealed", "rejected")},
        "reasons": dict(sorted(Counter(row.reason for row in rows if row.reason).items())),
        "members": [
            {
                "member": member.path,
                "sha256": member.sha256,
                "rows": [[row.kind, row.verdict, row.reason, *row.values] for row in member.rows],
            }
            for member in members
        ],
    }


def outcomes(logins: Iterable[Login]) -> list[list[Any]]:
    """The expected outcome of each distinct event."""
    found = {
        (login.ip, login.port, login.at): [
            login.ip,
            login.port,
            zulu(login.at),
            login.expected.outcome,
            login.expected.candidates,
            login.expected.subscriber,
        ]
        for login in logins
        if login.expected is not None
    }
    return list(found.values())


def write(
    path: Path, seed: int, returns: Sequence[dict[str, Any]], events: Sequence[list[Any]], canaries: Sequence[str]
) -> None:
    """Write the truth file."""
    body = {
        "schema": 1,
        "seed": seed,
        "skew_s": SKEW,
        "columns": COLUMNS,
        "canaries": list(canaries),
        "returns": list(returns),
        "outcomes": list(events),
    }
    path.write_text(json.dumps(body, separators=(",", ":")) + "\n", encoding="utf-8")
