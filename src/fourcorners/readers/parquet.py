"""Parquet to text: the values of a flat table, as canonical CSV."""

from __future__ import annotations

from collections.abc import Iterator
from mmap import mmap

import pyarrow as pa
import pyarrow.parquet as pq

from fourcorners.model.errors import BadInput
from fourcorners.readers.plain_csv import write_rows
from fourcorners.readers.zip_inflate import FREE
from fourcorners.readers.zip_inflate import MAX_RATIO

SUFFIX = f"text@pyarrow-{pa.__version__}"
_MAGIC = b"PAR1"
_ROWS = 8192


def is_parquet(data: bytes | mmap) -> bool:
    """Whether the bytes begin and end as a Parquet file does."""
    return len(data) > 2 * len(_MAGIC) and data[: len(_MAGIC)] == _MAGIC == data[-len(_MAGIC) :]


def derive(data: bytes | mmap) -> tuple[str, bytes]:
    """The suffix of the derived member's name, and its text: a header and one line a row, nulls blank.

    Raises:
        BadInput: `PARQUET` for damage, encryption, nested or binary columns; `UNPACKED_SIZE`.
    """
    try:
        metadata = pq.read_metadata(pa.BufferReader(data))
        schema = metadata.schema.to_arrow_schema()
        for number, kind in enumerate(schema.types, 1):
            if not _is_plain(kind):
                raise _refuse(f"column {number} holds no plain values")
        if metadata.num_rows * max(1, len(schema)) > max(FREE, MAX_RATIO * len(data)):
            raise BadInput(
                "UNPACKED_SIZE",
                f"{len(data)} bytes hold {metadata.num_rows} rows of {len(schema)} columns",
                why="such files are made to exhaust memory",
                next_step="ask the custodian for the table as CSV",
            )
        # texts stay in their dictionary while they are read, so that a long one is not repeated in memory
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        table = pq.ParquetFile(pa.BufferReader(data), read_dictionary=texts)
        return SUFFIX, write_rows(_rows(table, schema.names), len(data))
    except (pa.ArrowException, OSError) as error:
        raise _refuse("the Parquet file cannot be read") from error


def _rows(table: pq.ParquetFile, names: list[str]) -> Iterator[tuple[str, ...]]:
    yield tuple(names)
    for batch in table.iter_batches(_ROWS):
        yield from zip(*(_texts(column) for column in batch.columns), strict=True)


def _texts(column: pa.Array) -> list[str]:
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    words = [*column.dictionary.cast(pa.string()).to_pylist(), ""]
    return [words[-1 if index is None else index] or "" for index in column.indices.to_pylist()]


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    return not (
        pa.types.is_nested(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_duration(kind)
    )


def _refuse(what: str) -> BadInput:
    return BadInput(
        "PARQUET",
        what,
        why="only the plain values of a flat table can be shown to be what the custodian produced",
        next_step="ask the custodian for the table as CSV",
    )
