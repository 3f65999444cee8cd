"""Why a decision came out as it did, in sentences."""

from __future__ import annotations

from typing import Any

from fourcorners.casework.journal import Entry
from fourcorners.casework.oversight.numbers import entry_number
from fourcorners.casework.workspace import Workspace
from fourcorners.law.access import explain
from fourcorners.model.errors import UsageError
from fourcorners.model.instant import rfc3339


def why(workspace: Workspace, entry_id: str) -> dict[str, Any]:
    """Explain an allow or a deny.

    Args:
        workspace: where.
        entry_id: `E-17`, as a refusal names it and `ledger list` shows it, or its number alone.

    Raises:
        UsageError: `UNKNOWN_ENTRY`: there is none, or nothing was decided in it.
    """
    with workspace.attempt("why", {"entry": entry_id}):
        entry = _find(workspace, entry_id)
        refused = entry.kind == "refusal"
        policies = entry.facts.get("rules" if refused else "policies", [])
        if not refused and not policies:
            raise UsageError(
                "UNKNOWN_ENTRY",
                f"{entry.id} ({entry.kind}) holds no decision",
                next_step="`fourcorners ledger list` shows the entries; reads, approvals and refusals are decided",
            )
        workspace.record("explained", {"entry": entry.id}, {})
    audit, evidence = entry.audit or {}, entry.evidence or {}
    return {
        "entry": entry.id,
        "at": rfc3339(entry.at),
        "actor": audit.get("actor"),
        "what": entry.facts.get("attempt", entry.kind),
        "allowed": not refused,
        "code": entry.facts.get("code"),
        "sentences": [*([evidence["what"]] if "what" in evidence else []), *explain.sentences(policies)],
        "policies": policies,
        "policy_set": entry.facts["policy_set"],
        "asked": audit.get("asked"),
        "reason": audit.get("reason"),
    }


def _find(workspace: Workspace, entry_id: str) -> Entry:
    number = entry_number(entry_id)
    for entry in workspace.ledger.entries():
        if entry.n == number:
            return entry
    raise UsageError(
        "UNKNOWN_ENTRY",
        f"the ledger has no E-{number}",
        next_step="`fourcorners ledger list` shows the entries",
    )
