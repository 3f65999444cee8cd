"""Bytes to cells: RFC 4180 with a declared delimiter, UTF-8, lines ending in LF or CRLF.

The file is taken in blocks of whole lines. Within a block the separators are found at once; one that stands behind
an odd number of quotes lies inside a quoted cell. That rule equals RFC 4180's grammar where every cell that holds
a quote begins with one, ends with one and doubles those within, and every cell is held to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from mmap import mmap

import numpy as np
from numpy.typing import NDArray

from fourcorners.model.address import parse_endpoint
from fourcorners.model.errors import BadInput

BLOCK = 4 << 20
MAX_CELL = 1 << 20
BOM = b"\xef\xbb\xbf"
_ADDRESS_LIKE = re.compile(r"[0-9A-Fa-f.:]+")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LF, _CR, _QUOTE = ord("\n"), ord("\r"), ord('"')

Data = bytes | mmap
Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines of a block, cell by cell.

    Attributes:
        data: the block's bytes.
        base: where the block begins in the member.
        first: number of the block's first line among the lines of the member, from 0.
        starts: row x column, where each cell's text begins within `data` (behind an opening quote).
        ends: row x column, where it ends.
        extents: row x 2, where each line begins and ends within `data`, its end of line included.
        doubled: positions within `data` of the second quote of each doubled pair.
    """

    data: bytes
    base: int
    first: int
    starts: Offsets
    ends: Offsets
    extents: Offsets
    doubled: Offsets

    def is_cut(self) -> bool:
        """Whether the last line has no end, as that of a file cut short: any of its values may go on."""
        return self.data[int(self.extents[-1, 1]) - 1] != _LF


@dataclass(frozen=True, slots=True)
class Head:
    """The lines down to the header.

    Attributes:
        header: the header's cells, as text.
        above: number of cells in the lines above it.
        end: where the first row begins in the member.
    """

    header: tuple[str, ...]
    above: int
    end: int


def read_head(data: Data, delimiter: str, header_row: int, title_cells: int = 1) -> Head:
    """The header and what stands above it.

    Args:
        data: the member's bytes.
        delimiter: what separates its cells.
        header_row: line of the header, from 1.
        title_cells: how many filled cells a line above it may have that is as wide as the header, and yet no row.

    Raises:
        BadInput: `EMPTY_FILE`, `ENCODING`, `NUL`, `LINE_END`, `QUOTE`, `CELL_SIZE`, or `HEADER` where the file has
            no such line, its cells are empty or repeated, or a line above it may be a row.
    """
    if len(data) == 0:
        raise BadInput("EMPTY_FILE", "the table has no content")
    if data[:2] in _UTF16:
        raise _utf16()
    begin = len(BOM) if data[: len(BOM)] == BOM else 0
    cells = _cells(data, begin, _end_of_rows(data), delimiter)
    last = np.flatnonzero(cells.ends_line)
    if len(last) < header_row:
        raise _refuse(data, "HEADER", begin, f"the table has {len(last)} lines and no header in line {header_row}")
    first = last[header_row - 2] + 1 if header_row > 1 else 0
    names = tuple(cells.text(index) for index in range(first, last[header_row - 1] + 1))
    where = begin + int(cells.starts[first])
    if not all(name.strip() for name in names):
        raise _refuse(data, "HEADER", where, "a column of the header has no name")
    if len(set(names)) < len(names):
        raise _refuse(data, "HEADER", where, "two columns of the header have the same name")
    lines = np.concatenate([[0], last[: header_row - 1] + 1])
    for number, (top, bottom) in enumerate(pairwise(lines.tolist())):
        line = [cells.text(index).strip() for index in range(top, bottom)]
        if like := _like_a_row(line, len(names), title_cells):
            at = begin + int(cells.line_ends[number - 1] if number else 0)
            raise _refuse(data, "HEADER", at, f"a line above the header {like}: it may be a row")
    return Head(names, int(first), begin + int(cells.line_ends[header_row - 1]))


def _like_a_row(line: list[str], columns: int, title_cells: int) -> str:
    """What of a line could make it a row of the table, empty where nothing does.

    The lines above a workbook's header are as wide as the rest, so a few filled cells alone are a title.
    """
    if len(line) == columns and sum(map(bool, line)) > min(title_cells, columns - 1):
        return "has as many cells as the header"
    return "holds an address" if any(map(_is_address, _ADDRESS_LIKE.findall(" ".join(line)))) else ""


def _is_address(text: str) -> bool:
    for bare in (text, text.rstrip(".:")):
        try:
            parse_endpoint(bare)
        except ValueError:
            continue
        return True
    return False


def split(data: Data, begin: int, columns: int, delimiter: str, most: int) -> Iterator[Lines]:
    """The rows from `begin` on, at most `most` at a time. Empty lines after the last row hold no cell.

    Raises:
        BadInput: `COLUMNS` for a row with another number of cells than `columns`, with its line and byte; `QUOTE`,
            `CELL_SIZE`, `LINE_END`, `ENCODING`, `NUL`.
    """
    end, row = _end_of_rows(data), 0
    while begin < end:
        cells = _cells(data, begin, end, delimiter)
        last = np.flatnonzero(cells.ends_line)
        counts = np.diff(last, prepend=-1)
        if (counts != columns).any():
            bad = int(np.argmax(counts != columns))
            at = begin + int(cells.line_ends[bad - 1] if bad else 0)
            raise _refuse(data, "COLUMNS", at, f"a row has {counts[bad]} cells where the header has {columns}")
        shape = (len(last), columns)
        starts, ends = cells.starts.reshape(shape), cells.ends.reshape(shape)
        extents = np.stack([np.concatenate([[0], cells.line_ends[:-1]]), cells.line_ends], axis=1)
        for top in range(0, len(last), most):
            part = slice(top, top + most)
            yield Lines(cells.data, begin, row + top, starts[part], ends[part], extents[part], cells.doubled)
        row += len(last)
        begin += int(cells.line_ends[-1])


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a block one after the other; positions are those of `data`."""

    data: bytes
    starts: Offsets
    ends: Offsets
    ends_line: NDArray[np.bool_]
    line_ends: Offsets
    doubled: Offsets

    def text(self, index: int) -> str:
        return self.data[self.starts[index] : self.ends[index]].decode().replace('""', '"')


def _cells(data: Data, begin: int, end: int, delimiter: str) -> _Cells:
    """The cells of as many whole lines as fit a block."""
    block = data[begin : min(begin + BLOCK, end)]
    at_end = begin + len(block) == end
    raw = np.frombuffer(block, np.uint8)
    separators = np.flatnonzero((raw == ord(delimiter)) | (raw == _LF))
    quotes = np.flatnonzero(raw == _QUOTE) if b'"' in block else np.empty(0, np.int64)
    if len(quotes):
        separators = separators[np.searchsorted(quotes, separators) % 2 == 0]
    ends_line = raw[separators] == _LF
    if at_end and len(quotes) % 2:
        raise _refuse(data, "QUOTE", begin + int(quotes[-1]), "a quote is never closed")
    if at_end and (not len(separators) or not ends_line[-1] or separators[-1] != len(block) - 1):
        separators, ends_line = np.append(separators, len(block)), np.append(ends_line, True)
    if not ends_line.any():
        raise _endless(data, begin, end, open_quote=len(quotes) % 2 == 1)
    kept = int(np.flatnonzero(ends_line)[-1]) + 1
    separators, ends_line = separators[:kept], ends_line[:kept]
    line_ends = np.minimum(separators[ends_line] + 1, len(block))
    block = block[: line_ends[-1]]
    _check_text(data, begin, block)

    starts = np.concatenate([[0], separators[:-1] + 1])
    ends = separators
    if b"\r" in block:
        ends = _without_cr(
            data, begin, raw=raw[: len(block)], starts=starts, ends=separators, ends_line=ends_line, quotes=quotes
        )
    doubled = np.empty(0, np.int64)
    if len(quotes := quotes[quotes < len(block)]):
        starts, ends, doubled = _unquote(data, begin, quotes, starts, ends)
    if len(block) > MAX_CELL and ((sizes := ends - starts) > MAX_CELL).any():
        at = begin + int(starts[np.argmax(sizes > MAX_CELL)])
        raise _refuse(data, "CELL_SIZE", at, f"a cell has more than {MAX_CELL} bytes")
    return _Cells(block, starts, ends, ends_line, line_ends, doubled)


def _without_cr(
    data: Data,
    begin: int,
    *,
    raw: NDArray[np.uint8],
    starts: Offsets,
    ends: Offsets,
    ends_line: NDArray[np.bool_],
    quotes: Offsets,
) -> Offsets:
    """The cells' ends before the CR of a CRLF; a CR anywhere else outside quotes is refused."""
    returns = np.flatnonzero(raw == _CR)
    outside = returns[np.searchsorted(quotes, returns) % 2 == 0]
    follows = np.append(raw, 0)[outside + 1] == _LF
    if not follows.all():
        at = begin + int(outside[np.argmin(follows)])
        raise _refuse(data, "LINE_END", at, "a carriage return stands alone")
    before = ends_line & (ends > starts) & (raw[np.maximum(ends, 1) - 1] == _CR)
    stripped: Offsets = ends - before.astype(np.int64)
    return stripped


def _unquote(
    data: Data, begin: int, quotes: Offsets, starts: Offsets, ends: Offsets
) -> tuple[Offsets, Offsets, Offsets]:
    """Starts and ends within the quotes, and the second quote of each doubled pair.

    A cell that holds a quote begins with one and ends with one; those within stand in pairs, side by side.
    """
    cells, first, counts = np.unique(np.searchsorted(ends, quotes), return_index=True, return_counts=True)
    ordinal = np.arange(len(quotes)) - np.repeat(first, counts)
    within = (ordinal > 0) & (ordinal < np.repeat(counts, counts) - 1)
    opens = within & (ordinal % 2 == 1)
    pairs = quotes[np.flatnonzero(opens) + 1] == quotes[opens] + 1
    good = (quotes[first] == starts[cells]) & (quotes[first + counts - 1] == ends[cells] - 1) & (counts % 2 == 0)
    if not good.all() or not pairs.all():
        wrong = [*quotes[first[~good]][:1], *quotes[opens][~pairs][:1]]
        raise _refuse(data, "QUOTE", begin + int(min(wrong)), "a quote stands where RFC 4180 has none")
    starts, ends = starts.copy(), ends.copy()
    starts[cells] += 1
    ends[cells] -= 1
    return starts, ends, quotes[within & (ordinal % 2 == 0)]


def _check_text(data: Data, begin: int, block: bytes) -> None:
    """UTF-8 without NUL."""
    if (at := block.find(0)) >= 0:
        if block[:1000].count(0) * 4 > len(block[:1000]):
            raise _utf16()
        raise _refuse(data, "NUL", begin + at, "the table holds a NUL byte")
    if not block.isascii():
        try:
            block.decode()
        except UnicodeDecodeError as error:
            raise _refuse(data, "ENCODING", begin + error.start, "the table is not valid UTF-8") from error


def _end_of_rows(data: Data) -> int:
    """Where the last row's line ends: empty lines behind it are left out."""
    end = len(data)
    while end > 0:
        tail = data[max(0, end - BLOCK) : end]
        kept = len(tail.rstrip(b"\r\n"))
        end -= len(tail) - kept
        if kept:
            break
    after = data[end : end + 2]
    return end + (2 if after == b"\r\n" else len(after[:1]))


def _endless(data: Data, begin: int, end: int, *, open_quote: bool) -> BadInput:
    """A line that does not end within a block: its quote is never closed, or a cell is far too large."""
    if open_quote and not any(b'"' in data[at : at + BLOCK] for at in range(begin + BLOCK, end, BLOCK)):
        return _refuse(data, "QUOTE", begin, "a quote is never closed")
    return _refuse(data, "CELL_SIZE", begin, f"a line has more than {BLOCK} bytes")


def _utf16() -> BadInput:
    return BadInput(
        "ENCODING",
        "the table is in UTF-16",
        where="byte 0",
        why="tables are read as UTF-8 only; the bytes of another encoding do not stand for what they seem to",
        next_step="ask for the table in UTF-8, or for the workbook it was made from",
    )


def _refuse(data: Data, code: str, at: int, what: str) -> BadInput:
    line = 1 + sum(data[i : min(i + BLOCK, at)].count(b"\n") for i in range(0, at, BLOCK))
    return BadInput(
        code,
        what,
        where=f"line {line}, byte {at}",
        why="from there on it is not certain which cell belongs to which row",
        next_step="ask the custodian for an intact table; nothing of this one was stored",
    )
