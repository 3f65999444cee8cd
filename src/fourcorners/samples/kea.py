"""Kea's lease files, for IPv4 and IPv6, from a carrier's assignments: CSV with an end and a lifetime, no start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fourcorners.samples.carrier import Asked
from fourcorners.samples.leases import with_renewals
from fourcorners.samples.spelling import zulu
from fourcorners.samples.table import coverage_lines
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
from fourcorners.samples.values import Assignment
from fourcorners.samples.values import Carrier
from fourcorners.samples.values import dice
from fourcorners.samples.world import World
from fourcorners.samples.world import subscriber_name

_V4 = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname"
_V6 = (
    "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,"
    "hostname,hwaddr"
)
#: What later versions of the file added.
_LATER = (",state", ",user_context", ",pool_id")


def write(world: World, carrier: Carrier, scope: Asked, rows: Sequence[Assignment], path: Path) -> list[Row]:
    """Write a lease file; the truth about each of its rows."""
    rng = dice(world.seed, f"kea/{carrier.key}")
    later = rng.randint(0, len(_LATER))
    six = carrier.kind == "prefix"
    truth: list[Row] = []
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write((_V6 if six else _V4) + "".join(_LATER[:later]) + "\n")
        for row, renewed in with_renewals(rows):
            end = carrier.coverage[1] + 30 * DAY if row.end is None else row.end
            states = "02" if later and row.end is not None and rng.random() < 0.3 else "0"  # noqa: PLR2004 - some
            for state in states:
                file.write(_line(replace(row, end=end), state, later) + "\n")
                held = renewed or end
                reason = scope.reason(replace(row, end=held))
                values = (row.ip, None, None, None, zulu(end), row.subscriber)
                truth.append(Row("assignment", "sealed" if reason else "released", reason, values))
    return truth


def _line(row: Assignment, state: str, later: int) -> str:
    end = row.end or 0
    lifetime = end - row.start
    host = subscriber_name(row.subscriber).replace(" ", "&#x2c")
    device = f"00:00:5e:00:53:{int(row.subscriber[2:]) % 256:02x}"
    if "/" in row.ip:
        address, _, length = row.ip.partition("/")
        cells = [address, row.subscriber, lifetime, end, 1, lifetime, 2, 7, length, 1, 1, host, device]
    else:
        cells = [row.ip, device, row.subscriber, lifetime, end, 1, 1, 1, host]
    cells += [state, '{ "a": 1&#x2c "b": "c" }', 0][:later]
    return ",".join(map(str, cells))


def mapping_text(carrier: Carrier, certificate: str, _path: Path) -> str:
    """What a person declares about the file; `certificate` is the name of the file beside it."""
    six = carrier.kind == "prefix"
    known = ['format = "kea-leases6"', 'subscriber = "duid"']
    if not six:
        known = ['format = "kea-leases4"', 'subscriber = "client_id"']
    return "\n".join([*known, f'certificate = "{certificate}"', *coverage_lines(carrier)]) + "\n"
