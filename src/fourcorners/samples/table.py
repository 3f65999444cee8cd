"""Carrier tables as files: CSV, XLSX, Parquet or PDF, with the mapping and the certificate that stand beside them.

A table holds columns that its mapping does not name (a customer's name, a device); its times are in UTC, in a
local zone, or day first, as the seed has it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from fourcorners.samples import table_pdf
from fourcorners.samples import xlsx
from fourcorners.samples.package import write_text
from fourcorners.samples.spelling import zulu
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import MINUTE
from fourcorners.samples.values import Assignment
from fourcorners.samples.values import Carrier
from fourcorners.samples.values import dice
from fourcorners.samples.world import World
from fourcorners.samples.world import subscriber_name

#: Texts of unmapped columns: none may reach a record line.
CANARIES = ("Placeholder", "00:00:5e:00:53")

#: Header texts by table kind: meaning -> the column's own words. The last two are never mapped.
_HEADERS: dict[str, dict[str, str]] = {
    "lease": {
        "ip": "IP Address",
        "start": "Lease Start",
        "end": "Lease End",
        "subscriber": "Customer ID",
        "name": "Customer Name",
        "device": "Hardware Address",
    },
    "cgnat": {
        "ip": "public_ip",
        "port_low": "first_port",
        "port_high": "last_port",
        "start": "allocated",
        "end": "released",
        "subscriber": "subscriber",
        "name": "name",
        "device": "device",
    },
    "prefix": {
        "ip": "Delegated Prefix",
        "subscriber": "Contract",
        "start": "From",
        "end": "To",
        "name": "Holder",
        "device": "DUID",
    },
}
_UNMAPPED = ("name", "device")
#: How a table writes its times: a name, the strptime format, whether the mapping must declare it, whether in UTC.
_TIMES: tuple[tuple[str, bool, bool], ...] = (
    ("%Y-%m-%dT%H:%M:%SZ", False, True),
    ("%Y-%m-%d %H:%M:%S", False, False),
    ("%d/%m/%Y %H:%M:%S", True, False),
)


def write_table(world: World, carrier: Carrier, rows: Sequence[Assignment], path: Path) -> None:
    """Write the table: CSV, XLSX, Parquet or PDF by the path's suffix."""
    headers = list(_HEADERS[carrier.kind].values())
    cells = _cells(world, carrier, rows)
    if path.suffix.lower() == ".xlsx":
        xlsx.write(path, _with_head(headers, cells))
    elif path.suffix.lower() == ".parquet":
        columns = list(zip(*cells, strict=True))
        types = [pa.int32() if key.startswith("port") else pa.string() for key in _HEADERS[carrier.kind]]
        arrays = [pa.array(list(column), kind) for column, kind in zip(columns, types, strict=True)]
        pq.write_table(pa.table(arrays, names=headers), path)
    elif path.suffix.lower() == ".pdf":
        table_pdf.write(path, dice(world.seed, f"pdf/{carrier.key}"), _with_head(headers, cells))
    else:
        write_text(path, _csv_lines(_with_head(headers, cells)))


def _with_head(headers: list[str], cells: Iterator[list[str | int | None]]) -> Iterator[list[str | int | None]]:
    yield list(headers)
    yield from cells


def _csv_lines(rows: Iterator[list[str | int | None]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        writer.writerow(["" if value is None else value for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _time_style(world: World, carrier: Carrier) -> tuple[str, bool, bool]:
    return dice(world.seed, f"times/{carrier.key}").choice(_TIMES)


def _cells(world: World, carrier: Carrier, rows: Sequence[Assignment]) -> Iterator[list[str | int | None]]:
    spelt, _, utc = _time_style(world, carrier)
    zone = dt.UTC if utc else ZoneInfo(world.window.zone)
    quoted = world.seed % 3 == 0  # a comma in a column that nobody maps

    @cache
    def hour_text(hour: int) -> str:
        return dt.datetime.fromtimestamp(hour * HOUR, zone).strftime(spelt)

    def written(at: int) -> str:
        hour, second = divmod(at, HOUR)
        return hour_text(hour).replace(":00:00", f":{second // MINUTE:02d}:{second % MINUTE:02d}")

    for row in rows:
        name = subscriber_name(row.subscriber)
        number = int(row.subscriber[2:])
        values: dict[str, str | int | None] = {
            "ip": row.ip,
            "port_low": row.port_low,
            "port_high": row.port_high,
            "start": written(row.start),
            "end": None if row.end is None else written(row.end),
            "subscriber": row.subscriber,
            "name": name.replace(" ", ", ", 1) if quoted else name,
            "device": f"00:00:5e:00:53:{number % 256:02x}",
        }
        yield [values[key] for key in _HEADERS[carrier.kind]]


def mapping_text(world: World, carrier: Carrier, certificate: str) -> str:
    """The mapping of the carrier's table, as TOML; `certificate` is the name of the file beside it."""
    spelt, declared, utc = _time_style(world, carrier)
    columns = {key: text for key, text in _HEADERS[carrier.kind].items() if key not in _UNMAPPED}
    lines = ['kind = "assignment"', f'certificate = "{certificate}"', "", "[columns]"]
    lines += [f'{key} = "{text}"' for key, text in columns.items()]
    lines += ["", "[time]", f'zone = "{"UTC" if utc else world.window.zone}"']
    if declared:
        lines.append(f'format = "{spelt}"')
    return "\n".join([*lines, *coverage_lines(carrier)]) + "\n"


def coverage_lines(carrier: Carrier) -> list[str]:
    """What the carrier says that its log covers."""
    gaps = ", ".join(f'["{zulu(a)}", "{zulu(b)}"]' for a, b in carrier.gaps)
    return [
        "",
        "[coverage]",
        f'start = "{zulu(carrier.coverage[0])}"',
        f'end = "{zulu(carrier.coverage[1])}"',
        f"gaps = [{gaps}]",
        f"shared = {str(carrier.kind == 'cgnat').lower()}",
        "lossy = false",
    ]


def certificate_text(carrier: Carrier) -> str:
    """The custodian's certificate."""
    return (
        f"CERTIFICATE OF THE CUSTODIAN OF RECORDS (SAMPLE)\n\n"
        f"{carrier.name} made the table beside this certificate at or near the time of the events, from its own\n"
        "systems, in the course of regularly conducted business, and keeps such records as a regular practice.\n\n"
        "Sample Custodian\n2026-05-04\n"
    )
