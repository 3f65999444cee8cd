"""Kea's legal log, for IPv4 and IPv6, from a carrier's assignments: a line for each thing that a client did.

A lease runs out, is renewed, given back early or never ends. Lines of the server's partner tell the same again,
lines of an administrator tell of addresses that nobody asked about, and other identifiers of a device look like
the one that names the customer.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from fourcorners.samples.carrier import Asked
from fourcorners.samples.spelling import zulu
from fourcorners.samples.table import coverage_lines
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import MINUTE
from fourcorners.samples.values import Assignment
from fourcorners.samples.values import Carrier
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

_ZONES = ("America/New_York", "America/Chicago", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "UTC")
_BY_CLIENT = frozenset({"assigned", "released"})
_NAMING4 = ("client-id", "circuit-id", "remote-id", "subscriber-id")
_NAMING6 = ("duid", "remote-id", "subscriber-id", "interface-id")
#: What a customer may call his device, to be taken for somebody else.
_DECOY = "x) and remote-id: 53:2d:39 (S-9"


@dataclass(frozen=True, slots=True)
class _Event:
    """One line: by a client (`assigned`, `released`) or by a command, at an instant.

    `lasts` is None for a lease that never ends, 0 where the line states no length.
    """

    at: int
    action: str
    row: Assignment
    lasts: int | None = 0


def write(_world: World, carrier: Carrier, scope: Asked, rows: Sequence[Assignment], path: Path) -> list[Row]:
    """Write a legal log; the truth about each of its lines."""
    style = _Style.of(carrier)
    rng = dice(carrier.coverage[0], f"legal lines/{carrier.key}")
    events = [event for row, after in _with_following(rows) for event in _events(rng, row, after)]
    events += _of_nobody(carrier)
    events.sort(key=lambda event: (event.at, event.action != "released"))
    times = defaultdict[str, list[int]](list)
    for event in events:
        if event.action in _BY_CLIENT:
            times[event.row.ip].append(event.at)
    truth = []
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for event in events:
            file.write(style.line(rng, event))
            known = times[event.row.ip]
            behind = bisect_right(known, event.at)
            truth.append(_truth(event, scope, known[behind] if behind < len(known) else None))
    return truth


def identifier(subscriber: str) -> str:
    """What a subscriber is in such a log: the bytes of an identifier."""
    return subscriber.encode().hex(":")


def mapping_text(carrier: Carrier, certificate: str, _path: Path) -> str:
    """What a person declares about the file; `certificate` is the name of the file beside it."""
    style = _Style.of(carrier)
    known = ['format = "kea-legal-log"', f'subscriber = "{style.naming}"', f'certificate = "{certificate}"']
    zone = ["", "[time]", f'zone = "{style.zone}"']
    return "\n".join([*known, *zone, *coverage_lines(carrier)]) + "\n"


def _with_following(rows: Sequence[Assignment]) -> Iterator[tuple[Assignment, Assignment | None]]:
    """Each lease, and the next one at its address."""
    in_order = sorted(rows, key=lambda row: (row.ip, row.start))
    following = {id(one): two for one, two in pairwise(in_order) if one.ip == two.ip}
    for row in in_order:
        yield row, following.get(id(row))


def _events(rng: Random, row: Assignment, after: Assignment | None) -> Iterator[_Event]:
    """What the log says of one lease."""
    renewed = (
        after is not None and after.subscriber == row.subscriber and (row.end is None or after.start <= row.end)
    )
    lasts = None if row.end is None else row.end - row.start
    released = lasts is not None and not renewed and rng.random() < 0.4  # noqa: PLR2004 - some are given back early
    if lasts is not None and (renewed or released):
        lasts += rng.randint(1, 48) * HOUR
    starts = [row.start, row.start + 2] if rng.random() < 0.2 else [row.start]  # noqa: PLR2004 - some ask twice
    for at in starts:
        yield _Event(at, "assigned", row, lasts and lasts - (at - row.start))
    # where nobody has the address next, a partner's line would leave open for how long it had been prolonged
    goes_on = renewed or released or lasts is None or (after is not None and after.start == row.end)
    if goes_on and rng.random() < 0.3:  # noqa: PLR2004 - some
        yield _Event(starts[-1] + 1, "HA partner updated", row, lasts)
    if released and row.end is not None:
        yield _Event(row.end, "released", row)


def _of_nobody(carrier: Carrier) -> Iterator[_Event]:
    """Commands about an address that no event comes from."""
    model = carrier.assignments[0]
    ip = "2001:db8:d:100::/56" if carrier.kind == "prefix" else "198.51.100.254"
    row = replace(model, ip=ip, start=model.start + DAY, end=None)
    yield _Event(row.start, "Administrator added", row, DAY)
    yield _Event(row.start + HOUR, "Administrator updated", row, 2 * DAY)


def _truth(event: _Event, scope: Asked, following: int | None) -> Row:
    """A client's line is judged by how long its lease held, any other as an event."""
    row, at = event.row, event.at
    by_client = event.action in _BY_CLIENT
    end: int | None = at + 1
    if event.action == "assigned":
        ends = [each for each in (following, event.lasts and at + event.lasts) if each is not None]
        end = min(ends, default=None)
    reason = scope.reason(replace(row, start=at, end=end))
    until = zulu(at + event.lasts) if event.action == "assigned" and event.lasts else None
    name = identifier(row.subscriber) if by_client else None
    return Row(
        "assignment", "sealed" if reason else "released", reason, (row.ip, None, None, zulu(at), until, name)
    )


@dataclass(frozen=True, slots=True)
class _Style:
    """How a carrier's server writes: its zone, which identifier names the customer, and IPv4 or IPv6."""

    zone: str
    naming: str
    six: bool

    @classmethod
    def of(cls, carrier: Carrier) -> _Style:
        rng = dice(carrier.coverage[0], f"legal style/{carrier.key}")
        six = carrier.kind == "prefix"
        return cls(rng.choice(_ZONES), rng.choice(_NAMING6 if six else _NAMING4), six)

    def line(self, rng: Random, event: _Event) -> str:
        """One line of the log."""
        time = f"{dt.datetime.fromtimestamp(event.at, ZoneInfo(self.zone)):%Y-%m-%d %H:%M:%S %Z}"
        ip, kind = event.row.ip, "prefix" if "/" in event.row.ip else "address"
        lasts = f" for {_length(event.lasts)}" if event.lasts != 0 else ""
        if event.action in _BY_CLIENT:
            whom = f"{lasts} to" if event.action == "assigned" else " from"
            device = self._device(rng, event)
            return f"{time} {kind.title()}: {ip} has been {event.action}{whom} a device with {device}\n"
        of = "a lease of" if event.action.endswith("added") else "information on the lease of"
        return f"{time} {event.action} {of} {kind}: {ip} to a device with {self._short(event)}{lasts}\n"

    def _short(self, event: _Event) -> str:
        """A device in a command."""
        client, hardware = self._client(event), _hardware(event)
        if self.six:
            return f"DUID: {client}, hardware address: {hardware}"
        return f"hardware address: {hardware}, client-id: {_shown(client)}"

    def _device(self, rng: Random, event: _Event) -> str:
        """A device in a line of a client."""
        client, hardware = self._client(event), _hardware(event)
        ids = {"circuit-id": _DECOY.encode().hex(":"), "remote-id": "00:01:02", "subscriber-id": "aa:bb"}
        ids |= {"interface-id": "65:74:68:30"} | {self.naming: identifier(event.row.subscriber)}
        said = " and ".join(
            f"{name}: {_shown(ids[name])}" for name in ("circuit-id", "remote-id", "subscriber-id")[self.six :]
        )
        context = ', context: { "a": "remote-id: 00" }' if rng.random() < 0.2 else ""  # noqa: PLR2004 - some
        if self.six:
            location = _shown(ids["interface-id"])
            return (
                f"DUID: {client} and hardware address: hwtype=1 {hardware} (from Raw Socket) connected via relay "
                f"at address: fe80::5 for client on link address: 2001:db8::1, hop count: 1, "
                f"identified by {said}, connected at location interface-id: {location}{context}"
            )
        return (
            f"hardware address: hwtype=1 {hardware}, client-id: {_shown(client)} connected via relay at address: "
            f"192.0.2.33, identified by {said}{context}"
        )

    def _client(self, event: _Event) -> str:
        """What tells the client to the server, in IPv4 and IPv6."""
        named = self.naming in {"client-id", "duid"}
        return identifier(event.row.subscriber) if named else f"01:{_hardware(event)}"


def _hardware(event: _Event) -> str:
    return f"00:00:5e:00:53:{int(event.row.subscriber[2:]) % 256:02x}"


def _shown(value: str) -> str:
    """An identifier, with its bytes in brackets where they can be printed."""
    text = bytes.fromhex(value.replace(":", "")).decode("latin-1")
    return f"{value} ({text})" if text.isascii() and text.isprintable() else value


def _length(seconds: int | None) -> str:
    if seconds is None:
        return "infinite duration"
    days = f"{seconds // DAY} days " if seconds >= DAY else ""
    return f"{days}{seconds // HOUR % 24} hrs {seconds // MINUTE % 60} mins {seconds % 60} secs"
