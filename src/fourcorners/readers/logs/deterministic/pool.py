"""Who has which ports of a pool: arithmetic, and nothing else.

Hosts are counted from the first usable inside address, port blocks from the first port of the first usable
outside address. An address takes as many whole blocks as it has, then the next one follows: the host with offset
`n` has block `n % k` of address `n // k`, where `k` is the number of blocks of an address.

* Juniper, "Deterministic NAPT Overview" (Adaptive Services): offset from the first usable address of the rule's
  `from` clause, times the block size; ports from 1024; a block size of 0 means `int(64512 / ceil(inside /
  outside))`.
* MX-SPC3 ("Next Gen Services"): `k` is the number of whole blocks in the port range. So says the vendor's advisory
  on inconsistent deterministic pools (64512 / 1008 = 64 blocks an address), and so answers the device: with hosts
  from 172.16.0.2, pool 192.168.30.0 to 192.168.31.255, ports 2048 to 65535 and blocks of 2048, it gives
  172.16.13.13 the ports 47104 to 49151 of 192.168.30.107 (`show services nat source deterministic`, published by
  an engineer of the vendor, 2023).
* RFC 7422 describes deterministic assignment in general; no figure here rests on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

FIRST_PORT, LAST_PORT = 1_024, 65_535
#: The ports of an address from 1024.
PORTS = LAST_PORT - FIRST_PORT + 1


@dataclass(frozen=True, slots=True)
class Range:
    """IPv4 addresses in a row, as numbers, both ends included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many addresses."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool whose ports are given out by arithmetic.

    Attributes:
        name: as the configuration has it.
        line: a line that speaks of it.
        outside: its usable addresses.
        inside: the usable addresses of the hosts that it serves; no more of them than `outside.size * blocks`.
        size: ports of a block.
        blocks: of an address.
        first_port: of the first block.
    """

    name: str
    line: int
    outside: Range
    inside: Range
    size: int
    blocks: int
    first_port: int = FIRST_PORT


@dataclass(frozen=True, slots=True)
class Block:
    """One host's ports, both ends included."""

    ip: IPv4Address
    low: int
    high: int
    host: IPv4Address


def blocks_of(pool: Pool) -> Iterator[Block]:
    """The block of every host, in the order of the hosts."""
    for offset in range(pool.inside.size):
        address, number = divmod(offset, pool.blocks)
        low = pool.first_port + number * pool.size
        yield Block(
            IPv4Address(pool.outside.first + address),
            low,
            low + pool.size - 1,
            IPv4Address(pool.inside.first + offset),
        )
