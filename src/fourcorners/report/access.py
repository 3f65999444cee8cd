"""Accesses to an account, as an export of its holder states them: what the page and the table show.

A session here is not a provider's: it is all that one network and one device did, as far as the export goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339
from fourcorners.report.contents import NetworkNaming


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in the export.

    Attributes:
        at: nanoseconds UTC; None where the export states no zone.
        text: as written.
        precision: nanoseconds of the smallest unit that was written.
        port: the source port that stands beside it.
    """

    at: int | None
    text: str
    precision: int = SECOND
    port: int | None = None

    @property
    def utc(self) -> str | None:
        """RFC 3339 in UTC."""
        return None if self.at is None else rfc3339(self.at, self.precision)


@dataclass(frozen=True, slots=True)
class Network:
    """Where accesses came from.

    Attributes:
        name: the holder by the table, or the addresses' common beginning.
        asn: `AS64496`; empty where no table names the network.
        country: ISO 3166-1 by the table, or empty.
    """

    name: str
    asn: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class AddressSeen:
    """One address of a session."""

    ip: str
    first: Moment
    last: Moment
    times: int


@dataclass(frozen=True, slots=True)
class Session:
    """What one device did through one network.

    Attributes:
        number: from 1, the latest first.
        network: None where the export names no address.
        agent: the device as it names itself; None where the export does not say.
        device: a plain name for it, where it is certain; else empty.
        first: the earliest access.
        last: the latest.
        times: how many entries there are.
        addresses: from the latest to the earliest.
        actions: what happened, as written.
        files: where it stands.
        network_not_seen_before: the network stands here for the first time in the export.
        device_not_seen_before: the same of the device; None where the export does not say which it is.
    """

    number: int
    network: Network | None
    agent: str | None
    device: str
    first: Moment
    last: Moment
    times: int
    addresses: tuple[AddressSeen, ...]
    actions: tuple[str, ...]
    files: tuple[str, ...]
    network_not_seen_before: bool | None
    device_not_seen_before: bool | None


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of the export.

    Attributes:
        path: in the archive or folder; empty for an export that is one bare file.
        sha256: of its bytes.
        format: which reader read it; empty if none did.
        why: why none did.
        broken: it is of a known format and could not be read, so that an access may be missing.
        doubtful: it was not read, and its name or an address in it says that it may hold accesses.
    """

    path: str
    sha256: str
    format: str = ""
    why: str = ""
    broken: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """What an export says about who was in the account.

    Attributes:
        name: of the export.
        given: path, hash and size of each file as it was given.
        made: when this was made, RFC 3339.
        tool: name and version of the product.
        accounts: whose export it is, as far as it says.
        sessions: the latest first.
        files: every file in it.
        unreadable: code -> entries that could not be read.
        not_shown: path of a file -> entries that are no access at one instant.
        with_port: accesses with a source port.
        naming: where the networks' names come from.
    """

    name: str
    given: tuple[tuple[str, str, int], ...]
    made: str
    tool: str
    accounts: tuple[str, ...]
    sessions: tuple[Session, ...]
    files: tuple[ExportFile, ...]
    naming: NetworkNaming
    unreadable: Mapping[str, int] = field(default_factory=dict)
    not_shown: Mapping[str, int] = field(default_factory=dict)
    with_port: int = 0

    @property
    def entries(self) -> int:
        """How many accesses there are."""
        return sum(session.times for session in self.sessions)

    @property
    def broken(self) -> tuple[ExportFile, ...]:
        """Files in which an access may be missing."""
        return tuple(file for file in self.files if file.broken)

    @property
    def doubtful(self) -> tuple[ExportFile, ...]:
        """Files that nobody here understands and that may hold accesses."""
        return tuple(file for file in self.files if file.doubtful)

    @property
    def unread(self) -> tuple[ExportFile, ...]:
        """All other files that were not read."""
        return tuple(file for file in self.files if not file.format and not file.broken and not file.doubtful)
