"""The independent count of lease files: marks that end a statement or open a block, outside quotes, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from mmap import mmap

from fourcorners.model.records import Census
from fourcorners.readers.census_chunks import chunks

_HIDDEN = re.compile(rb'"(?:\\.|[^"\\])*"|#.*', re.MULTILINE)


def count(data: bytes | mmap, *headings: bytes) -> Census:
    """Statements and headings in all, and how many blocks are headed by one of the words."""
    marks = blocks = 0
    last = b""
    for bare in _bare(data):
        marks += bare.count(b";") + bare.count(b"{")
        *pieces, last = (_statement(piece) for piece in (last + bare).split(b"{"))
        blocks += sum(piece.split()[:1] in [[heading] for heading in headings] for piece in pieces)
    return Census(marks, {headings[0].decode(): blocks})


def _statement(piece: bytes) -> bytes:
    """What stands behind the last mark."""
    return piece.replace(b"}", b";").rsplit(b";", 1)[-1]


def _bare(data: bytes | mmap) -> Iterator[bytes]:
    """The file without what quotes and comments hide; a quote may go on in the next chunk."""
    waiting = b""
    for chunk in chunks(data):
        waiting += chunk
        bare = _HIDDEN.sub(lambda hidden: b"q" if hidden[0][:1] == b'"' else b" ", waiting)
        if b'"' not in bare:
            yield bare
            waiting = b""
    if waiting:
        yield bare
