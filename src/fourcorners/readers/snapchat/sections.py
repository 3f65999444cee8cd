"""A file as its sections: a quoted legend, a row of `=`, a header, rows.

A line is a line of CSV: one that ends within quotes goes on. A line of one cell is legend, and ends the section
before it; so does a row of `-`, below which stand the parts of a single record. Nothing outside a section is read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from mmap import mmap
from typing import NamedTuple

from fourcorners.model.errors import BadInput

Data = bytes | mmap

BOM = b"\xef\xbb\xbf"
_RULE = re.compile(rb'[",\s]*(?:={3}[",=\s]*|-{3}[",\-\s]*)')
_QUOTED = re.compile(rb'"[^"]*"')
_MAX_HEADER = 64 << 10


class Line(NamedTuple):
    """A line of CSV: its bytes, how many cells it has, and what it is: `=`, `-`, `blank` or `cells`."""

    start: int
    end: int
    cells: int
    kind: str


@dataclass(slots=True)
class Section:
    """A header and its rows.

    Attributes:
        labels: of the header.
        header: its line.
        runs: lines that follow each other, as lists; a blank line begins the next.
        torn: a line of one cell without quotes right below a row: the rest of a row that is broken in two.
    """

    labels: tuple[str, ...]
    header: Line
    runs: list[list[Line]] = field(default_factory=list)
    torn: Line | None = None

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(map(len, self.runs))


@dataclass(slots=True)
class Layout:
    """What a file is made of.

    Attributes:
        sections: in file order.
        lines: how many lines it has.
        boilerplate: cells of legends, rules, headers and blank lines.
        outside: cells of lines that belong to no section.
    """

    sections: list[Section] = field(default_factory=list)
    lines: int = 0
    boilerplate: int = 0
    outside: int = 0


def read_layout(data: Data) -> Layout:
    """The sections of a file.

    Raises:
        BadInput: `QUOTE`; `TRUNCATED` where it ends before a section has its header; `ENCODING` in a header.
    """
    found = Layout()
    current: Section | None = None
    ruled = False  # a header comes next
    legend = 0  # lines of one cell that are legend if a rule follows
    last: Line | None = None
    for line in read_lines(data):
        found.lines += 1
        goes_on, last = last is not None and last.kind == "cells", line
        if line.kind == "blank":
            found.boilerplate += 1
        elif line.kind == "=":
            found.boilerplate += line.cells + legend
            current, ruled, legend = None, True, 0
        elif line.kind == "-":
            found.boilerplate += line.cells
            current, ruled = None, False
        elif ruled:
            found.boilerplate += line.cells
            current, ruled = Section(labels_of(data, line), line), False
            found.sections.append(current)
            last = None
        elif line.cells > 1 and current:
            if not goes_on:
                current.runs.append([])
            current.runs[-1].append(line)
        elif line.cells > 1 or (current and current.header.cells == 1):
            found.outside += line.cells
        else:
            legend += 1
            if current and goes_on and data[line.start : line.start + 1] != b'"':
                current.torn = line
            current = None
    found.outside += legend
    if ruled or (current and not current.runs and data[current.header.end - 1 : current.header.end] != b"\n"):
        raise BadInput(
            "TRUNCATED",
            "the file ends before a section has its header",
            where=f"byte {len(data)}",
            why="what is missing may hold records",
            next_step="ask the provider for the file again",
        )
    return found


def read_lines(data: Data) -> Iterator[Line]:
    """The lines of a file; blank lines at its end are none.

    Raises:
        BadInput: `QUOTE`, a quote is never closed.
    """
    start = len(BOM) if data[: len(BOM)] == BOM else 0
    stop = _content_end(data)
    while start < stop:
        end = at = start
        quotes = 0
        while True:
            end = data.find(b"\n", at) + 1 or len(data)
            quotes += data[at:end].count(b'"')
            if quotes % 2 == 0:
                break
            if end == len(data):
                raise BadInput(
                    "QUOTE",
                    "a quote is never closed",
                    where=f"byte {start}",
                    why="from there on it is not certain which cell belongs to which row",
                    next_step="ask the provider for the file again",
                )
            at = end
        raw = data[start:end]
        yield Line(start, end, _cells(raw, quotes), _kind(raw))
        start = end


def _content_end(data: Data) -> int:
    end = len(data)
    while end and data[end - 1 : end] in {b"\r", b"\n"}:
        end -= 1
    return end


def _cells(raw: bytes, quotes: int) -> int:
    return (_QUOTED.sub(b"", raw) if quotes else raw).count(b",") + 1


def _kind(raw: bytes) -> str:
    if not raw.strip(b"\r\n"):
        return "blank"
    if _RULE.fullmatch(raw):
        return "=" if b"=" in raw else "-"
    return "cells"


def labels_of(data: Data, line: Line) -> tuple[str, ...]:
    """The cells of a header.

    Raises:
        BadInput: `ENCODING`.
    """
    raw = data[line.start : min(line.end, line.start + _MAX_HEADER)]
    try:
        return tuple(next(csv.reader([raw.decode().rstrip("\r\n")]), ()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(
            "ENCODING",
            "a header is not text in UTF-8",
            where=f"byte {line.start}",
            why="which column holds a value would have to be guessed",
            next_step="ask the provider for the file again",
        ) from error
