"""The independent count of lease files: marks that end a statement or open a block, outside quotes, comments."""

from __future__ import annotations

import re
from mmap import mmap

from fourcorners.model.records import Census

_HIDDEN = re.compile(rb'"(?:\\.|[^"\\])*"|#.*', re.MULTILINE)


def count(data: bytes | mmap, *headings: bytes) -> Census:
    """Statements and headings in all, and how many blocks are headed by one of the words."""
    bare = _HIDDEN.sub(lambda hidden: b"q" if hidden[0][:1] == b'"' else b" ", bytes(data))
    blocks = sum(
        piece.replace(b"}", b";").rsplit(b";", 1)[-1].split()[:1] in [[h] for h in headings]
        for piece in bare.split(b"{")[:-1]
    )
    return Census(bare.count(b";") + bare.count(b"{"), {headings[0].decode(): blocks})
