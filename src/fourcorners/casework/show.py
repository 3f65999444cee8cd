"""What is there, in lines: cases, one case, a return, the readers, the machine."""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import fourcorners as product
from fourcorners.attribution import networks
from fourcorners.casework import attribute
from fourcorners.casework import differences
from fourcorners.casework import gate
from fourcorners.casework import readings
from fourcorners.casework import store
from fourcorners.casework import unnamed
from fourcorners.casework.holding import standing
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.reread import Reread
from fourcorners.casework.rows import ActorRow
from fourcorners.casework.rows import AttributionRow
from fourcorners.casework.rows import CaseRow
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import PetitionRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.rows import RulingRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.instant import rfc3339
from fourcorners.readers import registry
from fourcorners.readers.logs import LOGS
from fourcorners.readers.table.reader import TableReader
from fourcorners.vault.vault import QUARANTINE


def list_cases(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """Every case, one line each."""
    lines = [
        {"case": case.id, "title": case.title, "opened": rfc3339(case.opened), "opened_by": case.opened_by}
        for case in store.cases(workspace.tables)
    ]
    yield from _seen(workspace, "cases", lines)


def _seen(workspace: Workspace, what: str, lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Lines about the work of others; that somebody looked is on the ledger before the first is shown."""
    with workspace.attempt(f"{what} shown", {}):
        workspace.record(f"{what} shown", {"lines": len(lines)}, {})
    yield from lines


def show_case(workspace: Workspace, case_id: str, reason: str = "") -> dict[str, Any]:
    """One case with its instruments, their returns, and its attributions.

    Raises:
        UsageError: `UNKNOWN_CASE`.
        Refused: what the policies refuse.
    """
    with workspace.attempt("case show", {"case": case_id}):
        case = store.get(workspace.tables, CaseRow, case_id)
        decision = gate.check_show(workspace, case_id, reason)
        facts = {"case": case_id, "policies": list(decision.policies)}
        workspace.record("case shown", facts, {"reason": reason, "asked": decision.question})
    return {
        "case": case.id,
        "title": case.title,
        "predicate": case.predicate,
        "opened": rfc3339(case.opened),
        "opened_by": case.opened_by,
        "team": [
            row.id for row in store.of_owner(workspace.tables, ActorRow, store.WORKSPACE) if case_id in row.teams
        ],
        "instruments": [
            _instrument(workspace, row) for row in store.of_owner(workspace.tables, InstrumentRow, case_id)
        ],
        "attributions": [
            {
                "attribution": row.id,
                "logins": row.logins,
                "assignments": row.assignments,
                "skew_s": row.skew_s,
                "outcomes": row.outcomes,
                "stands": attribute.stands(workspace, row),
            }
            for row in store.of_owner(workspace.tables, AttributionRow, case_id)
        ],
        "rests_on_older": readings.resting(workspace, case_id),
        "newer_readers": list(_newer(workspace, case_id)),
    }


def _newer(workspace: Workspace, case_id: str) -> Iterator[dict[str, Any]]:
    """The returns of a case that were read by other versions of the readers than those of today."""
    for row in store.of_owner(workspace.tables, InstrumentRow, case_id):
        returns = (
            [] if standing.is_destroyed(workspace, row.id) else store.of_owner(workspace.tables, ReturnRow, row.id)
        )
        for each in returns:
            if not each.unsealed and (pairs := readings.outdated(workspace, each)):
                todo = f"fourcorners reread --return {each.id} PATH..."
                yield {"return": each.id, "readers": pairs, "next": todo}


def _instrument(workspace: Workspace, row: InstrumentRow) -> dict[str, Any]:
    instrument = store.load_instrument(workspace.tables, row.id)
    destroyed = standing.is_destroyed(workspace, row.id)
    returns = [] if destroyed else store.of_owner(workspace.tables, ReturnRow, row.id)
    return {
        "instrument": row.id,
        "type": instrument.type,
        "jurisdiction": instrument.jurisdiction,
        "state": instrument.state.value,
        "custodian": instrument.custodian,
        "accounts": [target.text for target in instrument.scope.accounts],
        "categories": sorted(instrument.scope.categories),
        "window": instrument.scope.window.text(),
        "entered_by": row.entered_by,
        "warnings": row.warnings,
        "derived_from": row.derived_from,
        "quashed_by": standing.quashed_by(workspace, row.id),
        "retention": standing.retention(workspace, row.id),
        "returns": [return_line(each) for each in returns],
    }


def return_line(row: ReturnRow) -> dict[str, Any]:
    """A return as `ingest` prints it."""
    return {
        "return": row.id,
        "format": row.format,
        **row.counts,
        "reasons": row.reasons,
        "unclassified_fields": [path for path, _ in row.unclassified],
        "drift": row.drift,
        "declared": list(_declared(row)),
        "rereads": [_reread(each) for each in row.rereads],
        "files": [{key: file[key] for key in ("path", "sha256", "read")} for file in row.files],
    }


def _declared(row: ReturnRow) -> Iterator[dict[str, Any]]:
    """What persons declared of a return's files; `files` None: of all of them."""
    if zone := row.declaration:
        yield _declaration("zone", zone["zone"], zone, None)
    for each in row.accounts:
        yield _declaration("account", each["account"], each, unnamed.files_of(row, each))


def _declaration(what: str, value: str, said: dict[str, Any], files: list[str] | None) -> dict[str, Any]:
    told = {"by": said["by"], "at": rfc3339(said["at"]), "reason": said["reason"]}
    return {"what": what, "value": value, **told, "files": files}


def _reread(told: dict[str, Any]) -> dict[str, Any]:
    names = ("by", "reason", "before", "now", "differences")
    return {"at": rfc3339(told["at"]), **{name: told[name] for name in names}}


def reread_lines(done: Reread) -> Iterator[dict[str, Any]]:
    """What came of reading a return again: a line about the whole, then one a difference."""
    kinds = differences.count(done.found)
    yield {
        "return": done.row.id,
        "entry": done.entry,
        "readers": done.readers,
        "differences": sum(kinds.values()),
        "kinds": kinds,
        "rests_on_older": done.rests,
        "elsewhere": done.elsewhere,
        **done.row.counts,
        "reasons": done.row.reasons,
    }
    yield from done.found


def actor_line(row: ActorRow) -> dict[str, Any]:
    """A person with his roles and teams."""
    return {"actor": row.id, "roles": row.roles, "teams": row.teams}


def list_actors(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """Everybody who is known here."""
    rows = store.of_owner(workspace.tables, ActorRow, store.WORKSPACE)
    yield from _seen(workspace, "actors", [actor_line(row) for row in rows])


def petition_line(row: PetitionRow) -> dict[str, Any]:
    """A petition, without the text of an order."""
    names = ("instrument", "returns", "opens", "reader", "items", "custodians")
    about = {name: row.subject[name] for name in names if name in row.subject}
    if "returns" in about:
        about["returns"] = sorted(about["returns"])
    about |= row.asks
    return {
        "petition": row.id,
        "case": row.case,
        "kind": row.kind,
        "about": about,
        "requester": row.requester,
        "reason": row.reason,
        "approvers": row.approvers,
        "state": row.state,
    }


def list_petitions(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """Every petition of the workspace and of every case."""
    lines = [
        petition_line(row)
        for owner in (store.WORKSPACE, *(case.id for case in store.cases(workspace.tables)))
        for row in store.of_owner(workspace.tables, PetitionRow, owner)
    ]
    yield from _seen(workspace, "petitions", lines)


def ruling_line(row: RulingRow) -> dict[str, Any]:
    """A court's ruling on an instrument."""
    return {"ruling": row.id, "instrument": row.instrument, "says": row.ruling, "document": row.document_sha256}


def list_retention(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """Every instrument with the end of its period; IN_BREACH comes first."""
    yield from _seen(workspace, "retention", _retention(workspace))


def _retention(workspace: Workspace) -> list[dict[str, Any]]:
    lines = [
        {"instrument": row.id, "case": case.id, **standing.retention(workspace, row.id)}
        for case in store.cases(workspace.tables)
        for row in store.of_owner(workspace.tables, InstrumentRow, case.id)
    ]
    return sorted(lines, key=lambda line: line["state"] != "IN_BREACH")


def list_readers() -> Iterator[dict[str, Any]]:
    """Every listed reader; logs and tables of no known format go through a declared mapping."""
    for reader in registry.READERS:
        yield {"reader": reader.name, "version": reader.version, "custodians": list(reader.custodians)}
    for log in LOGS:
        yield {"reader": log.name, "version": log.version, "custodians": []}
    yield {"reader": "table", "version": TableReader.version, "custodians": []}


def _examine(workspace: Workspace) -> Iterator[dict[str, Any]]:
    kind = workspace.tables.keys.root_kind
    weak = "; whoever copies that file opens everything" if kind == "owner_file" else ""
    yield {"what": "root key", "found": f"{kind}{weak}", "ok": not weak}
    names = ", ".join(each.name for each in witnessing.policy(workspace).witnesses)
    seen = witnessing.check_kept(workspace)
    since = (
        f"{seen['entries_since']} entries since the last cosigned checkpoint"
        if seen
        else witnessing.without_quorum(witnessing.last_seen(workspace))
    )
    none = "none: whoever holds this folder can rewrite it; `witness add`, or keep checkpoints elsewhere"
    yield {"what": "witness", "found": f"{names}: {since}" if names else none, "ok": seen is not None}
    team = workspace.filter_team()
    custodians = ", ".join(each.name for each in team.custodians) if team else ""
    none = "none: what lies outside scope is not stored, and cannot be opened later; `seal team`"
    yield {"what": "filter team", "found": custodians or none, "ok": team is not None}
    breach = [line["instrument"] for line in _retention(workspace) if line["state"] == "IN_BREACH"]
    found = f"IN_BREACH: {', '.join(breach)}" if breach else "no period is over"
    yield {"what": "retention", "found": found, "ok": not breach}
    aside = len(workspace.vault.aside())
    found = f"{aside} file(s) that no step knows, in {QUARANTINE}" if aside else "nothing"
    yield {"what": "set aside", "found": found, "ok": not aside}


def examine(workspace: Workspace | None) -> Iterator[dict[str, Any]]:
    """What this machine has, one finding a line: `ok` says whether the product can rely on it."""
    yield {"what": "fourcorners", "found": product.__version__, "ok": True}
    yield {"what": "python", "found": platform.python_version(), "ok": sys.version_info >= (3, 11)}
    yield {"what": "sqlite", "found": sqlite3.sqlite_version, "ok": sqlite3.sqlite_version_info >= (3, 37)}
    for name in ("duckdb", "pyarrow", "typst", "pypdfium2", "python-calamine"):
        yield {"what": name, "found": version(name), "ok": True}
    table = networks.default_path()
    found = networks.NetworkTable.load(table).date if table.is_file() else "not built; `make setup` builds it"
    yield {"what": "network table", "found": found, "ok": table.is_file()}
    yield {
        "what": "workspace",
        "found": str(workspace.root) if workspace else "none here, or it cannot be opened",
        "ok": workspace is not None,
    }
    if workspace:
        yield from _examine(workspace)
    yield {"what": "sandbox", "found": "none: readers run with the user's rights", "ok": False}
