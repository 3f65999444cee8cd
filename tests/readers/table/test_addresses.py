"""Addresses a column at a time are those of the model, one by one."""

from __future__ import annotations

import random
from ipaddress import IPv6Address

import pyarrow as pa

from fourcorners.model.address import parse_endpoint
from fourcorners.model.address import parse_prefix
from fourcorners.readers.table.addresses import read_addresses
from fourcorners.readers.table.addresses import read_ports


def expected(text: str) -> tuple[str | None, int | None]:
    try:
        if "/" not in text:
            return parse_endpoint(text)
        network = parse_prefix(text)
    except ValueError:
        return None, None
    return str(network.network_address if network.num_addresses == 1 else network), None


def check(texts: list[str]) -> None:
    addresses, ports = read_addresses(pa.array(texts, pa.string()))
    for text, address, port in zip(texts, addresses.to_pylist(), ports.to_pylist(), strict=True):
        assert (address, port) == expected(text), text


def test_every_octet() -> None:
    check([f"192.0.2.{octet}" for octet in (*range(300), "00", "01", "007", "", "+1", "1 ", "0x1", "\u0661")])
    check([f"{octet}.0.2.{octet}" for octet in range(260)])


def test_groups_of_every_shape() -> None:
    draw = random.Random(7)
    groups = ["0", "0", "0", "1", "20", "300", "f000", "ffff"]
    texts = []
    for _ in range(6000):
        address = IPv6Address(":".join(draw.choices(groups, k=8)))
        texts += [str(address), address.exploded, str(address).upper()]
    # written by hand, with two colons in places and numbers that no program would give
    for _ in range(6000):
        before, after = (
            draw.choices(groups[3:], k=draw.randrange(9)),
            draw.choices(groups[3:], k=draw.randrange(9)),
        )
        texts.append(":".join(before) + draw.choice(["::", ":", ":::"]) + ":".join(after))
    check(texts)


def test_prefixes_of_every_length_with_and_without_bits_behind_them() -> None:
    draw = random.Random(8)
    texts = []
    for length in range(16, 129):
        for _ in range(60):
            bits = (0x20010DB8 << 96 | draw.getrandbits(96)) >> (128 - length) << (128 - length)
            stray = draw.choice([0, 0, 1 << draw.randrange(128 - length)]) if length < 128 else 0
            texts.append(f"{IPv6Address(bits | stray)}/{length}")
            kept = draw.randrange(1, 5)
            written = ":".join(f"{draw.getrandbits(16) or 1:x}" for _ in range(kept))
            texts.append(f"{written}::/{length}")
    check([*texts, "192.0.2.0/24", "192.0.2.1/24", "192.0.2.1/32", "::/0", "2001:db8::/129", "2001:db8::/", "/64"])


def test_ports_are_whole_numbers_from_0_to_65535() -> None:
    texts = ["0", "1", "00080", "65535", "65536", "99999", "100000", "-1", "+1", "1.0", "", " 1", "\u0661", "0x1"]
    numbers, good = read_ports(pa.array(texts, pa.string()))
    assert good.tolist() == [True] * 4 + [False] * 10
    assert numbers[:4].tolist() == [0, 1, 80, 65535]
