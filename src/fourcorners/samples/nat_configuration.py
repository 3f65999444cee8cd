"""A translator's configuration from which a carrier's port blocks follow: there is no log.

Each shared address is a pool of its own with its hosts behind it. By the seed it is one of Adaptive Services or of
Next Gen Services, nested or as lines of `set`. The hosts have addresses of their own; a name is in another log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fourcorners.samples.carrier import Asked
from fourcorners.samples.plots import BLOCK
from fourcorners.samples.plots import FIRST_PORT
from fourcorners.samples.spelling import zulu
from fourcorners.samples.table import coverage_lines
from fourcorners.samples.truth import Row
from fourcorners.samples.values import Assignment
from fourcorners.samples.values import Carrier
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

#: Texts of statements that no block rests on: none may reach a record line.
CANARIES = ("CANARY",)

#: Hosts behind an address -> length of the prefix that names them, and whether its lowest and highest host count.
_PREFIXES = {1: (32, True), 4: (30, True), 6: (29, False), 8: (29, True)}
#: A statement as the levels of the hierarchy.
Levels = tuple[str, ...]


def write(world: World, carrier: Carrier, scope: Asked, _rows: Sequence[Assignment], path: Path) -> list[Row]:
    """Write a configuration; the truth about each block that follows from it."""
    statements = list(_next_gen(world, carrier) if _is_next_gen(world) else _adaptive(world, carrier))
    rng = dice(world.seed, f"configuration/{carrier.key}")
    if rng.random() < 0.5:  # noqa: PLR2004 - one of two notations
        lines = [f"set {' '.join(levels)}\n" for levels in statements]
    else:
        lines = ["## Last commit: 2026-01-01 00:00:00 UTC by CANARY\n", *_nested(statements)]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    told = []
    for start, end in _in_force(carrier):
        for row in carrier.assignments:
            reason = scope.reason(replace(row, start=start, end=end))
            host = inside(world, carrier, row.ip, row.port_low)
            values = (row.ip, row.port_low, row.port_high, zulu(start), zulu(end), host)
            told.append(Row("assignment", "sealed" if reason else "released", reason, values))
    return told


def _in_force(carrier: Carrier) -> Iterator[tuple[int, int]]:
    """What is covered, without the gaps."""
    edges = [carrier.coverage[0], *(at for gap in sorted(carrier.gaps) for at in gap), carrier.coverage[1]]
    yield from zip(edges[::2], edges[1::2], strict=True)


def inside(world: World, carrier: Carrier, ip: str, port: int | None) -> str:
    """The host that has a port of a shared address."""
    assert port is not None
    network, first = _network(world, carrier, ip)
    return f"{network}.{first + (port - FIRST_PORT) // BLOCK}"


def _is_next_gen(world: World) -> bool:
    return dice(world.seed, "configuration").random() < 0.5  # noqa: PLR2004 - one of two


def _network(world: World, carrier: Carrier, ip: str) -> tuple[str, int]:
    """The first three octets of the hosts behind an address, and the last one of the first host."""
    network = f"100.64.{ip.rpartition('.')[2]}"
    if _is_next_gen(world):
        return network, dice(world.seed, f"hosts/{ip}").randrange(200)
    return network, 0 if _PREFIXES[_counts(carrier)[ip]][1] else 1


def _counts(carrier: Carrier) -> dict[str, int]:
    counts = defaultdict[str, int](int)
    for row in carrier.assignments:
        counts[row.ip] += 1
    return counts


def _adaptive(world: World, carrier: Carrier) -> Iterator[Levels]:
    nat = ("services", "nat")
    for ip, count in _counts(carrier).items():
        pool = (*nat, f"pool P{ip.rpartition('.')[2]}")
        network, _ = _network(world, carrier, ip)
        length, boundary = _PREFIXES[count]
        yield (*pool, f"address {ip}/32" if count % 4 else f"address-range low {ip} high {ip}")
        yield (*pool, "port", "automatic", "random-allocation")
        yield (*pool, "port", "deterministic-port-block-allocation", f"block-size {BLOCK}")
        if boundary:
            yield (*pool, "port", "deterministic-port-block-allocation", "include-boundary-addresses")
        term = (*nat, "rule R", f"term {pool[-1].removeprefix('pool ')}")
        yield (*term, "from", "source-address", f"{network}.0/{length}")
        yield (*term, "then", "translated", f"source-{pool[-1]}")
        yield (*term, "then", "translated", "translation-type", "deterministic-napt44")
        yield (*term, "then", "translated", "mapping-type endpoint-independent")
    yield (*nat, "pool DYNAMIC", "address 192.0.2.192/28")
    yield (*nat, "rule R", "match-direction input")
    yield ("services", "service-set S", "nat-rules R")
    yield from _others()


def _next_gen(world: World, carrier: Carrier) -> Iterator[Levels]:
    nat = ("services", "nat", "source")
    for ip, count in _counts(carrier).items():
        name = f"P{ip.rpartition('.')[2]}"
        pool = (*nat, f"pool {name}")
        network, first = _network(world, carrier, ip)
        yield (*pool, "address", f"{ip}/32 to {ip}/32")
        yield (*pool, "port", "deterministic", f"block-size {BLOCK}")
        yield (*pool, "port", "deterministic", f"host address-name H{name}")
        yield (*pool, "port", "deterministic", "include-boundary-addresses")
        rule = (*nat, "rule-set S", f"rule {name}")
        yield (*rule, "match", f"source-address-name H{name}")
        yield (*rule, "then", "source-nat", "pool", name)
        hosts = f"address-range {network}.{first}/32"
        yield (
            "services",
            "address-book",
            "global",
            f"address H{name}",
            hosts,
            f"to {network}.{first + count - 1}/32",
        )
    yield (*nat, "rule-set S", "match-direction input")
    yield ("services", "service-set S", "nat-rule-sets S")
    yield from _others()


def _others() -> Iterator[Levels]:
    yield ("system", "host-name CANARY")
    yield ("system", "root-authentication", 'encrypted-password "$6$CANARY{;}#"')
    yield ("interfaces", "ms-1/0/0", "unit 0", "family inet")


def _nested(statements: Sequence[Levels], depth: int = 0) -> Iterator[str]:
    """The statements as the device shows them: each level once, its own in braces."""
    below = defaultdict[str, list[Levels]](list)
    for levels in statements:
        below[levels[0]].append(levels[1:])
    indent = "    " * depth
    for level, rest in below.items():
        if inner := [levels for levels in rest if levels]:
            yield f"{indent}{level} {{\n"
            yield from _nested(inner, depth + 1)
            yield f"{indent}}}\n"
        else:
            yield f"{indent}{level};\n"


def mapping_text(carrier: Carrier, certificate: str, _path: Path) -> str:
    """What a person declares about the file; `certificate` is the name of the file beside it."""
    head = ['format = "juniper-deterministic-nat"', f'certificate = "{certificate}"']
    return "\n".join([*head, *coverage_lines(carrier)]) + "\n"
