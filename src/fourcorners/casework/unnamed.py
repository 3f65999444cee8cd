"""Files that name no account: which those are, and what a person may declare of them.

Some providers' lists (`registry.UNNAMED`) hold one account's addresses and do not say whose. A person may say it,
of an account that the instrument names. What a return says itself goes before: as soon as anything in any of its
files names an account, nothing is filled, however the files were packed. A table that was read by a mapping never
is, since nothing tells that it is one person's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow.compute as pc

from fourcorners.casework import corrections
from fourcorners.casework.intake import ReadFile
from fourcorners.casework.intake import ReadMember
from fourcorners.casework.rows import ReturnRow
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError
from fourcorners.model.identifier import normalise
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instrument import Instrument
from fourcorners.readers import archive
from fourcorners.readers import named_account
from fourcorners.readers import registry

#: The extractor of a derived text; its version is no part of a member's place.
_DERIVED = re.compile(archive.JOIN + "(?:text|table)@.*")

Place = list[str]


def place_of(file: ReadFile, member: ReadMember) -> Place:
    """Hash of the file as given and path in it, empty for the file itself: the same whoever reads it, and how."""
    return [file.sha256, inner(member.member.path) if file.is_archive else ""]


def inner(member: str) -> str:
    """The path of an archive's member itself, whatever text was derived from it."""
    return _DERIVED.sub("", member)


def name_of(file: ReadFile, member: ReadMember) -> str:
    """As a person types it: the path, and of an archive's member the path in it behind a `!`."""
    path = place_of(file, member)[1]
    return f"{file.path}{archive.JOIN}{path}" if path else file.path


def fill(files: list[ReadFile], accounts: list[dict[str, Any]]) -> None:
    """Put the declared accounts on the rows of the members that they were declared of and that name none."""
    for file, n, member in _waiting(files):
        for each in accounts:
            if place_of(file, member) in each["files"]:
                reading = named_account.named(member.reading, normalise(each["account"]))
                file.read[n] = replace(member, reading=reading, account_by=each["by"])


def _waiting(files: list[ReadFile]) -> Iterator[tuple[ReadFile, int, ReadMember]]:
    readings = [member.reading for file in files for member in file.read if not member.account_by]
    if named_account.accounts(readings) or any("account" in reading.facts for reading in readings):
        return
    for file in files:
        for n, member in list(enumerate(file.read)):
            good = any(batch.rows.column("problem").null_count for batch in member.reading.batches)
            if good and not member.account_by and member.by.name in registry.UNNAMED:
                yield file, n, member


def asked_about(instrument: Instrument, account: str) -> str:
    """The account as the instrument writes it.

    Raises:
        Refused: `PRODUCT ACCOUNT_NOT_NAMED`.
    """
    for target in instrument.scope.accounts:
        if target.kind == "account" and target.value == normalise(account):
            return target.text
    raise Refused(
        "PRODUCT",
        "ACCOUNT_NOT_NAMED",
        f"{instrument.id} names no account {account!r}",
        why="a declaration says whose a list is; it does not widen the instrument",
        next_step=f"name one of its accounts as `case show {instrument.case}` lists them",
    )


def chosen(
    files: list[ReadFile], before: ReturnRow, only: Sequence[str], elsewhere: Mapping[str, str]
) -> list[Place]:
    """The places of the members that a declaration is of.

    Args:
        files: the return's files.
        before: the return as it stands.
        only: which are meant, as `name_of` spells them.
        elsewhere: hash of each member of other returns under the instrument -> the return.

    Raises:
        UsageError: `NOTHING_TO_DECLARE`; `USAGE` if several wait and nobody says which are meant, or one is named
            that does not wait.
    """
    waiting = dict[str, Place]()
    for file, _, member in _waiting(files):
        if other := elsewhere.get(member.member.sha256):
            raise UsageError(
                "NOTHING_TO_DECLARE",
                f"{name_of(file, member)} stands in {other} as well",
                why=f"the files that it came with there may say whose it is, and what is in {other} goes before",
                next_step=f"use {other}",
            )
        waiting[name_of(file, member)] = place_of(file, member)
    if not waiting:
        raise nothing_waits(before)
    if strange := [name for name in only if name not in waiting]:
        raise UsageError(
            "USAGE",
            f"{strange[0]} is no file of {before.id} that waits for an account",
            why="a file that names an account itself is not declared",
            next_step="name one of these with --file: " + ", ".join(waiting),
        )
    if len(waiting) > 1 and not only:
        raise UsageError(
            "USAGE",
            f"{len(waiting)} lists of {before.id} name no account",
            why="two lists may be of two persons, whatever the instrument asks for",
            next_step="say with --file which are meant, once for each: " + ", ".join(waiting),
        )
    return [waiting[name] for name in only or waiting]


def files_of(row: ReturnRow, declared: dict[str, Any]) -> list[str]:
    """The files and members that an account was declared of, as `name_of` spells them."""
    names = {file["sha256"]: file["path"] for file in row.files if "kept" in file}
    return [
        f"{names[sha256]}{archive.JOIN}{path}" if path else names[sha256] for sha256, path in declared["files"]
    ]


def nothing_waits(before: ReturnRow) -> UsageError:
    """The refusal where no declaration of an account would change anything."""
    return UsageError(
        "NOTHING_TO_DECLARE",
        f"no list of {before.id} waits for an account",
        why="what was declared stands; and a return of which any file names an account decides itself",
        next_step=f"`case show` lists what was declared, and why records of {before.id} were sealed"
        + (f"; if what was declared is wrong, {corrections.anew(before)}" if before.accounts else ""),
    )


def rests_on(files: list[ReadFile], zone: ZoneDeclaration) -> bool:
    """Whether a row of a format that may wait for its account has its time by a declared zone."""
    return any(
        pc.any(pc.equal(batch.rows.column("zone_basis"), zone.basis)).as_py()
        for file in files
        for member in file.read
        if member.by.name in registry.UNNAMED
        for batch in member.reading.batches
        if "zone_basis" in batch.rows.schema.names
    )
