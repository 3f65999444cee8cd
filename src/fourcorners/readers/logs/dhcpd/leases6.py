"""`dhcpd6.leases`: associations of a client (`ia-na`, `ia-pd`), each with the addresses or prefixes it was given.

A block has no start: its `cltt` is the last time that the client was heard, so an address was held at least from
then. `max-life` need not agree with `ends`; `ends` decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Sequence
from mmap import mmap

from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.readers import census_dhcpd
from fourcorners.readers.logs.dhcpd.rest import Rest
from fourcorners.readers.logs.dhcpd.statements import Statement
from fourcorners.readers.logs.dhcpd.values import name_of
from fourcorners.readers.logs.dhcpd.values import put_time
from fourcorners.readers.logs.dhcpd.values import says
from fourcorners.readers.logs.dhcpd.values import words
from fourcorners.readers.logs.history import related
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.sheet import ROWS
from fourcorners.readers.logs.sheet import Row
from fourcorners.readers.markup import check_text

Data = bytes | mmap

_SIGN = re.compile(rb"^\s*ia-(?:na|pd|ta)\s", re.MULTILINE)
_ASSOCIATIONS = {b"ia-na", b"ia-pd", b"ia-ta"}
_GIVEN = {"iaaddr", "iaprefix"}


class Leases6:
    """Lease files for IPv6."""

    name = "isc-dhcpd6-leases"
    version = "1"
    states_year = True
    #: The quoted heading: four bytes of the association's number, then the client's DUID.
    subscribers = ("iaid-duid",)
    #: The server itself rewrites the file and drops what is over.
    lossy = True
    has_ports = False

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the content tells
        """Whether an association stands in the first bytes."""
        return _SIGN.search(head) is not None

    def parts(self, data: Data, said: Said) -> Iterator[Reading]:
        """Every address and prefix of every association.

        Raises:
            BadInput: `ENCODING`, `NUL`, `LOG`, `TRUNCATED`, `DEPTH`.
        """
        check_text(data)
        rows: list[Row] = []
        rest = Rest()
        for block in rest.blocks(data):
            if block[0].text.split()[:1] and block[0].text.split()[0] in _ASSOCIATIONS:
                rows += self._rows(block, rest)
            else:
                rest.pass_over(block)
            if len(rows) >= ROWS:
                yield rest.part(f"{self.name}/{self.version}", "ia", "iaaddr", rows, said)
                rows = []
        yield rest.part(f"{self.name}/{self.version}", "ia", "iaaddr", rows, said)

    def relate(self, files: Sequence[Sequence[Reading]], *, lossy: bool) -> list[list[Reading]]:  # noqa: ARG002 - leases state their end
        """When each lease began and ended, as all blocks together say."""
        return related(files, says)

    def census(self, data: Data) -> Census:
        """Statements and given addresses, counted by other means."""
        return census_dhcpd.count(data, b"iaaddr", b"iaprefix")

    @staticmethod
    def _rows(block: list[Statement], rest: Rest) -> Iterator[Row]:
        """One row an address; the first owns the association's own texts, which stand before all of them."""
        heading = words(block[0])
        common = Row(block[0].start, texts=1)
        if len(heading) == 2:  # noqa: PLR2004 - `ia-na "..."`
            common.values["subscriber"] = heading[1]
        row: Row | None = None
        first = True
        for statement in block[1:-1]:
            name = name_of(statement)
            if statement.depth == 1 and statement.mark == b"{" and name in _GIVEN:
                row = Row(statement.start, texts=1, values=dict(common.values), problem=common.problem)
                if first:
                    row.texts += common.texts
                    first = False
                said = words(statement)
                if len(said) == 2:  # noqa: PLR2004 - `iaaddr ADDRESS`
                    row.values["ip"] = said[1]
                else:
                    row.problem = row.problem or "MISSING_ADDRESS"
            elif statement.depth == 1 and statement.mark == b"}" and row is not None:
                row.end = statement.end
                if "at" not in row.values:
                    row.problem = row.problem or "MISSING_TIME"
                yield row
                row = None
            elif statement.depth == 1 and name == "cltt" and statement.mark == b";" and first:
                if "at" in common.values:
                    common.problem = "AMBIGUOUS_ROW"
                common.texts += 1
                put_time(common, "at", statement)
            elif (
                row is not None
                and statement.depth > 1
                and statement.mark == b";"
                and name in {"ends", "binding state"}
            ):
                field = "until" if name == "ends" else "action"
                if field in row.values:
                    row.problem = "AMBIGUOUS_ROW"
                row.texts += 1
                if field == "until":
                    put_time(row, field, statement)
                else:
                    row.values[field] = words(statement)[-1]
            else:
                rest.drop("ia", name, statement)
        if first:
            rest.leave("ia without an address", common.texts)


LEASES6 = Leases6()
