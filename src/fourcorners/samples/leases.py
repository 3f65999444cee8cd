"""Lease files of the ISC DHCP server, for IPv4 and IPv6, from a carrier's assignments.

A lease may be released before the end that its first block states, be written again when it is over, or never end.
The truth about a block judges it by how long its lease really held.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
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
from fourcorners.samples.world import subscriber_name

#: Texts that stand in statements which no mapping names.
CANARIES = ("Placeholder", "00:00:5e:00:53")

_IPV4 = ['format = "isc-dhcpd-leases"', 'subscriber = "uid"']
_HEAD = "# The format of this file is documented in the manual page.\nauthoring-byte-order little-endian;\n"


def write(world: World, carrier: Carrier, scope: Asked, rows: Sequence[Assignment], path: Path) -> list[Row]:
    """Write a lease file; the truth about each of its blocks."""
    rng = dice(world.seed, f"leases/{carrier.key}")
    six = carrier.kind == "prefix"
    epoch = world.seed % 2 == 0
    truth: list[Row] = []
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD)
        for row, renewed in with_renewals(rows):
            for state, ends in _blocks(rng, row):
                file.write((_association if six else _lease)(rng, row, state, ends, epoch=epoch))
                held = renewed or row.end
                truth.append(_truth(row, ends, scope.reason(replace(row, end=held))))
    return truth


def with_renewals(rows: Sequence[Assignment]) -> Iterator[tuple[Assignment, int | None]]:
    """Each lease with the start of the one that renews it before its end: from then on, that one tells."""
    in_order = sorted(rows, key=lambda row: (row.ip, row.start))
    following = {id(one): two for one, two in pairwise(in_order) if one.ip == two.ip}
    for row in sorted(rows, key=lambda row: row.start):
        after = following.get(id(row))
        yield row, after.start if after and (row.end is None or after.start < row.end) else None


def _blocks(rng: Random, row: Assignment) -> Iterator[tuple[str, int | None]]:
    """The blocks of one lease: state, and the end that is stated."""
    early = row.end is not None and rng.random() < 0.3  # noqa: PLR2004 - three of ten are given back early
    yield "active", row.end + rng.randint(1, 48) * HOUR if early and row.end else row.end
    if early or (row.end is not None and rng.random() < 0.3):  # noqa: PLR2004 - three of ten are written again
        yield "released" if early else "expired", row.end


def _truth(row: Assignment, ends: int | None, reason: str | None) -> Row:
    until = None if ends is None else zulu(ends)
    values = (row.ip, None, None, zulu(row.start), until, row.subscriber)
    return Row("assignment", "sealed" if reason else "released", reason, values)


def _lease(rng: Random, row: Assignment, state: str, ends: int | None, *, epoch: bool) -> str:
    lines = [
        f"starts {_time(row.start, epoch=epoch)};",
        f"ends {_time(ends, epoch=epoch)};",
        f"cltt {_time(row.start, epoch=epoch)};",
        f"binding state {state};",
        "next binding state free;",
        f"hardware ethernet 00:00:5e:00:53:{int(row.subscriber[2:]) % 256:02x};",
        f'uid "{row.subscriber}";',
        f'client-hostname "{subscriber_name(row.subscriber)}";',
        'set note = "} ; lease 192.0.2.1 { # no comment";',
        "on expiry {\n    set seen = 1;\n  }",
    ]
    if epoch:  # a comment that disagrees with the number, which decides
        lines = [line + " # Thu Jan 01 00:00:00 1970" if " epoch " in line else line for line in lines]
    indent = "  " * rng.randint(0, 1)
    rng.shuffle(lines)
    return "\n".join([f"lease {row.ip} {{", *(indent + line for line in lines), "}"]) + "\n"


def _association(rng: Random, row: Assignment, state: str, ends: int | None, *, epoch: bool) -> str:
    inner = [
        f"binding state {state};",
        "preferred-life 375;",
        "max-life 600;",
        f"ends {_time(ends, epoch=epoch)};",
    ]
    rng.shuffle(inner)
    kind, given = ("ia-pd", "iaprefix") if "/" in row.ip else ("ia-na", "iaaddr")
    body = "\n".join([f"  {given} {row.ip} {{", *(f"    {line}" for line in inner), "  }"])
    return f'{kind} "{row.subscriber}" {{\n  cltt {_time(row.start, epoch=epoch)};\n{body}\n}}\n'


def _time(at: int | None, *, epoch: bool) -> str:
    if at is None:
        return "never"
    day = dt.datetime.fromtimestamp(at, dt.UTC)
    if epoch:
        return f"epoch {at}"
    return f"{day.isoweekday() % 7} {day:%Y/%m/%d %H:%M:%S}"


def mapping_text(carrier: Carrier, certificate: str, _path: Path) -> str:
    """What a person declares about the file; `certificate` is the name of the file beside it."""
    known = ['format = "isc-dhcpd6-leases"'] if carrier.kind == "prefix" else _IPV4
    zone = ["", "[time]", 'zone = "UTC"']
    return "\n".join([*known, f'certificate = "{certificate}"', *zone, *coverage_lines(carrier)]) + "\n"
