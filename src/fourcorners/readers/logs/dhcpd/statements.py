"""dhcpd.conf(5) syntax, of which lease files are made: statements, and blocks of them.

A statement ends in `;`, a block's heading in `{`. Braces and semicolons within quotes, and comments, are none.
What a file looks like otherwise (indentation, line ends) says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from mmap import mmap
from typing import NamedTuple

from fourcorners.model.errors import BadInput

#: Blocks within blocks (`on expiry { if ... { ... } }`); real files have three.
MAX_DEPTH = 32

_BLANK = rb"(?:[ \t\r\n]++|#[^\n]*+)*+"
_STATEMENT = re.compile(
    _BLANK + rb'((?:[^"{};#\s]++|[ \t\r\n]++(?![{};])|"(?:[^"\\]++|\\.)*+")*+)\s*+([{};])', re.DOTALL
)
_REST = re.compile(_BLANK)


class Statement(NamedTuple):
    """A statement, the heading of a block, or (with mark `}`) the end of one.

    Attributes:
        text: without the mark and outer blanks.
        start: where the text begins in the member.
        end: behind the mark.
        mark: `;`, `{` or `}`.
        depth: how many blocks it stands in.
    """

    text: bytes
    start: int
    end: int
    mark: bytes
    depth: int


def statements(data: bytes | mmap) -> Iterator[Statement]:
    """Every statement of a file.

    Raises:
        BadInput: `LOG` for what is no statement, `TRUNCATED` for a block that does not end, `DEPTH`.
    """
    at = depth = 0
    while found := _STATEMENT.match(data, at):
        text, mark = found[1], found[2]
        if mark == b"}":
            depth -= 1
        if depth < 0 or (mark == b"}" and text) or (mark != b"}" and not text):
            raise _damaged(found.start(2))
        yield Statement(text, found.start(1), found.end(), mark, depth)
        if mark == b"{":
            depth += 1
            if depth > MAX_DEPTH:
                raise BadInput(
                    "DEPTH",
                    "blocks are nested deeper than in any real file",
                    where=f"byte {found.start(2)}",
                    next_step="look at the file before you give it again",
                )
        at = found.end()
    rest = _REST.match(data, at)
    end = rest.end() if rest else at
    if depth or end < len(data):
        raise BadInput(
            "TRUNCATED",
            "the file ends within a block or statement",
            where=f"byte {end}",
            why="what is missing may be the lease that matters",
            next_step="check whether the transfer was complete",
        )


def _damaged(at: int) -> BadInput:
    return BadInput(
        "LOG",
        "the file's blocks do not close as they open",
        where=f"byte {at}",
        why="a statement could be counted to the wrong lease",
        next_step="ask the custodian for the file as the server wrote it",
    )
