"""The content of one zip entry, into memory, within limits that do not rest on what the archive declares."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from mmap import mmap

from fourcorners.model.errors import BadInput
from fourcorners.readers.zip_layout import DEFLATED
from fourcorners.readers.zip_layout import Entry

FREE = 16 << 20
MAX_RATIO = 256
FREE_TOTAL = 1 << 30
MAX_TOTAL_RATIO = 64
_STEP = 1 << 20


@dataclass(slots=True)
class Budget:
    """How many bytes may still be unpacked, over all levels of one file."""

    left: int

    @classmethod
    def of(cls, size: int) -> Budget:
        """The budget of a file of this size."""
        return cls(max(FREE_TOTAL, MAX_TOTAL_RATIO * size))

    def spend(self, entry: Entry, where: str) -> None:
        """Take an entry's size off, before a byte of it is unpacked.

        Raises:
            BadInput: `UNPACKED_SIZE`.
        """
        self.left -= entry.size
        if entry.size > max(FREE, MAX_RATIO * entry.packed) or self.left < 0:
            raise BadInput(
                "UNPACKED_SIZE",
                f"{entry.packed} bytes would unpack to {entry.size}",
                where=where,
                why="such archives are made to exhaust memory",
                next_step="ask the custodian how the production was packed",
            )


def inflate(data: bytes | mmap, entry: Entry, budget: Budget, where: str) -> bytes | mmap:
    """The content of an entry: anonymous memory of exactly the declared size, or empty bytes.

    Raises:
        BadInput: `UNPACKED_SIZE`, `SIZE_MISMATCH` where there is more or less than declared, `CRC`, `ARCHIVE`
            where the compressed stream is damaged.
    """
    budget.spend(entry, where)
    if entry.method != DEFLATED:
        content: bytes | mmap = data[entry.start : entry.start + entry.packed]
    else:
        content = _inflate(data, entry, where)
    if zlib.crc32(content) != entry.crc:
        raise BadInput(
            "CRC",
            "the entry's checksum does not match its content",
            where=where,
            why="a byte of the production is not what the custodian packed",
            next_step="transfer the file again",
        )
    return content


def _inflate(data: bytes | mmap, entry: Entry, where: str) -> bytes | mmap:
    memory = mmap(-1, entry.size) if entry.size else None
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    at, end, written = entry.start, entry.start + entry.packed, 0
    try:
        while not stream.eof:
            packed = stream.unconsumed_tail or data[at : min(at + _STEP, end)]
            at += 0 if stream.unconsumed_tail else len(packed)
            piece = stream.decompress(packed, _STEP)
            if not packed and not piece:  # the input is used up, and no output of it is held back
                break
            written += len(piece)
            if written > entry.size:
                raise _mismatch("more", entry, where)
            if memory and piece:
                memory.write(piece)
    except zlib.error as error:
        raise BadInput(
            "ARCHIVE",
            f"the entry's compressed stream is damaged: {error}",
            where=where,
            why="from there on nothing of the entry can be read",
            next_step="transfer the file again",
        ) from error
    if written < entry.size or not stream.eof:
        raise _mismatch("less", entry, where)
    if stream.unused_data or at < end:
        raise _mismatch("more (behind the end of the compressed stream)", entry, where)
    if memory is None:
        return b""
    memory.seek(0)
    return memory


def _mismatch(how: str, entry: Entry, where: str) -> BadInput:
    return BadInput(
        "SIZE_MISMATCH",
        f"the entry holds {how} than the {entry.size} bytes it declares",
        where=where,
        why="two programs would read two different contents from it",
        next_step="transfer the file again, or ask the custodian for an intact archive",
    )
