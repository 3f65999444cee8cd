"""From files to readings: open, find the reader, read, count again, read back.

Two checks stand between a reader and the case. The census counts what the member holds with code that the reader
does not share; and every value's byte ranges are read back to its text. Either difference fails the whole intake.
"""

from __future__ import annotations

import os
from collections import Counter
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.casework.sifting import Sifted
from fourcorners.casework.sifting import Sifter
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.pages import release
from fourcorners.model.records import DERIVED
from fourcorners.model.records import Batch
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.readers import archive
from fourcorners.readers import known
from fourcorners.readers import locate
from fourcorners.readers import mapping
from fourcorners.readers import registry
from fourcorners.readers.archive import Member
from fourcorners.readers.known import Drift
from fourcorners.readers.logs.log_format import LogFormat
from fourcorners.readers.logs.reader import LogReader
from fourcorners.readers.mapping import DeclaredReader
from fourcorners.readers.parts import joined
from fourcorners.readers.registry import Reader


@dataclass(frozen=True, slots=True)
class ReadMember:
    """One member that a reader understood. `path` is the file as given, `member` a path inside it.

    `drift` is how its structure differs from what the reader was tested on, `account_by` who declared whose its
    rows are. `sifted` is what of a large log was judged while it was read; the reading then has the other rows.
    """

    path: str
    file_sha256: str
    member: Member
    by: Reader
    reading: Reading
    drift: Drift | None = None
    sifted: Sifted | None = None
    account_by: str = ""

    @property
    def reader(self) -> str:
        """Name and version of the reader."""
        return f"{self.by.name}/{self.by.version}"


@dataclass(frozen=True, slots=True)
class UnreadMember:
    """One member that no reader knows, with the reason; its bytes are not kept. `log`: its format, if known."""

    path: str
    sha256: str
    why: str
    log: LogFormat | None = None


@dataclass(slots=True)
class ReadFile:
    """One file as given, with what became of each of its members."""

    path: str
    sha256: str
    is_archive: bool = False
    read: list[ReadMember] = field(default_factory=list)
    unread: list[UnreadMember] = field(default_factory=list)


def with_records(files: list[ReadFile]) -> Iterator[tuple[ReadFile, ReadMember]]:
    """The members that are the same records again if another return has them, and not the same empty answer."""
    for file in files:
        for member in file.read:
            rows = [batch.rows.num_rows for batch in member.reading.batches if batch.family != "negative"]
            if member.sifted is not None or any(rows):
                yield file, member


def paths_in(paths: list[Path]) -> Iterator[tuple[Path, bool]]:
    """The files given, and every file of the folders given, in a fixed order; and whether each was named itself.

    Raises:
        BadInput: `NOT_FOUND`, `ENTRY_TYPE`.
    """
    for path in paths:
        if path.is_dir():
            yield from ((_plain(child), False) for child in sorted(_inside(path)))
        elif path.is_file():
            yield path, True
        else:
            raise BadInput(
                "NOT_FOUND",
                f"{path} does not exist",
                where=str(path),
                next_step="check the path's spelling",
            )


def _inside(folder: Path) -> Iterator[Path]:
    """What lies in a folder and is none; a folder that cannot be looked into is not an empty one."""
    for root, folders, names in os.walk(folder, onerror=_not_looked_into):
        links = [name for name in folders if Path(root, name).is_symlink()]
        yield from (Path(root, name) for name in names + links)


def _not_looked_into(error: OSError) -> None:
    raise BadInput(
        "NOT_FOUND",
        f"the folder cannot be looked into: {error.strerror}",
        where=str(error.filename),
        why="a file in it would be missing, and nobody would notice",
        next_step="let your account read it, or copy it to a folder of your own",
    ) from error


def _plain(path: Path) -> Path:
    if path.is_symlink() or not path.is_file():
        raise BadInput(
            "ENTRY_TYPE",
            f"{path} is a link or a device, not a plain file",
            where=str(path),
            why="what it leads to may lie outside the production",
            next_step="give the files themselves",
        )
    return path


def read_file(
    path: Path,
    stack: ExitStack,
    table: DeclaredReader | None,
    declaration: ZoneDeclaration | None,
    on_opened: Callable[[str], None],
    sift: Callable[[int], Sifted] | None = None,
    *,
    named: bool,
) -> ReadFile:
    """Open one file and read every member that a reader knows.

    Args:
        path: the file.
        stack: keeps the file open until the intake is over, since slices are cut from its bytes.
        table: the reader that a declared mapping makes, for members that no listed reader knows.
        declaration: a person's statement of the zone of local times.
        named: the file was named itself, so that a mapping is meant for it.
        on_opened: told the file's hash before anything in it is read, so that it stays known if it is refused.
        sift: begins the sifting of the file's n-th member that is read, where large logs are sifted.

    Raises:
        BadInput: the file is damaged, or one of the two checks failed.
    """
    opened = stack.enter_context(archive.open_member_files(path))
    on_opened(opened.sha256)
    found = ReadFile(str(path), opened.sha256)
    for member in opened.members():
        found.is_archive = bool(member.path)
        with _named(found.path, member.path):
            _read_member(found, member, table, declaration, sift, named=named)
    return found


def _read_member(
    found: ReadFile,
    member: Member,
    table: DeclaredReader | None,
    declaration: ZoneDeclaration | None,
    sift: Callable[[int], Sifted] | None,
    *,
    named: bool,
) -> None:
    name = member.path or Path(found.path).name
    try:
        derived = registry.derive(member)
        head = bytes((derived or member).data[: registry.HEAD])
        reader = registry.reader_for(name, head)
        if reader is None and table is not None and (tabled := registry.derive_table(member, table)):
            derived, reader, head = tabled, table, bytes(tabled.data[: registry.HEAD])
    except BadInput as error:
        if named and not member.path:
            raise
        found.unread.append(UnreadMember(member.path, member.sha256, error.what))
        return
    if derived is not None:
        member = replace(derived, path=derived.path if member.path else name + derived.path)
    if reader is None and table is not None and (table.detect(name, head) or (named and not found.is_archive)):
        member = mapping.derive(table, member, name) or member
        reader = table
    if reader is None:
        why = table.why_not(name, head) if table is not None else None
        log = registry.log_of(name, head) if why is None else None
        found.unread.append(UnreadMember(member.path, member.sha256, why or registry.unknown(name, head), log))
        return
    if sift is not None and isinstance(reader, LogReader) and not reader.mapping.computed:
        found.read.append(_sift_member(found, member, reader, declaration, sift(len(found.read))))
    else:
        found.read.append(read_member(found, member, reader, declaration))


def read_member(
    found: ReadFile, member: Member, reader: Reader, declaration: ZoneDeclaration | None
) -> ReadMember:
    """Read one member with the reader that knows it, and check what came of it.

    Raises:
        BadInput: the member is damaged, or one of the two checks failed.
    """
    reading = replace(reader.read(member.data, declaration), place=_place(found, member))
    check(reading, member, reader)
    drift = known.drift_of(member.data, reader.name)
    return ReadMember(found.path, found.sha256, member, reader, reading, drift)


def _sift_member(
    found: ReadFile, member: Member, reader: LogReader, declaration: ZoneDeclaration | None, sifted: Sifted
) -> ReadMember:
    """The same part by part, each checked before it is judged."""
    account = _Account()

    def parts() -> Iterator[Reading]:
        for part in reader.parts(member.data, declaration):
            account.add(part)
            locate.check(member.data, part)
            yield sifted.take(part)
            release(member.data)

    reading = replace(joined(parts()), place=_place(found, member))
    account.check_counts(reader.census(member.data))
    account.check_recognised()
    sifted.writer.flush()
    return ReadMember(found.path, found.sha256, member, reader, reading, sifted=sifted)


def _place(found: ReadFile, member: Member) -> str:
    return f"{found.path}{archive.JOIN}{member.path}" if member.path else found.path


def relate(files: list[ReadFile]) -> None:
    """Let each reader say what the members that it read, of all files, tell about each other.

    Raises:
        BadInput: `CONSERVATION`, if that changed anything but what a row itself leaves open.
    """
    readers = {id(member.by): member.by for file in files for member in file.read}
    for reader in readers.values():
        mine = [[member.reading for member in file.read if member.by is reader] for file in files]
        for file, after in zip(files, _related(reader, mine), strict=True):
            told = iter(after)
            file.read = [
                replace(member, reading=next(told)) if member.by is reader else member for member in file.read
            ]


def relate_waiting(files: list[ReadFile], sifter: Sifter) -> None:
    """The same for the rows of large logs that wait in drawers; of them only those of asked addresses stay.

    Raises:
        BadInput: `CONSERVATION`.
    """
    members = [member for file in files for member in file.read]
    stay = defaultdict[int, list[Batch]](list)
    for drawer in sifter.waiting():
        readers = {id(members[n].by): members[n].by for n in drawer}
        for reader in readers.values():
            mine = [n for n, member in enumerate(members) if member.by is reader]
            before = [[replace(members[n].reading, batches=tuple(drawer.pop(n, ())))] for n in mine]
            related = _related(reader, before)
            del before  # one drawer's rows at a time are held, and once
            for n, (after,) in zip(mine, related, strict=True):
                stay[n] += [sifter.members[n].split(batch, after.custodians) for batch in after.batches]
            del related, after
    numbers = iter(range(len(members)))
    for file in files:
        file.read = [_with_rows(member, stay[next(numbers)]) for member in file.read]


def _with_rows(member: ReadMember, batches: list[Batch]) -> ReadMember:
    """A member with rows that come drawer by drawer, in the member's order."""
    kinds = {(batch.family, batch.section): batch for batch in batches}
    found = []
    for kind, first in kinds.items():
        rows = [batch.rows for batch in batches if (batch.family, batch.section) == kind]
        table = pa.Table.from_batches(rows).sort_by("row").combine_chunks()
        found += [replace(first, rows=each) for each in table.to_batches()]
    return replace(member, reading=replace(member.reading, batches=tuple(found))) if member.sifted else member


def _related(reader: Reader, before: list[list[Reading]]) -> list[list[Reading]]:
    after = reader.relate(before)
    for old, new in zip(before, after, strict=True):
        _check_related(old, new)
    return after


def _check_related(before: list[Reading], after: list[Reading]) -> None:
    for old, new in zip(before, after, strict=True):
        if new is old:
            continue
        for one, other in zip(old.batches, new.batches, strict=True):
            derived = {"account", "category", *(name for name, _ in DERIVED.get(one.family, ()))}
            kept = [name for name in one.rows.schema.names if name not in derived]
            same = one.family == other.family and one.rows.select(kept).equals(other.rows.select(kept))
            filled = all(
                _filled(one.rows.column(name), other.rows.column(name)) for name in ("account", "category")
            )
            if not same or not filled:
                raise BadInput(
                    "CONSERVATION",
                    "what members say about each other changed what a row states itself",
                    why="a value as produced is evidence",
                    next_step="do not use these files with this version; tell the makers",
                )


def _filled(old: pa.Array, new: pa.Array) -> bool:
    """Whether nothing changed but what was null."""
    said = old.is_valid()
    kept: bool = old.filter(said).equals(new.filter(said))
    return kept


def check(reading: Reading, member: Member, reader: Reader) -> None:
    """Compare a reading with the independent count, and every value with its place.

    Raises:
        BadInput: `CONSERVATION`, `LOCATOR`, `NO_RECOGNISED_ROW`.
    """
    account = _Account()
    account.add(reading)
    account.check_counts(reader.census(member.data))
    locate.check(member.data, reading)
    account.check_recognised()


class _Account:
    """What a reading accounts for, added up over its parts."""

    def __init__(self) -> None:
        self._texts = self._good = 0
        self._labels, self._problems = Counter[str](), Counter[str]()
        self._unknown = dict[str, None]()
        self._is_silent = True

    def add(self, part: Reading) -> None:
        """Count a part."""
        owned = sum(pc.sum(batch.rows.column("texts")).as_py() or 0 for batch in part.batches)
        self._texts += owned + part.boilerplate + sum(item.texts for item in part.unclassified)
        self._labels.update(part.labels)
        for batch in part.batches:
            column = batch.rows.column("problem")
            self._good += column.null_count
            self._problems.update(column.drop_null().to_pylist())
        self._is_silent &= not part.says_empty
        if part.custodians:  # the labels of a known format; a table's own words may be values
            self._unknown |= dict.fromkeys(item.path for item in part.unclassified)

    def check_counts(self, census: Census) -> None:
        """Compare with the independent count.

        Raises:
            BadInput: `CONSERVATION`.
        """
        differing = {
            label: (self._labels.get(label, 0), count)
            for label, count in census.labels.items()
            if self._labels.get(label, 0) != count
        }
        if self._texts == census.texts and not differing:
            return
        where = "; ".join(
            f"{label!r}: read {mine}, counted {theirs}" for label, (mine, theirs) in differing.items()
        )
        raise BadInput(
            "CONSERVATION",
            f"the reader accounts for {self._texts} texts, an independent count finds {census.texts}"
            + (f" ({where})" if where else ""),
            why="a row that is lost in silence can lead to the wrong household",
            next_step="do not use this file with this version; send the makers what `fourcorners fingerprint FILE "
            "--out FILE.json` writes, not the file",
        )

    def check_recognised(self) -> None:
        """Whether anything was understood.

        Raises:
            BadInput: `NO_RECOGNISED_ROW`.
        """
        if self._good or not self._is_silent:
            return
        seen = ", ".join(f"{code} {n}" for code, n in self._problems.items()) or "no row at all"
        unknown = ", ".join([*self._unknown][:5])
        raise BadInput(
            "NO_RECOGNISED_ROW",
            f"no row of the member was recognised ({seen}), and it does not say that it is empty",
            where=f"unknown here: {unknown}" if unknown else "",
            why='"nothing found" and "not understood" are different answers',
            next_step="the format may have changed: send the makers what `fourcorners fingerprint FILE "
            "--out FILE.json` writes; it holds no value",
        )


@contextmanager
def _named(path: str, member: str) -> Iterator[None]:
    """Put file and member before the place that a reader names."""
    name = f"{path}!{member}" if member else path
    try:
        yield
    except FourcornersError as error:
        if name not in error.where:
            error.where = f"{name}: {error.where}" if error.where else name
        raise
