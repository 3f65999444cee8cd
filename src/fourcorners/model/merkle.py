"""RFC 6962 hash tree, shared by released slices and the ledger.

Leaf hash = SHA-256(0x00 || data), node hash = SHA-256(0x01 || left || right); the tree of n leaves splits at the
largest power of two below n (RFC 6962, section 2.1). Proofs are made over `fold`, which asks for the hashes of
whole subtrees only, so that a tree whose hashes lie in tiles need not be read whole.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

HASH = 32
EMPTY = sha256(b"").digest()

#: Gives the hash of the full subtree of 2^level leaves that begins at leaf index·2^level.
Subtree = Callable[[int, int], bytes]


def leaf_hash(*parts: bytes | memoryview) -> bytes:
    """SHA-256(0x00 || data), the data given in parts so that a large one need not be copied."""
    digest = sha256(b"\x00")
    for part in parts:
        digest.update(part)
    return digest.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def levels(leaves: list[bytes]) -> list[list[bytes]]:
    """All levels from the leaf hashes up; an odd last node goes up as it is, which gives RFC 6962's tree."""
    rows = [leaves]
    while len(rows[-1]) > 1:
        below = rows[-1]
        above = [node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        if len(below) % 2:
            above.append(below[-1])
        rows.append(above)
    return rows


def root(leaves: list[bytes]) -> bytes:
    """The root over leaf hashes; of no leaves, the hash of nothing."""
    return levels(leaves)[-1][0] if leaves else EMPTY


class Growing:
    """The tree over leaves that come one after the other: of it only the full subtrees at its edge are held."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Add the next leaf's hash."""
        size, node = self.size, leaf
        while size & 1:
            node = node_hash(self._edge.pop(), node)
            size >>= 1
        self._edge.append(node)
        self.size += 1

    def root(self) -> bytes:
        """As `root` over all of them."""
        if not self._edge:
            return EMPTY
        *left, node = self._edge
        for each in reversed(left):
            node = node_hash(each, node)
        return node


def path(rows: list[list[bytes]], index: int) -> list[bytes]:
    """The audit path of one leaf, from the bottom up, given all `levels`."""
    proof = []
    for row in rows[:-1]:
        sibling = index ^ 1
        if sibling < len(row):
            proof.append(row[sibling])
        index >>= 1
    return proof


def fold(start: int, end: int, subtree: Subtree) -> bytes:
    """The hash of the leaves `[start, end)`; `start` is where a subtree of at least that size begins."""
    if start == end:
        return EMPTY
    size = end - start
    if size & (size - 1) == 0:
        return subtree(size.bit_length() - 1, start // size)
    middle = start + _split(size)
    return node_hash(fold(start, middle, subtree), fold(middle, end, subtree))


def inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The audit path of a leaf in the tree of `size` leaves, from the bottom up (RFC 9162, section 2.1.3.1).

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("index outside the tree")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(fold(middle, end, subtree))
            end = middle
        else:
            proof.append(fold(start, middle, subtree))
            start = middle
    return proof[::-1]


def consistency(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """What shows that the tree of `new` leaves continues that of `old` (RFC 9162, section 2.1.4.1)."""
    if not 0 < old < new:
        return []
    proof, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(fold(middle, end, subtree))
            end = middle
        else:
            proof.append(fold(start, middle, subtree))
            start, whole = middle, False
    if not whole:
        proof.append(fold(start, end, subtree))
    return proof[::-1]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def root_from_path(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """The root that an audit path leads to (RFC 9162, section 2.1.3.2).

    Raises:
        ValueError: the path has the wrong length for this index and size.
    """
    if not 0 <= index < size:
        raise ValueError("index outside the tree")
    node, last, rest = leaf, size - 1, iter(proof)
    try:
        while last > 0:
            if index % 2 or index < last:
                sibling = next(rest)
                node = node_hash(sibling, node) if index % 2 else node_hash(node, sibling)
            index >>= 1
            last >>= 1
    except StopIteration:
        raise ValueError("audit path too short") from None
    if next(rest, None) is not None:
        raise ValueError("audit path too long")
    return node


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> bool:
    """Whether a proof shows that one tree continues another (RFC 9162, section 2.1.4.2)."""
    if old > new or old < 0:
        return False
    if old in {0, new}:
        return not proof and old_root == (new_root if old == new else EMPTY)
    nodes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not nodes:
        return False
    place, last = old - 1, new - 1
    while place % 2:
        place >>= 1
        last >>= 1
    first = second = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            first, second = node_hash(node, first), node_hash(node, second)
            while place and place % 2 == 0:
                place >>= 1
                last >>= 1
        else:
            second = node_hash(second, node)
        place >>= 1
        last >>= 1
    return last == 0 and (first, second) == (old_root, new_root)
