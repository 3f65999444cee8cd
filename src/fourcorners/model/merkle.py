"""RFC 6962 hash tree, shared by released slices and (later) the ledger.

Leaf hash = SHA-256(0x00 || data), node hash = SHA-256(0x01 || left || right); the tree of n leaves splits at the
largest power of two below n (RFC 6962, section 2.1).
"""

from __future__ import annotations

from hashlib import sha256

EMPTY = sha256(b"").digest()


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


def path(rows: list[list[bytes]], index: int) -> list[bytes]:
    """The audit path of one leaf, from the bottom up, given all `levels`."""
    proof = []
    for row in rows[:-1]:
        sibling = index ^ 1
        if sibling < len(row):
            proof.append(row[sibling])
        index >>= 1
    return proof


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
