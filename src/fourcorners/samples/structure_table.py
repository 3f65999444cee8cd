"""A table of a given structure."""

from __future__ import annotations

import csv
import io
from random import Random
from typing import Any

from fourcorners.samples import invent

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_NOTHING = {"empty": 1}


def _plain_last(shape: str) -> tuple[bool, bool]:
    return shape in {"text", "empty"}, shape == "empty"


def text(tree: dict[str, Any], rows: int, rng: Random) -> str:
    """Every table, with every class of cell in each column; a blank line stands between two."""
    out = io.StringIO()
    tables = tree.get("in", [])
    names = [table["el"].removeprefix("table ") for table in tables]
    delimiter = next((_DELIMITERS[name] for name in names if name in _DELIMITERS), ",")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    for table in tables:
        columns = table.get("in", [])
        headed = [column for column in columns if column["el"]]
        plain = [column for column in columns if not column["el"]]
        blocks = [headed, plain] if table["el"].startswith("table ") else [[column] for column in columns]
        for block in blocks:
            if not block:
                continue
            if out.tell():
                writer.writerow([])
            if block[0]["el"]:
                writer.writerow([invent.name(column["el"], rng) for column in block])
            _write_rows(writer, block, rows if len(block) > 1 else 1, rng)
    return out.getvalue()


def _write_rows(writer: Any, block: list[dict[str, Any]], rows: int, rng: Random) -> None:
    # without a header, the first line must not look like one; no line is empty
    shapes = [sorted(column.get("is", _NOTHING), key=_plain_last) for column in block]
    filled = [place for place, each in enumerate(shapes) if each[0] != "empty"]
    if not filled:
        return
    for n in range(max(rows, *map(len, shapes))):
        row = [invent.value(each[n % len(each)], rng) for each in shapes]
        if any(row):
            writer.writerow(row)
            continue
        for place in filled[:2]:
            writer.writerow([*row[:place], invent.value(shapes[place][0], rng), *row[place + 1 :]])
