from __future__ import annotations

import dataclasses
import secrets
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.vault.conftest import OWNER
from tests.vault.conftest import make_vault
from tests.vault.conftest import make_vault_with_team
from tests.vault.conftest import open_together

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


@given(st.integers(0, 300), spans, spans, st.lists(st.integers(0, 40), max_size=12), st.integers(1, 5))
def test_leaves_are_cut_piece_by_piece_as_they_would_be_at_once(
    size: int, extents: slices.Positions, sealed: slices.Positions, lengths: list[int], batch: int
) -> None:
    extents, sealed = (np.minimum(each, size) for each in (extents, sealed))
    ends = np.minimum(np.cumsum([0, *lengths]), size)
    coming = np.column_stack([ends[:-1], ends[1:]])
    released = slices.runs(extents, pairs([]))
    borders, opened = list[int](), list[bool]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices, "CHUNK", 16)
        patch.setattr(slices, "_GROUP", 32)
        parts = [coming[at : at + batch] for at in range(0, len(coming), batch)]
        for found, is_released in slices.cuts(size, released, sealed, parts):
            assert borders[-1:] in ([], [found[0]]), "pieces meet"
            borders = [*borders[:-1], *found.tolist()]
            opened += is_released.tolist()
    points = {*range(0, size, 16), size, *released.ravel(), *sealed.ravel(), *coming.ravel()}
    assert borders == (sorted(points) if size else [])
    inside = {b for start, end in released.tolist() for b in range(start, end)}
    assert opened == [start in inside for start in borders[:-1]]


@st.composite
def members(draw: st.DrawFn) -> tuple[bytes, slices.Positions]:
    size = draw(st.integers(1, 4 * slices.CHUNK))
    edges = draw(st.lists(st.integers(0, size), max_size=10, unique=True).map(sorted))
    released = pairs([(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False) if b > a])
    return secrets.token_bytes(size), released


@settings(max_examples=40)
@given(members())
@example((b"", pairs([])))
def test_each_released_slice_verifies_from_its_proof_alone(member: tuple[bytes, slices.Positions]) -> None:
    data, released = member
    with tempfile.TemporaryDirectory() as folder:
        vault = make_vault(Path(folder))
        tree = slices.write(vault, OWNER, "m", data, slices.runs(released, pairs([])))
        root, leaves = tree.root, tree.leaves
        found = list(slices.read(vault, OWNER, tree.released.name))
        assert slices.check(vault, OWNER, tree.released.name, root.hex()) == len(found)
    covered: set[int] = set()
    for piece in found:
        assert piece.size == leaves
        piece.verify(root)
        assert data[piece.start : piece.start + len(piece.data)] == piece.data
        covered.update(range(piece.start, piece.start + len(piece.data)))
    assert covered == {b for start, end in released.tolist() for b in range(start, end)}


def test_one_changed_byte_salt_place_or_path_fails(tmp_path: Path) -> None:
    data = secrets.token_bytes(200_000)
    vault = make_vault(tmp_path)
    tree = slices.write(vault, OWNER, "m", data, pairs([(10, 90_000), (100_000, 100_700)]))
    root = tree.root
    for piece in slices.read(vault, OWNER, tree.released.name):
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
    vault = make_vault(tmp_path)
    tree = slices.write(vault, OWNER, "m", data, pairs([(0, at), (at + 15, len(data))]))
    assert tree.withheld is None
    with vault.reading(tree.released.name, OWNER) as source:
        table = pq.read_table(source)
    withheld = table.filter(table.column("start").to_numpy() == at)
    assert withheld.column("salt").to_pylist() == [None]
    assert withheld.column("bytes").to_pylist() == [None]
    assert all(b"CANARY" not in (piece or b"") for piece in table.column("bytes").to_pylist())


def test_leaves_let_go_of_the_member() -> None:
    """What a column is made of must not be held by it for good: a log of gigabytes would be."""
    data = bytearray(1_000)
    view, borders = memoryview(data), np.arange(0, 1_001, 10)
    shown = np.arange(100) % 3 > 0
    leaves = slices._Leaves(view, borders)
    batch = leaves.batch(shown)
    assert batch["bytes"].to_pylist() == [bytes(10) if keep else None for keep in shown]
    del leaves, batch
    view.release()
    data.append(0)  # a BufferError where anything still points into it


def test_two_trees_over_one_member_have_nothing_in_common(tmp_path: Path) -> None:
    vault = make_vault(tmp_path)
    first, second = (slices.write(vault, OWNER, name, b"x" * 100, pairs([(0, 10)])) for name in "12")
    assert first.root != second.root


def test_a_block_that_raises_leaves_nothing(tmp_path: Path) -> None:
    vault = make_vault(tmp_path)
    with pytest.raises(TypeError), vault.writing("slices/m.parquet", OWNER) as out:
        out.write(None)
    assert vault.files() == set()


def test_a_row_that_is_opened_is_proven_without_its_neighbours(tmp_path: Path) -> None:
    """Three sealed rows between released ones; the middle one is opened, and the two others stay shut."""
    rows = [b"first-sealed-row", b"the-opened-row", b"last-sealed-row"]
    head, tail = b"h" * 70_000, b"t" * 70_000
    data = head + b"".join(rows) + tail
    ends = np.cumsum([len(head), *map(len, rows)]).tolist()
    sealed = pairs(list(pairwise(ends)))
    vault, keys = make_vault_with_team(tmp_path)
    tree = slices.write(vault, OWNER, "m", data, pairs([(0, ends[0]), (ends[-1], len(data))]), sealed)
    assert tree.withheld
    key = open_together(vault, keys, tree.withheld.name)
    with vault.reading_with(tree.withheld.name, key) as withheld:
        opened = slices.open_some(vault, OWNER, "opened", tree.released.name, withheld, sealed[1:2])
    found = list(slices.read(vault, OWNER, opened.name))
    assert b"".join(piece.data for piece in found) == rows[1]
    for piece in found:
        piece.verify(tree.root)
    with vault.reading(opened.name, OWNER) as source:
        content = source.read()
    assert rows[0] not in content
    assert rows[2] not in content
