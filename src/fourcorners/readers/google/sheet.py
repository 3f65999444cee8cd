"""Rows as columns: values are gathered in lists, and become Arrow batches of at most `ROWS` rows."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.model.identifier import normalise
from fourcorners.model.instant import STATED
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import CORE
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import Batch
from fourcorners.model.records import schema
from fourcorners.model.records import text_column
from fourcorners.readers.google.page import Piece
from fourcorners.readers.known_table import YEAR_FIRST
from fourcorners.readers.table.addresses import read_addresses
from fourcorners.readers.table.times import read_times
from fourcorners.readers.table.zones import parse_zone

ROWS = 65_536
_CORE = ("row", "start", "end", "texts")


class Place(NamedTuple):
    """Where a row stands: its number in the member, its extent, and how many texts it owns."""

    row: int
    start: int
    end: int
    texts: int


class _Column:
    """One field of many rows: its texts, None where a row lacks it, and their byte ranges one after another."""

    __slots__ = ("ends", "flat", "texts")

    def __init__(self) -> None:
        self.texts: list[str | None] = []
        self.flat = array("q")
        self.ends = array("i", [0])

    def add(self, found: Piece | None) -> None:
        if found is None:
            self.texts.append(None)
        else:
            self.texts.append(found.text())
            self.flat.extend(found.ranges)
        self.ends.append(len(self.flat))

    def arrays(self) -> tuple[pa.Array, pa.Array]:
        texts = pa.array(self.texts, pa.string())
        ends, flat = (pa.array(np.frombuffer(self.ends, np.int32)), pa.array(np.frombuffer(self.flat, np.int64)))
        return texts, pa.ListArray.from_arrays(ends, flat, mask=texts.is_null())


class Sheet:
    """The rows of one family in one section."""

    def __init__(self, family: str, section: str, field_categories: Mapping[str, str | None]) -> None:
        self.family = family
        self.section = section
        self.size = 0
        self._field_categories = dict(field_categories)
        self._done: list[dict[str, pa.Array]] = []
        self._begin()

    def _begin(self) -> None:
        self._core = array("q")
        self._problems: list[str | None] = []
        self._categories: list[str | None] = []
        self._columns = {name: _Column() for name in FAMILIES[self.family] if name != "account"}

    def add(
        self, place: Place, category: str | None, values: Mapping[str, Piece], problem: str | None = None
    ) -> None:
        """Add a row: field -> its text; what is wrong with it."""
        self.size += 1
        self._core.extend(place)
        self._categories.append(category)
        self._problems.append(problem)
        for name, column in self._columns.items():
            column.add(values.get(name))
        if len(self._problems) == ROWS:
            self._close()

    def batches(self, account: Piece | None, declaration: ZoneDeclaration | None) -> Iterator[Batch]:
        """All rows, with the account that the member names."""
        self._close()
        wanted = schema(self.family)
        for done in self._done:
            size = len(done["row"])
            columns = done | (_read(done, declaration) if "at" in FAMILIES[self.family] else {})
            if account is not None:
                columns |= {
                    "account": pa.repeat(normalise(account.text()), size),
                    "account_text": pa.repeat(account.text(), size),
                    "account@": pa.repeat(pa.scalar(account.ranges, pa.list_(pa.int64())), size),
                }
            arrays = [columns[f.name] if f.name in columns else pa.nulls(size, f.type) for f in wanted]
            rows = pa.RecordBatch.from_arrays(arrays, schema=wanted)
            yield Batch(self.family, self.section, rows, self._field_categories)

    def _close(self) -> None:
        """Turn the rows gathered so far into arrays."""
        if not self._problems:
            return
        figures = np.frombuffer(self._core, np.int64).reshape(-1, len(_CORE)).T
        types = dict(CORE)
        done = {
            name: pa.array(np.ascontiguousarray(figures[at])).cast(types[name]) for at, name in enumerate(_CORE)
        }
        done["category"] = pa.array(self._categories, pa.string())
        done["problem"] = pa.array(self._problems, pa.string())
        for name, column in self._columns.items():
            done[text_column(name)], done[f"{name}@"] = column.arrays()
        self._done.append(done)
        self._begin()


def _read(columns: Mapping[str, pa.Array], declaration: ZoneDeclaration | None) -> dict[str, pa.Array]:
    """Addresses and times, and the first problem of each row. The format knows no port beside an address."""
    written, at_text = columns["ip_text"], columns["at_text"]
    addresses, ports = read_addresses(pc.fill_null(written, ""))
    good = pc.and_(pc.and_(addresses.is_valid(), written.is_valid()), ports.is_null())
    given = at_text.is_valid().to_numpy(zero_copy_only=False)
    zone = parse_zone(declaration.zone) if declaration else None
    times = read_times(at_text.drop_null(), YEAR_FIRST, zone).spread(given)
    read, known = times.read & given, times.known & given
    basis = np.where(times.stated & given, 0, np.where(times.declared & given, 1, 2))
    problem = columns["problem"]
    for code, wrong in (
        ("MISSING_ADDRESS", written.is_null()),
        ("BAD_ADDRESS", pc.invert(good)),
        ("MISSING_TIME", pa.array(~given)),
        ("BAD_TIME", pa.array(~read)),
    ):
        problem = pc.if_else(pc.and_(problem.is_null(), wrong), code, problem)
    bases = pa.array([STATED, declaration.basis if declaration else "", None], pa.string())
    return {
        "ip": pc.if_else(good, addresses, pa.scalar(None, pa.string())),
        "at": pa.array(times.ns, mask=~known),
        "precision": pa.array(times.precision, mask=~read),
        "zone_basis": bases.take(pa.array(basis)),
        "problem": problem,
    }
