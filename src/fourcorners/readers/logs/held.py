"""The derived columns of assignments: what a log as a whole says of each of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fourcorners.model.records import DERIVED
from fourcorners.model.records import Batch
from fourcorners.model.records import Reading

Ints = NDArray[np.int64]

COLUMNS = tuple(name for name, _ in DERIVED["assignment"])
#: There is no such instant.
NONE = np.iinfo(np.int64).min


def empty(files: Sequence[Sequence[Reading]]) -> dict[str, Ints]:
    """The derived columns over all rows of an intake, one file after the other, with nothing in them."""
    size = sum(batch.rows.num_rows for readings in files for reading in readings for batch in reading.batches)
    return {name: np.full(size, NONE) for name in COLUMNS}


def with_held(files: Sequence[Sequence[Reading]], columns: dict[str, Ints]) -> list[list[Reading]]:
    """The readings with their derived columns filled.

    Args:
        files: the readings of each file.
        columns: over all their rows, as `empty` gives them: ns UTC, `NONE` where there is none.
    """
    at = 0

    def filled(batch: Batch) -> Batch:
        nonlocal at
        rows, size = batch.rows, batch.rows.num_rows
        for name in COLUMNS:
            values = columns[name][at : at + size]
            array = pa.array(values, pa.int64(), mask=values == NONE)
            rows = rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), array)
        at += size
        return replace(batch, rows=rows)

    return [[replace(each, batches=tuple(map(filled, each.batches))) for each in readings] for readings in files]
