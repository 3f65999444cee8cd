"""Take files in under an instrument: read, judge, store, all or nothing.

`STEPS` are the named points of an intake, in order. They are told to `on_step`: the command line shows them, and
the tests kill the process at each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from fourcorners.casework import catalogue
from fourcorners.casework import gate
from fourcorners.casework import intake
from fourcorners.casework import journal
from fourcorners.casework import keeping
from fourcorners.casework import mappings
from fourcorners.casework import store
from fourcorners.casework.holding import standing
from fourcorners.casework.intake import ReadFile
from fourcorners.casework.judged import Judged
from fourcorners.casework.keeping import Kept
from fourcorners.casework.mappings import DeclaredMapping
from fourcorners.casework.people import actors
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.law import clocks
from fourcorners.law import scope
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import ZoneError
from fourcorners.model.instant import zone_info
from fourcorners.model.instrument import Instrument
from fourcorners.model.records import COMPUTED

STEPS = (
    "opened",
    "read",
    "judged",
    "segments stored",
    "slices stored",
    "originals stored",
    "entry written",
    "committed",
)

OnStep = Callable[[str], None]


def ingest(
    workspace: Workspace,
    paths: list[Path],
    under: str,
    *,
    mapping: DeclaredMapping | None = None,
    on_step: OnStep = lambda _step: None,
) -> ReturnRow:
    """Take files in.

    Args:
        workspace: where.
        paths: files and folders; every file of a folder is listed as read, or unread with the reason.
        under: the instrument.
        mapping: a declared mapping, for tables of no known format.
        on_step: told each of `STEPS` as it is reached.

    Returns:
        The return as it stands on the ledger.

    Raises:
        Refused: the instrument does not permit an intake now.
        BadInput: a file cannot be taken; nothing of the call is stored.
    """
    with workspace.attempt("ingest", {"instrument": under}, evidence={"files": []}) as known:
        instrument = _permitted(workspace, under)
        row_id = store.next_id(workspace.tables, ReturnRow)
        return _take_in(workspace, instrument, paths, row_id, mapping, None, known, on_step)


def declare_zone(
    workspace: Workspace,
    return_id: str,
    zone: ZoneDeclaration,
    reason: str,
    paths: list[Path],
    *,
    on_step: OnStep = lambda _step: None,
) -> ReturnRow:
    """Judge a return anew with the zone that a person declares for its local times.

    Args:
        workspace: where.
        return_id: the return.
        zone: which zone, and who says so.
        reason: why that zone.
        paths: the same files again; they must have the recorded hashes.
        on_step: told each of `STEPS`.

    Raises:
        UsageError: no reason, or nothing in the return waits for a zone.
        BadInput: `NOT_THE_SAME_FILES`.
    """
    facts = {"return": return_id}
    with workspace.attempt("declare zone", facts, evidence={"files": []}) as known:
        before = store.get(workspace.tables, ReturnRow, return_id)
        facts["instrument"] = before.instrument  # what a refusal tells of the files ends with the instrument's key
        _check_zone(zone.zone)
        if not reason.strip():
            raise UsageError(
                "USAGE",
                "a declared zone needs a reason",
                why="a wrong zone moves every record by hours",
                next_step="say in --reason where the zone is stated: a letter, a certificate, a call and its date",
            )
        if "UNDECIDABLE_TIME_ZONE" not in before.reasons:
            raise UsageError(
                "NOTHING_TO_DECLARE",
                f"no record of {return_id} waits for a time zone",
                next_step=f"`case show` lists the reasons for which records of {return_id} were sealed",
            )
        instrument = _permitted(workspace, before.instrument)
        stored = {name for name, _ in catalogue.of_return(workspace.tables, return_id)}
        mapping = DeclaredMapping.stored(before.mapping) if before.mapping else None
        declared = (zone, reason.strip(), before)
        row = _take_in(workspace, instrument, paths, return_id, mapping, declared, known, on_step)
        keeping.remove(workspace, stored)  # the files of the first judging
        return row


def _permitted(workspace: Workspace, instrument_id: str) -> Instrument:
    """The instrument, if the acting person may take records in under it now."""
    instrument = store.load_instrument(workspace.tables, instrument_id)
    actors.check_team(workspace, instrument.case)
    standing.check_not_quashed(workspace, instrument_id)
    standing.check_not_destroyed(workspace, instrument_id)
    clocks.check_acquisition(instrument, workspace.now())
    return instrument


def _check_zone(name: str) -> None:
    try:
        zone_info(name)
    except ZoneError as error:
        raise UsageError(
            "USAGE",
            str(error),
            why="a wrong zone moves every record by hours",
            next_step="give an IANA name, such as Europe/Berlin",
        ) from error


def _take_in(
    workspace: Workspace,
    instrument: Instrument,
    paths: list[Path],
    row_id: str,
    mapping: DeclaredMapping | None,
    declared: tuple[ZoneDeclaration, str, ReturnRow] | None,
    known: dict[str, Any],
    on_step: OnStep,
) -> ReturnRow:
    with ExitStack() as stack:
        files = []
        table = mapping.reader() if mapping else None
        zone = declared[0] if declared else None
        for path, named in intake.paths_in(paths):
            files.append(intake.read_file(path, stack, table, zone, known["files"].append, named=named))
            on_step("opened")
        intake.relate(files)
        if mapping:
            mappings.check_files(mapping, known["files"])
        _check_files(workspace, instrument, files, declared[2] if declared else None)
        on_step("read")
        judged = _judge(workspace, files, instrument)
        on_step("judged")
        with keeping.nothing_left_behind(workspace):
            stem = f"{row_id}.{workspace.log.size()}"
            kept = keeping.keep(workspace, instrument.id, stem, files, judged, on_step)
            row = _row(workspace, instrument, row_id, judged, kept, mapping, declared)
            stack.close()  # the files must still be what was hashed and read
            with workspace.transaction() as tables:
                if declared:
                    store.remove_return(tables, row_id)
                bound = store.add_return(tables, row, kept.members, kept.sealed, kept.originals)
                _write_entry(workspace, instrument.case, row, bound, kept, declared)
                on_step("entry written")
    on_step("committed")
    return row


def _check_files(
    workspace: Workspace, instrument: Instrument, files: list[ReadFile], before: ReturnRow | None
) -> None:
    hashes = [file.sha256 for file in files if file.read]
    if before is not None:
        recorded = sorted(file["sha256"] for file in before.files if file.get("kept"))
        if sorted(hashes) != recorded:
            raise BadInput(
                "NOT_THE_SAME_FILES",
                f"the files given are not those of {before.id}",
                why="a zone is declared for what was produced, and for nothing else",
                next_step="give the files with these hashes: " + ", ".join(recorded),
            )
        return
    for file in files:
        earlier = store.return_of_file(workspace.tables, instrument.id, file.sha256)
        if earlier or hashes.count(file.sha256) > 1:
            raise BadInput(
                "DUPLICATE",
                f"{file.path} was already taken in under {instrument.id}"
                + (f" as {earlier}" if earlier else ", or is given twice"),
                where=file.path,
                why="the same record counted twice would look like two",
                next_step=f"use {earlier}" if earlier else "give each file once",
            )
    if not hashes:
        names = ", ".join(file.path for file in files[:5])
        reasons = {each.why for file in files for each in file.unread}
        raise BadInput(
            "UNKNOWN_FORMAT",
            f"no file is read: {'; '.join(sorted(reasons))}" if files else "there is no file to read",
            where=names,
            next_step="`fourcorners readers` lists the formats; for a table, declare a mapping with --mapping; of"
            " a format that may have changed, send the makers what `fourcorners fingerprint FILE --out FILE.json`"
            " writes",
        )


def _judge(workspace: Workspace, files: list[ReadFile], instrument: Instrument) -> list[Judged]:
    with_earlier = (len(_distinct(workspace, files, instrument, name)) for name in ("account", "subscriber"))
    found = max(scope.found_in(member.reading for file in files for member in file.read), *with_earlier)
    disproportionate = scope.disproportionate(found, len(instrument.scope.accounts))
    whole = "DISPROPORTIONATE_RETURN" if disproportionate else None
    team = workspace.filter_team()
    judged = []
    for file in files:
        for n, member in enumerate(file.read):
            names = member.reading.custodians
            verdicts = [
                scope.judge(batch, instrument, custodians=names, whole=whole, keep_sealed=team is not None)
                for batch in member.reading.batches
            ]
            # what was withheld is let go of here, and takes no memory while the rest is stored
            file.read[n] = replace(member, reading=replace(member.reading, batches=()))
            judged.append(Judged(file, file.read[n], verdicts))
    return judged


def _distinct(workspace: Workspace, files: list[ReadFile], instrument: Instrument, name: str) -> set[str]:
    """Accounts or subscribers in the return, whatever their verdict will be, and in what was released before.

    Many small returns under one instrument count together (M50). What was computed is about nobody
    (`scope.found_in`).
    """
    readings = [member.reading for file in files for member in file.read]
    batches = [batch.rows for each in readings if each.layout != COMPUTED for batch in each.batches]
    if store.of_owner(workspace.tables, ReturnRow, instrument.id):
        earlier = gate.own_check(workspace, instrument.id, "proportion of the return")
        batches += [rows.batch for rows in earlier if rows.member.layout != COMPUTED]
    found: set[str] = set()
    for rows in batches:
        if name in rows.schema.names:
            found.update(pc.unique(rows.column(name).drop_null()).to_pylist())
    return found


def _row(
    workspace: Workspace,
    instrument: Instrument,
    row_id: str,
    judged: list[Judged],
    kept: Kept,
    mapping: DeclaredMapping | None,
    declared: tuple[ZoneDeclaration, str, ReturnRow] | None,
) -> ReturnRow:
    counts, reasons, unclassified = Counter[str](), Counter[str](), Counter[str]()
    for each in judged:
        for path, texts in each.unclassified():
            unclassified[path] += texts
        counts.update(each.counts())
        reasons.update(each.reasons())
    return ReturnRow(
        id=row_id,
        instrument=instrument.id,
        at=workspace.now(),
        by=workspace.actor,
        format=", ".join(sorted({each.member.reader.partition("/")[0] for each in judged})),
        files=kept.listing,
        counts=dict(counts),
        reasons=dict(sorted(reasons.items())),
        unclassified=sorted(unclassified.items()),
        mapping=mapping.body() if mapping else None,
        declaration={"zone": declared[0].zone, "by": declared[0].by, "reason": declared[1]} if declared else None,
        drift=[{"file": each.name(), **drift} for each in judged if (drift := each.drift())],
    )


def _write_entry(
    workspace: Workspace,
    case: str,
    row: ReturnRow,
    bound: dict[str, str],
    kept: Kept,
    declared: tuple[ZoneDeclaration, str, ReturnRow] | None,
) -> None:
    """Counts and a hash over the ciphertexts stay for good; what tells of the production ends with its key."""
    facts: dict[str, Any] = {
        "case": case,
        "return": row.id,
        "instrument": row.instrument,
        "counts": row.counts,
        "reasons": row.reasons,
        "files": journal.digest_of(catalogue.of_return(workspace.tables, row.id)),
        "keys": keeping.wrapped_keys(workspace, row.instrument, row.id),
        "sealed_files": len(kept.sealed),
    }
    evidence: dict[str, Any] = {
        **bound,
        "files": [[file["path"], file["sha256"]] for file in row.files],
        "members": {
            store.member_name(row.id, member.n): store.hash_of_member(member, stored)
            for member, stored in kept.members
        },
    }
    if row.mapping:
        evidence |= {"mapping": row.mapping["sha256"], "certificate": row.mapping["certificate_sha256"]}
    workspace.write_entry(
        "declaration" if declared else "intake",
        facts,
        {"declaration": row.declaration},
        evidence=evidence,
        owner=row.instrument,
    )
