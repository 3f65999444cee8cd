"""Released records as JSON lines, each with where it stands in the file that was produced."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from fourcorners.casework import gate
from fourcorners.casework.gate import Rows
from fourcorners.casework.rows import MemberRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.instant import DECLARED
from fourcorners.model.instant import FILE
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import STATED
from fourcorners.model.instant import rfc3339
from fourcorners.model.records import DERIVED
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import FOREVER

#: Columns that the line shows under other names, or not at all.
_OWN_SPELLING = frozenset({"account", "ip", "port", "at", "until"})


def list_records(
    workspace: Workspace, instrument: str, *, family: str | None, reason: str = ""
) -> Iterator[dict[str, Any]]:
    """The released records under an instrument, one dictionary a line (docs/command-line.md has the keys).

    Raises:
        Refused: what the gate refuses.
    """
    for rows in gate.read(workspace, instrument, family=family, purpose="records", reason=reason):
        yield from lines(rows)


def record_id(return_id: str, member: int, row: int) -> str:
    """`R-1.0.17`: return, member, row. The same file read again by the same reader gives the same ids."""
    return f"{return_id}.{member}.{row}"


def account_basis(member: MemberRow, row: Mapping[str, Any]) -> str | None:
    """Who says whose the record is: `stated` (the record), `file` (another member of it), `declared by NAME`."""
    if row.get("account") is None:
        return None
    if row["account_text"] is not None:
        return STATED
    return DECLARED + member.account_by if member.account_by else FILE


def lines(rows: Rows) -> Iterator[dict[str, Any]]:
    """The lines of one batch."""
    fields = FAMILIES[rows.family]
    source = {
        "sha256": rows.member.file,
        "tree": rows.member.tree,
        "member": rows.member.member,
    }
    for row in rows.batch.to_pylist():
        precision = row.get("precision") or SECOND
        yield {
            "id": record_id(rows.returned.id, rows.member.n, row["row"]),
            "kind": rows.family,
            "account": row.get("account"),
            "account_basis": account_basis(rows.member, row),
            "ip": row.get("ip"),
            "port": row.get("port"),
            "at": _instant(row.get("at"), precision),
            "until": _instant(row.get("until"), precision),
            "at_text": row.get("at_text"),
            "precision_s": precision / SECOND if precision < SECOND else precision // SECOND,
            "zone_basis": row.get("zone_basis"),
            "verdict": "released",
            "source": {
                **source,
                "ranges": {
                    name: list(zip(row[name + "@"][::2], row[name + "@"][1::2], strict=True))
                    for name in fields
                    if row[name + "@"]
                },
                "reader": rows.member.reader,
            },
            **{name: row[name] for name in fields if name not in _OWN_SPELLING},
            **{name: _bound(row[name], precision) for name, _ in DERIVED.get(rows.family, ())},
            "category": row["category"],
            "sealed_fields": row["sealed_fields"],
            "day_differs": row["day_differs"],
            "crosses_window": row["crosses_window"],
        }


def _bound(ns: int | None, precision: int) -> str | None:
    return "open" if ns == FOREVER else _instant(ns, precision)


def _instant(ns: int | None, precision: int) -> str | None:
    return None if ns is None else rfc3339(ns, precision)
