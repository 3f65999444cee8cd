"""Store what was judged: segments, slices, originals; and for the filter team what lies outside the scope."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from fourcorners.casework import catalogue
from fourcorners.casework import journal
from fourcorners.casework.intake import ReadFile
from fourcorners.casework.intake import ReadMember
from fourcorners.casework.judged import Judged
from fourcorners.casework.rows import MemberRow
from fourcorners.casework.workspace import Workspace
from fourcorners.ledger.database import Unsettled
from fourcorners.vault import segments
from fourcorners.vault import slices
from fourcorners.vault.segments import Segment
from fourcorners.vault.vault import SEALED
from fourcorners.vault.vault import Stored
from fourcorners.vault.vault import Vault


@dataclass(slots=True)
class Kept:
    """What an intake stored, before the catalogue knows of it.

    Attributes:
        members: each with its segments.
        sealed: what only the filter team opens.
        originals: hash of each whole file as given that is stored -> where.
        listing: what became of every file.
    """

    members: list[tuple[MemberRow, list[Segment]]] = field(default_factory=list)
    sealed: list[Stored] = field(default_factory=list)
    originals: dict[str, Stored] = field(default_factory=dict)
    listing: list[dict[str, Any]] = field(default_factory=list)


def keep(
    workspace: Workspace,
    instrument: str,
    stem: str,
    files: list[ReadFile],
    judged: list[Judged],
    on_step: Callable[[str], None],
) -> Kept:
    """Write the files of an intake; without their catalogue they are remains, which the next opening sets aside.

    Args:
        workspace: where.
        instrument: whose key opens what is released.
        stem: a name that this workspace never gave before.
        files: as given.
        judged: their members.
        on_step: told what was stored.
    """
    kept, vault = Kept(), workspace.vault
    with ThreadPoolExecutor(1) as pool:  # hashing and encrypting go on outside the interpreter's lock
        originals = [
            pool.submit(_keep_original, vault, instrument, f"{SEALED}/{stem}-original-{n}", file, judged)
            for n, file in enumerate(files)
        ]
        for n, each in enumerate(judged):
            _keep_member(vault, instrument, f"{stem}-{n}", n, each, kept, on_step)
        for file, original in zip(files, originals, strict=True):
            stored = original.result()
            whole = stored is not None and not stored.name.startswith(SEALED)
            if stored and whole:
                kept.originals[file.sha256] = stored
            elif stored:
                kept.sealed.append(stored)
            kept.listing += _listing(file, whole=whole)
    on_step("originals stored")
    return kept


def wrapped_keys(workspace: Workspace, instrument: str, return_id: str) -> str:
    """One hash over the wrapped keys of a return's files: what its entry binds.

    Raises:
        VerificationFailed: `MISSING_KEY`.
    """
    names = [name for name, _ in catalogue.of_return(workspace.tables, return_id)]
    vault = workspace.vault
    return journal.digest_of((name, vault.key_commitment(name, instrument)) for name in names)


def remove(workspace: Workspace, names: set[str]) -> None:
    """Delete those of some files that no catalogue knows any more, and their keys."""
    others = workspace.vault.files() - names
    workspace.vault.remove_unknown(set(catalogue.stored_hashes(workspace.tables)) | others)


@contextmanager
def nothing_left_behind(workspace: Workspace) -> Iterator[None]:
    """Delete what was stored for a step that failed.

    Where the commit itself failed, only the next opening can tell whether the files belong to something.
    """
    before = workspace.vault.files()
    try:
        yield
    except Unsettled:
        raise
    except BaseException:
        remove(workspace, workspace.vault.files() - before)
        raise


def _keep_member(
    vault: Vault,
    instrument: str,
    stem: str,
    n: int,
    judged: Judged,
    kept: Kept,
    on_step: Callable[[str], None],
) -> None:
    member, reading = judged.member, judged.member.reading
    sealed = judged.sealed() if vault.team else slices.NONE
    with segments.writers() as writers, ThreadPoolExecutor(1) as pool:
        writer = member.sifted.writer if member.sifted else segments.Writer(vault, instrument, stem, writers)
        more = writer.sealed_extents() if vault.team else ()
        cutting = pool.submit(
            slices.write, vault, instrument, stem, member.member.data, judged.released(), sealed, more
        )
        for batch in judged.batches:
            writer.add(batch)
        stored = writer.finish()
        on_step("segments stored")
        tree = cutting.result()
    on_step("slices stored")
    kept.sealed += [Stored(each.name, each.sha256) for each in stored if each.name.startswith(SEALED)]
    kept.sealed += [tree.withheld] if tree.withheld else []
    row = MemberRow(
        n=n,
        file=member.file_sha256,
        path=member.path,
        member=member.member.path,
        member_sha256=member.member.sha256,
        tree=tree.root.hex(),
        leaves=tree.leaves,
        slices=tree.released.name,
        slices_sha256=tree.released.sha256,
        reader=member.reader,
        layout=reading.layout,
        counts=judged.counts(),
        reasons=judged.reasons(),
        unclassified=judged.unclassified(),
        # what a member says about itself is of an account that nobody asked about, unless a row is released
        facts=dict(reading.facts) if judged.counts()["released"] else {},
        drift=judged.drift(),
        account_by=member.account_by,
    )
    kept.members.append((row, [each for each in stored if not each.name.startswith(SEALED)]))


def _keep_original(
    vault: Vault, instrument: str, sealed_name: str, file: ReadFile, judged: list[Judged]
) -> Stored | None:
    """Store a file whole if nothing in it is withheld; else for the filter team alone, or not at all."""
    mine = [each for each in judged if each.file is file]
    if mine and not file.unread and all(each.is_wholly_released() for each in mine):
        return vault.keep_original(file.sha256, Path(file.path), instrument)
    if mine and vault.team:
        return vault.seal_original(file.sha256, Path(file.path), instrument, sealed_name)
    return None


def _listing(file: ReadFile, *, whole: bool) -> list[dict[str, Any]]:
    """What became of a file, and of every member of an archive."""
    parts = [
        *((each.member.path, each.member.sha256, _format(each)) for each in file.read),
        *((each.path, each.sha256, each.why) for each in file.unread),
    ]
    read = f"archive of {len(parts)} file(s)" if file.is_archive else parts[0][2]
    listing: list[dict[str, Any]] = [
        {
            "path": file.path,
            "sha256": file.sha256,
            "read": read,
            "kept": bool(file.read),
            "original": whole,
        }
    ]
    if file.is_archive:
        listing += [
            {"path": f"{file.path}!{path}", "sha256": sha256, "read": how} for path, sha256, how in sorted(parts)
        ]
    return listing


def _format(member: ReadMember) -> str:
    layout = member.reading.layout
    return f"{member.reader}, layout {layout}" if layout else member.reader
