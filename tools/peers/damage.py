"""Productions that are damaged or strange, made of good ones: how does each tool tell its user?"""

from __future__ import annotations

import io
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED
from zipfile import ZipFile

from peers.lines import PRODUCTIONS
from peers.productions import Made

_KEPT = 0.6  # of a file that is cut


@dataclass(frozen=True, slots=True)
class Damage:
    """A line of the second table: what was done to which production."""

    what: str
    format: str
    spoil: Callable[[bytes], bytes]

    def made(self, folder: Path, rows: int) -> tuple[int, Made]:
        """The production with the damage in both copies, and the seed of it."""
        good = next(each for each in PRODUCTIONS if each.name == self.format and each.own)
        ((seed, made),) = good.made(folder, rows, 1)
        for file in {made.ours, *_files(made.theirs)}:
            file.write_bytes(self.spoil(file.read_bytes()))
        return seed, replace(made, truth=replace(made.truth, unreadable=0, reasons={}))


def _files(given: Path) -> Iterator[Path]:
    if given.is_file():
        yield given
    else:
        yield from (path for path in given.rglob("*") if path.is_file())


def _cut(data: bytes) -> bytes:
    return data[: int(len(data) * _KEPT)]


def _latin(data: bytes) -> bytes:
    """One letter of an old encoding, in the middle of the page, where text stands."""
    at = data.index(b"Action", len(data) // 2)
    return data[:at] + b"Caf\xe9 " + data[at:]


def _other_names(data: bytes) -> bytes:
    return data.replace(b"div_table", b"d-t").replace(b"most_inner", b"m-i").replace(b"property-", b"section-")


def _other_columns(data: bytes) -> bytes:
    return data.replace(b"user_jid", b"member").replace(b"ip,", b"origin,", 1).replace(b",ip", b",origin", 1)


def _other_language(data: bytes) -> bytes:
    """The labels in a language that neither tool knows."""
    return _rezipped(
        data, lambda text: text.replace(b'"IP Address"', b'"Adres IP"').replace(b'"Time"', b'"Godzina"')
    )


def _rezipped(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as archive, ZipFile(out, "w", ZIP_DEFLATED) as made:
        for entry in archive.infolist():
            made.writestr(entry, change(archive.read(entry)))
    return out.getvalue()


#: The lines of the second table.
DAMAGES = (
    Damage("page cut off", "meta-record", _cut),
    Damage("empty page", "meta-record", lambda _: b""),
    Damage("one byte of another encoding", "meta-record", _latin),
    Damage("other class names throughout", "meta-record", _other_names),
    Damage("zip cut off", "snapchat-return", _cut),
    Damage("labels in an unknown language", "instagram-export", _other_language),
    Damage("labels renamed", "kik-binds", _other_columns),
)
