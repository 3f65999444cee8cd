"""Files mapped into memory, whose pages are given back once they were read: a large file takes little of it."""

from __future__ import annotations

import mmap as maps
from mmap import PAGESIZE
from mmap import mmap


class FileMap(mmap):
    """A file that is mapped to be read only: a page that is given back is read again at need."""


def release(data: bytes | mmap, start: int = 0, size: int | None = None) -> None:
    """Give pages of a mapped file back; anonymous memory, whose pages would be lost, keeps its own."""
    if isinstance(data, FileMap) and hasattr(maps, "MADV_DONTNEED"):  # not on Windows
        first = start // PAGESIZE * PAGESIZE
        end = len(data) if size is None else min(start + size, len(data))
        if end > first:
            data.madvise(maps.MADV_DONTNEED, first, end - first)
