"""Whom to ask next: the addresses of logins grouped by carrier, as a table that goes into that carrier's form.

This is the step at which people retype an address or turn a time zone, and search the wrong household: nothing
here is typed. A carrier needs the public address, the instant with its zone, the source port and the protocol (RFC
6302); without a port an address that is shared by carrier-grade NAT leads to hundreds of subscribers, and more
instants without ports do not help.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fourcorners.model.address import parse_address
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339
from fourcorners.model.instrument import Instrument
from fourcorners.report.contents import Evidence
from fourcorners.report.contents import NetworkLine
from fourcorners.report.contents import NetworkNaming
from fourcorners.report.statement import PORT_UNKNOWN

#: Columns of the table, in order.
COLUMNS = (
    "ip",
    "source_port",
    "protocol",
    "time_utc",
    "time_as_written",
    "zone_basis",
    "login",
    "source_sha256",
    "source_member",
    "source_bytes",
    "instrument",
    "reference",
    "network",
    "carrier",
    "country",
    "network_table",
    "network_table_date",
)

#: With IPv6 an address is one customer's own.
NO_PORT_NEEDED = PORT_UNKNOWN + "; with IPv6 none is needed"
PROTOCOL_UNKNOWN = "protocol not recorded"
_ACTIVE = frozenset("=+-@\t\r\n'＝＋－＠")


@dataclass(frozen=True, slots=True)
class Question:
    """One login whose address a carrier may be asked about.

    Attributes:
        login: the record with its source and byte ranges; its id is the login's.
        ip, port: normalised; `port` is None where none was recorded.
        at: instant of the event, UTC nanoseconds; a login whose zone is not known cannot be asked about.
        precision: nanoseconds of the smallest unit written.
        at_text: the time as written.
        zone_basis: where its zone comes from.
        also: ids of other records of the same event, such as a preserved copy; it is asked about once.
    """

    login: Evidence
    ip: str
    port: int | None
    at: int
    at_text: str
    zone_basis: str
    precision: int = SECOND
    also: tuple[str, ...] = ()

    @property
    def records(self) -> str:
        """The ids of every record of the event."""
        return " ".join((self.login.record, *self.also))

    @property
    def at_utc(self) -> str:
        """RFC 3339 ending in `Z`."""
        return rfc3339(self.at, self.precision)

    @property
    def needs_port(self) -> bool:
        """Whether it lacks a port and has an address of the kind that carriers share.

        About 90 % of mobile and 50 % of fixed carriers put IPv4 behind carrier-grade NAT (Europol, 2017).
        """
        return self.port is None and parse_address(self.ip).version == 4  # noqa: PLR2004 - IP version 4

    @property
    def port_text(self) -> str:
        """The port, or what is to be said of its absence."""
        if self.port is not None:
            return str(self.port)
        return PORT_UNKNOWN if self.needs_port else NO_PORT_NEEDED


@dataclass(frozen=True, slots=True)
class CarrierGroup:
    """What one carrier may be asked.

    Attributes:
        network: the network by the table's name; None where the table has none for these addresses.
        naming: that table.
        instrument: the instrument under which the logins were produced: the questions' origin.
        questions: by address, then by instant.
    """

    network: NetworkLine | None
    naming: NetworkNaming
    instrument: Instrument
    questions: tuple[Question, ...]

    @property
    def without_port(self) -> int:
        """How many questions lack a port that the carrier needs."""
        return sum(question.needs_port for question in self.questions)

    @property
    def title(self) -> str:
        """Name and number of the network, or the words that the table has none, with the table's date."""
        name = "No network in the table"
        if self.network is not None:
            name = f"{self.network.carrier} ({self.network.asn}, {self.network.country})"
        return f"{name}, as of {self.naming.as_of}"


def grouped(
    questions: Iterable[Question], naming: NetworkNaming, instrument: Instrument
) -> tuple[CarrierGroup, ...]:
    """The questions by network; the networks by name, last the addresses that the table does not know."""
    lines = {line.ip: line for line in naming.lines}
    groups: dict[tuple[str, str, str] | None, list[Question]] = defaultdict(list)
    for question in questions:
        line = lines.get(question.ip)
        groups[None if line is None else (line.carrier, line.asn, line.country)].append(question)
    made = []
    for key in sorted(groups, key=lambda one: (one is None, one or ())):
        members = sorted(groups[key], key=lambda one: (one.ip, one.at, one.login.record))
        made.append(CarrierGroup(lines.get(members[0].ip), naming, instrument, tuple(members)))
    return tuple(made)


def to_csv(group: CarrierGroup) -> bytes:
    r"""The group as CSV (RFC 4180, UTF-8, every cell quoted).

    A cell that a spreadsheet would take for a formula begins with an apostrophe (as does one that began with an
    apostrophe, so that the first one can be taken off again). A lone surrogate is written as `\ud800`.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for question in group.questions:
        writer.writerow(map(_inert, _cells(group, question)))
    return out.getvalue().encode("utf-8", "backslashreplace")


def _cells(group: CarrierGroup, question: Question) -> tuple[str, ...]:
    source, network = question.login.source, group.network
    return (
        question.ip,
        question.port_text,
        PROTOCOL_UNKNOWN,
        question.at_utc,
        question.at_text,
        question.zone_basis,
        question.records,
        source.sha256,
        source.member,
        positions(question.login),
        group.instrument.id,
        group.instrument.reference,
        "" if network is None else network.asn,
        "" if network is None else network.carrier,
        "" if network is None else network.country,
        group.naming.table,
        group.naming.as_of,
    )


def positions(login: Evidence) -> str:
    """`ip 2310-2323; at 2350-2360 2391-2406`: first byte and the byte after the last, in the source's member."""
    return "; ".join(
        " ".join([value.field, *(f"{start}-{end}" for start, end in value.ranges)]) for value in login.values
    )


def _inert(cell: str) -> str:
    return "'" + cell if cell.lstrip(" ")[:1] in _ACTIVE and cell.strip(" ") else cell
