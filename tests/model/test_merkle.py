from __future__ import annotations

from hashlib import sha256

import pytest

from fourcorners.model import merkle


def reference(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as written there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + reference(leaves[:k]) + reference(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(70))
def test_root_and_every_path_agree_with_the_specification(size: int) -> None:
    data = [bytes([i]) * i for i in range(size)]
    leaves = [merkle.leaf_hash(piece) for piece in data]
    assert merkle.root(leaves) == reference(data)
    growing = merkle.Growing()
    for leaf in leaves:
        growing.add(leaf)
    assert (growing.root(), growing.size) == (reference(data), size)
    levels = merkle.levels(leaves)
    for index, leaf in enumerate(leaves):
        proof = merkle.path(levels, index)
        assert merkle.root_from_path(leaf, index, size, proof) == reference(data)
        for wrong in (proof[:-1], [*proof, bytes(32)]):
            if wrong != proof:
                with pytest.raises(ValueError, match="audit path"):
                    merkle.root_from_path(leaf, index, size, wrong)


def test_an_index_outside_the_tree_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        merkle.root_from_path(bytes(32), 1, 1, [])
    for index in (-1, 1):
        with pytest.raises(ValueError, match="outside"):
            merkle.inclusion(index, 1, lambda _level, _at: bytes(32))
