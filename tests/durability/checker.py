"""Whether a log holds every acknowledged commit: a process of its own, since an open database hides what is lost.

    checker.py FOLDER < acknowledgements

Every acknowledged size is at most the log's, and the log's root at that size is the acknowledged one; the entries
are the ones that were written; the tree and the file are sound. Prints one JSON line.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

from fourcorners.ledger.log import Log
from fourcorners.ledger.sqlite import SqliteDatabase
from fourcorners.model.errors import FourcornersError


def check(folder: Path, acknowledged: list[tuple[int, bytes]]) -> dict[str, object]:
    """What is wrong, and how many acknowledged entries are lost."""
    db = SqliteDatabase(folder / "log.sqlite")
    try:
        sound = db.execute("PRAGMA integrity_check").fetchone()[0]
        if sound != "ok":
            return {"error": f"integrity: {sound}", "lost": 0, "size": 0}
        if not db.execute("SELECT name FROM sqlite_master WHERE name = 'ledger_entries'").fetchone():
            return {"error": None, "lost": max((size for size, _ in acknowledged), default=0), "size": 0}
        tree = Log(db)
        size = tree.verify()
        wrong = [n for n, leaf in enumerate(tree.leaves()) if leaf != f"entry {n}".encode()]
        roots = [each for each, root in acknowledged if each <= size and tree.root(each) != root]
        lost = max((each - size for each, _ in acknowledged), default=0)
    except FourcornersError as broken:
        return {"error": broken.diagnostics(), "lost": 0, "size": 0}
    finally:
        db.close()
    error = f"entries {wrong[:3]} or roots {roots[:3]} differ" if wrong or roots else None
    return {"error": error, "lost": max(0, lost), "size": size}


def parse(lines: list[str]) -> list[tuple[int, bytes]]:
    """The acknowledgements among a writer's lines; a last one that was cut is none."""
    words = [line.split(" ") for line in lines if line.startswith("acknowledged ") and line.endswith("\n")]
    return [(int(size), base64.b64decode(root)) for _, size, root in words]


if __name__ == "__main__":
    print(json.dumps(check(Path(sys.argv[1]), parse(sys.stdin.readlines()))))  # noqa: T201 - its answer
