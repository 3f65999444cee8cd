"""A member in chunks that end with a line, for counts that need not hold it whole."""

from __future__ import annotations

from collections.abc import Iterator
from mmap import mmap

from fourcorners.model.pages import release

CHUNK = 4 << 20


def chunks(data: bytes | mmap) -> Iterator[bytes]:
    """The member's bytes, cut behind line feeds; a line that is longer than a chunk makes one that is longer."""
    at = 0
    while at < len(data):
        cut = data.rfind(b"\n", at, at + CHUNK) + 1 or data.find(b"\n", at + CHUNK) + 1 or len(data)
        end = len(data) if len(data) - at <= CHUNK else cut
        yield bytes(data[at:end])
        release(data, at, end - at)
        at = end
