"""Texts to the integers that the join compares (`plans` describes the model, `model.address` the encoding).

| address | k | lo..hi | p |
|---|---|---|---|
| IPv4 | the address | the ports; 0..65535 without | source port, null = unknown |
| IPv6 | marked top 56 bits | the prefix, as top halves | top half of the address |

A prefix longer than /64 is compared in the lower half as well (`qlo..qhi` against `q`). A network that spans
several keys (an IPv4 prefix, an IPv6 prefix shorter than /56) becomes one row for each key.
"""

from __future__ import annotations

from ipaddress import IPv4Network
from ipaddress import IPv6Address
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.model.address import MAX_PORT
from fourcorners.model.address import Address
from fourcorners.model.address import Network
from fourcorners.model.address import high_half
from fourcorners.model.address import join_key
from fourcorners.model.address import low_half
from fourcorners.model.address import parse_prefix
from fourcorners.model.errors import BadInput

#: The end of an assignment that is still open: beyond any instant, and safe to widen.
OPEN_END = 1 << 62

#: Most keys that one network may span (an IPv4 /20, an IPv6 /44), and most rows that all of them may become.
MOST_KEYS = 1 << 12
MOST_ROWS = 1 << 26

_ALL = np.iinfo(np.int64)
_LAST_V4 = (1 << 32) - 1
_KEY_BITS = 56
_HALF_BITS = 64

Ints = npt.NDArray[np.int64]


class _Block(NamedTuple):
    """One key's part of a network; for IPv4, `lo..hi` comes from the row's ports."""

    k: int
    lo: int = 0
    hi: int = MAX_PORT
    qlo: int = int(_ALL.min)
    qhi: int = int(_ALL.max)


def assignments(rows: pa.Table) -> pa.Table:
    """Encode assignments.

    Args:
        rows: as `AssignmentSource.rows` describes them.

    Returns:
        `k, lo, hi, s, e` and `row`, the row's number, one row a key; with `qlo, qhi` if any prefix needs them;
        `whole` tells whether the row holds for all ports.

    Raises:
        BadInput: `ATTRIBUTION_INPUT` for an address, port range or time that cannot be compared.
    """
    _check_times(rows)
    ports = _ports(rows)
    texts = rows["ip"].combine_chunks().dictionary_encode()
    codes = texts.indices.to_numpy(zero_copy_only=False)
    blocks = [_blocks(text, rows, codes, code) for code, text in enumerate(texts.dictionary.to_pylist())]
    sizes = np.array([len(each) for each in blocks], np.int64)
    flat = np.array([block for each in blocks for block in each], np.int64).reshape(-1, len(_Block._fields))
    is_v6 = np.array([each[0].k > _LAST_V4 for each in blocks], bool)[codes]
    whole = (ports[:, 0] <= 1) & (ports[:, 1] == MAX_PORT)
    if (is_v6 & ~whole).any():
        raise _bad(rows, int(np.argmax(is_v6 & ~whole)), "an IPv6 assignment has a port range")

    copies = sizes[codes]
    if copies.sum() > MOST_ROWS:
        raise BadInput(
            "ATTRIBUTION_INPUT",
            f"the log's prefixes span {int(copies.sum())} keys, more than {MOST_ROWS}",
            why="prefixes this short are routes, not assignments to a subscriber",
            next_step="map the columns that state the address or prefix assigned to each subscriber",
        )
    row = np.repeat(np.arange(len(codes)), copies)
    within = np.arange(len(row)) - np.repeat(np.cumsum(copies) - copies, copies)
    chosen = flat[(np.cumsum(sizes) - sizes)[codes[row]] + within]
    v6 = is_v6[row]
    columns = {
        "k": chosen[:, 0],
        "lo": np.where(v6, chosen[:, 1], ports[row, 0]),
        "hi": np.where(v6, chosen[:, 2], ports[row, 1]),
        "s": rows["at"].to_numpy()[row],
        "e": pc.fill_null(rows["until"], OPEN_END).to_numpy()[row],
        "row": row,
        "whole": whole[row],
    }
    if (chosen[:, 3] != _ALL.min).any() or (chosen[:, 4] != _ALL.max).any():
        columns |= {"qlo": chosen[:, 3], "qhi": chosen[:, 4]}
    return pa.table(columns)


def login_keys(addresses: list[Address]) -> tuple[Ints, Ints, Ints]:
    """`k`, `p` (0 for IPv4, whose `p` is the port) and `q` of addresses."""
    keys = [
        (join_key(each), high_half(each), low_half(each))
        if isinstance(each, IPv6Address)
        else (join_key(each), 0, 0)
        for each in addresses
    ]
    columns = np.array(keys, np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def _check_times(rows: pa.Table) -> None:
    if rows["at"].null_count:
        raise _bad(rows, int(np.argmax(rows["at"].is_null().to_numpy())), "an assignment has no start")
    backwards = pc.fill_null(pc.less(rows["until"], rows["at"]), False).to_numpy()
    if backwards.any():
        raise _bad(rows, int(np.argmax(backwards)), "an assignment ends before it starts")


def _ports(rows: pa.Table) -> Ints:
    """First and last port of each row; all ports where none are stated."""
    low, high = rows["port_low"], rows["port_high"]
    half = pc.xor(low.is_null(), high.is_null()).to_numpy()
    if half.any():
        raise _bad(rows, int(np.argmax(half)), "an assignment states one end of its port range")
    ports = np.stack([pc.fill_null(low, 0).to_numpy(), pc.fill_null(high, MAX_PORT).to_numpy()], axis=1)
    wrong = (ports[:, 0] > ports[:, 1]) | (ports[:, 0] < 0) | (ports[:, 1] > MAX_PORT)
    if wrong.any():
        raise _bad(rows, int(np.argmax(wrong)), "an assignment's ports are no range within 0 to 65535")
    return ports.astype(np.int64)


def _blocks(text: str, rows: pa.Table, codes: npt.NDArray[np.int32], code: int) -> list[_Block]:
    try:
        network = parse_prefix(text)
    except ValueError as error:
        raise _bad(rows, int(np.argmax(codes == code)), f"{text!r} is not an address or prefix") from error
    if _spanned(network) > MOST_KEYS:
        raise _bad(rows, int(np.argmax(codes == code)), f"{text} is too short a prefix for one subscriber")
    if isinstance(network, IPv4Network):
        first = int(network.network_address)
        return [_Block(k) for k in range(first, first + network.num_addresses)]
    if network.prefixlen > _HALF_BITS:
        half, last = high_half(network.network_address), network.broadcast_address
        return [_Block(join_key(last), half, half, low_half(network.network_address), low_half(last))]
    parts = network.subnets(new_prefix=_KEY_BITS) if network.prefixlen < _KEY_BITS else (network,)
    return [
        _Block(join_key(each[0]), high_half(each.network_address), high_half(each.broadcast_address))
        for each in parts
    ]


def _spanned(network: Network) -> int:
    """How many keys a network spans."""
    bits = network.max_prefixlen if isinstance(network, IPv4Network) else _KEY_BITS
    return 1 << max(0, bits - network.prefixlen)


def _bad(rows: pa.Table, number: int, what: str) -> BadInput:
    return BadInput(
        "ATTRIBUTION_INPUT",
        what,
        where=str(rows["id"][number].as_py()),
        why="a row that cannot be compared could be the one that matters",
        next_step="look at the mapping of the log's columns; the row itself says what it states",
    )
