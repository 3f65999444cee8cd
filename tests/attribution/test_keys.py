from __future__ import annotations

from ipaddress import IPv4Address
from ipaddress import IPv6Address
from ipaddress import ip_network
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.attribution import keys
from fourcorners.model.address import MAX_PORT
from fourcorners.model.errors import BadInput

ROWS = pa.schema(
    [
        ("id", pa.string()),
        ("ip", pa.string()),
        ("port_low", pa.int32()),
        ("port_high", pa.int32()),
        ("at", pa.int64()),
        ("until", pa.int64()),
    ]
)


def row(ip: str, **values: Any) -> dict[str, Any]:
    return {"id": f"row {ip}", "ip": ip, "port_low": None, "port_high": None, "at": 5, "until": None, **values}


def encode(*rows: dict[str, Any]) -> pa.Table:
    return keys.assignments(pa.Table.from_pylist(list(rows), ROWS))


def holds(block: dict[str, int], address: IPv4Address | IPv6Address) -> bool:
    k, p, q = (int(column[0]) for column in keys.login_keys([address]))
    inside = block["k"] == k and block.get("qlo", q) <= q <= block.get("qhi", q)
    return inside and (isinstance(address, IPv4Address) or block["lo"] <= p <= block["hi"])


v4_prefix = st.builds(
    lambda bits, length: str(ip_network((bits, length), strict=False)),
    st.integers(0xCB007100, 0xCB0071FF),
    st.integers(24, 32),
)
v6_prefix = st.builds(
    lambda bits, length: str(ip_network((bits, length), strict=False)),
    st.integers(0x20010DB8 << 96, (0x20010DB9 << 96) - 1),
    st.integers(46, 128),
)


@settings(max_examples=200)
@given(st.one_of(v4_prefix, v6_prefix), st.data())
def test_the_rows_of_a_prefix_hold_its_addresses_and_no_other(text: str, data: st.DataObject) -> None:
    network = ip_network(text)
    blocks = encode(row(text)).to_pylist()
    first, last = int(network.network_address), int(network.broadcast_address)
    top = (1 << network.max_prefixlen) - 1
    inside = data.draw(st.integers(first, last))
    for value in {first, last, inside, max(0, first - 1), min(top, last + 1)}:
        address = type(network.network_address)(value)
        assert sum(holds(block, address) for block in blocks) == (first <= value <= last)


def test_ports_bound_an_ipv4_row_and_none_means_all() -> None:
    table = encode(row("203.0.113.7", port_low=1024, port_high=2047), row("203.0.113.8"), row("2001:db8::/56"))
    assert table["lo"].to_pylist()[:2] == [1024, 0]
    assert table["hi"].to_pylist()[:2] == [2047, MAX_PORT]
    assert table["whole"].to_pylist() == [False, True, True]


def test_an_ipv4_mapped_row_is_the_ipv4_row_with_its_ports() -> None:
    mapped, plain = (
        encode(row(ip, port_low=1024, port_high=2047)) for ip in ("::ffff:203.0.113.7", "203.0.113.7")
    )
    assert mapped.equals(plain)


def test_an_open_end_is_beyond_every_instant_and_rows_keep_their_number() -> None:
    table = encode(row("203.0.113.4/31", until=9), row("203.0.113.4"))
    assert table["row"].to_pylist() == [0, 0, 1]
    assert table["e"].to_pylist() == [9, 9, keys.OPEN_END]
    assert np.iinfo(np.int64).max - keys.OPEN_END > keys.OPEN_END // 2


def test_the_lower_half_is_compared_only_where_a_prefix_needs_it() -> None:
    assert "qlo" not in encode(row("2001:db8::/64"), row("203.0.113.7")).column_names
    table = encode(row("2001:db8::7/128"), row("203.0.113.7"))
    assert table["qlo"].to_pylist() == [7 - (1 << 63), np.iinfo(np.int64).min]
    assert table["qhi"].to_pylist() == [7 - (1 << 63), np.iinfo(np.int64).max]


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (row("203.0.113.300"), "not an address"),
        (row("203.0.113.1/24"), "not an address"),
        (row("203.0.0.0/19"), "too short"),
        (row("2001:db8::/43"), "too short"),
        (row("203.0.113.7", port_low=1), "one end"),
        (row("203.0.113.7", port_low=2, port_high=1), "no range"),
        (row("203.0.113.7", port_low=2, port_high=65536), "no range"),
        (row("203.0.113.7", at=None), "no start"),
        (row("203.0.113.7", until=4), "before it starts"),
        (row("2001:db8::/64", port_low=1024, port_high=2047), "port range"),
    ],
)
def test_a_row_that_cannot_be_compared_is_refused_by_its_name(bad: dict[str, Any], what: str) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        encode(row("198.51.100.1"), bad, row("198.51.100.2"))
    assert caught.value.code == "ATTRIBUTION_INPUT"
    assert caught.value.where == bad["id"]


def test_prefixes_that_would_swell_into_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST_ROWS", 8)
    with pytest.raises(BadInput, match="span 12 keys"):
        encode(row("203.0.113.0/30"), row("203.0.113.8/29"))
