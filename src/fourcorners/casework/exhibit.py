"""The exhibit of a case: collect through the gate, render, write down, hand over.

It rests on the ledger up to the newest entry about its case that is not a mere read or output; that entry's time
is the document's date. So the same workspace gives the same bytes, whenever it is asked.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import fourcorners as product
from fourcorners.casework import attribute
from fourcorners.casework import evidence
from fourcorners.casework import gate
from fourcorners.casework import kinds
from fourcorners.casework import naming
from fourcorners.casework import outputs
from fourcorners.casework import readings
from fourcorners.casework import store
from fourcorners.casework import unnamed
from fourcorners.casework.holding import standing
from fourcorners.casework.journal import Entry
from fourcorners.casework.mappings import DeclaredMapping
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.records import account_basis
from fourcorners.casework.records import record_id
from fourcorners.casework.rows import AttributionRow
from fourcorners.casework.rows import CaseRow
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import MemberRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import VerificationFailed
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339
from fourcorners.model.instrument import Case
from fourcorners.model.instrument import Instrument
from fourcorners.model.records import COMPUTED
from fourcorners.model.records import FAMILIES
from fourcorners.readers.logs.mapping import LogMapping
from fourcorners.readers.table.mapping import TableMapping
from fourcorners.report import contents
from fourcorners.report import exhibit

#: Entries on which an exhibit rests.
_GROUNDS = frozenset(
    {
        "case",
        "instrument",
        "quashed",
        "reinstated",
        "intake",
        "declaration",
        "reread",
        "unsealed",
        "attribution",
        "destroyed",
    }
)

Row = dict[str, Any]


def make(
    workspace: Workspace, case_id: str, out: Path, *, networks: Path | None = None, reason: str = ""
) -> dict[str, Any]:
    """Render a case's exhibit to a new file.

    Args:
        workspace: where.
        case_id: the case.
        out: the PDF; must not exist.
        networks: a dated network table, if not the one of this installation.
        reason: what the acting person says.

    Raises:
        UsageError: `UNKNOWN_CASE`.
        BadInput: `OUTPUT`.
        Refused: what the policies and the gate refuse.
        VerificationFailed: a finding does not come out as it did when it was made.
    """
    with workspace.attempt("exhibit", {"case": case_id}):
        case = store.get(workspace.tables, CaseRow, case_id)
        decision = gate.check_show(workspace, case_id, reason)
        outputs.check_free(out)
        data = collect(workspace, case_id, networks, reason)
        pdf = exhibit.render(data)
        digest = sha256(pdf).hexdigest()
        with outputs.prepared(out, pdf), workspace.transaction():
            workspace.write_entry(
                "exhibit",
                {
                    "case": case.id,
                    "exhibit": data.id,
                    "rests_on": data.ledger.size,
                    "policies": list(decision.policies),
                },
                {"out": str(out), "reason": reason, "asked": decision.question},
                evidence={"sha256": digest},
                owner=case.id,
            )
        return {"exhibit": str(out), "id": data.id, "sha256": digest, "bytes": len(pdf)}


def collect(workspace: Workspace, case_id: str, networks: Path | None, reason: str) -> contents.ExhibitData:
    """Everything that the exhibit shows."""
    tables = workspace.tables
    case = store.get(tables, CaseRow, case_id)
    rows = store.of_owner(tables, InstrumentRow, case_id)
    held = [row.id for row in rows if not standing.is_destroyed(workspace, row.id)]
    taken = [each for row_id in held for each in store.of_owner(tables, ReturnRow, row_id)]
    quashed = {row_id for row_id in held if standing.quashed_by(workspace, row_id)}
    returns = [each for each in taken if each.instrument not in quashed]
    members = {each.id: store.members_of(tables, each) for each in returns}
    grounds = _grounds(workspace, case_id)
    made = store.of_owner(tables, AttributionRow, case_id)
    lost = {each.id: attribute.lost_ground(workspace, each) for each in made}
    attributions = tuple(
        _attribution(workspace, same, reason) for same in _same(each for each in made if lost[each.id] is None)
    )
    rests = readings.resting(workspace, case_id, grounds.n)
    readers = sorted({member.reader for each in members.values() for member in each})
    opened = dt.datetime.fromtimestamp(case.opened // SECOND, dt.UTC)
    return contents.ExhibitData(
        case=Case(case.id, case.title, case.predicate, opened, case.opened_by),
        instruments=tuple(_instrument(workspace, row) for row in rows),
        returns=tuple(_return(tables, each, members[each.id], rests) for each in returns),
        zones=tuple(
            contents.ZoneSheet(
                each.id,
                each.declaration["zone"],
                each.declaration["by"],
                each.declaration["reason"],
                each.declaration["at"],
            )
            for each in returns
            if each.declaration
        ),
        accounts=tuple(_account(each, said) for each in returns for said in each.accounts),
        mappings=tuple(_mapping(each) for each in returns if each.mapping),
        attributions=attributions,
        superseded=tuple((name, why) for name, why in lost.items() if why),
        locked=tuple((each.id, each.instrument) for each in taken if each.instrument in quashed),
        destroyed=tuple(row.id for row in rows if row.id not in held),
        networks=_networks(attributions, networks),
        versions=contents.Versions(
            product.__version__,
            tuple(readers),
            tuple(sorted({(row.decision["pack"], row.decision["pack_sha256"]) for row in rows})),
        ),
        ledger=contents.LedgerHead(
            origin=workspace.signer.verifier.name,
            size=grounds.n + 1,
            root=workspace.log.root(grounds.n + 1).hex(),
            newest=grounds.at,
            witnesses=witnessing.cosigners(workspace, grounds.n + 1),
        ),
        filter_key=workspace.filter_team() is not None,
    )


def _grounds(workspace: Workspace, case_id: str) -> Entry:
    *_, newest = (
        entry
        for entry in workspace.ledger.entries()
        if entry.kind in _GROUNDS and entry.facts.get("case") == case_id
    )
    return newest


def _instrument(workspace: Workspace, row: InstrumentRow) -> contents.InstrumentSheet:
    permitted: dict[str, list[str]] = row.decision["permitted"]
    rules = {rule["id"]: rule for rule in row.decision["rules"]}
    return contents.InstrumentSheet(
        store.load_instrument(workspace.tables, row.id),
        tuple(
            contents.RuleApplied(
                rule, category, rules[rule]["permitted"], rules[rule]["citation"], rules[rule]["verified"]
            )
            for category, ids in permitted.items()
            for rule in ids
        ),
        (*row.warnings, *_standing(workspace, row.id)),
    )


def _standing(workspace: Workspace, instrument_id: str) -> Iterator[str]:
    """What has become of an instrument since it was entered."""
    if found := standing.quashed_by(workspace, instrument_id):
        yield f"locked: it rests on {', '.join(found)}, which a court quashed; nothing under it is shown"
    state = standing.retention(workspace, instrument_id)["state"]
    if state != "held":
        yield f"what was produced under it: {state}"


def _return(
    tables: store.Tables, row: ReturnRow, members: list[MemberRow], rests: list[dict[str, Any]]
) -> contents.ReturnSheet:
    released = [(member, kinds.of_member(tables, row, member)) for member in members]
    families = sum((found for _, found in released), Counter[str]())
    return contents.ReturnSheet(
        id=row.id,
        instrument=row.instrument,
        taken_in=row.at,
        taken_in_by=row.by,
        files=tuple(contents.FileSheet(file["path"], file["sha256"], file["read"]) for file in row.files),
        readers=tuple(sorted({(member.reader, member.layout) for member in members})),
        **row.counts,
        reasons=tuple(row.reasons.items()),
        unclassified=tuple((path, texts) for path, texts in row.unclassified),
        original_stored=all(file["original"] for file in row.files if file.get("kept")),
        rereads=tuple(_reread(each) for each in row.rereads),
        older=tuple((each["what"], each["name"], each["entry"]) for each in rests if each["return"] == row.id),
        families=tuple((family, families[family]) for family in FAMILIES if families[family]),
        sources=tuple(evidence.source_of(member) for member, found in released if found),
    )


def _reread(told: dict[str, Any]) -> contents.RereadSheet:
    return contents.RereadSheet(
        told["at"], told["by"], tuple(told["before"]), tuple(told["now"]), tuple(told["differences"].items())
    )


def _account(row: ReturnRow, said: dict[str, Any]) -> contents.AccountSheet:
    files = tuple(unnamed.files_of(row, said))
    return contents.AccountSheet(row.id, said["account"], files, said["by"], said["reason"], said["at"])


def _mapping(row: ReturnRow) -> contents.MappingSheet:
    assert row.mapping is not None
    declared = DeclaredMapping.stored(row.mapping)
    coverage = declared.mapping.coverage
    ends = [rfc3339(end) if end is not None else "not stated" for end in (coverage.start, coverage.end)]
    gaps = "".join(f"; gap {rfc3339(start)} to {rfc3339(end)}" for start, end in coverage.gaps)
    return contents.MappingSheet(
        in_return=row.id,
        by=declared.by,
        sha256=row.mapping["sha256"],
        certificate=declared.certificate,
        certificate_sha256=declared.certificate_sha256,
        meanings=(
            *((column, meaning) for meaning, column in declared.mapping.columns.items()),
            ("(times)", f"zone {declared.mapping.zone.name if declared.mapping.zone else 'not declared'}"),
            *((("(every address)", "shared by several subscribers"),) if coverage.shared else ()),
            *_configuration(declared.mapping),
        ),
        coverage=f"{ends[0]} to {ends[1]}{gaps}",
    )


def _configuration(mapping: TableMapping | LogMapping) -> Iterator[tuple[str, str]]:
    """What was declared of a configuration, from which assignments follow."""
    if not isinstance(mapping, LogMapping) or not mapping.computed:
        return
    yield "(every record)", "computed from the configuration in force, none logged"
    for name, (start, end) in sorted(mapping.in_force.items()):
        yield name, f"in force from {rfc3339(start)} to {rfc3339(end)}"
    if mapping.pool_boundary is not None:
        used = "used" if mapping.pool_boundary else "not used"
        yield "(pools)", f"the lowest and the highest address of a prefix are {used}"


def _same(rows: Iterable[AttributionRow]) -> Iterable[list[AttributionRow]]:
    """Attributions that asked the same of the same returns and had the same answer, by groups; the newest last."""
    groups: dict[object, list[AttributionRow]] = {}
    for row in rows:
        asked = (row.logins, *row.assignments, row.skew_s)
        groups.setdefault((asked, *sorted(row.basis.items()), row.answer_sha256), []).append(row)
    return groups.values()


def _attribution(workspace: Workspace, same: list[AttributionRow], reason: str) -> contents.AttributionSheet:
    """The newest of equal attributions, computed anew; it must come out as it did when it was made."""
    row = same[-1]
    table = attribute.join(workspace, row.case, row.logins, row.assignments, skew_s=row.skew_s, reason=reason)
    if attribute.answer_hash(table) != row.answer_sha256:
        raise VerificationFailed(
            "TAMPERED",
            f"{row.id} does not come out as it did on {rfc3339(row.at)}",
            why="the records on which it rests, or the program, are not the same",
            next_step="verify the workspace, then run `attribute` again",
        )
    answers = table.to_pylist()
    logins = _rows(workspace, row.case, row.logins, "login", {answer["login"] for answer in answers}, reason)
    wanted = {match["id"] for answer in answers for match in answer["matches"]}
    assignments: dict[str, tuple[Instrument, MemberRow, Row]] = {}
    for each in row.assignments:
        assignments |= _rows(workspace, row.case, each, "assignment", wanted, reason)
    return contents.AttributionSheet(
        row.logins,
        tuple(row.assignments),
        row.skew_s * SECOND,
        tuple(_finding(answer, logins, assignments) for answer in answers),
        times=len(same),
    )


def _rows(
    workspace: Workspace, case: str, instrument: str, family: str, wanted: set[str], reason: str
) -> dict[str, tuple[Instrument, MemberRow, Row]]:
    found = {}
    authority = store.load_instrument(workspace.tables, instrument)
    # the join that comes before this has counted the logins
    asked = {"purpose": "exhibit", "reason": reason, "case": case}
    for rows in gate.read(workspace, instrument, family=family, shown=False, **asked):
        for row in rows.batch.to_pylist():
            name = record_id(rows.returned.id, rows.member.n, row["row"])
            if name in wanted:
                found[name] = (authority, rows.member, row)
    return found


def _finding(
    answer: Row,
    logins: dict[str, tuple[Instrument, MemberRow, Row]],
    assignments: dict[str, tuple[Instrument, MemberRow, Row]],
) -> contents.Finding:
    instrument, member, row = logins[answer["login"]]
    notes = []
    if row["day_differs"]:
        notes.append("the other day boundary (UTC against local) would judge this record otherwise")
    return contents.Finding(
        login=evidence.of_row(answer["login"], "login", member, row),
        instrument=instrument.id,
        account=row["account"] or "",
        ip=row["ip"],
        port=row["port"],
        at=row["at"],
        at_text=row["at_text"],
        zone_basis=row["zone_basis"] or "",
        outcome=answer["outcome"],
        candidates=answer["candidates"],
        account_basis=account_basis(member, row) or "",
        precision=row["precision"] or SECOND,
        subscriber=_holder(answer, assignments) if answer["outcome"] == "one" else None,
        covered_by=tuple(answer["covered_by"]),
        margin=answer["margin_ns"],
        fragility=tuple((variant, result) for variant, result in (answer["fragility"] or {}).items() if result),
        matches=tuple(_assignment(match["id"], assignments) for match in answer["matches"]),
        notes=tuple(notes),
    )


def _holder(answer: Row, assignments: dict[str, tuple[Instrument, MemberRow, Row]]) -> str:
    """The account holder with the carrier whose customer he is: two carriers may give out one number."""
    carriers = sorted({assignments[match["id"]][0].custodian for match in answer["matches"]})
    return f"{answer['subscribers'][0]}, customer of {' and of '.join(carriers)}"


def _assignment(name: str, rows: dict[str, tuple[Instrument, MemberRow, Row]]) -> contents.AssignmentSheet:
    instrument, member, row = rows[name]
    return contents.AssignmentSheet(
        evidence.of_row(name, "assignment", member, row),
        instrument.id,
        row["held_from"],
        row["held_until"],
        row["port_low"],
        row["port_high"],
        member.reader.partition("/")[0] if member.layout == COMPUTED else None,
    )


def _networks(
    attributions: Iterable[contents.AttributionSheet], path: Path | None
) -> contents.NetworkNaming | None:
    ips = {finding.ip for sheet in attributions for finding in sheet.findings}
    named = naming.name(ips, path) if ips else naming.NO_TABLE
    return None if named is naming.NO_TABLE else named
