"""What stands below a header, whoever says what its columns mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fourcorners.model.records import Batch
from fourcorners.model.records import Unclassified
from fourcorners.readers.table.rows import Meaning
from fourcorners.readers.table.rows import read_rows
from fourcorners.readers.table.split import Data
from fourcorners.readers.table.split import Head
from fourcorners.readers.table.split import Lines
from fourcorners.readers.table.split import split

#: What makes rows of a block of lines.
RowsOf = Callable[[Lines, Meaning], pa.RecordBatch]
ROWS = 65_536
#: The label under which rows are counted; the census counts the same.
LABEL = "row"
#: The path under which lines are counted that are no row and no header, and mean nothing that is declared.
ABOVE = "lines above the header"


@dataclass(frozen=True, slots=True)
class Body:
    """The rows of a table.

    Attributes:
        batches: the rows, in file order.
        rows: how many.
        unclassified: the columns that mean nothing, and the lines above the header.
        holes: where the cells of those columns stand.
    """

    batches: tuple[Batch, ...]
    rows: int
    unclassified: tuple[Unclassified, ...]
    holes: pa.Array


def read_body(data: Data, head: Head, delimiter: str, meaning: Meaning, rows_of: RowsOf = read_rows) -> Body:
    """Every row below a header.

    Args:
        data: the member's bytes.
        head: its header.
        delimiter: what separates its cells.
        meaning: of its columns.
        rows_of: for a format whose rows are not what their columns say one by one.

    Raises:
        BadInput: `COLUMNS`, `QUOTE`, `LINE_END`, `NUL`, `ENCODING`, `CELL_SIZE`, `NO_TIME`.
    """
    used = meaning.columns
    others = [place for place in range(len(head.header)) if place not in used]
    shape = meaning.shape
    batches, holes = [], [np.zeros(0, np.int64)]
    for part in split(data, head.end, len(head.header), delimiter, ROWS):
        batches.append(Batch(shape.family, LABEL, rows_of(part, meaning), dict(shape.field_categories)))
        cells = np.stack([part.starts[:, others], part.ends[:, others]], axis=2) + part.base
        holes.append(cells.astype(np.int64).ravel())
    rows = sum(batch.rows.num_rows for batch in batches)
    above = [Unclassified(ABOVE, head.above)] if head.above else []
    columns = [Unclassified(head.header[place], rows) for place in others]
    return Body(tuple(batches), rows, (*above, *columns), pa.array(np.concatenate(holes)))
