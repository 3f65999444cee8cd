"""The salted chunk tree over a member, and the released slices with what proves them.

The member is cut into leaves on a 64 KiB grid; a chunk that holds released and withheld bytes is cut at the
borders between them. Leaf data = start and length (8 bytes each, big-endian) || salt || bytes; leaves and nodes
hash as in RFC 6962. So a released slice is proven to be part of the produced member, at its place, without
showing the rest.

The salts of withheld leaves are made, used and forgotten: an address and a second can be guessed, and a hash
without a salt would confirm the guess. Their leaf hashes stay, as commitments to what was produced and is not
stored. Where there is a filter team, the withheld leaves go to it, salt and bytes, cut at the borders of the
sealed rows, so that one row that a court opens can be proven without showing its neighbours.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from mmap import mmap

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from fourcorners.model import merkle
from fourcorners.model.errors import VerificationFailed
from fourcorners.model.pages import release
from fourcorners.vault.frames import FrameReader
from fourcorners.vault.frames import FrameWriter
from fourcorners.vault.vault import Stored
from fourcorners.vault.vault import Vault

CHUNK = 64 * 1024
SALT = 16

Positions = npt.NDArray[np.int64]

_SCHEMA = pa.schema(
    [
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("hash", pa.binary(32)),
        ("salt", pa.binary(SALT)),  # null: withheld
        ("bytes", pa.large_binary()),  # null: withheld
    ]
)
_GROUP = 1 << 21  # bytes of a member whose leaves one row group gathers; a multiple of CHUNK

#: No extents.
NONE: Positions = np.zeros((0, 2), np.int64)


@dataclass(frozen=True, slots=True)
class Slice:
    """A released piece of a member with its proof.

    Attributes:
        start: offset of the first byte in the member.
        data: the bytes.
        salt: the leaf's salt.
        index: the leaf's number.
        size: number of leaves in the tree.
        path: audit path from the leaf up.
    """

    start: int
    data: bytes
    salt: bytes
    index: int
    size: int
    path: tuple[bytes, ...]

    def verify(self, root: bytes) -> None:
        """Check the slice against the root of the member's tree, from this proof alone.

        Raises:
            VerificationFailed: `TAMPERED`.
        """
        leaf = _leaf(self.start, self.salt, self.data)
        try:
            found = merkle.root_from_path(leaf, self.index, self.size, list(self.path))
        except ValueError:
            found = b""
        if found != root:
            raise VerificationFailed(
                "TAMPERED",
                f"the slice at byte {self.start} does not belong to the member with root {root.hex()}",
                why="what is shown is not what was produced",
                next_step="compare with the entry of the intake on the ledger, and with a backup",
            )


def runs(extents: Positions, holes: Positions) -> Positions:
    """Released extents less holes, as sorted pairs that neither touch nor overlap.

    Args:
        extents: pairs, shape (n, 2); may touch, must not overlap.
        holes: pairs, shape (m, 2); anywhere.
    """
    kept = _merge(extents)
    gone = _merge(holes)
    if not len(gone) or not len(kept):
        return kept
    edges = np.unique(np.concatenate([kept.ravel(), gone.ravel()]))
    starts, ends = edges[:-1], edges[1:]
    inside = _covered(kept, starts) & ~_covered(gone, starts)
    return _merge(np.column_stack([starts[inside], ends[inside]]))


def _merge(pairs: Positions) -> Positions:
    pairs = pairs[pairs[:, 1] > pairs[:, 0]]
    if not len(pairs):
        return pairs
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    reach = np.maximum.accumulate(pairs[:, 1])
    first = np.concatenate([[True], pairs[1:, 0] > reach[:-1]])
    last = np.concatenate([first[1:], [True]])
    return np.column_stack([pairs[first, 0], reach[last]])


def _covered(pairs: Positions, points: Positions) -> npt.NDArray[np.bool_]:
    at = np.searchsorted(pairs[:, 0], points, side="right") - 1
    inside: npt.NDArray[np.bool_] = (at >= 0) & (points < pairs[np.maximum(at, 0), 1])
    return inside


def cuts(
    size: int, released: Positions, sealed: Positions, more: Iterable[Positions] = ()
) -> Iterator[tuple[Positions, npt.NDArray[np.bool_]]]:
    """Leaf borders, one piece of the member after another, and which of the leaves between them are released.

    Args:
        size: of the member.
        released: from `runs`.
        sealed: extents of sealed rows, in any order.
        more: further ones, in ascending order, as many at a time as one likes.

    Yields:
        Of a piece of `_GROUP` bytes: n + 1 offsets, and n answers.
    """
    known, coming = np.unique(np.concatenate([released.ravel(), sealed.ravel()])), iter(more)
    waiting, reach = np.zeros(0, np.int64), 0
    for start in range(0, size, _GROUP):
        end = min(start + _GROUP, size)
        while reach < end and (extents := next(coming, None)) is not None:
            waiting = np.concatenate([waiting, extents.ravel()])
            reach = max(reach, *extents[-1:, 0].tolist(), 0)
        first, last = np.searchsorted(known, [start, end])
        grid = np.append(np.arange(start, end, CHUNK, dtype=np.int64), end)
        borders: Positions = np.unique(np.concatenate([grid, known[first:last], waiting[waiting < end]]))
        waiting = waiting[waiting >= end]
        yield borders, _covered(released, borders[:-1]) if len(released) else np.zeros(len(borders) - 1, np.bool_)


@dataclass(frozen=True, slots=True)
class Tree:
    """A member's tree: its root, how many leaves it has, and the files with its released and withheld leaves."""

    root: bytes
    leaves: int
    released: Stored
    withheld: Stored | None


def write(
    vault: Vault,
    owner: str,
    stem: str,
    data: bytes | mmap,
    released: Positions,
    sealed: Positions = NONE,
    more: Iterable[Positions] = (),
) -> Tree:
    """Build the tree over a member and store its released slices; a large member is never held whole.

    Args:
        vault: where; with a filter team, the withheld leaves are stored too, for that team alone.
        owner: the instrument, whose key opens the released slices.
        stem: a name that this workspace never gave before.
        data: the member.
        released: from `runs`.
        sealed: extents of sealed rows, pairs, shape (n, 2), where there is a filter team.
        more: as `cuts` takes them.
    """
    name, sealed_name = f"slices/{stem}.parquet", f"sealed/{stem}-slices.parquet"
    to_team = vault.team is not None and not np.array_equal(released, [[0, len(data)]]) and len(data) > 0
    tree, view = merkle.Growing(), memoryview(data)
    with ExitStack() as stack:
        outs = [stack.enter_context(vault.writing(name, owner))]
        outs += [stack.enter_context(vault.writing_sealed(sealed_name, owner))] if to_team else []
        writers = [stack.enter_context(_writer(out)) for out in outs]
        for borders, is_released in cuts(len(data), released, sealed, more):
            leaves = _Leaves(view, borders)
            for each in leaves.hashes:
                tree.add(each)
            for to, shown in zip(writers, (is_released, ~is_released), strict=False):
                to.write_batch(leaves.batch(shown))
            release(data, int(borders[0]), _GROUP)
    stored = [Stored(each, out.digest) for each, out in zip((name, sealed_name), outs, strict=False)]
    return Tree(tree.root(), tree.size, stored[0], stored[1] if to_team else None)


class _Leaves:
    """The leaves of a piece of a member, with salts that are forgotten with this object."""

    def __init__(self, view: memoryview, borders: Positions) -> None:
        self._view, self._borders = view, borders
        self._salts = secrets.token_bytes(SALT * (len(borders) - 1))
        self.hashes = [
            _leaf(start, self._salts[n * SALT : (n + 1) * SALT], view[start:end])
            for n, (start, end) in enumerate(pairwise(borders.tolist()))
        ]

    def batch(self, shown: npt.NDArray[np.bool_]) -> pa.RecordBatch:
        """All leaf hashes; salt and bytes of the leaves to show.

        The columns are made of whole buffers: made of memory views, Arrow (26.0) would keep each of them for good.
        """
        starts, ends, size = self._borders[:-1], self._borders[1:], len(shown)
        valid = pa.py_buffer(np.packbits(shown, bitorder="little"))
        offsets = np.concatenate([[0], np.cumsum(np.where(shown, ends - starts, 0))])
        runs = _merge(np.column_stack([starts[shown], ends[shown]]))
        content = b"".join(self._view[start:end] for start, end in runs.tolist())
        hidden = size - int(shown.sum())
        return pa.record_batch(
            [
                pa.array(starts),
                pa.array(ends),
                pa.FixedSizeBinaryArray.from_buffers(
                    pa.binary(merkle.HASH), size, [None, pa.py_buffer(b"".join(self.hashes))]
                ),
                pa.FixedSizeBinaryArray.from_buffers(
                    pa.binary(SALT), size, [valid, pa.py_buffer(self._shown_salts(shown))], hidden
                ),
                pa.LargeBinaryArray.from_buffers(
                    pa.large_binary(), size, [valid, pa.py_buffer(offsets), pa.py_buffer(content)], hidden
                ),
            ],
            schema=_SCHEMA,
        )

    def _shown_salts(self, shown: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
        """The salts of the others as zeros: what a column hides must not lie under its mask."""
        salts = np.frombuffer(self._salts, np.uint8).reshape(-1, SALT)
        return np.where(shown[:, None], salts, np.uint8(0))


def open_some(
    vault: Vault, owner: str, stem: str, all_leaves: str, withheld: FrameReader, opened: Positions
) -> Stored:
    """Store the leaves of some withheld extents as released slices of the same tree.

    Args:
        vault: where.
        owner: the instrument.
        stem: a name that this workspace never gave before.
        all_leaves: the member's released slices, whose file has the hashes of all leaves.
        withheld: the member's withheld leaves, opened by two custodians.
        opened: extents of the rows that a court opened.
    """
    with vault.reading(all_leaves, owner) as source:
        table = pq.read_table(source, columns=["start", "end", "hash"])
    extents = _merge(opened)
    starts = table.column("start").to_numpy()
    inside = _covered(extents, starts) if len(extents) else np.zeros(len(starts), np.bool_)
    with pq.ParquetFile(withheld) as file:
        found = {
            start: (salt, data)
            for batch in file.iter_batches(columns=["start", "salt", "bytes"])
            for start, salt, data in zip(*(column.to_pylist() for column in batch.columns), strict=True)
            if salt is not None and len(extents) and bool(_covered(extents, np.array([start]))[0])
        }
    kept = [
        found.get(start, (None, None)) if is_in else (None, None)
        for start, is_in in zip(starts, inside, strict=True)
    ]
    salts = pa.array([salt for salt, _ in kept], pa.binary(SALT))
    data = pa.array([content for _, content in kept], pa.large_binary())
    name = f"slices/{stem}.parquet"
    with vault.writing(name, owner) as out, _writer(out) as to:
        to.write_table(pa.table([*table.columns, salts, data], schema=_SCHEMA))
    return Stored(name, out.digest)


def _writer(out: FrameWriter) -> pq.ParquetWriter:
    """Slices repeat nothing that a dictionary could save, and building one would hold them all."""
    return pq.ParquetWriter(out, _SCHEMA, compression="zstd", compression_level=1, use_dictionary=False)


def _leaf(start: int, salt: bytes, data: bytes | memoryview) -> bytes:
    return merkle.leaf_hash(start.to_bytes(8, "big") + len(data).to_bytes(8, "big") + salt, data)


def read(vault: Vault, owner: str, name: str) -> Iterator[Slice]:
    """The released slices of a member, each with its proof, in the order of the member."""
    with vault.reading(name, owner) as source, pq.ParquetFile(source) as file:
        hashes = file.read(columns=["hash"]).column("hash").to_pylist()
        tree = merkle.levels(hashes)
        index = 0
        for group in range(file.num_row_groups):
            part = file.read_row_group(group, columns=["start", "salt", "bytes"])
            for start, salt, data in zip(*(column.to_pylist() for column in part.columns), strict=True):
                if salt is not None:
                    yield Slice(start, data, salt, index, len(hashes), tuple(merkle.path(tree, index)))
                index += 1


def check(vault: Vault, owner: str, name: str, tree: str) -> int:
    """Verify a member's stored slices, each from its proof alone; returns how many there are.

    Raises:
        VerificationFailed: `TAMPERED`.
    """
    count = 0
    for piece in read(vault, owner, name):
        piece.verify(bytes.fromhex(tree))
        count += 1
    return count
