"""The salted chunk tree over a member, and the released slices with what proves them.

The member is cut into leaves on a 64 KiB grid; a chunk that holds released and withheld bytes is cut at the
borders between them. Leaf data = start and length (8 bytes each, big-endian) || salt || bytes; leaves and nodes
hash as in RFC 6962. So a released slice is proven to be part of the produced member, at its place, without
showing the rest.

The salts of withheld leaves are made, used and forgotten: an address and a second can be guessed, and a hash
without a salt would confirm the guess. Their leaf hashes stay, as commitments to what was produced and is not
stored.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from fourcorners.model import merkle
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault.files import write_once

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
_GROUP = 1 << 21  # bytes of released slices that one row group gathers


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


def cuts(size: int, released: Positions) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """Leaf borders (n + 1 offsets from 0 to size) and which of the n leaves are released."""
    borders = np.unique(np.concatenate([np.arange(0, size, CHUNK, dtype=np.int64), [size], released.ravel()]))
    if not len(released):
        return borders, np.zeros(len(borders) - 1, np.bool_)
    return borders, _covered(released, borders[:-1])


def write(path: Path, data: bytes | mmap, released: Positions) -> tuple[bytes, int]:
    """Build the tree over a member and store its released slices.

    Args:
        path: where the slices go; appears whole or not at all.
        data: the member.
        released: from `runs`.

    Returns:
        The tree's root and how many leaves it has.
    """
    view = memoryview(data)
    borders, open_ = cuts(len(view), released)
    starts, ends = borders[:-1].tolist(), borders[1:].tolist()
    salts = secrets.token_bytes(SALT * len(starts))
    hashes = [
        _leaf(start, salts[i * SALT : (i + 1) * SALT], view[start:end])
        for i, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    with write_once(path) as out, _writer(out) as to:
        for first, last in _groups(borders):
            which = open_[first:last].tolist()
            to.write_batch(
                pa.record_batch(
                    [
                        pa.array(borders[first:last]),
                        pa.array(borders[first + 1 : last + 1]),
                        pa.array(hashes[first:last], pa.binary(32)),
                        pa.array(
                            [
                                salts[(first + i) * SALT : (first + i + 1) * SALT] if shown else None
                                for i, shown in enumerate(which)
                            ],
                            pa.binary(SALT),
                        ),
                        pa.array(
                            [
                                view[starts[first + i] : ends[first + i]] if shown else None
                                for i, shown in enumerate(which)
                            ],
                            pa.large_binary(),
                        ),
                    ],
                    schema=_SCHEMA,
                )
            )
    return merkle.root(hashes), len(hashes)


def _writer(out: BinaryIO) -> pq.ParquetWriter:
    """Slices repeat nothing that a dictionary could save, and building one would hold them all."""
    return pq.ParquetWriter(out, _SCHEMA, compression="zstd", compression_level=1, use_dictionary=False)


def _groups(borders: Positions) -> Iterator[tuple[int, int]]:
    group = borders[:-1] // _GROUP
    firsts = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]])) if len(group) else np.array([], int)
    yield from zip(firsts.tolist(), [*firsts[1:].tolist(), len(group)], strict=True)


def _leaf(start: int, salt: bytes, data: bytes | memoryview) -> bytes:
    return merkle.leaf_hash(start.to_bytes(8, "big") + len(data).to_bytes(8, "big") + salt, data)


def read(path: Path) -> Iterator[Slice]:
    """The released slices of a member, each with its proof, in the order of the member."""
    table = pq.read_table(path, columns=["start", "hash", "salt"])
    hashes = table.column("hash").to_pylist()
    tree = merkle.levels(hashes)
    index = 0
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            part = file.read_row_group(group, columns=["start", "salt", "bytes"])
            for start, salt, data in zip(*(column.to_pylist() for column in part.columns), strict=True):
                if salt is not None:
                    yield Slice(start, data, salt, index, len(hashes), tuple(merkle.path(tree, index)))
                index += 1


def root(path: Path) -> bytes:
    """The root that the stored leaf hashes give."""
    return merkle.root(pq.read_table(path, columns=["hash"]).column("hash").to_pylist())
