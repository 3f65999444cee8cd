"""Re-reading: a value's byte ranges must give the value again, for every value of every row."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from mmap import mmap

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fourcorners.model.errors import BadInput
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import Batch
from fourcorners.model.records import Notation
from fourcorners.model.records import Reading
from fourcorners.model.records import text_column
from fourcorners.readers import notation as notations

Bytes = NDArray[np.uint8]
Positions = NDArray[np.int64]


def reread(data: bytes | mmap, ranges: Sequence[int], *, notation: Notation) -> str:
    """The bytes of the ranges (flattened pairs), joined as they stand, decoded and unescaped.

    Raises:
        ValueError: the bytes are no text in that notation.
    """
    pairs = zip(ranges[::2], ranges[1::2], strict=True)
    text = b"".join([data[start:end] for start, end in pairs]).decode()
    return notations.text_of(text, notation)


def check(data: bytes | mmap, reading: Reading) -> None:
    """Read every value of a reading again.

    Args:
        data: the member's bytes.
        reading: what a reader made of them.

    Raises:
        BadInput: `LOCATOR`, at the first value that its ranges do not give.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # comparing is NumPy's work, outside the interpreter's lock
        for _ in pool.map(partial(_check_batch, data, notation=reading.notation), reading.batches):
            pass


def _check_batch(data: bytes | mmap, batch: Batch, *, notation: Notation) -> None:
    content = np.frombuffer(data, np.uint8)
    for name in FAMILIES[batch.family]:
        texts, ranges = batch.rows.column(text_column(name)), batch.rows.column(f"{name}@")
        for row in _suspects(content, texts, ranges, notation):
            text, where = texts[row].as_py(), ranges[row].as_py()
            if text is None and where is None:
                continue
            if text is None or not where or not _gives(data, where, text, notation):
                raise _wrong(name, batch.section, batch.rows.column("row")[row].as_py(), where)


def _suspects(content: Bytes, texts: pa.Array, ranges: pa.Array, notation: Notation) -> list[int]:
    """The rows whose bytes are not their text as they stand; all others are proven by one comparison."""
    size = len(texts)
    if texts.null_count == ranges.null_count == size:
        return []
    list_at = np.asarray(ranges.offsets).astype(np.int64)
    text_at = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: size + 1].astype(np.int64)
    flat = np.asarray(ranges.values)[list_at[0] : list_at[-1]]
    starts, ends = flat[::2], flat[1::2]
    whole = len(starts) == len(ends) and not (np.diff(list_at) % 2).any()
    if not whole or (starts < 0).any() or (ends > len(content)).any() or (ends < starts).any():
        return list(range(size))

    first_pair = (list_at - list_at[0]) // 2
    before = np.concatenate(([0], np.cumsum(ends - starts)))
    text_length = np.diff(text_at)
    same = np.diff(before[first_pair]) == text_length
    same &= np.asarray(texts.is_null()) == np.asarray(ranges.is_null())
    pairs = np.repeat(same, np.diff(first_pair))
    read = content[_indices(starts[pairs], (ends - starts)[pairs])]
    text_bytes = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    written = text_bytes[_indices(text_at[:-1][same], text_length[same])]
    odd = (read != written) | notations.may_be_escaped(read, notation)
    owner = np.repeat(np.arange(size), np.where(same, text_length, 0))
    suspects = ~same
    suspects[owner[odd]] = True
    return np.flatnonzero(suspects).tolist()


def _indices(starts: Positions, lengths: Positions) -> Positions:
    """The positions of all bytes of the ranges, one after another."""
    before = np.cumsum(lengths) - lengths
    within: Positions = np.arange(lengths.sum(), dtype=np.int64)
    within += np.repeat(starts - before, lengths)
    return within


def _gives(data: bytes | mmap, ranges: Sequence[int], text: str, notation: Notation) -> bool:
    inside = all(0 <= start <= end <= len(data) for start, end in zip(ranges[::2], ranges[1::2], strict=False))
    if len(ranges) % 2 or not inside:
        return False
    try:
        return reread(data, ranges, notation=notation) == text
    except ValueError:
        return False


def _wrong(field: str, section: str, row: int, ranges: Sequence[int] | None) -> BadInput:
    return BadInput(
        "LOCATOR",
        f"the bytes of {field} in row {row} of {section} do not give its value",
        where=f"byte {ranges[0]}" if ranges else "no byte range",
        why="a value that cannot be shown in the file as it was produced is no evidence",
        next_step="do not use this file with this version; send the makers what `fourcorners fingerprint FILE "
        "--out FILE.json` writes, not the file",
    )
