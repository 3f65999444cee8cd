"""Addresses and ports of a whole column at once.

A dotted quad without leading zeroes is its own canonical text, and a regular expression settles it; every other
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
_QUAD = rf"\A(?:{_OCTET}\.){{3}}{_OCTET}\z"
_DIGITS = r"\A[0-9]{1,5}\z"


def read_addresses(texts: pa.StringArray) -> tuple[pa.StringArray, pa.Int32Array]:
    """Canonical addresses (null where the text is none), and the ports that stand beside them (mostly null).

    An address, an address with a port (`203.0.113.7:1135`, `[2001:db8::1]:59483`), or a prefix in slash form with
    no host bits set; a prefix of one address is that address.
    """
    plain = pc.match_substring_regex(texts, _QUAD)
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
