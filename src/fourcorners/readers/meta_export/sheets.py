"""Rows as columns: values are gathered in lists and become one Arrow batch a section."""

from __future__ import annotations

from array import array

import numpy as np
import pyarrow as pa

from fourcorners.model.identifier import normalise
from fourcorners.model.records import CORE
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import Batch
from fourcorners.model.records import schema
from fourcorners.model.records import text_column
from fourcorners.readers.meta.sheets import Column
from fourcorners.readers.meta_export.values import Cell
from fourcorners.readers.meta_export.values import Cells
from fourcorners.readers.meta_export.values import Event
from fourcorners.readers.meta_export.vocabulary import FIELD_CATEGORIES

_FIGURES = ("row", "start", "end", "texts")


class Sheet:
    """The rows of one family in one section."""

    def __init__(self, family: str, section: str) -> None:
        self.family = family
        self.section = section
        self._figures = array("q")
        self._categories: list[str | None] = []
        self._problems: list[str | None] = []
        self._events: list[Event] = []
        self._columns = {name: Column() for name in FAMILIES[family] if name != "account"}

    def __len__(self) -> int:
        return len(self._problems)

    def add(
        self, figures: tuple[int, int, int, int], category: str | None, cells: Cells, event: Event | None = None
    ) -> None:
        """Add a row: its ordinal, start, end and number of texts; field -> value; what is normalised of it."""
        self._figures.extend(figures)
        self._categories.append(category)
        self._problems.append(event.problem if event else None)
        if event:
            self._events.append(event)
        for name, column in self._columns.items():
            cell = cells.get(name)
            if cell is None:
                column.add(None)
            else:
                column.add(cell.text, (cell.start, cell.end))

    def say(self, name: str, cell: Cell) -> None:
        """Give every row one and the same value."""
        column = self._columns[name] = Column()
        for _ in range(len(self)):
            column.add(cell.text, (cell.start, cell.end))

    def batch(self, account: Cell | None) -> Batch:
        """All rows, with the account where the same member names it."""
        size, wanted = len(self), schema(self.family)
        types = dict(CORE)
        figures = np.frombuffer(self._figures, np.int64).reshape(-1, len(_FIGURES)).T
        columns: dict[str, pa.Array] = {
            name: pa.array(figures[at]).cast(types[name]) for at, name in enumerate(_FIGURES)
        }
        columns["category"] = pa.array(self._categories, pa.string())
        columns["problem"] = pa.array(self._problems, pa.string())
        for name, column in self._columns.items():
            columns[text_column(name)], columns[f"{name}@"] = column.arrays()
        if self._events:
            columns |= self._normalised()
        if account is not None:
            columns |= {
                "account": pa.repeat(pa.scalar(normalise(account.text), pa.string()), size),
                "account_text": pa.repeat(pa.scalar(account.text, pa.string()), size),
                "account@": pa.repeat(pa.scalar([account.start, account.end], pa.list_(pa.int64())), size),
            }
        arrays = [columns[f.name] if f.name in columns else pa.nulls(size, f.type) for f in wanted]
        rows = pa.RecordBatch.from_arrays(arrays, schema=wanted)
        return Batch(self.family, self.section, rows, FIELD_CATEGORIES.get(self.family, {}))

    def _normalised(self) -> dict[str, pa.Array]:
        ip, port, at, precision, until, basis, _ = zip(*self._events, strict=True)
        found = {
            "ip": pa.array(ip, pa.string()),
            "port": pa.array(port, pa.int32()),
            "at": pa.array(at, pa.int64()),
            "precision": pa.array(precision, pa.int64()),
            "zone_basis": pa.array(basis, pa.string()),
        }
        return found | ({"until": pa.array(until, pa.int64())} if "until" in FAMILIES[self.family] else {})
