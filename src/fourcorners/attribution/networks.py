"""Names of networks from a dated table: which network and country an address belonged to on that table's day.

The table is one Parquet file: `version` (int8, 4 or 6), `start` and `end` (16 bytes, big-endian, both included),
`asn` (int64), `org` and `country` (text); rows of a version sorted by `start`, not overlapping. Its schema
metadata has `date` (of the data), `source`, `licence` and `notice` (what must be printed beside every use).

A table is of one day; an event was on another, and an address may have changed hands between. So a name from here
is where to ask, never a finding.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from fourcorners.model.address import parse_address
from fourcorners.model.errors import BadInput

SCHEMA = pa.schema(
    [
        ("version", pa.int8()),
        ("start", pa.binary(16)),
        ("end", pa.binary(16)),
        ("asn", pa.int64()),
        ("org", pa.string()),
        ("country", pa.string()),
    ]
)
METADATA = ("date", "source", "licence", "notice")

_Ends = npt.NDArray[np.bytes_]


@dataclass(frozen=True, slots=True)
class NetworkName:
    """A network by the table: autonomous system number, its holder's name, country (ISO 3166-1)."""

    asn: int
    org: str
    country: str


@dataclass(frozen=True, slots=True)
class _Version:
    """The ranges of one address version; `rows` are their places in the whole table."""

    start: _Ends
    end: _Ends
    rows: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NetworkTable:
    """A loaded table."""

    date: str
    source: str
    licence: str
    notice: str
    _names: pa.Table
    _versions: dict[int, _Version]

    @classmethod
    def load(cls, path: Path) -> NetworkTable:
        """Read and check a table.

        Raises:
            BadInput: `NETWORK_TABLE`: missing, of another shape, without a date, or with ranges that overlap.
        """
        return _load(path)

    def name(self, ips: Iterable[str]) -> list[NetworkName | None]:
        """The network of each address; None where the table has none."""
        return [self._name(ip) for ip in ips]

    def _name(self, ip: str) -> NetworkName | None:
        address = parse_address(ip)
        part = self._versions[address.version]
        key = np.frombuffer(int(address).to_bytes(16, "big"), "S16")[0]
        place = int(np.searchsorted(part.start, key, side="right")) - 1
        if place < 0 or part.end[place] < key:
            return None
        row = self._names.slice(int(part.rows[place]), 1).to_pylist()[0]
        return NetworkName(row["asn"], row["org"], row["country"])


def default_path() -> Path:
    """Where `make setup` puts the table of this installation."""
    return Path(sys.prefix) / "share" / "fourcorners" / "networks.parquet"


@cache
def _load(path: Path) -> NetworkTable:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise _unusable(path, str(error).splitlines()[0]) from error
    if not table.schema.remove_metadata().equals(SCHEMA):
        raise _unusable(path, "its columns are not those of a network table")
    metadata = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    if missing := [key for key in METADATA if not metadata.get(key)]:
        raise _unusable(path, f"it does not say its {' and '.join(missing)}")
    versions = {}
    version = table.column("version").to_numpy()
    start, end = _ends(table.column("start")), _ends(table.column("end"))
    for each in (4, 6):
        rows = np.flatnonzero(version == each)
        part = _Version(start[rows], end[rows], rows)
        if (part.start > part.end).any() or (part.start[1:] <= part.end[:-1]).any():
            raise _unusable(path, f"its IPv{each} ranges overlap or are out of order")
        versions[each] = part
    date, source, licence, notice = (metadata[key] for key in METADATA)
    return NetworkTable(date, source, licence, notice, table.select(["asn", "org", "country"]), versions)


def _ends(column: pa.ChunkedArray) -> _Ends:
    """16-byte texts in NumPy: their order is that of the addresses (a stripped zero byte compares as zero)."""
    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.binary(16))
    ends: _Ends = np.frombuffer(array.buffers()[1] or b"", "S16")[array.offset : array.offset + len(array)]
    return ends


def _unusable(path: Path, why: str) -> BadInput:
    return BadInput(
        "NETWORK_TABLE",
        f"the network table cannot be used: {why}",
        where=str(path),
        why="a wrong network leads to asking the wrong carrier",
        next_step="build it again with `make setup`, or name another table with --networks",
    )
