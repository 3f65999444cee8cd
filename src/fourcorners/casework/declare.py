"""What persons declare of a return's files that the files do not say: judged anew, on the ledger.

A declaration changes what is said and nothing else: the same files, read by the same readers. What is declared
stands; a second declaration of the same is refused, since what was released under the first may be in somebody's
hands.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from fourcorners.casework import corrections
from fourcorners.casework import ingest
from fourcorners.casework import keeping
from fourcorners.casework import store
from fourcorners.casework import unnamed
from fourcorners.casework.intake import ReadFile
from fourcorners.casework.reason import is_given
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import UsageError
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import ZoneError
from fourcorners.model.instant import zone_info


def declare_zone(
    workspace: Workspace,
    return_id: str,
    zone: ZoneDeclaration,
    reason: str,
    paths: list[Path],
    *,
    on_step: ingest.OnStep = lambda _step: None,
) -> ReturnRow:
    """Judge a return anew with the zone that a person declares for its local times.

    Args:
        workspace: where.
        return_id: the return.
        zone: which zone, and who says so.
        reason: why that zone.
        paths: the same files again; they must have the recorded hashes.
        on_step: told each of `ingest.STEPS`.

    Raises:
        UsageError: no reason, or nothing in the return waits for a zone.
        BadInput: `NOT_THE_SAME_FILES`.
    """
    facts = {"return": return_id}
    with workspace.attempt("declare zone", facts, evidence={"files": []}) as known:
        before = store.get(workspace.tables, ReturnRow, return_id)
        facts["instrument"] = before.instrument  # what a refusal tells of the files ends with the instrument's key
        _check_zone(zone.zone)
        _check_reason(
            reason,
            "a declared zone needs a reason",
            why="a wrong zone moves every record by hours",
            next_step="say in --reason where the zone is stated: a letter, a certificate, a call and its date",
        )
        # a row is sealed for its first reason, so that one that waits for its account may wait for a zone as well
        if before.declaration or not {"UNDECIDABLE_TIME_ZONE", "UNDECIDABLE_ACCOUNT"} & before.reasons.keys():
            raise _nothing_waits_for_a_zone(before)
        instrument = ingest.permitted(workspace, before.instrument)
        said = replace(
            ingest.Said.of(before, "declaration"),
            zone={"zone": zone.zone, "by": zone.by, "reason": reason.strip(), "at": workspace.now()},
        )
        with keeping.nothing_left_behind(workspace), ExitStack() as stack:
            files = ingest.read_again(stack, paths, before, said, known["files"], on_step)
            _check_same_readers(workspace, before, files)
            if "UNDECIDABLE_TIME_ZONE" not in before.reasons and not unnamed.rests_on(files, zone):
                raise _nothing_waits_for_a_zone(before)
            judged = ingest.judge(workspace, files, instrument, on_step)
            return ingest.keep(workspace, stack, instrument, return_id, files, judged, said, on_step)


def _nothing_waits_for_a_zone(before: ReturnRow) -> UsageError:
    done = before.declaration
    told = f"; {done['by']} declared {done['zone']}, and one word stands" if done else ""
    return UsageError(
        "NOTHING_TO_DECLARE",
        f"no record of {before.id} waits for a time zone{told}",
        next_step=f"if that is wrong, {corrections.anew(before)}"
        if done
        else f"`case show` lists the reasons for which records of {before.id} were sealed",
    )


def declare_account(
    workspace: Workspace,
    return_id: str,
    account: str,
    reason: str,
    paths: list[Path],
    *,
    only: Sequence[str] = (),
    on_step: ingest.OnStep = lambda _step: None,
) -> ReturnRow:
    """Judge a return anew with the account that a person declares for those of its files that name none.

    Args:
        workspace: where.
        return_id: the return.
        account: one that the instrument names.
        reason: how he knows.
        paths: the same files again; they must have the recorded hashes.
        only: the files and members (`made.zip!list.csv`) it is said of; empty where one alone names none.
        on_step: told each of `ingest.STEPS`.

    Raises:
        UsageError: no reason, or nothing in the return waits for an account; or several lists wait, and nobody
            says which are meant.
        Refused: `ACCOUNT_NOT_NAMED`.
        BadInput: `NOT_THE_SAME_FILES`.
    """
    facts = {"return": return_id}
    with workspace.attempt("declare account", facts, evidence={"files": []}) as known:
        before = store.get(workspace.tables, ReturnRow, return_id)
        facts["instrument"] = before.instrument
        _check_reason(
            reason,
            "a declared account needs a reason",
            why="a wrong account makes one person's records another's",
            next_step="say in --reason who says whose list it is: a letter, a file name, a call and its date",
        )
        if "UNDECIDABLE_ACCOUNT" not in before.reasons:
            raise unnamed.nothing_waits(before)
        instrument = ingest.permitted(workspace, before.instrument)
        name = unnamed.asked_about(instrument, account)
        said = ingest.Said.of(before, "declaration")
        with keeping.nothing_left_behind(workspace), ExitStack() as stack:
            files = ingest.read_again(stack, paths, before, said, known["files"], on_step)
            _check_same_readers(workspace, before, files)
            elsewhere = store.returns_of_members(workspace.tables, instrument.id, but=return_id)
            of = unnamed.chosen(files, before, only, elsewhere)
            told = {"account": name, "by": workspace.actor, "reason": reason.strip(), "at": workspace.now()}
            said = replace(said, reason=reason.strip(), accounts=[*said.accounts, {**told, "files": of}])
            unnamed.fill(files, said.accounts)
            judged = ingest.judge(workspace, files, instrument, on_step)
            return ingest.keep(workspace, stack, instrument, return_id, files, judged, said, on_step)


def _check_reason(reason: str, what: str, *, why: str, next_step: str) -> None:
    """A step that rests on a person's word has his reason.

    Raises:
        UsageError: `USAGE`.
    """
    if not is_given(reason):
        raise UsageError("USAGE", what, why=why, next_step=next_step)


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


def _check_same_readers(workspace: Workspace, before: ReturnRow, files: list[ReadFile]) -> None:
    """A declaration changes what a person said, and not at the same time how the files are read.

    Raises:
        UsageError: `OLDER_READING`.
    """
    then = sorted(member.reader for member in store.members_of(workspace.tables, before))
    if then != sorted(member.reader for file in files for member in file.read):
        raise UsageError(
            "OLDER_READING",
            f"{before.id} was read by other versions of the readers ({', '.join(sorted(set(then)))})",
            why="what changes by the readers would look as if it came from the declaration",
            next_step=f"`fourcorners reread --return {before.id} PATH...` says what differs; then declare",
        )
