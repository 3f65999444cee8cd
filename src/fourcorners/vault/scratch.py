"""Rows that wait while a large file is read, sorted into drawers: encrypted, in a file that has no name.

The key lives in this object alone and is never written, the file ends with the process: what a crash or a power
cut leaves on the disk opens for nobody, and nothing has to be deleted.
"""

from __future__ import annotations

import os
import secrets
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

import pyarrow as pa

from fourcorners.vault.frames import FrameReader
from fourcorners.vault.frames import FrameWriter

_CONTEXT = b"scratch"
_CODEC = "lz4"


class Scratch:
    """Record batches of one schema, put into drawers until the first one is opened."""

    def __init__(self, folder: Path) -> None:
        """Take the folder in whose file system the file lies."""
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `__exit__`
        self._key = secrets.token_bytes(32)
        self._out = FrameWriter(self._file, self._key, _CONTEXT)
        self._reader: FrameReader | None = None
        self._places = defaultdict[int, list[tuple[int, int, int, int]]](list)
        self._schema: pa.Schema | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._reader.close()
        self._file.close()

    def put(self, drawer: int, whose: int, batch: pa.RecordBatch) -> None:
        """Add rows to a drawer, and who they belong to."""
        self._schema = self._schema or batch.schema
        message = batch.serialize()
        packed = pa.compress(message, _CODEC, asbytes=True)
        self._places[drawer].append((whose, self._out.tell(), len(packed), message.size))
        self._out.write(packed)

    def drawers(self) -> list[int]:
        """The drawers that hold anything."""
        return sorted(self._places)

    def open(self, drawer: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        """What lies in a drawer, in the order in which it was put there; nothing can be added from now on."""
        if self._reader is None:
            self._out.close()
            self._file.flush()
            self._reader = FrameReader(os.fdopen(os.dup(self._file.fileno()), "rb"), self._key, _CONTEXT)
        for whose, at, packed, size in self._places[drawer]:
            self._reader.seek(at)
            message = pa.decompress(self._reader.read(packed), size, _CODEC)
            yield whose, pa.ipc.read_record_batch(message, self._schema)
