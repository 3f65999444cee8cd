"""The declaration for a carrier's log of a known format.

format = "isc-dhcpd-leases"         # one of `fourcorners readers`
certificate = "certificate.txt"     # the custodian's certificate, a file beside the mapping
subscriber = "agent.remote-id"      # which field names the customer, where the format has several

[time]
zone = "Europe/Berlin"              # where the log states none
year = 2026                         # where the log states none

[coverage]                          # as for a table
start = "2026-07-01T00:00:00Z"
end = "2026-08-01T00:00:00Z"
lossy = false                       # says that nothing is missing, where the format itself may lose lines

Of a configuration from which assignments follow, `start` and `end` say when it was in force, and must be there.
`pool_boundary_addresses` says whether the lowest and the highest address of a pool's prefix are used.

[in_force]                          # where the files of one intake were in force at different times: by file name
"nat1.conf" = ["2026-07-01T00:00:00Z", "2026-07-15T00:00:00Z"]
"nat2.conf" = ["2026-07-15T00:00:00Z", "2026-08-01T00:00:00Z"]
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from functools import partial
from typing import ClassVar

from fourcorners.model.coverage import Coverage
from fourcorners.model.instant import rfc3339
from fourcorners.readers.logs import LOGS
from fourcorners.readers.logs.log_format import ConfigurationFormat
from fourcorners.readers.logs.log_format import LogFormat
from fourcorners.readers.table.mapping import Part
from fourcorners.readers.table.mapping import file_name
from fourcorners.readers.table.mapping import positive
from fourcorners.readers.table.mapping import read_coverage
from fourcorners.readers.table.mapping import read_interval
from fourcorners.readers.table.mapping import truth
from fourcorners.readers.table.zones import Zone
from fourcorners.readers.table.zones import parse_zone


@dataclass(frozen=True, slots=True)
class LogMapping:
    """What a person says about a log.

    Attributes:
        format: how it is read.
        zone: of local times, None where none is declared.
        year: of times without one, None where none is declared.
        subscriber: which of the format's fields names the customer.
        certificate: name of the custodian's certificate beside the mapping, None where none is named.
        coverage: what the log covers; of a configuration, when it was in force.
        in_force: file name -> from when to when, ns UTC, of a configuration that was in force for a part of it.
        pool_boundary: whether the lowest and the highest address of a pool's prefix are used; None if nobody says.
    """

    format: LogFormat
    zone: Zone | None
    year: int | None
    subscriber: str
    certificate: str | None
    coverage: Coverage
    in_force: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    pool_boundary: bool | None = None

    family: ClassVar[str] = "assignment"
    #: A known format names its own fields.
    columns: ClassVar[Mapping[str, str]] = {}

    @property
    def computed(self) -> bool:
        """Whether the rows follow from a configuration, so that none was logged."""
        return isinstance(self.format, ConfigurationFormat)

    def times_of(self, name: str) -> list[tuple[int, int]]:
        """When a configuration was in force, ns UTC: its time without the gaps; nothing where nobody says."""
        whole = self.in_force.get(name) if self.in_force else (self.coverage.start, self.coverage.end)
        if whole is None or whole[0] is None or whole[1] is None:
            return []
        found, (at, end) = [], (whole[0], whole[1])
        for first, last in sorted(self.coverage.gaps):
            if at < min(first, end):
                found.append((at, min(first, end)))
            at = max(at, last)
        return [*found, (at, end)] if at < end else found

    @property
    def has_ports(self) -> bool:
        """Whether addresses are given out by ports."""
        return self.format.has_ports


def parse_log_mapping(data: bytes, name: str) -> LogMapping:
    """The declaration in a TOML file whose `format` names a log.

    Args:
        data: the file's bytes.
        name: the file's name, for messages.

    Raises:
        BadInput: `MAPPING_FILE`, naming the key and its line.
    """
    top = Part.of_file(data, name)
    known = top.take("format", _format)
    certificate = top.take_or("certificate", file_name, None)
    subscriber = known.subscribers[0]
    if len(known.subscribers) > 1:
        subscriber = top.take("subscriber", _one_of(known.subscribers))
    time, coverage_part = top.part("time"), top.part("coverage")
    computed = isinstance(known, ConfigurationFormat)
    boundary = top.take_or("pool_boundary_addresses", truth, None) if computed else None
    in_force_part = top.part("in_force") if computed else None
    top.close()
    zone = time.take_or("zone", parse_zone, None)
    year = time.take_or("year", positive, None)
    if (year is None) != known.states_year:
        time.refuse("year", "must be stated: the log has none" if year is None else "is stated by the log itself")
    time.close()
    says_lossy = "lossy" in coverage_part.content
    for key in ("start", "end") if computed else ():
        if key not in coverage_part.content:
            coverage_part.refuse(key, "must be stated: a configuration does not say when it was in force")
    coverage = read_coverage(coverage_part, zone)
    if not says_lossy:
        coverage = replace(coverage, lossy=known.lossy)
    in_force = _read_in_force(in_force_part, coverage, zone) if in_force_part else {}
    return LogMapping(known, zone, year, subscriber, certificate, coverage, in_force, boundary)


def needed_lines(known: LogFormat) -> list[str]:
    """What a mapping of a format must say, a line each, for who has none yet."""
    lines = [f'format = "{known.name}"', 'certificate = "certificate.txt"']
    if len(known.subscribers) > 1:
        lines.append("subscriber = " + " or ".join(f'"{name}"' for name in known.subscribers))
    if not known.states_year:
        lines += ["[time]", "year = the year of the log"]
    if isinstance(known, ConfigurationFormat):
        lines += ["[coverage]", "start and end = when it was in force"]
    return lines


def _read_in_force(part: Part, coverage: Coverage, zone: Zone | None) -> dict[str, tuple[int, int]]:
    """When each file was in force; with the gaps they fill what is covered, or silence would say `none`."""
    found = {name: part.take(name, partial(read_interval, zone=zone)) for name in list(part.content)}
    assert coverage.start is not None
    assert coverage.end is not None
    for name, (start, end) in found.items():
        if start < coverage.start or end > coverage.end:
            part.refuse(name, "does not lie within the coverage")
    reached = coverage.start
    for start, end in sorted([*found.values(), *coverage.gaps]) if found else ():
        if start > reached:
            break
        reached = max(reached, end)
    if found and reached < coverage.end:
        part.refuse("in_force", f"leaves {rfc3339(reached)} to no file, and coverage.gaps do not name it")
    return found


def _one_of(names: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return value

    return read


def _format(value: object) -> LogFormat:
    found = next((known for known in LOGS if known.name == value), None)
    if found is None:
        raise ValueError(f"must be one of {', '.join(known.name for known in LOGS)}")
    return found
