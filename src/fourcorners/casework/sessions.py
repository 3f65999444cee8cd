"""The accesses of an export by network and device: a pure function of what the export states.

Nobody's name, no place and no judgement comes out of it, and "not seen before" speaks of the export alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from ipaddress import ip_network
from typing import NamedTuple

from fourcorners.model.address import parse_address
from fourcorners.report.access import AddressSeen
from fourcorners.report.access import Moment
from fourcorners.report.access import Network
from fourcorners.report.access import Session
from fourcorners.report.contents import NetworkNaming

#: Where no table names the network: bits of the addresses' common beginning.
_BITS = {4: 24, 6: 56}
#: What a device says of itself -> a plain name. A text in which two of them stand has none: an Xbox also says
#: Windows, a Windows phone Android. `Macintosh` and `Linux` are missing: tablets and phones say them too.
_DEVICES = {
    "iPhone": re.compile(r"[(/ ]iPhone(?=[;,0-9])"),
    "iPad": re.compile(r"[(/ ]iPad(?=[;,0-9])"),
    "Android": re.compile(r"\bAndroid\b"),
    "Windows": re.compile(r"\bWindows NT\b"),
    "Windows Phone": re.compile(r"\bWindows Phone\b"),
    "Xbox": re.compile(r"\bXbox\b"),
    "Chromebook": re.compile(r"\bCrOS\b"),
}


class Sighting(NamedTuple):
    """One row of an export.

    Attributes:
        ip: canonical, None where the row names no address.
        port: the source port.
        at: nanoseconds; UTC if `zoned`, else of the clock as written, good for the order and nothing else.
        until: the same, of the end of an interval.
        at_text: as written.
        until_text: as written.
        precision: nanoseconds of the smallest unit that was written.
        zoned: whether the export states the zone.
        action: what happened, as written.
        agent: the device as it names itself.
        file: where the row stands.
    """

    ip: str | None
    port: int | None
    at: int
    until: int | None
    at_text: str
    until_text: str
    precision: int
    zoned: bool
    action: str | None
    agent: str | None
    file: str

    @property
    def end(self) -> int:
        """The last instant that the row speaks of."""
        return self.at if self.until is None else max(self.at, self.until)

    def begun(self) -> Moment:
        """Its first instant."""
        return Moment(self.at if self.zoned else None, self.at_text, self.precision, self.port)

    def ended(self) -> Moment:
        """Its last instant."""
        if self.until is None or self.until < self.at:
            return self.begun()
        return Moment(self.until if self.zoned else None, self.until_text, self.precision, self.port)


def device_name(agent: str | None) -> str:
    """A plain name of a device, where what it says leaves no doubt; else empty."""
    found = [name for name, says in _DEVICES.items() if says.search(agent or "")]
    return found[0] if len(found) == 1 else ""


def networks(naming: NetworkNaming, ips: Iterable[str]) -> dict[str, Network]:
    """The network of each address: by the table, else by how the address begins."""
    named = {line.ip: Network(line.carrier, line.asn, line.country) for line in naming.lines}
    return {ip: named.get(ip) or Network(_beginning(ip)) for ip in ips}


def _beginning(ip: str) -> str:
    return str(ip_network((ip, _BITS[parse_address(ip).version]), strict=False))


def group(sightings: Sequence[Sighting], network_of: Mapping[str, Network]) -> tuple[Session, ...]:
    """The sessions, the one that was seen last first.

    Args:
        sightings: the rows.
        network_of: the network of each of their addresses.
    """
    groups: defaultdict[tuple[Network | None, str | None], list[Sighting]] = defaultdict(list)
    first_of_network: dict[Network | None, int] = {}
    first_of_agent: dict[str | None, int] = {}
    for each in sightings:
        network = network_of[each.ip] if each.ip else None
        groups[network, each.agent].append(each)
        first_of_network[network] = min(each.at, first_of_network.get(network, each.at))
        first_of_agent[each.agent] = min(each.at, first_of_agent.get(each.agent, each.at))
    ordered = sorted(groups.items(), key=lambda item: -max(each.end for each in item[1]))
    sessions = []
    for number, ((network, agent), rows) in enumerate(ordered, 1):
        begin = min(rows, key=lambda each: each.at)
        sessions.append(
            Session(
                number=number,
                network=network,
                agent=agent,
                device=device_name(agent),
                first=begin.begun(),
                last=max(rows, key=lambda each: each.end).ended(),
                times=len(rows),
                addresses=_addresses(rows),
                actions=tuple(sorted({each.action for each in rows if each.action})),
                files=tuple(sorted({each.file for each in rows})),
                network_not_seen_before=begin.at == first_of_network[network] if network else None,
                device_not_seen_before=begin.at == first_of_agent[agent] if agent else None,
            )
        )
    return tuple(sessions)


def _addresses(rows: Iterable[Sighting]) -> tuple[AddressSeen, ...]:
    by_address: defaultdict[str, list[Sighting]] = defaultdict(list)
    for each in rows:
        if each.ip:
            by_address[each.ip].append(each)
    ordered = sorted(by_address.items(), key=lambda item: -max(each.end for each in item[1]))
    return tuple(
        AddressSeen(
            ip,
            min(found, key=lambda each: each.at).begun(),
            max(found, key=lambda each: each.end).ended(),
            len(found),
        )
        for ip, found in ordered
    )
