"""Take files in under an instrument: read, judge, store, all or nothing.

`STEPS` are the named points of an intake, in order. They are told to `on_step`: the command line shows them, and
the tests kill the process at each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from fourcorners.casework import catalogue
from fourcorners.casework import corrections
from fourcorners.casework import gate
from fourcorners.casework import intake
from fourcorners.casework import journal
from fourcorners.casework import keeping
from fourcorners.casework import mappings
from fourcorners.casework import sifting
from fourcorners.casework import store
from fourcorners.casework import unnamed
from fourcorners.casework.holding import standing
from fourcorners.casework.intake import ReadFile
from fourcorners.casework.judged import Judged
from fourcorners.casework.keeping import Kept
from fourcorners.casework.mappings import DeclaredMapping
from fourcorners.casework.people import actors
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.sifting import Sifter
from fourcorners.casework.workspace import Workspace
from fourcorners.law import clocks
from fourcorners.law import cybertip
from fourcorners.law import scope
from fourcorners.law.proportion import People
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instrument import Instrument
from fourcorners.model.records import COMPUTED
from fourcorners.readers import registry
from fourcorners.readers.logs.mapping import needed_lines
from fourcorners.vault import segments
from fourcorners.vault.scratch import Scratch

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


@dataclass(frozen=True, slots=True)
class Said:
    """What persons said of a return's files beside what the files say themselves.

    Attributes:
        mapping: what a table's columns mean.
        zone: the zone of its local times, as `ReturnRow.declaration`.
        accounts: whose the lists are that name no account, as `ReturnRow.accounts`.
        reason: why the return is judged anew; a zone has its own.
        before: the return as it stands, if it is judged anew.
        entry: the kind of the ledger entry.
        differences: of a return that is read again: how many of each kind, which its entry says.
        evidence: and what they are, which its entry keeps under the instrument's key.
        rereads: as `ReturnRow.rereads`.
    """

    mapping: DeclaredMapping | None = None
    zone: dict[str, Any] | None = None
    accounts: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    before: ReturnRow | None = None
    entry: str = "intake"
    differences: dict[str, int] | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    rereads: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, before: ReturnRow, entry: str) -> Said:
        """What was said of a return that is stored."""
        mapping = DeclaredMapping.stored(before.mapping) if before.mapping else None
        return cls(
            mapping=mapping,
            zone=before.declaration,
            accounts=before.accounts,
            before=before,
            entry=entry,
            rereads=before.rereads,
        )

    @property
    def declaration(self) -> ZoneDeclaration | None:
        """The zone as readers take it."""
        return ZoneDeclaration(self.zone["zone"], self.zone["by"]) if self.zone else None


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
        instrument = permitted(workspace, under)
        row_id = store.next_id(workspace.tables, ReturnRow)
        said = Said(mapping=mapping)
        with keeping.nothing_left_behind(workspace), ExitStack() as stack:
            sifter = _sifter(workspace, instrument, row_id, paths, stack)
            files = read(stack, paths, said, known["files"], on_step, sifter)
            _check_new(workspace, instrument, files, mapping)
            on_step("read")
            judged = judge(workspace, files, instrument, on_step, sifter)
            return keep(workspace, stack, instrument, row_id, files, judged, said, on_step, sifter)


def permitted(workspace: Workspace, instrument_id: str) -> Instrument:
    """The instrument, if the acting person may take records in under it now."""
    instrument = store.load_instrument(workspace.tables, instrument_id)
    actors.check_team(workspace, instrument.case)
    standing.check_not_quashed(workspace, instrument_id)
    standing.check_not_destroyed(workspace, instrument_id)
    clocks.check_acquisition(instrument, workspace.now())
    return instrument


def read(
    stack: ExitStack,
    paths: list[Path],
    said: Said,
    hashes: list[str],
    on_step: OnStep,
    sifter: Sifter | None = None,
) -> list[ReadFile]:
    """Read files, let them say what they tell about each other, and add what persons said of them.

    Args:
        stack: keeps the files open, until `keep` closes it.
        paths: files and folders.
        said: what persons said.
        hashes: told the hash of every file before it is read.
        on_step: told `opened` for each file.
        sifter: what sifts the logs among them, if any does.
    """
    files = list[ReadFile]()
    table = said.mapping.reader() if said.mapping else None
    for path, named in intake.paths_in(paths):
        sift = partial(sifter.member, sum(len(file.read) for file in files)) if sifter else None
        files.append(intake.read_file(path, stack, table, said.declaration, hashes.append, sift, named=named))
        on_step("opened")
    intake.relate(files)
    unnamed.fill(files, said.accounts)
    if said.mapping:
        mappings.check_files(said.mapping, hashes)
    return files


def read_again(
    stack: ExitStack,
    paths: list[Path],
    before: ReturnRow,
    said: Said,
    hashes: list[str],
    on_step: OnStep,
) -> list[ReadFile]:
    """As `read`, the files of a return that is stored, in the order in which they were taken in.

    Raises:
        BadInput: `NOT_THE_SAME_FILES`.
    """
    files = read(stack, paths, said, hashes, on_step)
    given = [file["sha256"] for file in before.files if "kept" in file]
    needed = {file["sha256"] for file in before.files if file.get("kept")}
    found = [file.sha256 for file in files]
    if len(set(found)) < len(found) or not needed <= set(found) <= set(given) or not needed:
        raise BadInput(
            "NOT_THE_SAME_FILES",
            f"the files given are not those of {before.id}",
            why="what is said of a return is said of what was produced, and of nothing else",
            next_step="give the files with these hashes: " + ", ".join(sorted(needed)),
        )
    on_step("read")
    return sorted(files, key=lambda file: given.index(file.sha256))


def keep(
    workspace: Workspace,
    stack: ExitStack,
    instrument: Instrument,
    row_id: str,
    files: list[ReadFile],
    judged: list[Judged],
    said: Said,
    on_step: OnStep,
    sifter: Sifter | None = None,
) -> ReturnRow:
    """Store what was judged, in the place of the return as it stood before, if it did.

    Raises:
        UsageError: `OPENED_BY_COURT`.
    """
    if said.before:
        _check_none_opened(workspace, said.before)
    earlier = {name for name, _ in catalogue.of_return(workspace.tables, row_id)} if said.before else set()
    stem = sifter.stem if sifter else _stem(workspace, row_id)
    kept = keeping.keep(workspace, instrument.id, stem, files, judged, on_step)
    row = _row(workspace, instrument, row_id, judged, kept, said)
    stack.close()  # the files must still be what was hashed and read
    with workspace.transaction() as tables:
        if said.before:
            store.remove_return(tables, row_id)
        bound = store.add_return(tables, row, kept.members, kept.sealed, kept.originals)
        _write_entry(workspace, instrument.case, row, bound, kept, said)
        on_step("entry written")
    on_step("committed")
    keeping.remove(workspace, earlier)
    return row


def _check_none_opened(workspace: Workspace, before: ReturnRow) -> None:
    """The records that a court opened are known by their numbers, and stand in a return of their own."""
    for each in store.of_owner(workspace.tables, ReturnRow, before.instrument):
        if each.unsealed and before.id in each.unsealed["from"].split():
            raise UsageError(
                "OPENED_BY_COURT",
                f"a court opened records of {before.id}, which stand in {each.id} under their numbers",
                why="judged anew, other records may have these numbers, or the same ones stand twice",
                next_step="tell the court what has changed; take the files in under its next order",
            )


def _sifter(
    workspace: Workspace, instrument: Instrument, row_id: str, paths: list[Path], stack: ExitStack
) -> Sifter | None:
    """What sifts the logs among large files; None where all rows can as well be judged together."""
    size = sum(path.stat().st_size for path, _ in intake.paths_in(paths))
    if size <= sifting.PART:
        return None
    vault = workspace.vault
    all_wait = vault.team is not None or scope.names_holders(instrument)
    scratch = stack.enter_context(Scratch(vault.root)) if all_wait else None
    people = People(len(instrument.scope.accounts))
    writers = stack.enter_context(segments.writers())
    return Sifter(vault, instrument, _stem(workspace, row_id), people, scratch, size, writers)


def _stem(workspace: Workspace, row_id: str) -> str:
    """How the names of a return's files begin: as none did before, if the return is judged anew."""
    return f"{row_id}.{workspace.log.size()}"


def _check_new(
    workspace: Workspace, instrument: Instrument, files: list[ReadFile], mapping: DeclaredMapping | None
) -> None:
    hashes = [file.sha256 for file in files if file.read]
    for file in files:
        earlier = store.return_of_file(workspace.tables, instrument.id, file.sha256)
        if earlier or hashes.count(file.sha256) > 1:
            row = store.get(workspace.tables, ReturnRow, earlier) if earlier else None
            other = ", by another mapping" if row and corrections.is_under_another(row, mapping) else ""
            raise BadInput(
                "DUPLICATE",
                f"{file.path} was already taken in under {instrument.id}"
                + (f" as {earlier}{other}" if earlier else ", or is given twice"),
                where=file.path,
                why="the same record counted twice would look like two",
                next_step=corrections.of_duplicate(row, mapping) if row else "give each file once",
            )
    taken = store.returns_of_members(workspace.tables, instrument.id)
    for file, member in intake.with_records(files):
        if earlier := taken.get(member.member.sha256):
            name = unnamed.name_of(file, member)
            raise BadInput(
                "DUPLICATE",
                f"{name} was already taken in under {instrument.id} as part of {earlier}",
                where=name,
                why="the same record counted twice would look like two, however it was packed",
                next_step=f"use {earlier}; of what else lies in {file.path}, give the files without this one",
            )
    if not hashes:
        names = ", ".join(file.path for file in files[:5])
        reasons = {each.why for file in files for each in file.unread}
        raise BadInput(
            "UNKNOWN_FORMAT",
            f"no file is read: {'; '.join(sorted(reasons))}" if files else "there is no file to read",
            where=names,
            next_step=_how_to_read(files),
        )


def _how_to_read(files: list[ReadFile]) -> str:
    """What makes files readable that are not: of a known log the lines that a mapping needs."""
    log = next((each.log for file in files for each in file.unread if each.log), None)
    if log is not None:
        lines = "".join(f"\n    {line}" for line in needed_lines(log))
        return f"write a mapping, and give it with --mapping FILE.toml (docs/mappings.md has the rest):{lines}"
    return (
        "`fourcorners readers` lists the formats; for a table, declare a mapping with --mapping; of a format that "
        "may have changed, send the makers what `fourcorners fingerprint FILE --out FILE.json` writes"
    )


def judge(
    workspace: Workspace,
    files: list[ReadFile],
    instrument: Instrument,
    on_step: OnStep,
    sifter: Sifter | None = None,
) -> list[Judged]:
    """Judge what was read, but for what was sifted; the rows are let go of."""
    cybertip.check_report(
        instrument, [member.reading.facts.get("cybertip", "") for file in files for member in file.read]
    )
    people = sifter.people if sifter else People(len(instrument.scope.accounts))
    for member in (member for file in files for member in file.read):
        people.add(member.reading)
    if store.of_owner(workspace.tables, ReturnRow, instrument.id):
        for rows in gate.own_check(workspace, instrument.id, "proportion of the return"):
            if rows.member.layout != COMPUTED:
                known = registry.names_custodians(rows.member.reader)
                people.add_rows(rows.batch, rows.family, known=known)
    if sifter is not None and (former := sifter.reseal()):
        keeping.remove(workspace, former)
    if sifter is not None and sifter.scratch is not None:
        intake.relate_waiting(files, sifter)
    team = workspace.filter_team()
    judged = []
    for file in files:
        for n, member in enumerate(file.read):
            names = member.reading.custodians
            verdicts = [
                scope.judge(batch, instrument, custodians=names, whole=people.reason, keep_sealed=team is not None)
                for batch in member.reading.batches
            ]
            # what was withheld is let go of here, and takes no memory while the rest is stored
            file.read[n] = replace(member, reading=replace(member.reading, batches=()))
            judged.append(Judged(file, file.read[n], verdicts))
    on_step("judged")
    return judged


def _row(
    workspace: Workspace,
    instrument: Instrument,
    row_id: str,
    judged: list[Judged],
    kept: Kept,
    said: Said,
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
        at=said.before.at if said.before else workspace.now(),
        by=said.before.by if said.before else workspace.actor,
        format=", ".join(sorted({each.member.reader.partition("/")[0] for each in judged})),
        files=kept.listing,
        counts=dict(counts),
        reasons=dict(sorted(reasons.items())),
        unclassified=sorted(unclassified.items()),
        mapping=said.mapping.body() if said.mapping else None,
        declaration=said.zone,
        accounts=said.accounts,
        rereads=said.rereads,
        drift=[{"file": each.name(), **drift} for each in judged if (drift := each.drift())],
    )


def _write_entry(
    workspace: Workspace,
    case: str,
    row: ReturnRow,
    bound: dict[str, str],
    kept: Kept,
    said: Said,
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
    if said.differences is not None:
        facts["differences"] = said.differences
    if said.accounts:
        evidence["accounts"] = said.accounts  # whose the lists are tells of the production
    evidence |= said.evidence
    if row.mapping:
        evidence |= {"mapping": row.mapping["sha256"], "certificate": row.mapping["certificate_sha256"]}
    workspace.write_entry(
        said.entry,
        facts,
        {"declaration": row.declaration, "reason": said.reason},
        evidence=evidence,
        owner=row.instrument,
    )
