"""Internet addresses and endpoints: `203.0.113.7`, `203.0.113.7:1135`, `[2001:db8::1]:59483`.

Text form of an address: RFC 5952 (IPv6), dotted quad without leading zeroes (IPv4). A port of 0 or none means
"not recorded" (RFC 6302 asks servers to record it; many do not). An IPv4-mapped IPv6 address (RFC 4291, section
2.5.5.2) is the IPv4 address in another notation: it is read as that one.

The join keys: `k` is the address for IPv4 and the top 56 bits for IPv6 (the shortest prefix that is commonly
delegated), in one signed 64-bit integer; `p` is the top half of an IPv6 address shifted to signed order.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError
from ipaddress import IPv4Address
from ipaddress import IPv4Network
from ipaddress import IPv6Address
from ipaddress import IPv6Network
from ipaddress import ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_PORT = 65_535
_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::(\d{1,5}))?", re.ASCII)
_WITH_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?", re.ASCII)
_MAPPED_BITS = 96  # ::ffff:0:0/96
_V6_MARK = 1 << 56
_SIGN = 1 << 63
_LOW = (1 << 64) - 1


@lru_cache(maxsize=65_536)
def parse_address(text: str) -> Address:
    """An exact address.

    Raises:
        ValueError: not an address (a zone index such as `%eth0`, or an octet with leading zeroes, is none).
    """
    if "%" in text:
        raise ValueError(f"not an address: {text!r}")
    try:
        if ":" not in text:
            return IPv4Address(text)
        address = IPv6Address(text)
    except AddressValueError as error:
        raise ValueError(f"not an address: {text!r}") from error
    return address.ipv4_mapped or address


def parse_port(text: str) -> int | None:
    """A port; `0` and the empty text mean that none was recorded.

    Raises:
        ValueError: not a whole number from 0 to 65535.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > MAX_PORT:
        raise ValueError(f"not a port: {text!r}")
    return int(text) or None


@lru_cache(maxsize=65_536)
def parse_endpoint(text: str) -> tuple[str, int | None]:
    """Address (canonical text) and port, from any of the forms above or a bare address.

    Raises:
        ValueError: the text has none of these forms.
    """
    if match := _WITH_PORT.fullmatch(text) or _BRACKETED.fullmatch(text):
        return str(parse_address(match.group(1))), parse_port(match.group(2) or "")
    return str(parse_address(text)), None


def parse_prefix(text: str) -> Network:
    """A network in slash form with no host bits set, or a single address as a network of one.

    Raises:
        ValueError: not a network.
    """
    network = ip_network(text, strict=True)
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is None or network.prefixlen < _MAPPED_BITS:
        return network
    return IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))


@lru_cache(maxsize=65_536)
def join_key(address: Address) -> int:
    """The equality key `k`; IPv6 keys carry a mark above bit 55, so that the two versions never meet."""
    if isinstance(address, IPv4Address):
        return int(address)
    return _V6_MARK | (int(address) >> 72)


def high_half(address: IPv6Address) -> int:
    """The top 64 bits as a signed integer in the same order (shifted by 2**63)."""
    return (int(address) >> 64) - _SIGN


def low_half(address: IPv6Address) -> int:
    """The lower 64 bits as a signed integer in the same order (shifted by 2**63)."""
    return (int(address) & _LOW) - _SIGN
