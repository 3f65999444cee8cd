from __future__ import annotations

import re
import sys
import unicodedata
from ipaddress import ip_address
from typing import Literal

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
    ("555.010.0199", "account", "5550100199", None),
    ("alice+tag@example.com", "account", "alice+tag@example.com", None),
    ("@alice_example", "account", "@alice_example", None),
    ("@alice:example.org", "account", "@alice:example.org", None),
    ("@alice@example.org", "account", "@alice@example.org", None),
    ("15550100199-1415926535@g.example", "account", "15550100199-1415926535@g.example", None),
    ("alice#1234", "account", "alice#1234", None),
    ("00:11:22:33:44:55", "account", "00:11:22:33:44:55", None),
    ("1b4e28ba-2fa1-11d2-883f-0016d3cca427", "account", "1b4e28ba-2fa1-11d2-883f-0016d3cca427", None),
    ("linda", "account", "linda", None),
    ("Ὀδυσσεύς", "account", "ὀδυσσεύσ", None),
    ("हरीश", "account", "हरीश", None),
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
    "::ffff:0:0/96",
    "::ffff:203.0.113.0/120",
    "64:ff9b::/96",
    "::1:0:0:0/64",
    "2001:0:4136:e378::/64",
    "fe80::/64",
    "ff00::/56",
    "::",
    "0.0.0.0/32",
    "203.0.113.0~203.0.113.255",
    "203.0.113.0 to 203.0.113.255",
    "203.0.113.0\u2212203.0.113.255",
    "203.0.113.0+255",
    "203.0.113.0-255",
    "203.0.113.",
    "203.0.113",
    "203.0.",
    "10/8",
    "172.16/12",
    "203.0.113.7.",
    "203.0.113.007",
    "２０３.0.113.7",
    "２０３.0.113.0/24",
    "٢٠٣.٠.١١٣.٠/٢٤",
    "203.0.113.＊",
    "2001:db8",
    "2001:db8:",
    "2001:db8::1 2001:db8::2",
    "2001:db8::12001:db8::2",
    "1:2:3:4:5:6:7:8-1:2:3:4:5:6:7:9",
    "15550100000 15550109999",
    "15550100000to15550109999",
    "15550100000:15550109999",
    "+1 555 010 0000 - 1 555 010 0100",
    "555-01##",
    "4915",
    "@example.com",
    "alice@",
    "a@example.com+b@example.com",
    "@a@example.com@b@example.com",
    "@a:example.com@b:example.com",
    "alice bob",
    "alice、bob",
    "alice，bob",
    "alice·bob",
    "alice&bob",
    "all",
    "ＡＬＬ",
    "any",
    "Everyone",
    "users",
    "all users",
    "all_users",
    "anyAccount",
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


ADDRESSES = st.ip_addresses().map(str)
JOINTS = st.text(max_size=4) | st.sampled_from([" to ", "to", "-", "~", "_", ".", ":", "/", "+", "@", "'", "x"])


@given(ADDRESSES, JOINTS, ADDRESSES, st.sampled_from(["{}{}{}", "{}{}{}.", "-{}{}{}", "a{}{}{}b"]))
def test_no_text_with_two_addresses_is_a_target(one: str, joint: str, two: str, form: str) -> None:
    text = form.format(one, joint, two)
    try:
        target = parse_target(text)
    except Refused:
        return
    assert target.kind == "address", "two texts can join into one address, and then it is exactly that one"
    assert str(ip_address(target.value)) == target.value


@given(ADDRESSES, st.text(max_size=3), st.text(max_size=3))
def test_no_account_has_an_address_in_it(address: str, before: str, after: str) -> None:
    try:
        target = parse_target(before + address + after)
    except Refused:
        return
    assert target.kind != "account" or before[-1:].isalnum() or after[:1].isalnum()


#: Signs and marks by their names; letters (`ș` WITH COMMA BELOW) and the marks that make them are no separators.
WILDCARDS = [
    c
    for c in map(chr, range(sys.maxunicode + 1))
    if re.search(r"ASTERISK|QUESTION MARK|PERCENT|PER MILLE|ELLIPSIS|COMMA\b|SEMICOLON", unicodedata.name(c, ""))
    and not unicodedata.category(c).startswith("L")
    and not re.match(r"COMBINING .*COMMA", unicodedata.name(c))
]


def test_no_wildcard_in_any_form_of_unicode() -> None:
    assert len(WILDCARDS) > 80
    for wildcard in WILDCARDS:
        for text in (f"alice{wildcard}", f"{wildcard}@example.com", f"1555{wildcard}0100"):
            with pytest.raises(Refused):
                parse_target(text)


@given(st.sampled_from(EXACT), st.sampled_from(["NFC", "NFD"]))
def test_the_text_stays_as_written(exact: tuple[str, str, str, int | None], form: Literal["NFC", "NFD"]) -> None:
    text = unicodedata.normalize(form, exact[0])
    target = parse_target(text)
    assert (target.text, target.value) == (text, exact[2])


@given(st.text(max_size=30))
def test_every_text_is_one_target_or_refused(text: str) -> None:
    try:
        target = parse_target(text)
    except Refused:
        return
    assert "*" not in target.value
    if target.kind == "account":
        assert parse_target(target.value).value == target.value, "normalisation is stable"
