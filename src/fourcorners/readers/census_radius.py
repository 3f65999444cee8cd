"""The independent count of RADIUS detail files: lines that are not blank, and lines that begin an entry."""

from __future__ import annotations

from itertools import pairwise
from mmap import mmap

from fourcorners.model.records import Census
from fourcorners.readers.census_chunks import chunks


def count(data: bytes | mmap) -> Census:
    """Lines that hold anything, and entries: a line without an indent before one with an indent."""
    texts = entries = 0
    before: list[bytes] = []
    for chunk in chunks(data):
        lines = [line for line in chunk.split(b"\n") if line.strip()]
        texts += len(lines)
        lines = before + lines
        entries += sum(not first[:1].isspace() and second[:1].isspace() for first, second in pairwise(lines))
        before = lines[-1:]
    return Census(texts, {"entry": entries})
