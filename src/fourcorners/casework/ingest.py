"""Take files in under an instrument: read, judge, store, all or nothing.

`STEPS` are the named points of an intake, in order. They are told to `on_step`: the command line shows them, and
the tests kill the process at each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.casework import gate
from fourcorners.casework import intake
from fourcorners.casework import mappings
from fourcorners.casework import store
from fourcorners.casework.intake import ReadFile
from fourcorners.casework.intake import ReadMember
from fourcorners.casework.mappings import DeclaredMapping
from fourcorners.casework.store import MemberRow
from fourcorners.casework.store import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.law import clocks
from fourcorners.law import scope
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import ZoneError
from fourcorners.model.instant import zone_info
from fourcorners.model.instrument import Instrument
from fourcorners.model.verdict import JudgedBatch
from fourcorners.vault import segments
from fourcorners.vault import slices
from fourcorners.vault.files import hash_of
from fourcorners.vault.segments import Segment

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
class _Judged:
    file: ReadFile
    member: ReadMember
    batches: list[JudgedBatch]

    def counts(self) -> dict[str, int]:
        total = Counter[str]({"rows": 0, "released": 0, "sealed": 0, "rejected": 0})
        for batch in self.batches:
            total.update(batch.counts())
        return dict(total)

    def reasons(self) -> dict[str, int]:
        total = Counter[str]()
        for batch in self.batches:
            total.update(batch.reasons())
        return dict(sorted(total.items()))

    def unclassified(self) -> list[tuple[str, int]]:
        return [(item.path, item.texts) for item in self.member.reading.unclassified]

    def extents(self) -> slices.Positions:
        """Where the released rows stand."""
        return _pairs([_extents(batch.released) for batch in self.batches])

    def released(self) -> slices.Positions:
        """The extents less every hole."""
        return slices.runs(self.extents(), self.holes())

    def holes(self) -> slices.Positions:
        """Sealed fields, unknown labels, comments."""
        holes = (self.member.reading.holes, *(batch.holes for batch in self.batches))
        return _pairs([np.asarray(each) for each in holes])

    def is_cut(self) -> bool:
        """Whether a hole lies in a released row."""
        holes = self.holes()
        return bool(len(holes)) and not np.array_equal(self.released(), slices.runs(self.extents(), _pairs([])))

    def is_wholly_released(self) -> bool:
        """Whether no byte of the file is withheld for any reason.

        An archive or a file with a derived text holds bytes that no reader saw (comments, metadata), and so may a
        page with comments or scripts.
        """
        counts, data = self.counts(), self.member.member.data
        unseen = self.member.reading.markup and (data.find(b"<!--") >= 0 or data.find(b"<script") >= 0)
        return (
            not self.member.member.path
            and not unseen
            and counts["released"] == counts["rows"]
            and not self.member.reading.unclassified
            and not self.is_cut()
        )


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
    with workspace.attempt("ingest", {"instrument": under, "files": []}) as known:
        instrument = store.load_instrument(workspace.db, under)
        clocks.check_acquisition(instrument, workspace.now())
        row_id = store.next_id(workspace.db, "returns", "R")
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
    with workspace.attempt("declare zone", {"return": return_id, "files": []}) as known:
        before = store.get_return(workspace.db, return_id)
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
        instrument = store.load_instrument(workspace.db, before.instrument)
        clocks.check_acquisition(instrument, workspace.now())
        mapping = DeclaredMapping.stored(before.mapping) if before.mapping else None
        declared = (zone, reason.strip(), before)
        row = _take_in(workspace, instrument, paths, return_id, mapping, declared, known, on_step)
        workspace.vault.remove_unknown(store.vault_files(workspace.db))  # what the first judging stored
        return row


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
        if mapping:
            mappings.check_files(mapping, known["files"])
        _check_files(workspace, instrument, files, declared[2] if declared else None)
        on_step("read")
        judged = _judge(workspace, files, instrument)
        on_step("judged")
        with _nothing_left_behind(workspace):
            stem = f"{row_id}.{workspace.ledger.head().size}"
            members = [_store(workspace, stem, n, each, on_step) for n, each in enumerate(judged)]
            listing = _listing(workspace, files, judged)
            on_step("originals stored")
            row = _row(workspace, instrument, row_id, judged, listing, mapping, declared)
            stack.close()  # the files must still be what was hashed and read
            with workspace.transaction() as db:
                if declared:
                    store.remove_return(db, row_id)
                body = store.add_return(db, row, members)
                _write_entry(workspace, instrument.case, row, body, members, declared)
                on_step("entry written")
    on_step("committed")
    return row


@contextmanager
def _nothing_left_behind(workspace: Workspace) -> Iterator[None]:
    """Delete what was stored for an intake that failed, as the next opening would after a crash."""
    try:
        yield
    except BaseException:
        workspace.vault.remove_unknown(store.vault_files(workspace.db))
        raise


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
        earlier = store.return_of_file(workspace.db, instrument.id, file.sha256)
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
        raise BadInput(
            "UNKNOWN_FORMAT",
            "no reader knows any of the files" if files else "there is no file to read",
            where=names,
            next_step="`fourcorners readers` lists the formats; for a table, declare a mapping with --mapping",
        )


def _judge(workspace: Workspace, files: list[ReadFile], instrument: Instrument) -> list[_Judged]:
    with_earlier = (len(_distinct(workspace, files, instrument, name)) for name in ("account", "subscriber"))
    found = max(scope.found_in(member.reading for file in files for member in file.read), *with_earlier)
    disproportionate = scope.disproportionate(found, len(instrument.scope.accounts))
    whole = "DISPROPORTIONATE_RETURN" if disproportionate else None
    judged = []
    for file in files:
        for n, member in enumerate(file.read):
            names = member.reading.custodians
            verdicts = [
                scope.judge(batch, instrument, custodians=names, whole=whole) for batch in member.reading.batches
            ]
            # what was withheld is let go of here, and takes no memory while the rest is stored
            file.read[n] = replace(member, reading=replace(member.reading, batches=()))
            judged.append(_Judged(file, file.read[n], verdicts))
    return judged


def _distinct(workspace: Workspace, files: list[ReadFile], instrument: Instrument, name: str) -> set[str]:
    """Accounts or subscribers in the return, whatever their verdict will be, and in what was released before.

    Many small returns under one instrument count together (M50).
    """
    batches = [batch.rows for file in files for member in file.read for batch in member.reading.batches]
    if store.returns_of(workspace.db, instrument.id):
        earlier = gate.read(workspace, instrument.id, family=None, purpose="proportion of the return")
        batches += [rows.batch for rows in earlier]
    found: set[str] = set()
    for rows in batches:
        if name in rows.schema.names:
            found.update(pc.unique(rows.column(name).drop_null()).to_pylist())
    return found


def _store(
    workspace: Workspace, stem: str, n: int, judged: _Judged, on_step: OnStep
) -> tuple[MemberRow, list[Segment]]:
    member, reading = judged.member, judged.member.reading
    name = f"{stem}-{n}.parquet"
    with ThreadPoolExecutor(1) as pool:
        cutting = pool.submit(slices.write, workspace.vault.slices / name, member.member.data, judged.released())
        stored = segments.append(workspace.vault.segments, f"{stem}-{n}", judged.batches)
        on_step("segments stored")
        root, leaves = cutting.result()
    on_step("slices stored")
    return (
        MemberRow(
            n=n,
            file=member.file_sha256,
            path=member.path,
            member=member.member.path,
            member_sha256=member.member.sha256,
            tree=root.hex(),
            leaves=leaves,
            slices=name,
            slices_sha256=hash_of(workspace.vault.slices / name),
            reader=member.reader,
            layout=reading.layout,
            counts=judged.counts(),
            reasons=judged.reasons(),
            unclassified=judged.unclassified(),
            # what a member says about itself is of an account that nobody asked about, unless a row is released
            facts=dict(reading.facts) if judged.counts()["released"] else {},
        ),
        stored,
    )


def _extents(released: pa.RecordBatch) -> slices.Positions:
    """The released rows' extents, and the account's place in the header where it stands outside them."""
    rows = np.column_stack([released.column("start").to_numpy(), released.column("end").to_numpy()])
    account = released.column("account@") if "account@" in released.schema.names else None
    if account is None or not len(rows):
        return rows.ravel()
    places = account.flatten().to_numpy(zero_copy_only=False).reshape(-1, 2)
    if len(places) and rows[0, 0] <= places[0, 0] < rows[0, 1]:
        return rows.ravel()
    return np.concatenate([rows.ravel(), np.unique(places, axis=0).ravel()])


def _pairs(flat: list[slices.Positions]) -> slices.Positions:
    return np.concatenate([np.zeros(0, np.int64), *flat]).astype(np.int64).reshape(-1, 2)


def _listing(workspace: Workspace, files: list[ReadFile], judged: list[_Judged]) -> list[dict[str, Any]]:
    """What became of every file, and of every member of an archive; stores the originals that may be."""
    listing: list[dict[str, Any]] = []
    for file in files:
        mine = [each for each in judged if each.file is file]
        whole = bool(mine) and not file.unread and all(each.is_wholly_released() for each in mine)
        if whole:
            workspace.vault.keep_original(file.sha256, Path(file.path))
        parts = [
            *((each.member.path, each.member.sha256, _format(each)) for each in file.read),
            *((each.path, each.sha256, each.why) for each in file.unread),
        ]
        read = f"archive of {len(parts)} file(s)" if file.is_archive else parts[0][2]
        listing.append(
            {
                "path": file.path,
                "sha256": file.sha256,
                "read": read,
                "kept": bool(file.read),
                "original": whole,
            }
        )
        if file.is_archive:
            listing += [
                {"path": f"{file.path}!{path}", "sha256": sha256, "read": how}
                for path, sha256, how in sorted(parts)
            ]
    return listing


def _format(member: ReadMember) -> str:
    layout = member.reading.layout
    return f"{member.reader}, layout {layout}" if layout else member.reader


def _row(
    workspace: Workspace,
    instrument: Instrument,
    row_id: str,
    judged: list[_Judged],
    listing: list[dict[str, Any]],
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
        files=listing,
        counts=dict(counts),
        reasons=dict(sorted(reasons.items())),
        unclassified=sorted(unclassified.items()),
        mapping=mapping.body() if mapping else None,
        declaration={"zone": declared[0].zone, "by": declared[0].by, "reason": declared[1]} if declared else None,
    )


def _write_entry(
    workspace: Workspace,
    case: str,
    row: ReturnRow,
    body: str,
    members: list[tuple[MemberRow, list[Segment]]],
    declared: tuple[ZoneDeclaration, str, ReturnRow] | None,
) -> None:
    facts: dict[str, Any] = {
        "case": case,
        "return": row.id,
        "body": body,
        "instrument": row.instrument,
        "counts": row.counts,
        "reasons": row.reasons,
        "files": [file["sha256"] for file in row.files],
        "members": [
            {
                "file": member.file,
                "sha256": member.member_sha256,
                "tree": member.tree,
                "leaves": member.leaves,
                "slices": member.slices_sha256,
                "body": store.hash_of_member(member, stored),
                "reader": member.reader,
                "segments": [segment.sha256 for segment in stored],
            }
            for member, stored in members
        ],
    }
    if row.mapping:
        facts["mapping"] = row.mapping["sha256"]
        facts["certificate"] = row.mapping["certificate_sha256"]
    detail: dict[str, Any] = {"files": [file["path"] for file in row.files], "declaration": row.declaration}
    workspace.write_entry("declaration" if declared else "intake", facts, detail)
