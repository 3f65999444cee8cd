"""`dhcpd.leases`: one block a lease, appended at each change. Each is a row: the history is the evidence."""

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

_SIGN = re.compile(rb"^\s*lease\s+\d{1,3}(?:\.\d{1,3}){3}\s*\{", re.MULTILINE)
_TIMES = {"starts": "at", "ends": "until"}
#: Field of the mapping -> the words with which its statement begins.
_SUBSCRIBERS = {
    "hardware": "hardware ethernet",
    "uid": "uid",
    "agent.circuit-id": "option agent.circuit-id",
    "agent.remote-id": "option agent.remote-id",
}


class Leases:
    """Lease files for IPv4."""

    name = "isc-dhcpd-leases"
    version = "1"
    states_year = True
    subscribers = tuple(_SUBSCRIBERS)
    #: The server itself rewrites the file and drops what is over.
    lossy = True
    has_ports = False

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the content tells
        """Whether a lease block stands in the first bytes."""
        return _SIGN.search(head) is not None

    def parts(self, data: Data, said: Said) -> Iterator[Reading]:
        """Every lease block of a member.

        Raises:
            BadInput: `ENCODING`, `NUL`, `LOG`, `TRUNCATED`, `DEPTH`.
        """
        check_text(data)
        rows: list[Row] = []
        rest = Rest()
        for block in rest.blocks(data):
            if block[0].text.split()[:1] == [b"lease"]:
                rows.append(self._row(block, said.subscriber, rest))
            else:
                rest.pass_over(block)
            if len(rows) >= ROWS:
                yield rest.part(f"{self.name}/{self.version}", "lease", "lease", rows, said)
                rows = []
        yield rest.part(f"{self.name}/{self.version}", "lease", "lease", rows, said)

    def relate(self, files: Sequence[Sequence[Reading]], *, lossy: bool) -> list[list[Reading]]:  # noqa: ARG002 - leases state their end
        """When each lease began and ended, as all blocks together say."""
        return related(files, says)

    def census(self, data: Data) -> Census:
        """Statements and lease blocks, counted by other means."""
        return census_dhcpd.count(data, b"lease")

    @staticmethod
    def _row(block: list[Statement], subscriber: str, rest: Rest) -> Row:
        heading = words(block[0])
        row = Row(block[0].start, block[-1].end, 1)
        if len(heading) == 2:  # noqa: PLR2004 - `lease ADDRESS`
            row.values["ip"] = heading[1]
        else:
            row.problem = "MISSING_ADDRESS"
        fields = {**_TIMES, "binding state": "action", _SUBSCRIBERS[subscriber]: "subscriber"}
        seen = set[str]()
        for statement in block[1:-1]:
            name = name_of(statement)
            field = fields.get(name) if statement.mark == b";" and statement.depth == 1 else None
            if field is None:
                # what begins with no name is the rest of a value that was torn apart
                if statement.text and name.startswith("?"):
                    row.problem = "BROKEN_VALUE"
                rest.drop("lease", name, statement)
                continue
            if field in seen:
                row.problem = "AMBIGUOUS_ROW"
            seen.add(field)
            row.texts += 1
            if name in _TIMES:
                put_time(row, field, statement)
            else:
                *named, value = words(statement)
                row.values[field] = value
                if len(named) != len(name.split()):
                    row.problem = "BROKEN_VALUE"
        if "at" not in row.values:
            row.problem = row.problem or "MISSING_TIME"
        return row


LEASES = Leases()
