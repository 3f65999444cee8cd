"""Files that are the same bytes for the same seed: zip archives with a fixed clock, and PDF pages without one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from typing import Self
from zipfile import ZIP_DEFLATED
from zipfile import ZipFile
from zipfile import ZipInfo

import typst

_CLOCK = (2026, 3, 30, 12, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_BLOCK = 1 << 20
_PAGES = """
#set document(date: none)
#set page(width: 210mm, height: 297mm, margin: 12mm)
#set text(font: "DejaVu Sans Mono", size: 8pt, hyphenate: false, ligatures: false)
#set par(leading: 0pt, spacing: 0pt)
#let pages = json(bytes(sys.inputs.pages))
#for (n, lines) in pages.enumerate() {
  if n > 0 { pagebreak() }
  for line in lines { block(height: 12pt, spacing: 0pt, text(line)) }
}
"""


def write_stream(file: BinaryIO, pieces: Iterable[str]) -> str:
    """Write text in blocks; the hash of what was written, hex."""
    digest = sha256()
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > _BLOCK:
            block = "".join(held).encode()
            digest.update(block)
            file.write(block)
            held, size = [], 0
    block = "".join(held).encode()
    digest.update(block)
    file.write(block)
    return digest.hexdigest()


def write_text(path: Path, pieces: Iterable[str]) -> str:
    """Write a file from pieces of text; its hash, hex."""
    with path.open("wb") as file:
        return write_stream(file, pieces)


class Archive:
    """A zip being written, member after member. A context manager."""

    def __init__(self, path: Path | BinaryIO) -> None:
        self._zip = ZipFile(path, "w", ZIP_DEFLATED, compresslevel=6)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, name: str, pieces: Iterable[str]) -> str:
        """Add a text member; its hash, hex."""
        with self._zip.open(self._entry(name), "w") as file:
            return write_stream(file, pieces)  # type: ignore[arg-type]  # ZipFile.open gives IO[bytes]

    def add_bytes(self, name: str, data: bytes) -> None:
        """Add a member that is no text."""
        self._zip.writestr(self._entry(name), data)

    def _entry(self, name: str) -> ZipInfo:
        entry = ZipInfo(name, _CLOCK)
        entry.compress_type = ZIP_DEFLATED
        entry.external_attr = _REGULAR_FILE
        entry.create_system = 3
        return entry


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """Pages of plain lines as a PDF: fonts of the typst package only, no date."""
    data = json.dumps([list(lines) for lines in pages])
    made = typst.compile(_PAGES.encode(), sys_inputs={"pages": data}, ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return made
