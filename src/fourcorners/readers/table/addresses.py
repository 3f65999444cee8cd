"""Addresses and ports of a whole column at once.

Most texts are canonical as they stand, and a regular expression settles it: a dotted quad without leading zeroes;
an IPv6 address or prefix (RFC 5952) in which no group is zero but those that two colons stand for. Every other
text is read by the model, once for each distinct one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fourcorners.model.address import MAX_PORT
from fourcorners.model.address import parse_endpoint
from fourcorners.model.address import parse_prefix

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_QUAD = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_GROUP = "[1-9a-f][0-9a-f]{0,3}"
_GROUPS = 8


def _prefix(length: int) -> str:
    """IPv6 prefixes of one length (of whole hexadecimal digits) without a bit set behind it."""
    whole, rest = divmod(length, 16)
    zeroes = (16 - rest) // 4
    short = rf"(?:{_GROUP}:){{1,{whole}}}:/{length}"
    if not rest:
        return short
    return rf"{short}|(?:{_GROUP}:){{{whole}}}[1-9a-f][0-9a-f]{{0,{3 - zeroes}}}0{{{zeroes}}}::/{length}"


_CANONICAL = "|".join(
    [
        _QUAD,
        rf"(?:{_GROUP}:){{{_GROUPS - 1}}}{_GROUP}",
        # the two colons stand for two groups of zeroes at least (RFC 5952, section 4.2.2)
        *(
            rf"{_GROUP}(?::{_GROUP}){{0,{before}}}::(?:{_GROUP}(?::{_GROUP}){{0,{_GROUPS - 4 - before}}})?"
            for before in range(_GROUPS - 3)
        ),
        *(_prefix(length) for length in range(20, 65, 4)),
    ]
)
_PLAIN = rf"\A(?:{_CANONICAL})\z"
_DIGITS = r"\A[0-9]{1,5}\z"


def read_addresses(texts: pa.StringArray) -> tuple[pa.StringArray, pa.Int32Array]:
    """Canonical addresses (null where the text is none), and the ports that stand beside them (mostly null).

    An address, an address with a port (`203.0.113.7:1135`, `[2001:db8::1]:59483`), or a prefix in slash form with
    no host bits set; a prefix of one address is that address.
    """
    plain = pc.match_substring_regex(texts, _PLAIN)
    if pc.all(plain, min_count=0).as_py():
        return texts, pa.nulls(len(texts), pa.int32())
    odd = texts.filter(pc.invert(plain)).dictionary_encode()
    read = [_read(text) for text in odd.dictionary.to_pylist()]
    addresses = pa.array([address for address, _ in read], pa.string()).take(odd.indices)
    ports = pa.array([port for _, port in read], pa.int32()).take(odd.indices)
    mask = pc.invert(plain)
    nothing = pa.nulls(len(texts), pa.int32())
    return pc.replace_with_mask(texts, mask, addresses), pc.replace_with_mask(nothing, mask, ports)


def read_ports(texts: pa.StringArray) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Ports as written, 0 included, and which of the texts are a port."""
    digits = pc.match_substring_regex(texts, _DIGITS)
    numbers = pc.cast(pc.if_else(digits, texts, "0"), pa.int32()).to_numpy()
    return numbers, digits.to_numpy(zero_copy_only=False) & (numbers <= MAX_PORT)


@lru_cache(maxsize=65_536)
def _read(text: str) -> tuple[str | None, int | None]:
    try:
        if "/" not in text:
            return parse_endpoint(text)
        network = parse_prefix(text)
    except ValueError:
        return None, None
    return str(network.network_address if network.num_addresses == 1 else network), None
