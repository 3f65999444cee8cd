"""What of a lease file belongs to no row, and what the whole file reads as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from mmap import mmap

import pyarrow as pa

from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers.logs.dhcpd.statements import Statement
from fourcorners.readers.logs.dhcpd.statements import statements
from fourcorners.readers.logs.dhcpd.values import name_of
from fourcorners.readers.logs.dhcpd.values import read_lease_times
from fourcorners.readers.logs.history import NEVER
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.sheet import Row
from fourcorners.readers.logs.sheet import batch_of

Data = bytes | mmap


class Rest:
    """What of a file belongs to no row."""

    def __init__(self) -> None:
        self._first = 0
        self._begin()

    def _begin(self) -> None:
        self.boilerplate = 0
        self.holes: list[int] = []
        self._unclassified = Counter[str]()

    def blocks(self, data: Data) -> Iterator[list[Statement]]:
        """Each outermost block, from heading to end; a statement outside all blocks is the format's own."""
        block: list[Statement] = []
        for statement in statements(data):
            if statement.depth == 0 and statement.mark == b";":
                self.boilerplate += 1
                continue
            block.append(statement)
            if statement.depth == 0 and statement.mark == b"}":
                yield block
                block = []

    def drop(self, where: str, name: str, statement: Statement) -> None:
        """A statement within a row that is none of its fields."""
        self.holes += [statement.start, statement.end]
        if statement.mark != b"}":
            self._unclassified[f"{where} > {name}"] += 1

    def pass_over(self, block: list[Statement]) -> None:
        """A block that is no row."""
        self._unclassified[name_of(block[0])] += sum(statement.mark != b"}" for statement in block)

    def leave(self, what: str, texts: int) -> None:
        """Texts that turned out to be of no row."""
        self._unclassified[what] += texts

    def part(self, reader: str, section: str, label: str, rows: list[Row], said: Said) -> Reading:
        """The rows of a section, each under a label that the census counts too, and all that is none of them.

        What comes after them is of the next part.
        """
        read = partial(read_lease_times, zone=said.zone)
        first = self._first
        self._first += len(rows)
        reading = Reading(
            reader=reader,
            layout="leases",
            custodians=(),
            batches=(batch_of(rows, first, section, read, said.basis, open_end=NEVER),) if rows else (),
            boilerplate=self.boilerplate,
            unclassified=tuple(Unclassified(path, texts) for path, texts in self._unclassified.items()),
            labels={label: len(rows)},
            holes=pa.array(self.holes, pa.int64()),
        )
        self._begin()
        return reading
