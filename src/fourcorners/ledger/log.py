"""The log: entries in order, and the tiles of the tree over them (C2SP tlog-tiles, RFC 6962 hashing).

Nothing of the tree is kept in memory: an append reads the partial tiles at the edge and writes them back within
the caller's transaction, so that what is rolled back is rolled back whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from hashlib import sha256

from fourcorners.ledger import checkpoint
from fourcorners.ledger import tiles
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.database import Database
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Signer
from fourcorners.ledger.tiles import HASH
from fourcorners.ledger.tiles import HEIGHT
from fourcorners.ledger.tiles import LARGEST_ENTRY
from fourcorners.ledger.tiles import WIDTH
from fourcorners.model import merkle
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed

TABLES = """
CREATE TABLE ledger_entries (n INTEGER PRIMARY KEY, leaf BLOB NOT NULL) STRICT;
CREATE TABLE ledger_tiles (
    level INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, n)
) STRICT;
-- checkpoints that went out: to a witness, into a bundle
CREATE TABLE ledger_checkpoints (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT;
"""

#: Entries read from the database at a time.
_CHUNK = 4096


class Log:
    """The log of one database."""

    def __init__(self, db: Database) -> None:
        """Take a database that has `TABLES`."""
        self._db = db

    def size(self) -> int:
        """How many entries there are."""
        found = self._db.execute("SELECT max(n) FROM ledger_entries").fetchone()[0]
        return 0 if found is None else int(found) + 1

    def append(self, leaves: Sequence[bytes]) -> int:
        """Add entries, within the caller's transaction. Returns the number of the first.

        Raises:
            BadInput: `ENTRY_SIZE`: an entry has more than 65,535 bytes; none is added.
        """
        check_sizes(leaves)
        first = self.size()
        self._db.executemany("INSERT INTO ledger_entries VALUES (?, ?)", enumerate(leaves, first))
        self._extend(0, first, [sha256(b"\x00" + leaf).digest() for leaf in leaves])
        return first

    def _extend(self, level: int, first: int, hashes: list[bytes]) -> None:
        """Add hashes to a level's tiles; each tile that becomes full gives one hash to the level above."""
        if not hashes:
            return
        tile, held = first // WIDTH, first % WIDTH
        row = self._tile(level, tile) if held else b""
        data = row[: held * HASH] + b"".join(hashes)
        cut = [data[at : at + WIDTH * HASH] for at in range(0, len(data), WIDTH * HASH)]
        if held:
            values = (cut[0], level, tile)
            self._db.execute("UPDATE ledger_tiles SET hashes = ? WHERE level = ? AND n = ?", values)
        rows = [(level, n, part) for n, part in enumerate(cut, tile)][1 if held else 0 :]
        self._db.executemany("INSERT INTO ledger_tiles VALUES (?, ?, ?)", rows)
        self._extend(level + 1, tile, [tiles.root(part) for part in cut if len(part) == WIDTH * HASH])

    def _tile(self, level: int, n: int) -> bytes:
        row = self._db.execute("SELECT hashes FROM ledger_tiles WHERE level = ? AND n = ?", (level, n)).fetchone()
        return bytes(row[0]) if row else b""

    def leaf(self, n: int) -> bytes:
        """One entry.

        Raises:
            VerificationFailed: `TAMPERED`, if it is not there.
        """
        row = self._db.execute("SELECT leaf FROM ledger_entries WHERE n = ?", (n,)).fetchone()
        if row is None:
            raise tampered(n, "it is not there")
        return bytes(row[0])

    def leaves(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Entries in order, `[start, end)`.

        Raises:
            VerificationFailed: `TAMPERED`, if one is missing.
        """
        end = self.size() if end is None else end
        query = "SELECT n, leaf FROM ledger_entries WHERE n >= ? AND n < ? ORDER BY n"
        for at in range(start, end, _CHUNK):
            rows = self._db.execute(query, (at, min(at + _CHUNK, end))).fetchall()
            for expected, (n, leaf) in enumerate(rows, at):
                if n != expected:
                    raise tampered(expected, "it is missing or out of place")
                yield bytes(leaf)
            if len(rows) != min(at + _CHUNK, end) - at:
                raise tampered(at + len(rows), "it is missing or out of place")

    def root(self, size: int | None = None) -> bytes:
        """The root of the tree over the first `size` entries, by default all."""
        return merkle.fold(0, self.size() if size is None else size, _Subtrees(self))

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The audit path of an entry in the tree of `size` entries."""
        return merkle.inclusion(index, size, _Subtrees(self))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """What shows that the tree of `new` entries continues that of `old`."""
        return merkle.consistency(old, new, _Subtrees(self))

    def checkpoint(self, signer: Signer) -> Note:
        """The log's present state, signed. Call it after the commit that it speaks of, never before."""
        size = self.size()
        return checkpoint.sign(Checkpoint(signer.name, size, self.root(size)), signer)

    def keep(self, note: Note) -> None:
        """Store a checkpoint that goes out, or comes back cosigned; within the caller's transaction."""
        size, data = Checkpoint.parse(note.text).size, note.encode()
        self._db.execute(
            "INSERT INTO ledger_checkpoints VALUES (?, ?) ON CONFLICT (size) DO UPDATE SET note = ?",
            (size, data, data),
        )

    def kept(self) -> list[Note]:
        """The checkpoints that went out, oldest first."""
        rows = self._db.execute("SELECT note FROM ledger_checkpoints ORDER BY size").fetchall()
        return [Note.parse(bytes(note)) for (note,) in rows]

    def verify(self) -> int:
        """Recompute the whole tree from the entries and compare it with every tile and every kept checkpoint.

        Returns:
            How many entries there are.

        Raises:
            VerificationFailed: `TAMPERED`, naming the first entry or tile that differs.
        """
        size = self.size()
        lowest = self._db.execute("SELECT min(n) FROM ledger_entries").fetchone()[0]
        if lowest is not None and lowest < 0:
            raise tampered(lowest, "no entry has that number")
        row = [sha256(b"\x00" + leaf).digest() for leaf in self.leaves(0, size)]
        count = 0
        for level in range(len(tiles.widths(size))):
            count += -(-len(row) // WIDTH)
            row = self._verify_level(level, row)
        stored = self._db.execute("SELECT count(*) FROM ledger_tiles").fetchone()[0]
        if stored != count:
            raise tampered(size, f"there are {stored} tiles, not {count}")
        kept = self._db.execute("SELECT size, note FROM ledger_checkpoints ORDER BY size").fetchall()
        for of, note in kept:
            try:
                said = Checkpoint.parse(Note.parse(bytes(note)).text)
            except BadInput as error:
                raise tampered(min(of, size), f"its kept checkpoint of {of} entries is none") from error
            if said.size != of or of > size or self.root(of) != said.root:
                raise tampered(min(of, size), f"a checkpoint of {of} entries has another root")
        return size

    def _verify_level(self, level: int, row: list[bytes]) -> list[bytes]:
        above = []
        for n in range(-(-len(row) // WIDTH)):
            part = b"".join(row[n * WIDTH : (n + 1) * WIDTH])
            if self._tile(level, n) != part:
                raise tampered(n * WIDTH << HEIGHT * level, f"tile {n} of level {level} is not its hashes")
            if len(part) == WIDTH * HASH:
                above.append(tiles.root(part))
        return above

    def files(self, size: int | None = None) -> Iterator[tuple[str, bytes]]:
        """The log's first `size` entries, by default all, as tlog-tiles files without the checkpoint."""
        size = self.size() if size is None else size
        for level, width in enumerate(tiles.widths(size)):
            for n in range(-(-width // WIDTH)):
                held = min(WIDTH, width - n * WIDTH)
                yield tiles.path(str(level), n, held), self._tile(level, n)[: held * HASH]
        for n in range(-(-size // WIDTH)):
            entries = list(self.leaves(n * WIDTH, min(size, (n + 1) * WIDTH)))
            yield tiles.path("entries", n, len(entries)), tiles.bundle(entries)


class _Subtrees:
    """Hashes of full subtrees, from the tiles; each tile is read once a proof."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._tiles: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        row, within = divmod(level, HEIGHT)
        first, count = index << within, 1 << within
        tile = self._tile(row, first // WIDTH)
        at = first % WIDTH
        part = tile[at * HASH : (at + count) * HASH]
        if len(part) != count * HASH:
            raise tampered(first << HEIGHT * row, f"tile {first // WIDTH} of level {row} is short")
        return tiles.root(part)

    def _tile(self, row: int, n: int) -> bytes:
        if (row, n) not in self._tiles:
            self._tiles[row, n] = self._log._tile(row, n)  # noqa: SLF001 - one module, one idea
        return self._tiles[row, n]


def check_sizes(leaves: Sequence[bytes]) -> None:
    """See that the format holds each of these entries.

    Raises:
        BadInput: `ENTRY_SIZE`.
    """
    for leaf in leaves:
        if len(leaf) > LARGEST_ENTRY:
            raise BadInput(
                "ENTRY_SIZE",
                f"a ledger entry of {len(leaf):,} bytes; at most {LARGEST_ENTRY:,} fit",
                why="the log's format holds no larger entry, and a step without its entry is not taken",
                next_step="take fewer files in at a time",
            )


def tampered(n: int, what: str) -> VerificationFailed:
    """The error that names the first entry which is not what the log says."""
    return VerificationFailed(
        "TAMPERED",
        f"ledger entry {n}: {what}",
        where=f"ledger, entry {n}",
        why="from this entry on, the ledger does not show what happened",
        next_step="keep the workspace as it is and compare it with a backup and with checkpoints kept elsewhere",
    )
