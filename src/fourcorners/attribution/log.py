"""All carriers' logs of one attribution as one encoded table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fourcorners.attribution import keys
from fourcorners.attribution.sources import AssignmentSource

Ints = npt.NDArray[np.int64]

_COLUMNS = pa.schema(
    [
        ("id", pa.string()),
        ("ip", pa.string()),
        ("port_low", pa.int32()),
        ("port_high", pa.int32()),
        ("at", pa.int64()),
        ("until", pa.int64()),
        ("subscriber", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Log:
    """The sources' rows, one after another.

    Attributes:
        sources: the logs, in the order in which they are numbered.
        rows: as `keys.assignments` gives them, with `src` (number of the source), `who` (number of the subscriber;
            a negative number of its own for each row whose subscriber is sealed) and `vague` (the source says that
            addresses are shared, and the row does not say by which ports).
        ids: the record id of each row.
        origin: the source's number of each row.
        names: the subscribers.
        ported: keys of addresses that some row gives out by port ranges, sorted.
    """

    sources: tuple[AssignmentSource, ...]
    rows: pa.Table
    ids: pa.Array
    origin: Ints
    names: pa.Array
    ported: Ints

    @classmethod
    def of(cls, sources: list[AssignmentSource]) -> Self:
        """Encode the sources.

        Raises:
            BadInput: `ATTRIBUTION_INPUT`, as `keys.assignments`.
        """
        parts = [source.rows.select(_COLUMNS.names).cast(_COLUMNS) for source in sources]
        written = pa.concat_tables([*parts, _COLUMNS.empty_table()])
        encoded = keys.assignments(written)
        row = encoded["row"].to_numpy()
        origin = np.repeat(np.arange(len(sources)), [part.num_rows for part in parts])
        subscribers = written["subscriber"].combine_chunks().dictionary_encode()
        unnamed = subscribers.is_null().to_numpy(zero_copy_only=False)
        who = subscribers.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        who = np.where(unnamed, -1 - np.arange(len(who)), who)
        whole = encoded["whole"].to_numpy()
        said = np.array([source.coverage.shared is True for source in sources], bool)
        rows = (
            encoded.drop_columns(["whole"])
            .append_column("src", pa.array(origin[row]))
            .append_column("who", pa.array(who[row]))
            .append_column("vague", pa.array(said[origin[row]] & whole))
        )
        return cls(
            tuple(sources),
            rows,
            written["id"].combine_chunks(),
            origin,
            subscribers.dictionary,
            np.unique(encoded["k"].to_numpy()[~whole]),
        )
