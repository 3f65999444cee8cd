"""RADIUS detail files from a carrier's assignments: a session each, with start, updates and stop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from random import Random

from fourcorners.samples.carrier import Asked
from fourcorners.samples.spelling import zulu
from fourcorners.samples.table import coverage_lines
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import Assignment
from fourcorners.samples.values import Carrier
from fourcorners.samples.values import dice
from fourcorners.samples.world import World
from fourcorners.samples.world import subscriber_name

_SERVERS = ("192.0.2.251", "192.0.2.252")
_ADDRESS = {"lease": "Framed-IP-Address", "prefix": "Delegated-IPv6-Prefix"}


def write(world: World, carrier: Carrier, scope: Asked, rows: Sequence[Assignment], path: Path) -> list[Row]:
    """Write a detail file; the truth about each of its entries."""
    rng = dice(world.seed, f"radius/{carrier.key}")
    prefix = "::" if world.seed % 3 == 0 else ""
    entries = []
    for number, row in enumerate(rows):
        server = rng.choice(_SERVERS)
        reason = scope.reason(row)
        for status, at in _events(rng, row, carrier.coverage[1]):
            delay = rng.choice((0, 0, 3, 40))
            text = _entry(rng, row, carrier, f"{prefix}{status}", at, delay, f"s{number}", server)
            start, stop = (None, zulu(at + delay)) if status == "Stop" else (zulu(at + delay), None)
            values = (row.ip, None, None, start, stop, row.subscriber)
            entries.append(
                (at + delay, text, Row("assignment", "sealed" if reason else "released", reason, values))
            )
    entries.sort(key=lambda entry: entry[0])
    path.write_text("".join(text for _, text, _ in entries), encoding="utf-8", newline="\n")
    return [truth for _, _, truth in entries]


def _events(rng: Random, row: Assignment, coverage_end: int) -> Iterator[tuple[str, int]]:
    """What a server reports of a session; of one that goes on, until the log ends."""
    if rng.random() < 0.9:  # noqa: PLR2004 - one start of ten was lost on the way; the lengths tell it
        yield "Start", row.start
    last = coverage_end + HOUR if row.end is None else row.end
    at = row.start + rng.randint(HOUR, DAY)
    while at < last:
        yield "Interim-Update", at
        at += rng.randint(DAY, 3 * DAY)
    yield ("Interim-Update" if row.end is None else "Stop"), last


def _entry(
    rng: Random, row: Assignment, carrier: Carrier, status: str, at: int, delay: int, session: str, server: str
) -> str:
    attributes = [
        f"Acct-Status-Type = {status}",
        f'Acct-Session-Id = "{session}"',
        f'User-Name = "{row.subscriber}"',
        f'Reply-Message = "{subscriber_name(row.subscriber)}"',
        f"NAS-IP-Address = {server}",
        f"{_ADDRESS[carrier.kind]} = {row.ip}",
        'Calling-Station-Id = "00:00:5e:00:53:01"',
        f"Acct-Delay-Time = {delay}",
        f"Timestamp = {at + delay}",
        f'Event-Timestamp = "{dt.datetime.fromtimestamp(at, dt.UTC):%b %d %Y %H:%M:%S} WIB"',
    ]
    if not status.endswith("Start"):
        attributes.append(f"Acct-Session-Time = {at - row.start + rng.randint(-1, 1)}")
    rng.shuffle(attributes)
    # the date above an entry is of another year: the timestamp decides
    heading = f"{dt.datetime.fromtimestamp(at - 365 * DAY, dt.UTC):%a %b %e %H:%M:%S %Y}"
    return "\n".join([heading, *(f"\t{each}" for each in attributes)]) + "\n\n"


def mapping_text(carrier: Carrier, certificate: str, _path: Path) -> str:
    """What a person declares about the file; `certificate` is the name of the file beside it."""
    known = ['format = "radius-detail"', 'subscriber = "User-Name"', f'certificate = "{certificate}"']
    return "\n".join([*known, *coverage_lines(carrier)]) + "\n"
