"""The first, plain form of the ledger: a hash chain in the workspace's own SQLite file.

Entry hash = SHA-256(hash of the entry before || leaf); the first entry follows 32 zero bytes. A leaf is
canonical JSON of hashes, counts, ids and a salted commitment. What people wrote (titles, reasons, names of
files) stands in a detail beside it, outside the chain, so that a lawful destruction of detail and salt leaves
the chain whole.

Without a witness outside the workspace, whoever holds the file can write another history: a head that was
printed, mailed or filed earlier is what shows it. The C2SP tile log takes this place behind the same verbs.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fourcorners.model.errors import VerificationFailed

START = bytes(32)

TABLES = """
CREATE TABLE IF NOT EXISTS ledger (
    n INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    leaf BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS ledger_detail (
    n INTEGER PRIMARY KEY REFERENCES ledger (n),
    salt BLOB NOT NULL,
    detail TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry: how many entries there are, the newest one's time (ns UTC) and its hash (hex)."""

    size: int
    at: int
    hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One step. `detail` is None where it was lawfully destroyed."""

    n: int
    at: int
    kind: str
    facts: Mapping[str, Any]
    detail: Mapping[str, Any] | None
    hash: str


class Ledger:
    """The ledger in one SQLite connection; the caller owns the transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Take a connection whose file already has `TABLES`."""
        self._db = db

    def append(self, kind: str, *, at: int, facts: Mapping[str, Any], detail: Mapping[str, Any]) -> Head:
        """Add an entry within the caller's transaction.

        Args:
            kind: what happened, one word (`intake`, `read`, `refusal`, ...).
            at: UTC nanoseconds.
            facts: hashes, counts and ids; goes into the chain.
            detail: what people wrote; only its salted commitment goes into the chain.
        """
        before = self.head()
        salt = secrets.token_bytes(32)
        text = canonical(detail)
        leaf = canonical(
            {"n": before.size, "at": at, "kind": kind, "facts": facts, "detail": _commitment(salt, text)}
        ).encode()
        digest = sha256(bytes.fromhex(before.hash) + leaf).digest()
        self._db.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?)", (before.size, at, kind, leaf, digest))
        self._db.execute("INSERT INTO ledger_detail VALUES (?, ?, ?)", (before.size, salt, text))
        return Head(before.size + 1, at, digest.hex())

    def head(self) -> Head:
        """The newest entry; of an empty ledger, size 0 and 32 zero bytes."""
        row = self._db.execute("SELECT n, at, hash FROM ledger ORDER BY n DESC LIMIT 1").fetchone()
        return Head(row[0] + 1, row[1], row[2].hex()) if row else Head(0, 0, START.hex())

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first."""
        rows = self._db.execute(
            "SELECT l.n, l.at, l.kind, l.leaf, l.hash, d.detail FROM ledger l LEFT JOIN ledger_detail d USING (n) "
            "ORDER BY n"
        )
        for n, at, kind, leaf, digest, detail in rows:
            yield Entry(
                n, at, kind, json.loads(leaf)["facts"], json.loads(detail) if detail else None, digest.hex()
            )

    def verify(self) -> Head:
        """Recompute the chain and every commitment whose detail is still there.

        Raises:
            VerificationFailed: `TAMPERED`, naming the first entry that is not what the chain says.
        """
        before, expected, at = START, 0, 0
        rows = self._db.execute(
            "SELECT l.n, l.at, l.kind, l.leaf, l.hash, d.salt, d.detail FROM ledger l "
            "LEFT JOIN ledger_detail d USING (n) ORDER BY n"
        )
        for n, when, kind, leaf, digest, salt, detail in rows:
            said = json.loads(leaf)
            if n != expected or said["n"] != n:
                raise _tampered(expected, "an entry is missing or out of place")
            if sha256(before + leaf).digest() != digest:
                raise _tampered(n, "its hash does not follow from the entry before it")
            if (said["at"], said["kind"]) != (when, kind):
                raise _tampered(n, "its index columns differ from its leaf")
            if detail is not None and said["detail"] != _commitment(salt, detail):
                raise _tampered(n, "its detail is not what was committed to")
            if when < at:
                raise _tampered(n, "it is earlier than the entry before it")
            before, expected, at = digest, expected + 1, when
        return Head(expected, at, before.hex())


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys, no blanks, only ASCII (a file name may hold bytes that are no text)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _commitment(salt: bytes, detail: str) -> str:
    return sha256(salt + detail.encode()).hexdigest()


def _tampered(n: int, what: str) -> VerificationFailed:
    return VerificationFailed(
        "TAMPERED",
        f"ledger entry {n}: {what}",
        where=f"ledger, entry {n}",
        why="from this entry on, the ledger does not show what happened",
        next_step="keep the workspace as it is and compare it with a backup and with heads noted elsewhere",
    )
