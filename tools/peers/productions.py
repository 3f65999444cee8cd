"""A production as both tools are given it: made by our generators, in the folders and names that RLEAPP wants.

A layout is chosen by taking the first seeds whose file has it; nothing is drawn again.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import tomllib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import openpyxl

from fourcorners.model.instant import SECOND
from fourcorners.model.instant import parse_rfc3339
from fourcorners.samples.make import make
from peers.score import Declared
from peers.score import Truth
from peers.score import truth_of

FIRST_SEED = 101


@dataclass(frozen=True, slots=True)
class Made:
    """One production, as each tool is given it.

    Attributes:
        ours: the file for Fourcorners, with its order.
        theirs: the folder or zip for RLEAPP.
        truth: about it.
    """

    ours: Path
    order: Path
    theirs: Path
    truth: Truth


@dataclass(frozen=True, slots=True)
class Production:
    """A line of the table.

    Attributes:
        name: of the format.
        layout: in words.
        own: it is the layout that RLEAPP's module expects.
        write: makes it of a seed, in a folder; None where the seed gives another layout.
    """

    name: str
    layout: str
    own: bool
    write: Callable[[int, int, Path], Made | None]

    def made(self, folder: Path, rows: int, number: int) -> Iterator[tuple[int, Made]]:
        """The first seeds that give this layout, with what they give."""
        for seed in count(FIRST_SEED):
            place = folder / f"{seed}"
            found = self.write(seed, rows, place)
            if found is None:
                shutil.rmtree(place, ignore_errors=True)
                continue
            yield seed, found
            number -= 1
            if not number:
                return


def told(out: Path, theirs: Path, records: Iterable[str]) -> Made:
    """A made file with the truth that lies beside it; `records`: the file's records as text."""
    truth = json.loads(out.with_name(f"{out.name}.truth.json").read_text(encoding="utf-8"))
    (one,) = truth["returns"]
    order = out.with_name(f"{out.name}.order.toml")
    asked = tomllib.loads(order.read_text(encoding="utf-8"))
    zone = asked["window"]["zone"]
    start, end = (parse_rfc3339(asked["window"][key], zone).ns // SECOND for key in ("start", "end"))
    # where nothing can be released, the run says whose the lists are
    declared = None if one["released"] else Declared(asked["accounts"][0], start, end)
    return Made(out, order, theirs, truth_of(one, truth["columns"], records, declared))


def from_samples(
    name: str,
    file: str,
    path: str,
    has: Callable[[Path], bool] = lambda _: True,
    records: Callable[[Path], Iterable[str]] = lambda _: (),
    seeds: Callable[[int], bool] = lambda _: True,
) -> Callable[[int, int, Path], Made | None]:
    """A format of `samples make`.

    Args:
        name: of the format.
        file: the file to make.
        path: where RLEAPP looks for it, under a folder of its own; empty: it is given the zip itself.
        has: whether a made file has the layout.
        records: the file's records as text.
        seeds: which seeds are worth trying.
    """

    def write(seed: int, rows: int, folder: Path) -> Made | None:
        if not seeds(seed):
            return None
        out = folder / "made" / file
        make(name, seed, rows, out)
        if not has(out):
            return None
        theirs = placed(out, folder / "given", path) if path else out
        return told(out, theirs, records(out))

    return write


def placed(out: Path, folder: Path, path: str) -> Path:
    """A folder in which a copy of the file stands at that path."""
    (folder / path).parent.mkdir(parents=True)
    shutil.copyfile(out, folder / path)
    return folder


def header(out: Path) -> list[str]:
    """The first row of a CSV file or a workbook."""
    if out.suffix == ".xlsx":
        return next(sheet_lines(out)).split("\t")
    with out.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


def csv_lines(out: Path) -> Iterator[str]:
    """The records of a CSV file."""
    return csv_records(out.read_bytes().decode("utf-8-sig"))


def csv_records(text: str) -> Iterator[str]:
    """The records of CSV text."""
    yield from ("\t".join(row) for row in csv.reader(io.StringIO(text, newline="")))


def sheet_lines(out: Path) -> Iterator[str]:
    """The records of a workbook's first sheet."""
    book = openpyxl.load_workbook(out, read_only=True)
    for row in book.worksheets[0].iter_rows(values_only=True):
        yield "\t".join("" if cell is None else str(cell) for cell in row)
    book.close()
