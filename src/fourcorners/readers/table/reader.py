"""The table reader: any table of plain values, through the mapping that a person declares.

A row's texts are the cells of the columns that the mapping names. The others are counted as unclassified and
released to nobody. A row that cannot be read keeps its place and a code; a structure that cannot be read
refuses the file.
"""

from __future__ import annotations

from collections.abc import Sequence

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import DECLARED
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.readers import census_table
from fourcorners.readers.table.body import LABEL
from fourcorners.readers.table.body import read_body
from fourcorners.readers.table.mapping import TableMapping
from fourcorners.readers.table.pdf_form import PROBLEM
from fourcorners.readers.table.pdf_form import is_derived
from fourcorners.readers.table.rows import Meaning
from fourcorners.readers.table.split import Data
from fourcorners.readers.table.split import Head
from fourcorners.readers.table.split import read_head
from fourcorners.readers.table.zones import parse_zone


class TableReader:
    """Reads tables under one mapping, whose meanings count as declared by `by`."""

    name = "table"
    version = "1"
    custodians: tuple[str, ...] = ()

    def __init__(self, mapping: TableMapping, by: str) -> None:
        self.mapping = mapping
        self.by = by

    def detect(self, path: str, head: bytes) -> bool:
        """Whether the header holds every column that the mapping names."""
        return self.why_not(path, head) is None

    def why_not(self, path: str, head: bytes) -> str | None:  # noqa: ARG002 - a header tells a table, not a name
        """Why a member with these first bytes is no table of the mapping, None where it is one.

        Names columns in the mapping's own words only: what stands in another table's header may be a value.
        """
        delimiter, header_row = self._form(head)
        lines = head.split(b"\n", header_row)
        try:
            found = read_head(b"\n".join([*lines[:header_row], b""]), delimiter, header_row)
        except BadInput as error:
            return error.what
        return self._missing(found)

    def _form(self, data: Data) -> tuple[str, int]:
        """Delimiter and line of the header: as declared; the text of a PDF's table has a form of its own."""
        return (",", 1) if is_derived(data) else (self.mapping.delimiter, self.mapping.header_row)

    def _missing(self, head: Head) -> str | None:
        """Which of the mapping's columns the header lacks, None where it has all."""
        missing = [repr(name) for name in self.mapping.columns.values() if name not in head.header]
        if not missing:
            return None
        return f"the mapping names the column{'s' * (len(missing) > 1)} {', '.join(missing)}, not in the header"

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Each member stands for itself."""
        return [list(readings) for readings in files]

    def census(self, data: Data) -> Census:
        """The cells and rows of a table, counted by code that shares nothing with this reader."""
        return census_table.count_cells(data, *self._form(data))

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of a table in UTF-8.

        Args:
            data: the member's bytes.
            declaration: a zone for local times, where the mapping declares none.

        Raises:
            BadInput: `HEADER`, `COLUMNS`, `QUOTE`, `LINE_END`, `NUL`, `ENCODING`, `CELL_SIZE`, `EMPTY_FILE` for
                damage, `NO_TIME` for times in an order that only a declared format can settle.
        """
        mapping = self.mapping
        delimiter, header_row = self._form(data)
        head = read_head(data, delimiter, header_row)
        if missing := self._missing(head):
            raise BadInput(
                "HEADER",
                missing,
                where=f"line {header_row}",
                why="the mapping may belong to another table",
                next_step="give the mapping of this table",
            )
        meaning = Meaning(
            shape=mapping.shape,
            places={key: head.header.index(name) for key, name in mapping.columns.items()},
            time=mapping.time,
            zone=mapping.zone or (parse_zone(declaration.zone) if declaration else None),
            basis=DECLARED + (declaration.by if declaration and not mapping.zone else self.by),
            unknown=mapping.unknown,
            open_end=mapping.open_end,
            flaw=head.header.index(PROBLEM) if is_derived(data) else None,
        )
        body = read_body(data, head, delimiter, meaning)
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout=f"{mapping.kind} by mapping",
            custodians=self.custodians,
            batches=body.batches,
            boilerplate=len(head.header),
            unclassified=body.unclassified,
            labels={LABEL: body.rows},
            holes=body.holes,
        )
