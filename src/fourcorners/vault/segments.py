"""Segments: the released rows of one return as Parquet files, by member and family.

`append` takes judged batches and nothing else, so that no row can be stored that no instrument has judged.
"""

from __future__ import annotations

import os
from collections import Counter
from collections import deque
from collections.abc import Iterable
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import field
from itertools import chain
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fourcorners.model.codes import SEALS
from fourcorners.model.verdict import WITHHELD
from fourcorners.model.verdict import JudgedBatch
from fourcorners.vault import slices
from fourcorners.vault.frames import FrameReader
from fourcorners.vault.frames import FrameWriter
from fourcorners.vault.vault import SEALED
from fourcorners.vault.vault import SEGMENTS
from fourcorners.vault.vault import Vault

#: The segment that lists what was withheld: places and reasons, no values.
WITHHELD_FAMILY = "withheld"

#: Rows and bytes of one file, about; larger members have several, which are written side by side.
ROWS, BYTES = 1 << 18, 32 << 20


@dataclass(frozen=True, slots=True)
class Segment:
    """One stored file: its path in the vault, family, number of rows, and the hash of what lies on disk (hex)."""

    name: str
    family: str
    rows: int
    sha256: str


def append(vault: Vault, owner: str, stem: str, judged: Iterable[JudgedBatch]) -> list[Segment]:
    """Store the released rows by family, and the places and reasons of the withheld ones.

    Where there is a filter team, the sealed rows are stored too, for that team alone.

    Args:
        vault: where.
        owner: the instrument, whose key opens what is released.
        stem: a name that this workspace never gave before.
        judged: one member's batches.
    """
    with writers() as pool:
        to = Writer(vault, owner, stem, pool)
        for batch in judged:
            to.add(batch)
        return to.finish()


def writers() -> ThreadPoolExecutor:
    """What segments are written by: packing is Arrow's own work, outside the interpreter's lock."""
    return ThreadPoolExecutor(os.cpu_count())


@dataclass(slots=True)
class _Heap:
    """Rows that wait to be one file; their numbers are kept, since rows may come in thousands of small batches."""

    batches: list[pa.RecordBatch] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0

    def add(self, batch: pa.RecordBatch) -> None:
        self.batches.append(batch)
        self.rows += batch.num_rows
        self.bytes += batch.nbytes


class Writer:
    """The segments of one member, which are written side by side as their rows come."""

    def __init__(self, vault: Vault, owner: str, stem: str, pool: ThreadPoolExecutor) -> None:
        """Take what `append` takes, and `writers`; whoever gives up what was written waits for those first."""
        self._vault, self._owner, self._stem, self._pool = vault, owner, stem, pool
        self._waiting: dict[tuple[str, str], _Heap] = {}
        self._numbers = Counter[tuple[str, str]]()
        self._writing: deque[Future[Segment]] = deque()
        self._stored: list[Segment] = []

    def add(self, judged: JudgedBatch) -> None:
        """Store what a batch has of each kind."""
        self._put(SEGMENTS, judged.family, judged.released)
        self._put(SEGMENTS, WITHHELD_FAMILY, judged.sealed)
        self._put(SEGMENTS, WITHHELD_FAMILY, judged.rejected)
        if judged.sealed_rows is not None:
            self.seal(judged.family, judged.sealed_rows)

    def seal(self, family: str, rows: pa.RecordBatch) -> None:
        """Store whole sealed rows, for the filter team alone."""
        self._put(SEALED, family, rows)

    def reseal(self, reason: str) -> set[str]:
        """Give every row that was sealed until now another reason; the files that say otherwise are left over."""
        self._settle()
        kind = (SEGMENTS, WITHHELD_FAMILY)
        former = [each for each in self._stored if each.family == WITHHELD_FAMILY]
        self._stored = [each for each in self._stored if each.family != WITHHELD_FAMILY]
        waiting = self._waiting.pop(kind, _Heap())
        for rows in chain(*(read(self._vault, self._owner, each.name) for each in former), waiting.batches):
            changed = pc.if_else(_is_sealed(rows), reason, rows["reason"])
            self._put(*kind, rows.set_column(rows.schema.get_field_index("reason"), "reason", changed))
        return {each.name for each in former}

    def flush(self) -> None:
        """Write what waits to be more."""
        for kind in self._waiting:
            self._write(kind)

    def sealed_extents(self) -> Iterator[slices.Positions]:
        """Where the sealed rows stand that were added until now, in the order in which they came."""
        names = [each.name for each in self.finish() if each.family == WITHHELD_FAMILY]
        batches = chain.from_iterable(read(self._vault, self._owner, name) for name in names)
        return (_extents(batch.filter(_is_sealed(batch))) for batch in batches)

    def finish(self) -> list[Segment]:
        """Write what is left, and give all segments in the order of their names."""
        self.flush()
        self._settle()
        return sorted(self._stored, key=lambda each: each.name)

    def _settle(self) -> None:
        while self._writing:
            self._stored.append(self._writing.popleft().result())

    def _put(self, folder: str, family: str, rows: pa.RecordBatch) -> None:
        if not rows.num_rows:
            return
        kind = (folder, family)
        waiting = self._waiting.setdefault(kind, _Heap())
        waiting.add(rows)
        if waiting.rows >= ROWS or waiting.bytes >= BYTES:
            self._write(kind)

    def _write(self, kind: tuple[str, str]) -> None:
        heap, self._waiting[kind] = self._waiting[kind], _Heap()
        if not heap.batches:
            return
        folder, family = kind
        name = f"{folder}/{self._stem}-{family}-{self._numbers[kind]:04}.parquet"
        self._numbers[kind] += 1
        self._writing.append(self._pool.submit(_write, self._vault, self._owner, name, family, heap.batches))
        if len(self._writing) > (os.cpu_count() or 1):  # rows that wait to be written take memory
            self._stored.append(self._writing.popleft().result())


def _is_sealed(withheld: pa.RecordBatch) -> pa.BooleanArray:
    return pc.is_in(withheld["reason"], value_set=pa.array(SEALS))


def _extents(rows: pa.RecordBatch) -> slices.Positions:
    return np.column_stack([rows[name].to_numpy() for name in ("start", "end")])


def _write(vault: Vault, owner: str, name: str, family: str, batches: list[pa.RecordBatch]) -> Segment:
    schema = WITHHELD if family == WITHHELD_FAMILY else batches[0].schema
    writing = vault.writing_sealed if name.startswith(SEALED) else vault.writing
    rows = 0
    with writing(name, owner) as out, _writer(out, schema) as to:
        for batch in batches:
            to.write_batch(batch)
            rows += batch.num_rows
    return Segment(name, family, rows, out.digest)


def _writer(out: FrameWriter, schema: pa.Schema) -> pq.ParquetWriter:
    """Positions and instants grow from row to row: their differences are packed. Words go into a dictionary."""
    integers = {
        field.name + (".list.element" if pa.types.is_list(field.type) else "")
        for field in schema
        if pa.types.is_integer(field.type.value_type if pa.types.is_list(field.type) else field.type)
    }
    words = [field.name for field in schema if pa.types.is_string(field.type) and not field.name.endswith("_text")]
    return pq.ParquetWriter(
        out,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=words,
        column_encoding=dict.fromkeys(integers, "DELTA_BINARY_PACKED"),
    )


def read(vault: Vault, owner: str, name: str) -> Iterator[pa.RecordBatch]:
    """The batches of one segment, in the order in which they were stored."""
    with vault.reading(name, owner) as source:
        yield from read_from(source)


def read_from(source: BinaryIO | FrameReader) -> Iterator[pa.RecordBatch]:
    """The batches of one opened segment."""
    with pq.ParquetFile(source) as file:
        yield from file.iter_batches(batch_size=16_384)
