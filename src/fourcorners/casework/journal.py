"""The entries of the ledger: what goes into a leaf, and the details that stand beside it.

A leaf is public for good: ids, counts, codes, hashes of ciphertexts and roots of salted trees. What people wrote
and what would tell of a production (file names, hashes of produced bytes) is a detail: the leaf holds its salted
commitment only, the detail itself lies beside it, sealed. There are two details, because they end at different
times. `audit` (who, why, the wording that was shown) is sealed with the workspace's key and stays. `evidence` is
sealed with the key of what it tells of, so that a lawful destruction of that key ends it and leaves the log whole.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fourcorners.casework.store import WORKSPACE
from fourcorners.casework.store import Tables
from fourcorners.ledger.log import Log
from fourcorners.ledger.log import tampered
from fourcorners.model import merkle

TABLES = """
CREATE TABLE details (
    n INTEGER NOT NULL, part TEXT NOT NULL, owner TEXT NOT NULL, box BLOB NOT NULL, PRIMARY KEY (n, part)
) STRICT;
"""

_SALT = 32


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the log: how many entries, the newest one's time (ns UTC), and the tree's root (hex)."""

    size: int
    at: int
    hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One step. A detail is None where there is none, or where its key was lawfully destroyed."""

    n: int
    at: int
    kind: str
    facts: Mapping[str, Any]
    audit: Mapping[str, Any] | None
    evidence: Mapping[str, Any] | None

    @property
    def id(self) -> str:
        """How a person names it: `E-17`."""
        return f"E-{self.n}"


class Journal:
    """Entries with their details, over one log; the caller owns the transaction."""

    def __init__(self, tables: Tables, log: Log) -> None:
        """Take the tables and the log of one database."""
        self._tables = tables
        self._log = log

    def leaf(
        self,
        n: int,
        kind: str,
        *,
        at: int,
        facts: Mapping[str, Any],
        audit: Mapping[str, Any],
        evidence: Mapping[str, Any] | None = None,
        owner: str = WORKSPACE,
    ) -> bytes:
        """Store the details of the entry that will be number `n` and give its leaf.

        Args:
            n: the number that the log will give.
            kind: what happened, one word (`intake`, `read`, `refusal`, ...).
            at: UTC nanoseconds.
            facts: what stays for good.
            audit: who and why; kept as long as the workspace.
            evidence: what tells of a production; kept as long as the key of `owner`.
            owner: whose key seals `evidence`.
        """
        commitments = {"audit": self._commit(n, "audit", WORKSPACE, audit)}
        if evidence is not None:
            commitments["evidence"] = self._commit(n, "evidence", owner, evidence)
        return canonical({"n": n, "at": at, "kind": kind, "facts": facts, "commitments": commitments}).encode()

    def _commit(self, n: int, part: str, owner: str, detail: Mapping[str, Any]) -> str:
        plain = secrets.token_bytes(_SALT) + canonical(detail).encode()
        box = self._tables.keys.seal(owner, plain, _context(n, part))
        self._tables.db.execute("INSERT INTO details VALUES (?, ?, ?, ?)", (n, part, owner, box))
        return sha256(plain).hexdigest()

    def head(self, size: int | None = None) -> Head:
        """The state of the log, now or when it had `size` entries; of an empty one, time 0."""
        size = self._log.size() if size is None else size
        at = json.loads(self._log.leaf(size - 1))["at"] if size else 0
        return Head(size, at, self._log.root(size).hex())

    def newest(self) -> int:
        """Time of the newest entry, ns UTC; 0 in an empty log."""
        size = self._log.size()
        return int(json.loads(self._log.leaf(size - 1))["at"]) if size else 0

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first."""
        for n, leaf in enumerate(self._log.leaves()):
            said = json.loads(leaf)
            details = self._details(n)
            yield Entry(n, said["at"], said["kind"], said["facts"], details.get("audit"), details.get("evidence"))

    def _plain(self, n: int) -> dict[str, bytes]:
        rows = self._tables.db.execute("SELECT part, owner, box FROM details WHERE n = ?", (n,)).fetchall()
        keys = self._tables.keys
        return {
            part: keys.unseal(owner, bytes(box), _context(n, part)) for part, owner, box in rows if keys.has(owner)
        }

    def _details(self, n: int) -> dict[str, Mapping[str, Any]]:
        return {part: json.loads(plain[_SALT:]) for part, plain in self._plain(n).items()}

    def verify(self) -> Head:
        """Recompute the log, the order of its entries, and every commitment whose detail can be read.

        Raises:
            VerificationFailed: `TAMPERED`, naming the first entry that is not what the log says.
        """
        size, before = self._log.verify(), 0
        for n, leaf in enumerate(self._log.leaves()):
            said = json.loads(leaf)
            if said["n"] != n:
                raise tampered(n, "it stands out of place")
            if said["at"] < before:
                raise tampered(n, "it is earlier than the entry before it")
            before = said["at"]
            stored = self._tables.db.execute("SELECT part FROM details WHERE n = ?", (n,)).fetchall()
            if {part for (part,) in stored} != said["commitments"].keys():
                raise tampered(n, "a detail is gone, or one was added")
            for part, plain in self._plain(n).items():
                if sha256(plain).hexdigest() != said["commitments"][part]:
                    raise tampered(n, f"its {part} is not what was committed to")
        return Head(size, before, self._log.root(size).hex())

    def leaf_hash(self, n: int) -> str:
        """The RFC 6962 hash of an entry's leaf, hex."""
        return merkle.leaf_hash(self._log.leaf(n)).hex()


def digest_of(files: Iterable[tuple[str, str]]) -> str:
    """One hash over names and hashes of stored files, hex: an entry is short, however many there are."""
    return sha256("\n".join(f"{name} {digest}" for name, digest in files).encode()).hexdigest()


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys, no blanks, only ASCII (a file name may hold bytes that are no text)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _context(n: int, part: str) -> bytes:
    return f"details/{n}/{part}".encode()
