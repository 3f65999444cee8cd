"""Read a return again with the readers of this version, and tell what differs and what rested on the old reading.

Nothing changes where readers and results are the same. Else the return is judged anew in its place, under what was
declared before. Its body keeps the hash that it had, and the entry the differences, under the instrument's key; so
whatever rested on the old reading says so from then on (`readings`). Another case that has the same file learns
from its own `case show` that a newer reader is there: whoever works here need not know of that case, nor it of
this one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any

from fourcorners.casework import differences
from fourcorners.casework import gate
from fourcorners.casework import ingest
from fourcorners.casework import intake
from fourcorners.casework import keeping
from fourcorners.casework import readings
from fourcorners.casework import store
from fourcorners.casework import unnamed
from fourcorners.casework.differences import Side
from fourcorners.casework.holding import standing
from fourcorners.casework.ingest import Said
from fourcorners.casework.intake import ReadFile
from fourcorners.casework.judged import Judged
from fourcorners.casework.people import actors
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import MemberRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.vault import segments
from fourcorners.vault.segments import WITHHELD_FAMILY

_Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reread:
    """What came of it.

    Attributes:
        row: the return as it stands now.
        entry: the ledger entry, where it was judged anew.
        readers: file -> reader and version before (or None) and now (or None).
        found: the differences, as `differences.between` gives them.
        rests: what rested on the old reading, as `readings.resting` gives it.
        elsewhere: other returns of the acting person's own cases that have one of the files.
    """

    row: ReturnRow
    entry: str | None
    readers: dict[str, list[str | None]]
    found: list[dict[str, Any]]
    rests: list[dict[str, Any]]
    elsewhere: list[dict[str, str]]


def reread(
    workspace: Workspace,
    return_id: str,
    paths: list[Path],
    *,
    reason: str = "",
    on_step: ingest.OnStep = lambda _step: None,
) -> Reread:
    """Read a return again.

    Args:
        workspace: where.
        return_id: the return.
        paths: the same files again; they must have the recorded hashes.
        reason: what the acting person says, where a policy asks.
        on_step: told each of `ingest.STEPS`; the last five are reached only where something changes.

    Raises:
        UsageError: `UNKNOWN_RETURN`; `OPENED_BY_COURT`.
        Refused: the person may not read, or take in, under the instrument now.
        BadInput: `NOT_THE_SAME_FILES`, `DUPLICATE`, and what a file is refused for.
    """
    facts = {"return": return_id}
    with workspace.attempt("reread", facts, evidence={"files": []}) as known:
        before = store.get(workspace.tables, ReturnRow, return_id)
        facts["instrument"] = before.instrument
        instrument = ingest.permitted(workspace, before.instrument)
        _check_not_opened(before)
        said = Said.of(before, "reread")
        with keeping.nothing_left_behind(workspace), ExitStack() as stack:
            files = ingest.read_again(stack, paths, before, said, known["files"], on_step)
            _check_not_elsewhere(workspace, before, files)
            judged = ingest.judge(workspace, files, instrument, on_step)
            old, new = _stored(workspace, before, reason), _judged(before, judged)
            empty = Side("")
            found = [
                {**each, "file": _name(before, place)}
                for place in sorted(old.keys() | new.keys())
                for each in differences.between(old.get(place, empty), new.get(place, empty))
            ]
            readers = _readers(workspace, before, judged)
            row, entry = before, None
            if found or any(was != now for was, now in readers.values()):
                if found:
                    seen = sum("values" in each or "fields" in each for each in found)
                    gate.count_shown(workspace, before.instrument, seen, purpose="reread", reason=reason)
                told = _told(workspace, before, readers, found, reason)
                said = replace(
                    said,
                    rereads=[*before.rereads, told],
                    differences=told["differences"],
                    reason=told["reason"],
                    evidence={"was": told["was"], "readers": readers, "differences": found},
                )
                row = ingest.keep(workspace, stack, instrument, return_id, files, judged, said, on_step)
                entry = f"E-{workspace.log.size() - 1}"
        rests = [each for each in readings.resting(workspace, instrument.case) if each["return"] == return_id]
        return Reread(row, entry, readers, found, rests, list(_elsewhere(workspace, before)))


def _check_not_opened(before: ReturnRow) -> None:
    if before.unsealed:
        raise UsageError(
            "UNKNOWN_RETURN",
            f"{before.id} holds records that a court opened, and no files of its own",
            next_step=f"name {before.unsealed['from']}, from which they come",
        )


def _check_not_elsewhere(workspace: Workspace, before: ReturnRow, files: list[ReadFile]) -> None:
    """What nothing could read then, and something can now, may have been taken in since, however packed."""
    tables, under = workspace.tables, before.instrument
    then = {_place(before, each) for each in store.members_of(tables, before)}
    taken = store.returns_of_members(tables, under, but=before.id)
    others = [(file.path, store.return_of_file(tables, under, file.sha256)) for file in files if file.read]
    others += [
        (unnamed.name_of(file, member), taken.get(member.member.sha256))
        for file, member in intake.with_records(files)
        if tuple(unnamed.place_of(file, member)) not in then
    ]
    for name, other in others:
        if other not in {None, before.id}:
            raise BadInput(
                "DUPLICATE",
                f"{name}, which could not be read when {before.id} was taken in, stands in {other} since",
                where=name,
                why="the same record counted twice would look like two",
                next_step=f"give the files of {before.id} without it; of an archive, leave {before.id} as it is",
            )


def _place(returned: ReturnRow, member: MemberRow) -> _Place:
    archives = {
        file["sha256"] for file in returned.files if "kept" in file and file["read"].startswith("archive of ")
    }
    return member.file, unnamed.inner(member.member) if member.file in archives else ""


def _name(returned: ReturnRow, place: _Place) -> str:
    return unnamed.files_of(returned, {"files": [place]})[0]


def _readers(workspace: Workspace, before: ReturnRow, judged: list[Judged]) -> dict[str, list[str | None]]:
    then = {_place(before, each): each.reader for each in store.members_of(workspace.tables, before)}
    now = {_place_now(each): each.member.reader for each in judged}
    return {_name(before, place): [then.get(place), now.get(place)] for place in sorted(then.keys() | now.keys())}


def _place_now(judged: Judged) -> _Place:
    sha256, path = unnamed.place_of(judged.file, judged.member)
    return sha256, path


def _stored(workspace: Workspace, before: ReturnRow, reason: str) -> dict[_Place, Side]:
    """The reading as it is stored; who sees what changed in it must be permitted to read it."""
    tables, vault = workspace.tables, workspace.vault
    released: dict[int, list[tuple[str, Any]]] = {}
    for rows in gate.read(workspace, before.instrument, family=None, purpose="reread", reason=reason, shown=False):
        if rows.returned.id == before.id:
            released.setdefault(rows.member.n, []).append((rows.family, rows.batch))
    sides = {}
    for member in store.members_of(tables, before):
        withheld = []
        for segment in store.segments_of(tables, before.id, member.n):
            if segment.family == WITHHELD_FAMILY:
                vault.check(segment.name, segment.sha256)
                withheld += list(segments.read(vault, before.instrument, segment.name))
        sides[_place(before, member)] = Side(
            f"{before.id}.{member.n}",
            tuple(released.get(member.n, ())),
            tuple(withheld),
            member.account_by,
            dict(member.unclassified),
            {"layout": member.layout, **member.facts},
        )
    return sides


def _judged(before: ReturnRow, judged: list[Judged]) -> dict[_Place, Side]:
    """The reading as it is now."""
    sides = {}
    for n, each in enumerate(judged):
        reading = each.member.reading
        facts = dict(reading.facts) if each.counts()["released"] else {}
        sides[_place_now(each)] = Side(
            f"{before.id}.{n}",
            tuple((batch.family, batch.released) for batch in each.batches),
            tuple(part for batch in each.batches for part in (batch.sealed, batch.rejected)),
            each.member.account_by,
            dict(each.unclassified()),
            {"layout": reading.layout, **facts},
        )
    return sides


def _told(
    workspace: Workspace,
    before: ReturnRow,
    readers: dict[str, list[str | None]],
    found: list[dict[str, Any]],
    reason: str,
) -> dict[str, Any]:
    versions = [sorted({name for pair in readers.values() if (name := pair[n])}) for n in (0, 1)]
    return {
        "at": workspace.now(),
        "by": workspace.actor,
        "reason": reason.strip(),
        "before": versions[0],
        "now": versions[1],
        "differences": differences.count(found),
        "was": store.hash_of(before),
    }


def _elsewhere(workspace: Workspace, before: ReturnRow) -> Iterator[dict[str, str]]:
    """Other returns that have one of the files, in the cases that the acting person may know of: his teams'."""
    tables, hashes = workspace.tables, {file["sha256"] for file in before.files if file.get("kept")}
    for case in sorted(actors.acting(workspace).teams):
        for row in store.of_owner(tables, InstrumentRow, case):
            if row.id == before.instrument or standing.is_destroyed(workspace, row.id):
                continue
            names = {store.return_of_file(tables, row.id, each) for each in hashes} - {None}
            locked = standing.quashed_by(workspace, row.id)
            for name in sorted(str(each) for each in names):
                todo = "locked: a court quashed it" if locked else f"fourcorners reread --return {name} PATH..."
                yield {"case": case, "instrument": row.id, "return": name, "next": todo}
