"""Tables whose header a provider's format fixes: read as a declared mapping is, without anybody's declaration.

A table is known by the labels of its header alone. Labels are compared without case, spaces and signs, columns may
stand in any order, and a column that no label names is counted and released to nobody. A column whose label was
renamed is such a column; where the table cannot do without it, the table is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import FILE
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.readers import census_table
from fourcorners.readers.table.body import LABEL
from fourcorners.readers.table.body import RowsOf
from fourcorners.readers.table.body import read_body
from fourcorners.readers.table.kinds import Kind
from fourcorners.readers.table.rows import Meaning
from fourcorners.readers.table.rows import read_rows
from fourcorners.readers.table.split import Data
from fourcorners.readers.table.split import Head
from fourcorners.readers.table.split import read_head
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.zones import parse_zone

#: A provider's format fixes the order of day and month, so that a text in another order is a bad time of its row;
#: under a mapping, which a person can still change, it refuses the table.
YEAR_FIRST = replace(TimeFormat.year_first(), spelling="year first")
_HEAD = 64 << 10
#: Meanings of columns that hold a time, or the time of day beside a date.
_TIMES = frozenset({"at", "start", "end", "time"})


def loose(label: str) -> str:
    """A label without case, spaces and signs: `Proxied Host IP-Address` is `Proxiedhost IP Address`."""
    return "".join(character for character in label.casefold() if character.isalnum())


@dataclass(frozen=True, slots=True)
class KnownTable:
    """One table of a provider's format.

    Attributes:
        layout: what the format calls it, for reports.
        shape: what is made of its columns. Columns of `shape.required` must be there.
        labels: meaning -> the labels under which its column is known. A meaning that is no field of the shape is
            for `marks` and `joined` only.
        marks: further meanings without whose columns it is not this table.
        time: how its times are written.
        in_utc: labels of time columns that themselves state that the times are in UTC.
        unknown: texts that mean the same as a blank cell.
        open_end: texts of `end` that mean that the interval goes on.
        joined: field -> meanings whose columns give it together, in file order; if one is missing, none is taken.
        gathered: the same, of those of the columns that are there.
        rows_of: what makes its rows, where they are not what their columns say one by one.
        banner: how many lines may stand above the header.
        title_cells: how many filled cells each of them may have, where it is as wide as the header.
        delimiter: what separates its cells.
    """

    layout: str
    shape: Kind
    labels: Mapping[str, tuple[str, ...]]
    marks: tuple[str, ...] = ()
    time: TimeFormat = YEAR_FIRST
    in_utc: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    open_end: frozenset[str] = frozenset({""})
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)
    gathered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rows_of: RowsOf = read_rows
    banner: int = 0
    title_cells: int = 1
    delimiter: str = ","

    def places(self, header: Sequence[str]) -> dict[str, list[int]]:
        """Meaning -> where a column of the header has one of its labels."""
        written = [loose(name) for name in header]
        wanted = {meaning: {loose(label) for label in labels} for meaning, labels in self.labels.items()}
        found = {key: [n for n, name in enumerate(written) if name in labels] for key, labels in wanted.items()}
        return {meaning: places for meaning, places in found.items() if places}

    def fits(self, header: Sequence[str]) -> bool:
        """Whether the header is this table's."""
        return {*self.shape.required, *self.marks} <= self.places(header).keys()

    def find(self, data: Data) -> int | None:
        """The line of its header, from 1, None where the first lines hold none."""
        return next((row for row, head in _heads(data, self) if self.fits(head.header)), None)

    def meaning(self, header: Sequence[str], declaration: ZoneDeclaration | None) -> Meaning:
        """What the columns of a header mean.

        Raises:
            BadInput: `HEADER` where two columns have one meaning.
        """
        found = self.places(header)
        for places in found.values():
            if len(places) > 1:
                raise _header(f"columns {' and '.join(str(place + 1) for place in places)} have the same meaning")
        at = {meaning: places[0] for meaning, places in found.items()}
        fields = {*self.shape.required, *self.shape.optional}
        times = [header[at[key]] for key in at.keys() & fields & _TIMES]
        utc = {loose(label) for label in self.in_utc}
        stated = bool(times) and all(loose(name) in utc for name in times)
        return Meaning(
            shape=self.shape,
            places={key: place for key, place in at.items() if key in fields},
            time=self.time,
            zone=parse_zone("UTC") if stated else parse_zone(declaration.zone) if declaration else None,
            basis=FILE if stated else declaration.basis if declaration else "",
            unknown=self.unknown,
            open_end=self.open_end,
            joined={
                key: tuple(sorted(at[part] for part in parts if part in at))
                for key, parts in (self.joined | self.gathered).items()
                if (at.keys() & set(parts) if key in self.gathered else set(parts) <= at.keys())
            },
        )


@dataclass(frozen=True, slots=True)
class KnownTableReader:
    """Reads the tables of one provider's format. The first table that a header fits counts."""

    name: str
    version: str
    custodians: tuple[str, ...]
    tables: tuple[KnownTable, ...]

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - a header tells a table, not a name
        """Whether one of the first lines is the header of one of the tables."""
        return self._find(head) is not None

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Each table stands for itself."""
        return [list(readings) for readings in files]

    def census(self, data: Data) -> Census:
        """The cells and rows of a table, counted by code that shares nothing with the reader."""
        table, row = self._known(data)
        return census_table.count_cells(data, table.delimiter, row)

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of a table in UTF-8.

        Args:
            data: the member's bytes.
            declaration: a zone for local times, where neither the times nor the header state one.

        Raises:
            BadInput: `HEADER`, `COLUMNS`, `QUOTE`, `LINE_END`, `NUL`, `ENCODING`, `CELL_SIZE` for damage.
        """
        table, row = self._known(data)
        head = read_head(data, table.delimiter, row, table.title_cells)
        body = read_body(data, head, table.delimiter, table.meaning(head.header, declaration), table.rows_of)
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout=table.layout,
            custodians=self.custodians,
            batches=body.batches,
            boilerplate=len(head.header),
            unclassified=body.unclassified,
            labels={LABEL: body.rows},
            says_empty=not body.rows and data[head.end - 1 : head.end] == b"\n",  # a header without end is cut
            holes=body.holes,
        )

    def _find(self, data: Data) -> tuple[KnownTable, int] | None:
        found = ((table, table.find(data)) for table in self.tables)
        return next(((table, row) for table, row in found if row is not None), None)

    def _known(self, data: Data) -> tuple[KnownTable, int]:
        found = self._find(data)
        if found is None:
            raise _header("no line at the top is a header of this format")
        return found


def _heads(data: Data, table: KnownTable) -> Iterator[tuple[int, Head]]:
    """The first lines, each as a header if it can be one, with its number."""
    start, end = bytes(data[:_HEAD]), 0
    for row in range(1, table.banner + 2):
        end = start.find(b"\n", end) + 1
        line = start[:end] if end else start
        try:
            yield row, read_head(line, table.delimiter, row, table.title_cells)
        except BadInput:  # a line that is no header; whether the table is sound is for `read` to say
            continue
        if not end:
            return


def _header(what: str) -> BadInput:
    return BadInput(
        "HEADER",
        what,
        why="which column holds a value would have to be guessed",
        next_step="compare the table's header with docs/formats.md, and send the makers its labels",
    )
