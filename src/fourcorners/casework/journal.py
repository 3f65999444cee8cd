"""The entries of the ledger: what goes into a leaf, and the details that stand beside it.

A leaf is public for good: ids, counts, codes, hashes of ciphertexts and roots of salted trees. What people wrote
and what would tell of a production (file names, hashes of produced bytes) is a detail: the leaf holds its salted
commitment only, the detail itself lies beside it, sealed. There are two details, because they end at different
times. `audit` (who, why, the wording that was shown) is sealed with the workspace's key and stays. `evidence` is
sealed with the key of what it tells of, so that a lawful destruction of that key ends it and leaves the log whole.

What one row decides for everything (the settings, what was destroyed, the courts' rulings) cannot wait until
somebody verifies: every leaf has `state`, one hash over those rows as they lie. Only the entry of such a change
gives it another value; the others repeat it, so an edit of the rows is noticed at the next use and made good by no
entry.
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

from fourcorners.casework import store
from fourcorners.casework.store import WORKSPACE
from fourcorners.casework.store import Tables
from fourcorners.ledger.log import Log
from fourcorners.ledger.log import tampered
from fourcorners.model import merkle
from fourcorners.model.errors import VerificationFailed

TABLES = """
CREATE TABLE details (
    n INTEGER NOT NULL, part TEXT NOT NULL, box BLOB NOT NULL, PRIMARY KEY (n, part)
) STRICT;
"""

#: The kinds of entries that come with a change of the settings or the rulings, written after it.
SETTLING = frozenset(
    {
        "workspace",
        "filter team",
        "witness",
        "witness removed",
        "witness seen",
        "quashed",
        "reinstated",
        "destruction",
    }
)

_SALT = 32
#: What a leaf holds; `owner` stands beside evidence only.
_FIELDS: dict[str, type] = {"n": int, "at": int, "kind": str, "facts": dict, "commitments": dict, "state": str}


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
        said = {"n": n, "at": at, "kind": kind, "facts": facts, "commitments": commitments}
        if evidence is not None:
            commitments["evidence"] = self._commit(n, "evidence", owner, evidence)
            said["owner"] = owner
        said["state"] = store.state_of(self._tables) if kind in SETTLING else self._newest()["state"]
        return canonical(said).encode()

    def _commit(self, n: int, part: str, owner: str, detail: Mapping[str, Any]) -> str:
        plain = secrets.token_bytes(_SALT) + canonical(detail).encode()
        box = self._tables.keys.seal(owner, plain, _context(n, part))
        self._tables.db.execute(  # a row that stands there already is of no entry
            "INSERT INTO details VALUES (?, ?, ?) ON CONFLICT (n, part) DO UPDATE SET box = ?", (n, part, box, box)
        )
        return sha256(plain).hexdigest()

    def head(self, size: int | None = None) -> Head:
        """The state of the log, now or when it had `size` entries; of an empty one, time 0."""
        size = self._log.size() if size is None else size
        at = parse(size - 1, self._log.leaf(size - 1))["at"] if size else 0
        return Head(size, at, self._log.root(size).hex())

    def _newest(self) -> dict[str, Any]:
        n = self._log.size() - 1
        return parse(n, self._log.leaf(n))

    def newest(self) -> int:
        """Time of the newest entry, ns UTC; 0 in an empty log."""
        return int(self._newest()["at"]) if self._log.size() else 0

    def check_state(self) -> None:
        """See that settings and rulings are those of the newest entry.

        Raises:
            VerificationFailed: `TAMPERED`.
        """
        if self._log.size() and self._newest()["state"] != store.state_of(self._tables):
            raise VerificationFailed(
                "TAMPERED",
                "the settings or the courts' rulings are not those of the newest ledger entry",
                where="settings, rulings",
                why="they say who opens what is sealed, who witnesses, and what is locked",
                next_step="keep the workspace as it is and restore the database from a backup",
            )

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first."""
        for n, leaf in enumerate(self._log.leaves()):
            said = parse(n, leaf)
            details = {
                part: json.loads(self._plain(n, part, owner, box)[_SALT:])
                for part, (owner, box) in self._boxes(n, said).items()
                if self._tables.keys.has(owner)
            }
            yield Entry(n, said["at"], said["kind"], said["facts"], details.get("audit"), details.get("evidence"))

    def _boxes(self, n: int, said: Mapping[str, Any]) -> dict[str, tuple[str, bytes]]:
        """The details of an entry, each with the owner of its key, which only the leaf says."""
        rows = self._tables.db.execute("SELECT part, box FROM details WHERE n = ?", (n,)).fetchall()
        if {part for part, _ in rows} != said["commitments"].keys():
            raise tampered(n, "a detail is gone, or one was added")
        return {part: (WORKSPACE if part == "audit" else said["owner"], bytes(box)) for part, box in rows}

    def _plain(self, n: int, part: str, owner: str, box: bytes) -> bytes:
        return self._tables.keys.unseal(owner, box, _context(n, part))

    def verify(self) -> Head:
        """Recompute the log, the order of its entries, and every commitment whose key was not destroyed.

        Raises:
            VerificationFailed: `TAMPERED`, naming the first entry that is not what the log says; `MISSING_KEY`.
        """
        size, before, state = self._log.verify(), 0, ""
        for n, leaf in enumerate(self._log.leaves()):
            said = parse(n, leaf)
            if said["n"] != n:
                raise tampered(n, "it stands out of place")
            if said["at"] < before:
                raise tampered(n, "it is earlier than the entry before it")
            if said["state"] != state and said["kind"] not in SETTLING:
                raise tampered(n, "settings or rulings change with it, and it is of no such change")
            before, state = said["at"], said["state"]
            for part, (owner, box) in self._boxes(n, said).items():
                if self._tables.keys.is_shredded(owner):
                    continue
                if sha256(self._plain(n, part, owner, box)).hexdigest() != said["commitments"][part]:
                    raise tampered(n, f"its {part} is not what was committed to")
        extra = self._tables.db.execute("SELECT count(*) FROM details WHERE n < 0 OR n >= ?", (size,)).fetchone()[
            0
        ]
        if extra:
            raise tampered(size, "a detail stands there without an entry")
        self.check_state()
        return Head(size, before, self._log.root(size).hex())

    def leaf_hash(self, n: int) -> str:
        """The RFC 6962 hash of an entry's leaf, hex."""
        return merkle.leaf_hash(self._log.leaf(n)).hex()


def parse(n: int, leaf: bytes) -> dict[str, Any]:
    """What a leaf says.

    Raises:
        VerificationFailed: `TAMPERED`: it has not the form of an entry.
    """
    try:
        said = json.loads(leaf)
    except (ValueError, RecursionError) as error:
        raise tampered(n, "it is no entry") from error
    whole = isinstance(said, dict) and all(isinstance(said.get(name), kind) for name, kind in _FIELDS.items())
    if not whole or ("evidence" in said["commitments"]) != isinstance(said.get("owner"), str):
        raise tampered(n, "it is no entry")
    return dict(said)


def digest_of(files: Iterable[tuple[str, str]]) -> str:
    """One hash over names and hashes of stored files, hex: an entry is short, however many there are."""
    return sha256("\n".join(f"{name} {digest}" for name, digest in files).encode()).hexdigest()


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys, no blanks, only ASCII (a file name may hold bytes that are no text)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _context(n: int, part: str) -> bytes:
    return f"details/{n}/{part}".encode()
