"""Verdicts: what `law.scope.judge` returns and the only thing that the vault stores.

Sealed and rejected rows travel without any value: position, extent, reason and rule only.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field

import pyarrow as pa

#: Columns that judging adds to released rows.
VERDICT_COLUMNS: tuple[tuple[str, pa.DataType], ...] = (
    (
        "sealed_fields",
        pa.list_(pa.string()),
    ),  # fields whose own category is out of scope; their columns are null
    ("day_differs", pa.bool_()),  # the other day boundary (UTC against local) would judge this row otherwise
    ("crosses_window", pa.bool_()),  # an interval that overlaps the window and goes beyond it; kept unclipped
)

WITHHELD = pa.schema(
    [
        ("row", pa.int64()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("texts", pa.int32()),
        ("reason", pa.string()),
        ("rule", pa.string()),  # `scope`, or the id of the authority row that decided
    ]
)


@dataclass(frozen=True, slots=True)
class JudgedBatch:
    """One batch after judging.

    Attributes:
        family: key of `records.FAMILIES`.
        section: as the reader named it.
        released: the family's columns without `problem`, with `VERDICT_COLUMNS` added.
        sealed: `WITHHELD` rows, reason from `codes.SEALS`.
        rejected: `WITHHELD` rows, reason from `codes.REJECTIONS`.
        holes: byte ranges of the sealed fields of released rows, flattened pairs: int64 array.
        sealed_rows: the sealed rows whole, with their `reason`, only where a filter team has a key that the case
            team lacks; they go nowhere but into a file that is encrypted to that team.
    """

    family: str
    section: str
    released: pa.RecordBatch
    sealed: pa.RecordBatch
    rejected: pa.RecordBatch
    holes: pa.Array = field(default_factory=lambda: pa.array([], pa.int64()))
    sealed_rows: pa.RecordBatch | None = None

    def __post_init__(self) -> None:
        for part in (self.sealed, self.rejected):
            if not part.schema.equals(WITHHELD):
                raise AssertionError("withheld rows carry positions and reasons only")
        if self.sealed_rows is not None and self.sealed_rows.num_rows != self.sealed.num_rows:
            raise AssertionError("the sealed rows are those that are sealed")

    def counts(self) -> dict[str, int]:
        """Rows: all, released, sealed, rejected."""
        released, sealed, rejected = (
            self.released.num_rows,
            self.sealed.num_rows,
            self.rejected.num_rows,
        )
        return {
            "rows": released + sealed + rejected,
            "released": released,
            "sealed": sealed,
            "rejected": rejected,
        }

    def reasons(self) -> Counter[str]:
        """How many rows were withheld for each reason."""
        return Counter(self.sealed.column("reason").to_pylist() + self.rejected.column("reason").to_pylist())
