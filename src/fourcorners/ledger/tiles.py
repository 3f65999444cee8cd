"""Tiles: how a tree's hashes are cut into files and rows (C2SP tlog-tiles).

A tile of level L holds up to 256 hashes of the tree's level 8·L; tile N of a level begins at hash 256·N. A full
tile is 8,192 bytes and never changes; the one at the edge is partial, and only full tiles have a hash in the level
above.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH = 32
#: Entry bundles give lengths as 16-bit numbers.
LARGEST_ENTRY = 0xFFFF


def widths(size: int) -> list[int]:
    """How many hashes each level's row of tiles holds, for a tree of `size` leaves, from level 0 up."""
    found = []
    while size:
        found.append(size)
        size >>= HEIGHT
    return found


def path(kind: str, n: int, width: int) -> str:
    """`tile/<kind>/<N>` with N in groups of three digits, and `.p/<W>` for a partial tile.

    Args:
        kind: the level's number, or `entries`.
        n: number of the tile.
        width: hashes or entries in it, 1 to 256.
    """
    groups = [f"{n % 1000:03}"]
    while n := n // 1000:
        groups.append(f"x{n % 1000:03}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{kind}/{'/'.join(reversed(groups))}{partial}"


def bundle(entries: Sequence[bytes]) -> bytes:
    """The entries of one tile: each with its length before it, 16 bits, big-endian."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def root(hashes: bytes) -> bytes:
    """The hash over a full subtree, given its hashes in one row; as many as a power of two.

    Level by level over one byte string: half of all hashing in the log is this loop.
    """
    while len(hashes) > HASH:
        pairs = range(0, len(hashes), 2 * HASH)
        hashes = b"".join([sha256(b"\x01" + hashes[at : at + 2 * HASH]).digest() for at in pairs])
    return hashes


def split(tile: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [tile[at : at + HASH] for at in range(0, len(tile), HASH)]
