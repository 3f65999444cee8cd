from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.model.errors import Refused
from fourcorners.model.identifier import parse_target

EXACT = (
    ("100089123456789", "account", "100089123456789", None),
    ("Alice.Example", "account", "alice.example", None),
    (" a@Example.com ", "account", "a@example.com", None),
    ("+1 (555) 010-0199", "account", "+15550100199", None),
    ("203.0.113.7", "address", "203.0.113.7", None),
    ("203.0.113.7:1135", "address", "203.0.113.7", 1135),
    ("[2001:DB8::1]:59483", "address", "2001:db8::1", 59483),
    ("203.0.113.7/32", "address", "203.0.113.7", None),
    ("2001:db8:0:100::/56", "prefix", "2001:db8:0:100::/56", None),
    ("jean-luc", "account", "jean-luc", None),
    ("S-10023", "account", "s-10023", None),
)


@pytest.mark.parametrize(("text", "kind", "value", "port"), EXACT)
def test_exact_identifiers(text: str, kind: str, value: str, port: int | None) -> None:
    target = parse_target(text)
    assert (target.kind, target.value, target.port) == (kind, value, port)


NO_TARGETS = (
    "",
    "   ",
    "*",
    "alice*",
    "user?",
    "%",
    "203.0.113.0/24",
    "0.0.0.0/0",
    "2001:db8::/48",
    "203.0.113.1-203.0.113.9",
    "203.0.113.1 - 203.0.113.9",
    "+15550100000-+15550109999",
    "15550100000-15550109999",
    "+1555",
    "555-01xx",
    "a@example.com, b@example.com",
    "^alice.*$",
    "alice|bob",
    "203.0.113.…",
    "203.0.113..",
    "---",
    "al\u202eice",
)


@pytest.mark.parametrize("text", NO_TARGETS)
def test_m47_a_range_as_an_account(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_target(text)
    assert (refusal.value.kind, refusal.value.code) == ("PRODUCT", "NO_PARTICULAR_TARGET")


@given(st.integers(0, 2**32 - 1), st.integers(0, 31))
def test_no_ipv4_network_is_a_target(address: int, length: int) -> None:
    base = address >> (32 - length) << (32 - length)
    text = ".".join(str(base >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{length}"
    with pytest.raises(Refused):
        parse_target(text)


@given(st.text(max_size=30))
def test_every_text_is_one_target_or_refused(text: str) -> None:
    try:
        target = parse_target(text)
    except Refused:
        return
    assert "*" not in target.value
    if target.kind == "account":
        assert parse_target(target.value).value == target.value, "normalisation is stable"
