from __future__ import annotations

from ipaddress import IPv4Address
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.model import address

ENDPOINTS = (
    ("203.0.113.7", "203.0.113.7", None),
    ("203.0.113.7:1135", "203.0.113.7", 1135),
    ("203.0.113.7:0", "203.0.113.7", None),
    ("2001:DB8:0:0::1", "2001:db8::1", None),
    ("[2001:db8::1]:59483", "2001:db8::1", 59483),
    ("[2001:db8::1]", "2001:db8::1", None),
    ("::ffff:203.0.113.7", "203.0.113.7", None),
    ("::FFFF:cb00:7107", "203.0.113.7", None),
    ("0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7", None),
    ("[::ffff:203.0.113.7]:59483", "203.0.113.7", 59483),
    ("::203.0.113.7", "::cb00:7107", None),
)


@pytest.mark.parametrize(("text", "ip", "port"), ENDPOINTS)
def test_endpoints(text: str, ip: str, port: int | None) -> None:
    assert address.parse_endpoint(text) == (ip, port)


@pytest.mark.parametrize(
    "text",
    ["", "203.0.113", "203.0.113.256", "203.0.113.07", "203.0.113.7:99999", "203.0.113.7:", "fe80::1%eth0",
     "2001:db8::1:59483:1:1:1:1:1", "203.0.113.7 ", "203.0.113.7:-1", "example.com", "[203.0.113.7", "::g"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        address.parse_endpoint(text)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("::ffff:203.0.113.7/128", "203.0.113.7/32"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::/95", "::/95"),
        ("2001:db8::/56", "2001:db8::/56"),
    ],
)
def test_a_prefix_of_mapped_addresses_is_their_network(text: str, network: str) -> None:
    assert str(address.parse_prefix(text)) == network


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_the_address(four: IPv4Address) -> None:
    for spelt in (f"::ffff:{four}", f"::ffff:{int(four) >> 16:x}:{int(four) & 0xFFFF:x}"):
        assert address.parse_address(spelt) == four


@given(st.ip_addresses(v=6), st.ip_addresses(v=6))
def test_halves_keep_the_order(a: IPv6Address, b: IPv6Address) -> None:
    halves = [(address.high_half(x), address.low_half(x)) for x in (a, b)]
    assert (a < b) == (halves[0] < halves[1])
    assert all(-(2**63) <= half < 2**63 for pair in halves for half in pair)


@given(st.ip_addresses(v=4), st.ip_addresses(v=6))
def test_keys_of_the_two_versions_never_meet(four: address.Address, six: address.Address) -> None:
    assert address.join_key(four) < 2**32 <= address.join_key(six) < 2**63
