"""The independent count of RADIUS detail files: lines that are not blank, and lines that begin an entry."""

from __future__ import annotations

from itertools import pairwise
from mmap import mmap

from fourcorners.model.records import Census


def count(data: bytes | mmap) -> Census:
    """Lines that hold anything, and entries: a line without an indent before one with an indent."""
    lines = [line for line in bytes(data).split(b"\n") if line.strip()]
    entries = sum(not first[:1].isspace() and second[:1].isspace() for first, second in pairwise(lines))
    return Census(len(lines), {"entry": entries})
