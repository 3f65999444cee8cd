"""Structure of tables as text: blocks of lines of one width, their header and the classes of their cells."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable

from fourcorners.readers.fingerprint.guide import Grower
from fourcorners.readers.fingerprint.guide import Guide
from fourcorners.readers.fingerprint.labels import label
from fourcorners.readers.fingerprint.shapes import TEXT
from fourcorners.readers.fingerprint.shapes import shape_of

DELIMITERS = ",;\t|"
_MOST_COLUMNS = 300
_MOST_TABLES = 30
_LOOKED_AT = 60  # lines
_ENOUGH = 0.6


def delimiter_of(lines: list[str]) -> str:
    """The delimiter that most of the first lines have equally often; empty where the text is no table."""
    some = [line for line in lines[:_LOOKED_AT] if line.strip()]
    best, found = _ENOUGH * len(some), ""
    for each in DELIMITERS:
        counts = Counter(len(next(csv.reader([line], delimiter=each), [])) for line in some)
        width, times = max(counts.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
        if width > 1 and times >= best and times > 1:
            best, found = times, each
    return found


def of_table(parts: Iterable[list[str]], delimiter: str) -> tuple[Guide, bool]:
    """The structure of parts of a table, and whether some was left out; the first part has the header."""
    root, grower = Guide(""), Grower()
    blocks: dict[int, list[Guide]] = {}  # by width: the columns below the header last met
    tables: dict[tuple[object, ...], int] = {}  # by their columns
    width = -1
    for number, lines in enumerate(parts):
        for row in csv.reader(lines, delimiter=delimiter):
            cells = [shape_of(cell.encode("utf-8", "replace")) for cell in row[:_MOST_COLUMNS]]
            if not row or set(cells) <= {"empty"}:
                width = -1
                continue
            starts = len(row) != width
            width = len(row)
            if starts and (number == 0 or width not in blocks):
                header = all(shape in {TEXT, "empty"} for shape in cells) and TEXT in cells
                names = _names(row[:_MOST_COLUMNS], header=header)
                kind = f"table {_name(delimiter)}" if width > 1 else "line"
                number_of = tables.setdefault((kind, *names), min(len(tables), _MOST_TABLES))
                table = grower.kid(root, kind, f"{number_of}" if number_of else "")
                table.n += 1
                blocks[width] = [grower.kid(table, *name) for name in names]
                if header:
                    continue
            for column, shape in zip(blocks[width], cells, strict=False):
                column.n += 1
                column.shapes[shape] += 1
    return root, grower.full


def _names(cells: list[str], *, header: bool) -> list[tuple[str, str]]:
    """What tells the columns of a table apart: the header's word and how often it came before, or the place."""
    if not header:
        return [("", f"{place}") for place in range(len(cells))]
    before: Counter[str] = Counter()
    names = []
    for cell in cells:
        shown = label(cell)
        names.append((shown, f"{before[shown]}" if before[shown] else ""))
        before[shown] += 1
    return names


def _name(delimiter: str) -> str:
    return {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[delimiter]


def features(guide: Guide) -> set[str]:
    """The columns with the classes of their cells."""
    found: set[str] = set()
    for table in guide.kids.values():
        found.add(table.el)
        for column in table.kids.values():
            name = column.el or f"column {column.of}"
            found.add(f"column {column.el}" if column.el else name)
            found |= {f"{name} = {shape}" for shape in column.shapes}
    return found
