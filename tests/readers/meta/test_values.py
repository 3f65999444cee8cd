"""Endpoints and times against the model's own, slower routines."""

from __future__ import annotations

import datetime as dt
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.model.address import parse_endpoint
from fourcorners.model.instant import from_datetime
from fourcorners.readers.meta.values import Times
from fourcorners.readers.meta.values import read_endpoint

GROUPS = st.lists(st.sampled_from([0, 0, 1, 0xFFFF, 0x10, 0x102]), min_size=8, max_size=8)
SIXES = GROUPS.map(lambda groups: IPv6Address(b"".join(group.to_bytes(2, "big") for group in groups)))
PORTS = st.sampled_from(["", ":0", ":1", ":65535", ":65536", ":000001", ":x", ":"])
SPELLINGS = st.sampled_from([str, str.upper])


@given(SIXES, st.sampled_from(["{}", "[{}]"]), PORTS, SPELLINGS, st.sampled_from(["compressed", "exploded"]))
def test_ipv6_endpoints_are_read_as_the_model_reads_them(
    address: IPv6Address, form: str, port: str, spelling: type[str], length: str
) -> None:
    text = form.format(spelling(getattr(address, length)))
    agree(text + port if form.startswith("[") else text)


@pytest.mark.parametrize(
    "text", ["::", "::1", "::102:304", "::ffff:102:304", "::FFFF:192.0.2.1", "1::", "2001:db8::1%1"]
)
def test_ipv6_forms_that_systems_write_otherwise(text: str) -> None:
    agree(text)


@given(st.lists(st.sampled_from(["0", "1", "01", "255", "256", "9"]), min_size=3, max_size=5), PORTS)
def test_ipv4_endpoints_are_read_as_the_model_reads_them(octets: list[str], port: str) -> None:
    agree(".".join(octets) + port)


@given(st.text(st.sampled_from("0123456789abcdef:.[]%٣ "), max_size=12))
def test_whatever_else_is_read_as_the_model_reads_it(text: str) -> None:
    if (
        not text.startswith("[") or ":" in text.partition("]")[0]
    ):  # the model takes [192.0.2.1], the format has none
        agree(text)


def agree(text: str) -> None:
    try:
        expected = parse_endpoint(text)
    except ValueError:
        with pytest.raises(ValueError, match="not a"):
            read_endpoint(text)
    else:
        address, port, digits = read_endpoint(text)
        assert (address, port) == expected
        assert not digits or text.endswith(f":{digits}")


@given(st.datetimes(dt.datetime(1678, 1, 1), dt.datetime(2261, 12, 31)))
def test_times_are_exact(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=dt.UTC)
    text = moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    times = Times(None)
    for _ in range(2):  # the second time from memory
        assert times.read(text) == (from_datetime(moment), "stated")
    assert times.read(text.removesuffix(" UTC")) == (None, None)
