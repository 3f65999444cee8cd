"""The reader: a report is about one number, and says so only by its rows.

Each row's direction names a side. Where all rows that name one name the same number, the report is about that
number; it is then also the account of rows that leave the sides open but hold it. Where they name two, nobody can
tell.
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
from fourcorners.readers.known_table import KnownTable
from fourcorners.readers.known_table import KnownTableReader
from fourcorners.readers.table.kinds import Kind
from fourcorners.readers.table.split import Data
from fourcorners.readers.tmobile.calls import number
from fourcorners.readers.tmobile.calls import rows_of

CUSTODIANS = (
    "T-Mobile",
    "T-Mobile USA, Inc.",
    "T-Mobile USA Inc.",
    "T-Mobile USA",
    "T-Mobile US, Inc.",
    "T-Mobile US",
)

_NUMBERS = {
    "calling": ("Calling Number",),
    "dialed": ("Dialed Number",),
    "called": ("Called Number",),
    "destination": ("Destination Number",),
}
_DEVICE = {"imsi": ("IMSI",), "imei": ("IMEI",)}
#: What is said of a cell. What is not listed is released to nobody, as how far from it a phone was.
_CELL = {
    "site": ("LTE Site", "LTE Site ID", "Site", "Site ID"),
    "sector": ("Sector",),
    "lac": ("LAC", "LAC ID"),
    "cell": ("Cell", "Cell ID"),
    "azimuth": ("Azimuth", "Tower Azimuth"),
    "latitude": ("LAT", "Tower LAT"),
    "longitude": ("LONG", "Tower LONG"),
    "address": ("Address", "Tower Address"),
    "city": ("City", "Tower City"),
    "state": ("State", "Tower State"),
    "zip": ("Zip", "Tower Zip"),
}


def _cell(edge: str) -> dict[str, tuple[str, ...]]:
    return {f"{edge} {part}": tuple(f"{edge} {label}" for label in labels) for part, labels in _CELL.items()}


_FIRST, _LAST = _cell("1st"), _cell("Last")
_NEEDED = ("date", "time", "duration", "type", "direction", "calling", "called", "destination")

_CALLS = KnownTable(
    layout="call detail records",
    shape=Kind(
        "call",
        "telephone_connection_records",
        (),
        (*_NEEDED, "dialed"),
        field_categories={
            "device": "subscriber_identity",
            "first_cell": "cell_site_historical",
            "last_cell": "cell_site_historical",
        },
    ),
    labels={
        "date": ("Date",),
        "time": ("(UTC) Time", "Time (UTC)", "Time"),
        "duration": ("Duration",),
        "type": ("Call Type",),
        "direction": ("Direction",),
        **_NUMBERS,
        **_DEVICE,
        **_FIRST,
        **_LAST,
    },
    marks=_NEEDED,
    in_utc=frozenset({"(UTC) Time", "Time (UTC)"}),
    joined={"action": ("type", "direction")},
    gathered={
        "numbers": tuple(_NUMBERS),
        "device": tuple(_DEVICE),
        "first_cell": tuple(_FIRST),
        "last_cell": tuple(_LAST),
    },
    rows_of=rows_of,
    banner=20,
    title_cells=4,
)
_TABLE = KnownTableReader("tmobile-calls", "1", CUSTODIANS, (_CALLS,))


class TMobileCalls:
    """Reads one report of calls and messages."""

    name = _TABLE.name
    version = _TABLE.version
    custodians = CUSTODIANS

    def detect(self, path: str, head: bytes) -> bool:
        """Whether one of the first lines is the header of the key."""
        return _TABLE.detect(path, head)

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of one member.

        Args:
            data: the member's bytes.
            declaration: a zone, for a report whose header does not state that its times are in UTC.

        Raises:
            BadInput: as `KnownTableReader.read`.
        """
        reading = _TABLE.read(data, declaration)
        named = {name for batch in reading.batches for name in _named(batch)}
        account = named.pop() if len(named) == 1 else None
        return replace(reading, batches=tuple(_of(batch, account) for batch in reading.batches))

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Each report stands for itself."""
        return _TABLE.relate(files)

    def census(self, data: Data) -> Census:
        """The member's cells and rows, counted by code that shares nothing with this reader."""
        return _TABLE.census(data)


def _named(batch: Batch) -> set[str]:
    """The numbers that the rows which can be read name as theirs."""
    column = batch.rows.column("account").filter(batch.rows.column("problem").is_null())
    return set(pc.unique(column.drop_null()).to_pylist())


def _of(batch: Batch, account: str | None) -> Batch:
    """The rows with the report's account: those that say it, and those that hold the number."""
    rows = batch.rows
    holds = pa.array(
        [account is not None and _holds(text, account) for text in rows.column("numbers").to_pylist()]
    )
    place = rows.schema.get_field_index("account")
    column = pc.if_else(holds, pa.scalar(account, pa.string()), pa.scalar(None, pa.string()))
    return replace(batch, rows=rows.set_column(place, rows.schema.field(place), column))


def _holds(numbers: str | None, account: str) -> bool:
    return numbers is not None and account in {number(each) for each in numbers.split(",")}


READER = TMobileCalls()
