"""What in a case rests on an older reading of a return, and which returns an older reader read.

What was handed out or concluded stands on the ledger with its place in it: it rests on an older reading of a
return if the return was there before it and was read again after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

from fourcorners.casework import store
from fourcorners.casework.holding import standing
from fourcorners.casework.journal import Entry
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.readers import registry
from fourcorners.readers.logs import LOGS
from fourcorners.readers.table.reader import TableReader

#: Kinds of entries about a return that say what its reading is from then on.
_READINGS = ("intake", "declaration", "reread")
#: Kinds of entries whose result rests on what was read, and the fact that names the result.
_RESULTS = {"attribution": "attribution", "exhibit": "exhibit", "next": "instrument", "instrument": "instrument"}


def resting(workspace: Workspace, case: str, until: int | None = None) -> list[dict[str, Any]]:
    """Every attribution, exhibit, sheet for a carrier and instrument of a case that rests on an older reading.

    Args:
        workspace: where.
        case: the case; what was destroyed rests on nothing.
        until: only entries up to that number count.

    Returns:
        `what` and `name`; its `entry`; the `return`; the reading it rests on (`read`) and the newest (`now`), each
        with its entry, the hash of the return's body and the readers.
    """
    again = [
        (row.id, returned)
        for row in store.of_owner(workspace.tables, InstrumentRow, case)
        if not standing.is_destroyed(workspace, row.id)
        for returned in store.of_owner(workspace.tables, ReturnRow, row.id)
        if returned.rereads
    ]
    entries = [
        entry
        for entry in (workspace.ledger.entries() if again else ())
        if entry.facts.get("case") == case and (until is None or entry.n <= until)
    ]
    found = []
    for instrument, returned in again:
        about = [each for each in entries if each.facts.get("return") == returned.id and each.kind in _READINGS]
        rereads = [each for each in about if each.kind == "reread"]
        for result in _resting(workspace, entries, instrument):
            then = [each for each in about if each.n < result.n]
            later = [each for each in rereads if each.n > result.n]
            if then and later:
                found.append(_line(result, returned, then[-1], about[-1], len(rereads) - len(later)))
    return found


def _resting(workspace: Workspace, entries: Iterable[Entry], instrument: str) -> Iterator[Entry]:
    """The entries of what used an instrument's records."""
    for entry in entries:
        facts = entry.facts
        if (
            entry.kind == "exhibit"
            or (entry.kind == "attribution" and instrument in (facts["logins"], *facts["assignments"]))
            or (entry.kind == "next" and facts["instrument"] == instrument)
        ):
            yield entry
        elif entry.kind == "instrument":
            asking = store.get(workspace.tables, InstrumentRow, facts["instrument"])
            if instrument in asking.derived_from:
                yield entry


def _line(result: Entry, returned: ReturnRow, then: Entry, now: Entry, done: int) -> dict[str, Any]:
    older, newest = returned.rereads[done]["before"], returned.rereads[-1]["now"]
    return {
        "what": result.kind,
        "name": result.facts[_RESULTS[result.kind]],
        "entry": result.id,
        "return": returned.id,
        "read": {"entry": then.id, "sha256": _body(then), "readers": older},
        "now": {"entry": now.id, "sha256": _body(now), "readers": newest},
    }


def _body(entry: Entry) -> str | None:
    return (entry.evidence or {}).get("body")


def outdated(workspace: Workspace, returned: ReturnRow) -> list[list[str]]:
    """The readers that read a return, each with its version of today where that is another one."""
    then = {member.reader for member in store.members_of(workspace.tables, returned)}
    versions = {reader.name: reader.version for reader in registry.READERS}
    versions |= {log.name: log.version for log in LOGS} | {"table": TableReader.version}
    return [
        [each, f"{name}/{versions[name]}"]
        for each in sorted(then)
        for name in [each.partition("/")[0]]
        if name in versions and each != f"{name}/{versions[name]}"
    ]
