from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from fourcorners.attribution.sources import AssignmentSource
from fourcorners.model.coverage import Coverage
from fourcorners.model.identifier import parse_target
from fourcorners.model.instant import DAY
from fourcorners.model.instant import MINUTE
from fourcorners.model.instant import parse_rfc3339

ROWS = pa.schema(
    [
        ("id", pa.string()),
        ("ip", pa.string()),
        ("port_low", pa.int32()),
        ("port_high", pa.int32()),
        ("at", pa.int64()),
        ("until", pa.int64()),
        ("subscriber", pa.string()),
    ]
)
LOGINS = pa.schema([("id", pa.string()), ("ip", pa.string()), ("port", pa.int32()), ("at", pa.int64())])

#: A world so small that everything meets everything: half hours of one night, two addresses and a prefix.
HALF = 30 * MINUTE
NIGHT = parse_rfc3339("2026-03-04T00:00:00Z").ns
YEARS = 800 * DAY
ADDRESSES = ("203.0.113.12", "203.0.113.21", "2001:db8:0:1200::1", "2001:db8:0:1201::2")
NETWORKS = (
    "203.0.113.12",
    "203.0.113.20/31",
    "2001:db8:0:1200::/56",
    "2001:db8:0:1200::/64",
    "2001:db8:0:1200::1/128",
    "2001:db8::/48",
)
TARGETS = (
    "203.0.113.12",
    "203.0.113.12:1024",
    "203.0.113.21",
    "2001:db8:0:1200::/56",
    "2001:db8:0:1200::1",
    "riverside.55501",
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    name: str
    rows: list[Row]
    coverage: Coverage
    doubts: list[Row] = field(default_factory=list)

    def build(self) -> AssignmentSource:
        rows, doubts = (pa.Table.from_pylist(each, ROWS) for each in (self.rows, self.doubts))
        return AssignmentSource(self.name, rows, self.coverage, doubts if self.doubts else None)


@dataclass(frozen=True)
class World:
    logins: list[Row]
    sources: list[Source] = field(default_factory=list)
    skew: int = 0

    def table(self) -> pa.Table:
        return pa.Table.from_pylist(self.logins, LOGINS)

    def with_source(self, number: int, source: Source) -> World:
        return replace(self, sources=[*self.sources[:number], source, *self.sources[number + 1 :]])


moments = st.integers(0, 10).map(lambda n: NIGHT + n * HALF)


@st.composite
def assignments(draw: st.DrawFn) -> Row:
    ip = draw(st.sampled_from(NETWORKS))
    low, high = draw(st.sampled_from([(None, None), (None, None), (0, 65535), (1024, 2047), (2048, 4095)]))
    if ":" in ip:
        low, high = None, None
    at = draw(moments)
    return {
        "ip": ip,
        "port_low": low,
        "port_high": high,
        "at": at,
        "until": draw(st.one_of(st.none(), st.integers(0, 8).map(lambda n: at + n * HALF))),
        "subscriber": draw(st.sampled_from(["A", "A", "B", "C", None])),
    }


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    start = draw(st.sampled_from([None, NIGHT - YEARS, NIGHT - 4 * HALF, NIGHT]))
    end = draw(st.sampled_from([None, NIGHT + 6 * HALF, NIGHT + 20 * HALF, NIGHT + YEARS]))
    gap = draw(moments)
    asked = draw(st.sets(st.sampled_from(TARGETS), min_size=2))
    return Coverage(
        NIGHT - YEARS if start is None and draw(st.booleans()) else start,
        NIGHT + YEARS if end is None and draw(st.booleans()) else end,
        draw(st.sampled_from([(), (), ((gap, gap + HALF),)])),
        draw(st.sampled_from([None, None, False, True])),
        tuple(parse_target(text) for text in sorted(asked)),
        draw(st.sampled_from([True, True, True, False])),
        lossy=draw(st.sampled_from([False, False, True])),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    sources = []
    for n in range(draw(st.integers(1, 3))):
        rows = draw(st.lists(assignments(), max_size=6))
        named = [{"id": f"S{n}.{i}", **row} for i, row in enumerate(rows)]
        doubts = [{"id": f"D{n}", **row} for row in draw(st.lists(assignments(), max_size=2))]
        sources.append(Source(f"S{n}", named, draw(coverages()), doubts))
    instants = [NIGHT + n * HALF // 2 for n in range(0, 22, draw(st.integers(2, 3)))]
    ports = (None, 1024, 2500)
    logins = [
        {"id": f"L{i}", "ip": ip, "port": port, "at": at}
        for i, (ip, at, port) in enumerate((ip, at, port) for ip in ADDRESSES for at in instants for port in ports)
    ]
    return World(logins, sources, draw(st.sampled_from([0, MINUTE, HALF // 2, HALF, 3 * HALF])))
