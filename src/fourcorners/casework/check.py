"""Who was in my account? An account holder's own export, without case, workspace or carrier, and nothing is kept.

A provider's answer to legal process is refused here: it is read under its instrument, or not at all. A file of the
export that cannot be read does not hide the others, but it is named, because an access may stand in it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from pathlib import PurePosixPath
from typing import Any

import fourcorners as product
from fourcorners.casework import intake
from fourcorners.casework import naming
from fourcorners.casework import outputs
from fourcorners.casework import sessions
from fourcorners.casework import unread
from fourcorners.casework.intake import ReadFile
from fourcorners.casework.intake import ReadMember
from fourcorners.casework.sessions import Sighting
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.identifier import normalise
from fourcorners.model.instant import DECLARED
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import UNPLACED
from fourcorners.readers import archive
from fourcorners.readers import google
from fourcorners.readers import named_account
from fourcorners.readers import registry
from fourcorners.readers.archive import Opened
from fourcorners.report import account_page
from fourcorners.report.access import Access
from fourcorners.report.access import ExportFile

_ACCESSES = frozenset({"login", "session", "seen"})
_UNKNOWN = "no reader knows this format"
_TWICE = "the same file stands here twice; it is counted once"
#: Google writes one and the same page for account holders and for legal process; the former get it in this folder.
_TAKEOUT = "Takeout"
_SAME_PAGE = "Google answers legal process with the same page: it is not read without an instrument"


def check(export: Path, *, networks: Path | None = None) -> Access:
    """Read an export.

    Args:
        export: the archive, file or folder.
        networks: a dated network table, if not the one of this installation.

    Raises:
        BadInput: the export is damaged, or no file of it is a known list of accesses.
        Refused: `NOT_AN_EXPORT`, `SEVERAL_ACCOUNTS`.
    """
    given, found, files, seen = [], [], list[ExportFile](), set[str]()
    for path, named in intake.paths_in([export]):
        inside = "" if named else path.relative_to(export).as_posix()
        with ExitStack() as stack:
            try:
                opened = stack.enter_context(archive.open_member_files(path))
                given.append((inside or path.name, opened.sha256, opened.size))
                read = ReadFile(str(path), opened.sha256)
                files += _read_all(read, opened, inside, export.name, seen)
                found.append(read)
            except BadInput as error:
                if named:
                    raise
                files.append(
                    ExportFile(inside, "", why=f"{error.code}: {error.what}", broken=error.code != "EMPTY_FILE")
                )
    if not any(file.format for file in files):
        raise _nothing_read(export, files)
    intake.relate(found)
    _check_one_export(export, found)
    return _access(export, given, found, files, networks)


def write(access: Access, out: Path, language: str) -> None:
    """Write the page.

    Raises:
        BadInput: `OUTPUT`, if there is something already, or the place cannot be written.
    """
    outputs.check_free(out)
    outputs.write(out, account_page.to_html(access, language))


def _read_all(read: ReadFile, opened: Opened, inside: str, export: str, seen: set[str]) -> list[ExportFile]:
    """The members of a file; of one that was seen before, nothing is counted again."""
    files = list[ExportFile]()

    def lose(member: str, error: BadInput, sha256: str = "") -> None:
        why = f"{error.code}: {error.what}"
        files.append(ExportFile(_joined(inside, member), sha256, why=why, broken=True))

    for member in opened.members(lose):
        path = _joined(inside, member.path)
        name = path or opened.path.name
        head = bytes(member.data[: registry.HEAD])
        reader = registry.reader_for(name, head)
        if reader is None:
            doubtful = unread.may_hold_logins(name, head)
            files.append(ExportFile(path, member.sha256, why=_UNKNOWN, doubtful=doubtful))
            continue
        if reader is google.RETURN and _TAKEOUT in (export, *PurePosixPath(path).parts):
            files.append(ExportFile(path, member.sha256, why=_SAME_PAGE, doubtful=True))
            continue
        if reader.name not in registry.EXPORTS:
            raise _no_export(name, reader.name)
        if member.sha256 in seen:
            files.append(ExportFile(path, member.sha256, why=_TWICE))
            continue
        seen.add(member.sha256)
        try:
            got = intake.read_member(read, member, reader, UNPLACED)
        except BadInput as error:
            lose(member.path, error, member.sha256)
            continue
        # what is shown is in the reading; the bytes of one member at a time are enough
        read.read.append(replace(got, member=replace(member, path=path, data=b"")))
        files.append(ExportFile(path, member.sha256, format=reader.name))
    return files


def _check_one_export(export: Path, found: list[ReadFile]) -> None:
    """One export of one person at a time, so that no people are compared and every box is of one account (M56).

    Raises:
        Refused: `PRODUCT SEVERAL_ACCOUNTS`.
    """
    places = defaultdict[tuple[str, ...], dict[str, str]](dict)
    for read in found:
        for member in read.read:
            accounts = places[member.reading.custodians]
            for account in _accounts(member):
                accounts.setdefault(account, _joined(read.path, member.member.path))
    named = [sorted(set(accounts.values())) for accounts in places.values()]
    several = [each for each in named if len(each) > 1]
    if len(places) > 1 or several:
        who = " and ".join(sorted(custodians[0] for custodians in places))
        raise Refused(
            "PRODUCT",
            "SEVERAL_ACCOUNTS",
            f"{export.name} holds exports of several accounts, with {who}",
            where=", ".join(several[0][:5]) if several else "",
            why="this looks at one person's own export, and compares no people",
            next_step="give one export at a time",
        )


def _accounts(member: ReadMember) -> set[str]:
    """Whom the rows and facts of a member name; an account that cannot be told is one as well."""
    stated = member.reading.facts.get("account")
    return named_account.accounts([member.reading]) | (set() if stated is None else {normalise(stated)})


def _joined(inside: str, member: str) -> str:
    return archive.JOIN.join(part for part in (inside, member) if part)


def _access(
    export: Path,
    given: list[tuple[str, str, int]],
    found: list[ReadFile],
    files: list[ExportFile],
    networks: Path | None,
) -> Access:
    unreadable, not_shown = Counter[str](), Counter[str]()
    accounts = set[str]()
    sightings = list[Sighting]()
    for member in (member for read in found for member in read.read):
        for batch in member.reading.batches:
            if batch.family == "capture":
                not_shown[_name(member)] += batch.rows.num_rows
            if batch.family in _ACCESSES:
                for row in batch.rows.to_pylist():
                    code = row["problem"] or ("MISSING_TIME" if row["at"] is None else None)
                    if code:
                        unreadable[code] += 1
                        continue
                    sightings.append(_sighting(row, member))
                    accounts.update([row["account"]] if row["account"] else [])
    named = naming.name((each.ip for each in sightings if each.ip), networks)
    network_of = sessions.networks(named, {each.ip for each in sightings if each.ip})
    return Access(
        name=export.name,
        given=tuple(given),
        made=dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        tool=f"Fourcorners {product.__version__}",
        accounts=tuple(sorted(accounts)),
        sessions=sessions.group(sightings, network_of),
        files=tuple(files),
        naming=named,
        unreadable=dict(sorted(unreadable.items())),
        not_shown=dict(sorted(not_shown.items())),
        with_port=sum(each.port is not None for each in sightings),
    )


def _name(member: ReadMember) -> str:
    return member.member.path or Path(member.path).name


def _sighting(row: dict[str, Any], member: ReadMember) -> Sighting:
    return Sighting(
        ip=row["ip"],
        port=row.get("port"),
        at=row["at"],
        until=row.get("until"),
        at_text=row["at_text"] or "",
        until_text=row.get("until_text") or "",
        precision=row["precision"] or SECOND,
        zoned=not (row["zone_basis"] or DECLARED).startswith(DECLARED),
        action=row.get("action"),
        agent=row.get("agent"),
        file=_name(member),
    )


def _nothing_read(export: Path, files: list[ExportFile]) -> BadInput:
    broken = [f"{file.path or export.name} ({file.why})" for file in files if file.broken or file.doubtful]
    if not files:
        return BadInput(
            "NO_RECOGNISED_ROW",
            "the folder is empty",
            where=str(export),
            next_step="give the export as it was downloaded: the zip, or the folder into which it was unpacked",
        )
    return BadInput(
        "NO_RECOGNISED_ROW",
        f"none of the {len(files):,} files is a list of accesses that can be read",
        where="; ".join(broken[:5]) or str(export),
        why='"nobody was there" and "not understood" are different answers',
        next_step="ask the provider for an export with the parts about security and logins, as JSON where it can; "
        "`fourcorners readers` names the formats",
    )


def _no_export(name: str, format_name: str) -> Refused:
    return Refused(
        "PRODUCT",
        "NOT_AN_EXPORT",
        f"{name} has the format {format_name}, in which a provider answers legal process",
        why="no instrument, no record",
        next_step="take it in under its instrument, with `ingest`; if somebody sent you that file and it lies in "
        "your own export, unpack the export and give the folder without it",
    )
