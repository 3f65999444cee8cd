"""Segments: the released rows of one return as Parquet files, by member and family.

`append` takes judged batches and nothing else, so that no row can be stored that no instrument has judged.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from fourcorners.model.verdict import WITHHELD
from fourcorners.model.verdict import JudgedBatch
from fourcorners.vault.frames import FrameReader
from fourcorners.vault.frames import FrameWriter
from fourcorners.vault.vault import SEALED
from fourcorners.vault.vault import SEGMENTS
from fourcorners.vault.vault import Vault

#: The segment that lists what was withheld: places and reasons, no values.
WITHHELD_FAMILY = "withheld"

#: Rows of one file, about; larger members have several, which are written side by side.
ROWS = 1 << 18


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
    released: dict[str, list[pa.RecordBatch]] = {}
    sealed: dict[str, list[pa.RecordBatch]] = {}
    withheld: list[pa.RecordBatch] = []
    for batch in judged:
        released.setdefault(batch.family, []).append(batch.released)
        withheld += [batch.sealed, batch.rejected]
        if batch.sealed_rows is not None:
            sealed.setdefault(batch.family, []).append(batch.sealed_rows)
    parts = [
        (f"{folder}/{stem}-{family}-{n:04}.parquet", family, part)
        for folder, families in ((SEGMENTS, {**released, WITHHELD_FAMILY: withheld}), (SEALED, sealed))
        for family, batches in families.items()
        for n, part in enumerate(_parts([batch for batch in batches if batch.num_rows]))
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # packing is Arrow's own work, outside the interpreter's lock
        return list(pool.map(lambda part: _write(vault, owner, *part), parts))


def _parts(batches: list[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """The batches in files of about `ROWS` rows."""
    part: list[pa.RecordBatch] = []
    for batch in batches:
        part.append(batch)
        if sum(each.num_rows for each in part) >= ROWS:
            yield part
            part = []
    if part:
        yield part


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
