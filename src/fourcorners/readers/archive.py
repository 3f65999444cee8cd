"""Files as they were produced, and the members within them: nothing is unpacked to disk.

A file that is no zip archive is its own single member. Of a zip archive each regular entry is a member, inflated
into memory one at a time; an archive within an archive is opened to a stated depth, and its members' paths name
every archive on the way, joined by `!`. An office document is a zip archive by construction and stays one member.

Limits, far above real productions (whose pages pack about 24 to 1): an entry may unpack to 16 MiB or 256 times its
packed size, all entries of all levels together to 1 GiB or 64 times the file's size, whichever is more.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from hashlib import sha256
from io import BufferedReader
from mmap import ACCESS_READ
from mmap import mmap
from pathlib import Path

from fourcorners.model.errors import BadInput
from fourcorners.model.pages import FileMap
from fourcorners.model.pages import release
from fourcorners.readers.zip_inflate import Budget
from fourcorners.readers.zip_inflate import inflate
from fourcorners.readers.zip_layout import Entry
from fourcorners.readers.zip_layout import is_archive
from fourcorners.readers.zip_layout import read_entries

#: How many archives deep a member may lie below the outer one.
MAX_DEPTH = 2
JOIN = "!"
_STEP = 8 << 20
#: An entry of every office document (ECMA-376, part 2): such an archive is one member.
_OFFICE = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a production.

    Attributes:
        path: path within the file as produced, archives joined by `!`; empty for the file itself.
        data: the bytes; of the file itself a read-only map, of an entry anonymous memory.
        sha256: hash of the bytes, hex.
        size: number of bytes.
    """

    path: str
    data: bytes | mmap = field(repr=False)
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as it was produced.

    Attributes:
        path: where it lies.
        sha256: its hash, hex, taken before anything was read.
        size: number of bytes.
    """

    path: Path
    sha256: str
    size: int
    _data: mmap = field(repr=False)

    def members(self, on_refused: Callable[[str, BadInput], None] | None = None) -> Iterator[Member]:
        """Every member, each inflated when it is asked for and released with the last reference to it.

        Args:
            on_refused: told of an entry that is refused for what it holds itself; the others follow. Without it
                nothing follows: evidence is taken whole.

        Raises:
            BadInput: the archive is damaged, hostile or beyond the limits; the code says how.
        """
        if is_archive(self._data) or self.path.suffix.lower() == ".zip":
            entries = read_entries(self._data, str(self.path))
            if not _is_office(entries):
                budget, seen = Budget.of(self.size), set[str]()
                for entry in entries:
                    try:
                        yield from self._unpack(self._data, entry, "", 0, budget, seen)
                    except BadInput as error:
                        if on_refused is None:
                            raise
                        on_refused(entry.name, error)
                    release(self._data, entry.start, entry.packed)
                return
        yield Member("", self._data, self.sha256, self.size)

    def _unpack(
        self, data: bytes | mmap, entry: Entry, prefix: str, depth: int, budget: Budget, seen: set[str]
    ) -> Iterator[Member]:
        path = prefix + entry.name
        where = f"{self.path}{JOIN}{path}"
        if path in seen:
            raise BadInput(
                "DUPLICATE_NAME",
                "two members have the same path",
                where=where,
                why="a record's source would name either of them",
                next_step="ask the custodian how the production was packed",
            )
        seen.add(path)
        content = inflate(data, entry, budget, where)
        if not is_archive(content) or _is_office(inner := read_entries(content, where)):
            yield Member(path, content, sha256(content).hexdigest(), len(content))
            return
        if depth == MAX_DEPTH:
            raise BadInput(
                "NESTING",
                f"an archive lies more than {MAX_DEPTH} archives below the outer one",
                where=where,
                why="productions are zips of zips at most; deeper ones are made to exhaust the reader",
                next_step="ask the custodian how the production was packed",
            )
        for each in inner:
            yield from self._unpack(content, each, path + JOIN, depth + 1, budget, seen)


@contextmanager
def open_member_files(path: Path) -> Iterator[Opened]:
    """A file with its hash; on leaving, the file must still be what was hashed.

    Raises:
        BadInput: `NOT_FOUND`, `EMPTY_FILE`, or on leaving `CHANGED`.
    """
    with _open(path) as stream:
        if (size := os.fstat(stream.fileno()).st_size) == 0:
            raise BadInput(
                "EMPTY_FILE",
                "the file has no content",
                where=str(path),
                next_step="check whether the transfer was complete",
            )
        data = FileMap(stream.fileno(), 0, access=ACCESS_READ)
        opened = Opened(path, _hash(data), size, data)
        yield opened
        # a map beyond the end of a file that was cut short must not be touched
        if os.fstat(stream.fileno()).st_size != size or _hash(data) != opened.sha256:
            raise BadInput(
                "CHANGED",
                "the file changed while it was read",
                where=str(path),
                why="the records would not come from the file whose hash is on the ledger",
                next_step="make sure that nothing writes to the file, and run the command again",
            )


def _hash(data: mmap) -> str:
    digest = sha256()
    for start in range(0, len(data), _STEP):
        digest.update(data[start : start + _STEP])
        release(data, start, _STEP)
    return digest.hexdigest()


def _open(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInput(
            "NOT_FOUND",
            f"the file cannot be opened: {error.strerror}",
            where=str(path),
            next_step="check the path's spelling and that you may read it",
        ) from error


def _is_office(entries: tuple[Entry, ...]) -> bool:
    return any(entry.name == _OFFICE for entry in entries)
