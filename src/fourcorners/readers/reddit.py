"""Reddit returns: `ip_logs.csv`, a list of times and addresses in which one row is something else.

The row `registration ip` has these words where the others have a time: the address from which the account was made
is a fact about the account and no login. The list names no account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Batch
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import schema
from fourcorners.readers.known_table import KnownTable
from fourcorners.readers.known_table import KnownTableReader
from fourcorners.readers.table.kinds import Kind
from fourcorners.readers.table.split import Data

CUSTODIANS = ("Reddit, Inc.", "Reddit Inc.", "Reddit", "Reddit Ireland Limited")
REGISTRATION = "registration ip"

_LOG = KnownTable(
    layout="ip_logs",
    shape=Kind("login", "session_ip_log", ("ip", "at"), ()),
    labels={"at": ("date",), "ip": ("ip",)},
)
_TABLE = KnownTableReader("reddit-ip-logs", "1", CUSTODIANS, (_LOG,))
_NAME = "ip_logs.csv"


class RedditLog:
    """Reads one `ip_logs.csv`."""

    name = _TABLE.name
    version = _TABLE.version
    custodians = CUSTODIANS

    def detect(self, path: str, head: bytes) -> bool:
        """Whether the header is `date`, `ip`, and the name or the odd row tells that it is Reddit's."""
        named = path.replace("\\", "/").rpartition("/")[2] == _NAME
        return (named or REGISTRATION.encode() in head) and _TABLE.detect(path, head)

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of one member.

        Args:
            data: the member's bytes.
            declaration: a person's statement of the zone of times that state none.

        Raises:
            BadInput: as `KnownTableReader.read`.
        """
        reading = _TABLE.read(data, declaration)
        batches = tuple(part for batch in reading.batches for part in _apart(batch))
        return replace(reading, batches=batches)

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Each member stands for itself."""
        return _TABLE.relate(files)

    def census(self, data: Data) -> Census:
        """The member's cells and rows, counted by code that shares nothing with this reader."""
        return _TABLE.census(data)


def _apart(batch: Batch) -> tuple[Batch, ...]:
    """The logins of a batch, and what is none."""
    registers = pc.fill_null(pc.equal(batch.rows.column("at_text"), REGISTRATION), False)
    if not pc.any(registers).as_py():
        return (batch,)
    rows = batch.rows.filter(registers)
    flaw = pc.if_else(pc.equal(rows.column("problem"), "BAD_TIME"), None, rows.column("problem"))
    columns = {name: rows.column(name) for name in ("row", "category", "start", "end", "texts")} | {
        "problem": flaw,
        "attribute": rows.column("at_text"),
        "attribute@": rows.column("at@"),
        "value": rows.column("ip_text"),
        "value@": rows.column("ip@"),
    }
    wanted = schema("subscriber")
    arrays = [columns.get(field.name, pa.nulls(rows.num_rows, field.type)) for field in wanted]
    facts = pa.RecordBatch.from_arrays(arrays, schema=wanted)
    logins = replace(batch, rows=batch.rows.filter(pc.invert(registers)))
    return logins, Batch("subscriber", batch.section, facts)


READER = RedditLog()
