"""Accesses to an account, as an export of its holder states them: what the page and the table show.

A session here is not a provider's: it is all that one network and one device did, as far as the export goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

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

    def line(self) -> dict[str, Any]:
        """As `check` prints it."""
        return {"at": self.utc, "at_text": self.text, "port": self.port}


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

    def line(self) -> dict[str, Any]:
        """As `check` prints it."""
        by = "table" if self.asn else "prefix"
        return {"name": self.name, "asn": self.asn or None, "country": self.country or None, "by": by}


@dataclass(frozen=True, slots=True)
class AddressSeen:
    """One address of a session."""

    ip: str
    first: Moment
    last: Moment
    times: int

    def line(self) -> dict[str, Any]:
        """As `check` prints it."""
        return {"ip": self.ip, "first": self.first.line(), "last": self.last.line(), "times": self.times}


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

    def line(self) -> dict[str, Any]:
        """As `check` prints it."""
        return {
            "session": self.number,
            "network": self.network.line() if self.network else None,
            "agent": self.agent,
            "device": self.device or None,
            "first": self.first.line(),
            "last": self.last.line(),
            "times": self.times,
            "network_not_seen_before": self.network_not_seen_before,
            "device_not_seen_before": self.device_not_seen_before,
            "addresses": [address.line() for address in self.addresses],
            "actions": list(self.actions),
            "files": list(self.files),
        }


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of the export.

    Attributes:
        path: in the archive or folder; empty for an export that is one bare file.
        sha256: of its bytes.
        format: which reader read it; empty if none did.
        why: why none did.
        broken: it is of a known format and could not be read, so that an access may be missing.
    """

    path: str
    sha256: str
    format: str = ""
    why: str = ""
    broken: bool = False

    def line(self) -> dict[str, Any]:
        """As `check` prints it."""
        return {"path": self.path, "sha256": self.sha256, "read": self.format or self.why}


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

    def line(self) -> dict[str, Any]:
        """The last line that `check` prints."""
        naming = self.naming
        return {
            "export": self.name,
            "given": [{"path": path, "sha256": sha256, "bytes": size} for path, sha256, size in self.given],
            "accounts": list(self.accounts),
            "sessions": len(self.sessions),
            "entries": self.entries,
            "with_port": self.with_port,
            "unreadable": dict(self.unreadable),
            "not_shown": dict(self.not_shown),
            "table": {"name": naming.table, "date": naming.as_of} if naming.as_of else None,
            "files": [file.line() for file in self.files],
        }
