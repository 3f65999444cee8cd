"""A small network table for the documentation ranges, so that a generated case can be named offline.

The same Parquet layout as the product's dated network table, re-made here from its description: columns `version`,
`start`, `end` (16 bytes, big-endian, both inclusive), `asn`, `org`, `country`; schema metadata `date`, `source`,
`licence`, `notice`. Autonomous systems are of the range for documentation (RFC 5398), countries are user-assigned
codes (ISO 3166-1).
"""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_NETWORKS = (
    ("192.0.2.0/24", 64_499, "Example Hosting", "XX"),
    ("198.51.100.0/24", 64_496, "Example Cable", "ZZ"),
    ("203.0.113.0/24", 64_497, "Example Mobile", "ZZ"),
    ("2001:db8::/32", 64_498, "Example Fibre", "ZZ"),
)
_METADATA = {
    "date": "2026-03-01",
    "source": "made by the generator of samples for the ranges reserved for documentation",
    "licence": "Apache-2.0",
    "notice": "Sample network names for documentation addresses; no real network.",
}


def write(path: Path) -> None:
    """Write the table."""
    found = [(ip_network(text), asn, org, country) for text, asn, org, country in _NETWORKS]
    columns = {
        "version": pa.array([network.version for network, *_ in found], pa.int8()),
        "start": pa.array([int(network[0]).to_bytes(16, "big") for network, *_ in found], pa.binary(16)),
        "end": pa.array([int(network[-1]).to_bytes(16, "big") for network, *_ in found], pa.binary(16)),
        "asn": pa.array([asn for _, asn, _, _ in found], pa.int64()),
        "org": pa.array([org for _, _, org, _ in found], pa.string()),
        "country": pa.array([country for *_, country in found], pa.string()),
    }
    pq.write_table(pa.table(columns).replace_schema_metadata(_METADATA), path)
