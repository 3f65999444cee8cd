"""The derived columns of assignments: what a log as a whole says of each of its rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fourcorners.model.records import DERIVED
from fourcorners.model.records import Batch

Ints = NDArray[np.int64]

#: In `held`: there is no such instant.
NONE = np.iinfo(np.int64).min


def held(batch: Batch, columns: dict[str, Ints]) -> Batch:
    """The batch with its derived columns filled.

    Args:
        batch: assignments.
        columns: `held_from`, `held_until`, `lost_until`, ns UTC, one a row; `NONE` where there is none.
    """
    rows = batch.rows
    for name, _ in DERIVED[batch.family]:
        values = columns[name]
        filled = pa.array(values, pa.int64(), mask=values == NONE)
        rows = rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), filled)
    return replace(batch, rows=rows)
