"""Kea's own CSV: a comma within a text is written `&#x2c`, and a quote is a character like any other."""

from __future__ import annotations

from collections.abc import Iterator
from mmap import mmap

import numpy as np

from fourcorners.model.errors import BadInput
from fourcorners.readers.logs.lines import blocks
from fourcorners.readers.table.split import Lines

_COMMA = ord(",")
_NEXT = "give the lease file as the server wrote it, with its header"


def read_header(data: bytes | mmap) -> tuple[str, ...]:
    """The names in the first line.

    Raises:
        BadInput: `HEADER` where two are the same.
    """
    end = data.find(b"\n")
    line = bytes(data[: end if end >= 0 else len(data)])
    names = tuple(name.decode(errors="replace").strip() for name in line.split(b","))
    if len(set(names)) < len(names):
        raise BadInput("HEADER", "two columns of the header have the same name", where="line 1", next_step=_NEXT)
    return names


def rows(data: bytes | mmap, width: int) -> Iterator[Lines]:
    """Every line behind the first one, in cells; empty lines hold none.

    Raises:
        BadInput: `COLUMNS` for a line of another width that is not the last one cut short.
    """
    first = 0
    for block in blocks(data):
        keep = block.ends > block.starts
        if block.base == 0:
            keep[0] = False
        starts, ends, stops = block.starts[keep], block.ends[keep], block.stops[keep]
        if not len(starts):
            continue
        commas = np.flatnonzero(np.frombuffer(block.data, np.uint8) == _COMMA)
        found = np.searchsorted(commas, ends) - np.searchsorted(commas, starts)
        wrong = np.flatnonzero(found != width - 1)
        if len(wrong) and not (wrong[0] == len(starts) - 1 and block.data[stops[-1] - 1 :][:1] != b"\n"):
            raise BadInput(
                "COLUMNS",
                f"a line has {found[wrong[0]] + 1} columns, the header {width}",
                where=f"byte {block.base + starts[wrong[0]]}",
                why="its values could be taken for those of other columns",
                next_step=_NEXT,
            )
        if len(wrong):
            raise BadInput(
                "TRUNCATED",
                "the last line ends before its last column",
                where=f"byte {block.base + ends[-1]}",
                why="what is missing may be the lease that matters",
                next_step="check whether the transfer was complete",
            )
        inside = commas[(np.searchsorted(stops, commas, side="right") < len(stops)) & (commas >= starts[0])]
        inside = inside[inside >= starts[np.searchsorted(stops, inside, side="right")]]
        cuts = inside.reshape(len(starts), width - 1)
        yield Lines(
            block.data,
            block.base,
            first,
            np.column_stack([starts, cuts + 1]),
            np.column_stack([cuts, ends]),
            np.stack([starts, stops], axis=1),
            np.zeros(0, np.int64),
        )
        first += len(starts)
