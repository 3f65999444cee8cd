"""Build the network table: ranges of autonomous systems joined with countries, from the pinned data packages.

Usage: build_networks.py NODE_MODULES OUT.parquet
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fourcorners.attribution.networks import SCHEMA

SYSTEMS, COUNTRIES = "@ip-location-db/asn", "@ip-location-db/asn-country"
NOTICE = (
    "Networks: ip-location-db (RouteViews, DB-IP, NRO), CC BY 4.0; IP geolocation by DB-IP, https://db-ip.com. "
    "Countries: ip-location-db asn-country, CC0 1.0, with data of the NRO. "
    "The makers of these packages warn that this edition contains errors: confirm a network with its registry "
    "before asking its holder."
)

Range = tuple[int, int, tuple[str, ...]]


def ranges(path: Path) -> Iterator[Range]:
    """Start, end (included) and the other cells of each line, in order."""
    with path.open(encoding="utf-8", newline="") as file:
        for start, end, *cells in csv.reader(file, strict=True):
            yield int(ip_address(start)), int(ip_address(end)), tuple(cells)


def disjoint(found: Iterator[Range]) -> Iterator[Range]:
    """The same ranges, by start, less what two of them claim: such addresses are named by neither."""
    cluster: list[Range] = []
    reach = -1
    for each in found:
        if each[0] > reach:
            yield from _parts_of_one(cluster)
            cluster = []
        cluster.append(each)
        reach = max(reach, each[1])
    yield from _parts_of_one(cluster)


def _parts_of_one(cluster: list[Range]) -> Iterator[Range]:
    """Of ranges that overlap, the parts that lie in one of them alone."""
    edges = sorted({edge for start, end, _ in cluster for edge in (start, end + 1)})
    for start, after in pairwise(edges):
        holders = [cells for low, high, cells in cluster if low <= start <= high]
        if len(holders) == 1:
            yield start, after - 1, holders[0]


def joined(systems: Iterator[Range], countries: list[Range]) -> Iterator[tuple[int, int, str, str, str]]:
    """Each system's range, cut where its country changes; a part without a country has an empty one."""
    place = 0
    for start, end, (number, name) in systems:
        at = start
        while at <= end:
            while place < len(countries) and countries[place][1] < at:
                place += 1
            inside = place < len(countries) and countries[place][0] <= at
            if inside:
                last, country = min(end, countries[place][1]), countries[place][2][0]
            else:
                last = min(end, countries[place][0] - 1) if place < len(countries) else end
                country = ""
            yield at, last, number, name, country
            at = last + 1


def main(modules: Path, out: Path) -> None:
    """Write the table."""
    version = json.loads((modules / SYSTEMS / "package.json").read_text())["version"]
    date = dt.datetime.strptime(version.rpartition(".")[2][:8], "%Y%m%d").replace(tzinfo=dt.UTC).date()
    rows = []
    for family in (4, 6):
        countries = list(ranges(modules / COUNTRIES / f"asn-country-ipv{family}.csv"))
        systems = disjoint(ranges(modules / SYSTEMS / f"asn-ipv{family}.csv"))
        for start, end, number, name, country in joined(systems, countries):
            rows.append((family, start.to_bytes(16, "big"), end.to_bytes(16, "big"), int(number), name, country))
    metadata = {
        "date": date.isoformat(),
        "source": f"{SYSTEMS} {version}, {COUNTRIES} {version}",
        "licence": "CC-BY-4.0, CC0-1.0",
        "notice": NOTICE,
    }
    columns = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), SCHEMA, strict=True)]
    table = pa.Table.from_arrays(columns, schema=SCHEMA).replace_schema_metadata(metadata)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part")
    pq.write_table(table, part, compression="zstd")
    part.replace(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
