"""A writer that acknowledges: one line on stdout for every commit that it was told is durable, and nothing before.

    writer.py FOLDER SYNCHRONOUS BATCH COUNT

Each entry says its own number, so that the checker, which is another process, can tell what must be there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fourcorners.ledger import log
from fourcorners.ledger.log import Log
from fourcorners.ledger.note import Signer
from fourcorners.ledger.sqlite import SqliteDatabase

DATABASE = "log.sqlite"
SIGNER = Signer("log.example/durability", b"the log key of a durability test")


def main(folder: Path, synchronous: str, batch: int, count: int) -> None:
    """Append until killed, or `count` batches."""
    new = not (folder / DATABASE).exists()
    db = SqliteDatabase(folder / DATABASE, synchronous=synchronous)
    if new:
        db.create("BEGIN; " + log.TABLES + "COMMIT;")
    tree = Log(db)
    os.write(1, b"ready\n")
    while count:
        first = tree.size()
        with db.transaction():
            tree.append([f"entry {first + n}".encode() for n in range(batch)])
        note = tree.checkpoint(SIGNER)
        size, root = note.text.split("\n")[1:3]
        os.write(1, f"acknowledged {size} {root}\n".encode())
        count -= 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
