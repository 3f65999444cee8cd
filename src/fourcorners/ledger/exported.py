"""A log that was handed out as files (C2SP tlog-tiles): read and recomputed, with nothing but the folder."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from pathlib import Path

from fourcorners.ledger import tiles
from fourcorners.ledger.log import tampered
from fourcorners.ledger.tiles import LARGEST_ENTRY
from fourcorners.ledger.tiles import WIDTH
from fourcorners.model import merkle
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed

#: The checkpoint to check by, the policy that came with it, and the state beyond that checkpoint, if there is one.
CHECKPOINT, POLICY, PRESENT = "checkpoint", "policy", "checkpoint.present"
TILE = "tile"

_LENGTH = 2
#: Bytes of the largest note, policy or proof that is looked at.
LARGEST = 1 << 20


def recompute(folder: Path, sizes: Collection[int], look: Callable[[int, bytes], None]) -> list[bytes]:
    """The hashes of all leaves, after every tile of each of these trees was compared with what the entries give.

    Args:
        folder: where the files lie.
        sizes: of the trees; a smaller one has partial tiles of its own.
        look: is given each entry with its number.

    Raises:
        VerificationFailed: `MISSING_FILE`, `TAMPERED`.
    """
    hashes = []
    for n, leaf in enumerate(_leaves(folder, 0, max(sizes))):
        look(n, leaf)
        hashes.append(merkle.leaf_hash(leaf))
    for size in sizes:
        edge = size - size % WIDTH
        for n, leaf in enumerate(_leaves(folder, edge, size), edge):
            if merkle.leaf_hash(leaf) != hashes[n]:
                raise tampered(n, "two bundles have it differently")
        _compare(folder, hashes[:size])
    return hashes


def _compare(folder: Path, row: list[bytes]) -> None:
    for level, width in enumerate(tiles.widths(len(row))):
        above = []
        for n in range(0, width, WIDTH):
            part = b"".join(row[n : n + WIDTH])
            if read(folder / _path(str(level), n, width), len(part)) != part:
                raise tampered(n << 8 * level, f"tile {n // WIDTH} of level {level} is not its hashes")
            if len(part) == WIDTH * tiles.HASH:
                above.append(tiles.root(part))
        row = above


def _leaves(folder: Path, start: int, end: int) -> Iterator[bytes]:
    """The entries `[start, end)`; `start` begins a tile."""
    for n in range(start, end, WIDTH):
        data = read(folder / _path("entries", n, end), WIDTH * (_LENGTH + LARGEST_ENTRY))
        at = 0
        for index in range(n, min(n + WIDTH, end)):
            length = int.from_bytes(data[at : at + _LENGTH], "big")
            leaf = data[at + _LENGTH : at + _LENGTH + length]
            if at + _LENGTH > len(data) or len(leaf) != length:
                raise tampered(index, "its bundle ends before it")
            yield leaf
            at += _LENGTH + length
        if at != len(data):
            raise tampered(min(n + WIDTH, end), "its bundle holds more than the tree")


def _path(kind: str, n: int, end: int) -> str:
    return tiles.path(kind, n // WIDTH, min(WIDTH, end - n))


def read(path: Path, most: int) -> bytes:
    """A file that was handed out, of at most so many bytes.

    Raises:
        VerificationFailed: `MISSING_FILE`.
        BadInput: `NOT_FOUND`.
    """
    if not path.is_file():  # a pipe or a device would never end
        raise VerificationFailed(
            "MISSING_FILE",
            f"{path} is not there",
            where=str(path),
            why="what is not there cannot be checked",
            next_step="ask for it again, whole, as `ledger export` or `ledger proof` wrote it",
        )
    try:
        with path.open("rb") as source:
            return source.read(most + 1)
    except OSError as error:
        raise BadInput(
            "NOT_FOUND", f"{path} cannot be read: {error.strerror}", where=str(path), next_step="check the path"
        ) from error
