"""Carrier tables: leases, port blocks behind a shared address, delegated IPv6 prefixes.

Each is a table of no known format, so a mapping and the custodian's certificate stand beside it. The table holds
columns that the mapping does not name (a customer's name, a device), rows about addresses that nobody asked
about, rows outside the window, and a few rows that cannot be read.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import cache
from ipaddress import IPv6Address
from ipaddress import IPv6Network
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from fourcorners.samples import xlsx
from fourcorners.samples.package import write_text
from fourcorners.samples.production import zulu
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
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
_SPOILT_FROM = 40  # rows; a smaller table has none that cannot be read
#: How a table writes its times: a name, the strptime format, whether the mapping must declare it, whether in UTC.
_TIMES: tuple[tuple[str, bool, bool], ...] = (
    ("%Y-%m-%dT%H:%M:%SZ", False, True),
    ("%Y-%m-%d %H:%M:%S", False, False),
    ("%d/%m/%Y %H:%M:%S", True, False),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a carrier's instrument asks: endpoints, and a window one day wider on each side than the provider's."""

    endpoints: Mapping[str, frozenset[int | None]]  # address -> ports; None among them: any port
    start: int
    end: int

    def reason(self, row: Assignment) -> str | None:
        """Why a row is sealed, None where it is released: account first, then window."""
        if not self._names(row):
            return "OUTSIDE_ACCOUNT"
        if row.start >= self.end or (row.end is not None and row.end <= self.start):
            return "OUTSIDE_DATE_RANGE"
        return None

    def _names(self, row: Assignment) -> bool:
        if "/" in row.ip:
            return any(_within(ip, row.ip) for ip in self.endpoints)
        ports = self.endpoints.get(row.ip, frozenset())
        if row.port_low is None or row.port_high is None:
            return bool(ports)
        return any(port is None or row.port_low <= port <= row.port_high for port in ports)


@cache
def _within(ip: str, prefix: str) -> bool:
    return ":" in ip and IPv6Address(ip) in IPv6Network(prefix)


def asked(world: World, carrier: Carrier, endpoints: Collection[tuple[str, int | None]]) -> Asked:
    """The scope of a carrier's instrument that names these endpoints."""
    ports: dict[str, set[int | None]] = {}
    for ip, port in endpoints:
        ports.setdefault(ip, set()).add(port if carrier.kind == "cgnat" else None)
    named = {ip: frozenset(found) for ip, found in sorted(ports.items())}
    return Asked(named, world.window.start - DAY, world.window.end + DAY)


def table_rows(world: World, carrier: Carrier, scope: Asked, count: int = 0) -> list[Assignment]:
    """The rows of a carrier's table in the order of their start.

    Args:
        world: the truth.
        carrier: whose table.
        scope: what its instrument asks.
        count: how many rows exactly, 0 for what the world holds. More are renewals of holdings that were asked
            about (two thirds), and leases at addresses that nobody asked about.
    """
    rng = dice(world.seed, f"table/{carrier.key}")
    spoilt = _spoilt(carrier) if count == 0 or count > _SPOILT_FROM else []
    rows = list(carrier.assignments)
    if count:
        inside = [row for row in rows if scope.reason(row) is None]
        times = count * 2 // 3 // len(inside)
        rows = [part for row in inside for part in _renewals(row, times, world.end)]
        rows += [row for row in carrier.assignments if scope.reason(row) is not None]
        missing = count - len(rows) - len(spoilt)
        rows += [_unasked(rng, carrier, world, n) for n in range(max(0, missing))]
        rows = rng.sample(rows, count - len(spoilt))
    rows.sort(key=lambda row: row.start)
    for n, row in enumerate(spoilt):
        rows.insert((n + 1) * len(rows) // (len(spoilt) + 1), row)
    return rows


def _renewals(row: Assignment, times: int, until: int) -> Iterator[Assignment]:
    end = row.end or until
    step = max(2, (end - row.start) // max(1, times))
    at = row.start
    while at + 2 * step <= end:
        yield replace(row, start=at, end=at + step)
        at += step
    yield replace(row, start=at)


def _unasked(rng: Random, carrier: Carrier, world: World, n: int) -> Assignment:
    """A lease at an address where no event ever comes from."""
    if carrier.kind == "prefix":
        ip = f"2001:db8:e{n % 4096:03x}:100::/56"
    else:
        ip = f"{'203.0.113' if carrier.kind == 'cgnat' else '198.51.100'}.{100 + n % 150}"
    model = carrier.assignments[rng.randrange(len(carrier.assignments))]
    start = rng.randrange(world.start, world.end)
    return replace(model, ip=ip, start=start, end=start + rng.randint(HOUR, DAY))


def _spoilt(carrier: Carrier) -> list[Assignment]:
    model = replace(carrier.assignments[0], end=carrier.assignments[0].start + DAY)
    made = [
        replace(model, end=model.start - HOUR, problem="BAD_INTERVAL"),
        replace(model, ip="198.51.100.256", problem="BAD_ADDRESS"),
        replace(model, ip="", problem="MISSING_ADDRESS"),
    ]
    if model.port_high is not None:
        made.append(replace(model, port_high=70_000, problem="BAD_PORT"))
    return made


def row_truth(row: Assignment, scope: Asked) -> Row:
    """What must become of a row: rejected, sealed or released."""
    if row.problem is not None:
        return Row("assignment", "rejected", row.problem, (None,) * 6)
    reason = scope.reason(row)
    until = None if row.end is None else zulu(row.end)
    values = (row.ip, row.port_low, row.port_high, zulu(row.start), until, row.subscriber)
    return Row("assignment", "sealed" if reason else "released", reason, values)


def write_table(world: World, carrier: Carrier, rows: Sequence[Assignment], path: Path) -> None:
    """Write the table: CSV, XLSX or Parquet by the path's suffix."""
    headers = list(_HEADERS[carrier.kind].values())
    cells = _cells(world, carrier, rows)
    if path.suffix == ".xlsx":
        xlsx.write(path, _with_head(headers, cells))
    elif path.suffix == ".parquet":
        columns = list(zip(*cells, strict=True))
        types = [pa.int32() if key.startswith("port") else pa.string() for key in _HEADERS[carrier.kind]]
        arrays = [pa.array(list(column), kind) for column, kind in zip(columns, types, strict=True)]
        pq.write_table(pa.table(arrays, names=headers), path)
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
    gaps = ", ".join(f'["{zulu(a)}", "{zulu(b)}"]' for a, b in carrier.gaps)
    lines += [
        "",
        "[coverage]",
        f'start = "{zulu(carrier.coverage[0])}"',
        f'end = "{zulu(carrier.coverage[1])}"',
        f"gaps = [{gaps}]",
        f"shared = {str(carrier.kind == 'cgnat').lower()}",
    ]
    return "\n".join(lines) + "\n"


def certificate_text(carrier: Carrier) -> str:
    """The custodian's certificate."""
    return (
        f"CERTIFICATE OF THE CUSTODIAN OF RECORDS (SAMPLE)\n\n"
        f"{carrier.name} made the table beside this certificate at or near the time of the events, from its own\n"
        "systems, in the course of regularly conducted business, and keeps such records as a regular practice.\n\n"
        "Sample Custodian\n2026-05-04\n"
    )
