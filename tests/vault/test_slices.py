from __future__ import annotations

import dataclasses
import secrets
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.model.errors import VerificationFailed
from fourcorners.vault import slices


def pairs(values: list[tuple[int, int]]) -> slices.Positions:
    return np.array(values, dtype=np.int64).reshape(-1, 2)


spans = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 40)), max_size=12).map(
    lambda found: pairs([(start, start + length) for start, length in found])
)


@given(spans, spans)
def test_runs_are_the_extents_less_the_holes(extents: slices.Positions, holes: slices.Positions) -> None:
    inside = {b for start, end in extents.tolist() for b in range(start, end)}
    inside -= {b for start, end in holes.tolist() for b in range(start, end)}
    found = slices.runs(extents, holes)
    assert {b for start, end in found.tolist() for b in range(start, end)} == inside
    flat = found.ravel().tolist()
    assert flat == sorted(set(flat)), "runs neither touch nor overlap"


@st.composite
def members(draw: st.DrawFn) -> tuple[bytes, slices.Positions]:
    size = draw(st.integers(1, 4 * slices.CHUNK))
    edges = draw(st.lists(st.integers(0, size), max_size=10, unique=True).map(sorted))
    released = pairs([(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False) if b > a])
    return secrets.token_bytes(size), released


@settings(max_examples=40, deadline=None)
@given(members())
def test_each_released_slice_verifies_from_its_proof_alone(member: tuple[bytes, slices.Positions]) -> None:
    data, released = member
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.parquet"
        root, leaves = slices.write(path, data, slices.runs(released, pairs([])))
        found = list(slices.read(path))
        assert slices.root(path) == root
    covered: set[int] = set()
    for piece in found:
        assert piece.size == leaves
        piece.verify(root)
        assert data[piece.start : piece.start + len(piece.data)] == piece.data
        covered.update(range(piece.start, piece.start + len(piece.data)))
    assert covered == {b for start, end in released.tolist() for b in range(start, end)}


def test_one_changed_byte_salt_place_or_path_fails(tmp_path: Path) -> None:
    data = secrets.token_bytes(200_000)
    root, _ = slices.write(tmp_path / "m", data, pairs([(10, 90_000), (100_000, 100_700)]))
    for piece in slices.read(tmp_path / "m"):
        broken = [
            dataclasses.replace(piece, data=bytes([piece.data[0] ^ 1]) + piece.data[1:]),
            dataclasses.replace(piece, data=piece.data[:-1]),
            dataclasses.replace(piece, salt=bytes([piece.salt[0] ^ 1]) + piece.salt[1:]),
            dataclasses.replace(piece, start=piece.start + 1),
            dataclasses.replace(piece, index=piece.index ^ 1),
            dataclasses.replace(piece, path=piece.path[:-1]),
            dataclasses.replace(piece, path=(*piece.path, bytes(32))),
            dataclasses.replace(piece, path=(bytes(32), *piece.path[1:])),
        ]
        piece.verify(root)
        for wrong in broken:
            with pytest.raises(VerificationFailed):
                wrong.verify(root)


def test_nothing_of_withheld_bytes_is_kept(tmp_path: Path) -> None:
    data = b"a" * 70_000 + b"CANARY-WITHHELD" + b"b" * 70_000
    at = data.index(b"CANARY")
    slices.write(tmp_path / "m", data, pairs([(0, at), (at + 15, len(data))]))
    table = pq.read_table(tmp_path / "m")
    withheld = table.filter(table.column("start").to_numpy() == at)
    assert withheld.column("salt").to_pylist() == [None]
    assert withheld.column("bytes").to_pylist() == [None]
    assert all(b"CANARY" not in (piece or b"") for piece in table.column("bytes").to_pylist())


def test_two_trees_over_one_member_have_nothing_in_common(tmp_path: Path) -> None:
    first, _ = slices.write(tmp_path / "1", b"x" * 100, pairs([(0, 10)]))
    second, _ = slices.write(tmp_path / "2", b"x" * 100, pairs([(0, 10)]))
    assert first != second


def test_a_block_that_raises_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        slices.write(tmp_path / "m", None, pairs([]))  # type: ignore[arg-type] # wrong on purpose
    assert list(tmp_path.iterdir()) == []
