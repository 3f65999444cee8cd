"""One member of a return after judging: its counts, and which of its bytes may be kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.casework.intake import ReadFile
from fourcorners.casework.intake import ReadMember
from fourcorners.model.verdict import JudgedBatch
from fourcorners.vault import slices


@dataclass(frozen=True, slots=True)
class Judged:
    """A member with the file it came in, and its judged batches."""

    file: ReadFile
    member: ReadMember
    batches: list[JudgedBatch]

    def counts(self) -> dict[str, int]:
        """Rows: all, released, sealed, rejected."""
        total = Counter[str]({"rows": 0, "released": 0, "sealed": 0, "rejected": 0})
        total.update(self.member.sifted.counts if self.member.sifted else {})
        for batch in self.batches:
            total.update(batch.counts())
        return dict(total)

    def reasons(self) -> dict[str, int]:
        """How many rows were withheld for each reason."""
        total = Counter[str](self.member.sifted.reasons if self.member.sifted else {})
        for batch in self.batches:
            total.update(batch.reasons())
        return dict(sorted(total.items()))

    def unclassified(self) -> list[tuple[str, int]]:
        """Labels in no list, with their number of texts."""
        return [(item.path, item.texts) for item in self.member.reading.unclassified]

    def name(self) -> str:
        """The file as given, with the member's path in it."""
        path = self.member.member.path
        return f"{self.member.path}!{path}" if path and self.file.is_archive else self.member.path

    def drift(self) -> dict[str, list[str]]:
        """How the member's structure differs from what its reader was tested on; empty where it does not."""
        found = self.member.drift
        if found is None:
            return {}
        more = [f"and {found.more} more"] if found.more else []
        return {"new": [*found.new, *more], "missing": list(found.missing)}

    def extents(self) -> slices.Positions:
        """Where the released rows stand."""
        return _pairs([_extents(batch.released) for batch in self.batches])

    def sealed(self) -> slices.Positions:
        """Where the sealed rows stand, but for those that were sealed as they were read."""
        return _pairs(
            [
                np.column_stack([batch.sealed.column(name).to_numpy() for name in ("start", "end")]).ravel()
                for batch in self.batches
            ]
        )

    def released(self) -> slices.Positions:
        """The extents less every hole."""
        return slices.runs(self.extents(), self.holes())

    def holes(self) -> slices.Positions:
        """Sealed fields, unknown labels, comments."""
        holes = (self.member.reading.holes, *(batch.holes for batch in self.batches))
        return _pairs([np.asarray(each) for each in holes])

    def is_cut(self) -> bool:
        """Whether a hole lies in a released row."""
        holes = self.holes()
        return bool(len(holes)) and not np.array_equal(self.released(), slices.runs(self.extents(), _pairs([])))

    def is_wholly_released(self) -> bool:
        """Whether no byte of the file is withheld for any reason.

        An archive or a file with a derived text holds bytes that no reader saw (comments, metadata), and so may a
        page with comments or scripts.
        """
        counts, data = self.counts(), self.member.member.data
        unseen = self.member.reading.notation == "html" and (data.find(b"<!--") >= 0 or data.find(b"<script") >= 0)
        return (
            not self.member.member.path
            and not unseen
            and counts["released"] == counts["rows"]
            and not self.member.reading.unclassified
            and not self.is_cut()
        )


def _extents(released: pa.RecordBatch) -> slices.Positions:
    """The released rows' extents, and the places of their fields that stand outside them.

    What a heading says (an account, an association's client) is of every row below it.
    """
    rows = np.column_stack([released.column(name).to_numpy() for name in ("start", "end")])
    parts = [rows.ravel()]
    for name in released.schema.names:
        if not name.endswith("@") or not len(rows):
            continue
        lists = released.column(name)
        places = lists.flatten().to_numpy(zero_copy_only=False).reshape(-1, 2)
        sizes = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False) // 2
        mine = np.repeat(rows, sizes, axis=0)
        outside = places[(places[:, 0] < mine[:, 0]) | (places[:, 1] > mine[:, 1])]
        parts.append(np.unique(outside, axis=0).ravel())
    return np.concatenate(parts)


def _pairs(flat: list[slices.Positions]) -> slices.Positions:
    return np.concatenate([np.zeros(0, np.int64), *flat]).astype(np.int64).reshape(-1, 2)
