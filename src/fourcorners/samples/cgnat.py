"""Syslog of carrier-grade NAT from a carrier's port blocks: Juniper's lines, or Cisco's bracketed events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from random import Random

from fourcorners.samples.carrier import Asked
from fourcorners.samples.spelling import zulu
from fourcorners.samples.table import coverage_lines
from fourcorners.samples.truth import Row
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import Assignment
from fourcorners.samples.values import Carrier
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

#: Texts in lines of other kinds: none may reach a record line.
CANARIES = ("dst:53",)

Event = tuple[int, bool, Assignment]


def write(world: World, carrier: Carrier, scope: Asked, rows: Sequence[Assignment], path: Path) -> list[Row]:
    """Write a log; the truth about each of its events."""
    rng = dice(world.seed, f"cgnat/{carrier.key}")
    events: list[Event] = []
    for row in rows:
        events.append((row.start, True, row))
        if row.end is not None:
            events.append((row.end, False, row))
    events.sort(key=lambda event: (event[0], event[1]))
    is_cisco = path.suffix == ".cisco"
    lines = _cisco(events) if is_cisco else _juniper(rng, events)
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return [_truth(event, scope, ".000Z" if is_cisco else "Z") for event in events]


def inside(subscriber: str) -> str:
    """The address that a subscriber has behind the translator; what a name is in such a log."""
    number = int(subscriber[2:])
    return f"100.64.{number // 256 % 256}.{number % 256}"


def _truth(event: Event, scope: Asked, tail: str) -> Row:
    at, given, row = event
    reason = scope.reason(row)
    time = zulu(at).removesuffix("Z") + tail  # a fraction stands only where one was written
    times = (time, None) if given else (None, time)
    values = (row.ip, row.port_low, row.port_high, *times, inside(row.subscriber))
    return Row("assignment", "sealed" if reason else "released", reason, values)


def _juniper(rng: Random, events: Sequence[Event]) -> Iterator[str]:
    for at, given, row in events:
        zone = dt.timezone(dt.timedelta(hours=rng.choice((0, 0, 2, -5))))
        collected = dt.datetime.fromtimestamp(at, zone).isoformat()
        device = (
            f"{dt.datetime.fromtimestamp(at + HOUR, dt.UTC):%Y-%m-%d %H:%M:%S}"  # an hour off, and it says no zone
        )
        head = f"{collected} <158>{device}: nat1{{SERVICE}}[jservices-nat]: JSERVICES_NAT_"
        if rng.random() < 0.1:  # noqa: PLR2004 - lines of another kind among them
            yield f"{head}RULE_MATCH: proto 17 (UDP) application: any, if:100.64.0.5:28760 -> dst:53\n"
        action = "ALLOC" if given else "RELEASE"
        ports = f"{row.port_low}-{row.port_high}"
        yield f"{head}PORT_BLOCK_{action}: {inside(row.subscriber)} -> {row.ip}:{ports} {at:#x}\n"


def _cisco(events: Sequence[Event]) -> Iterator[str]:
    for at, together in groupby(events, key=lambda event: event[0]):
        time = f"{dt.datetime.fromtimestamp(at, dt.UTC):%Y-%m-%dT%H:%M:%S}.000Z"
        said = [
            f"[Userbased{'A' if given else 'W'} - {inside(row.subscriber)} vrf1 - {row.ip} - "
            f"{row.port_low} {row.port_high} - -]"
            for _, given, row in together
        ]
        yield f"<134>1 {time} nat2 - - NAT44 - {''.join(said)}\n"


def mapping_text(carrier: Carrier, certificate: str, path: Path) -> str:
    """What a person declares about the file; `certificate` is the name of the file beside `path`."""
    name = "cisco-bulk-port-allocation" if path.suffix == ".cisco" else "juniper-port-blocks"
    return "\n".join([f'format = "{name}"', f'certificate = "{certificate}"', *coverage_lines(carrier)]) + "\n"
