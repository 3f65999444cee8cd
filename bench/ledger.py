"""The log against plain inserts, group commit against one caller, and re-verification against raw hashing.

Each pair runs in turn (A B A B ...) on the same disk; a ratio is the median over pairs. Beside them stands the
median of a bare fdatasync, on which every small batch hangs.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import statistics
import tempfile
import threading
import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from fourcorners.ledger import cosignature
from fourcorners.ledger import log
from fourcorners.ledger import policy
from fourcorners.ledger.log import Log
from fourcorners.ledger.note import KeyType
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Signer
from fourcorners.ledger.proof import Proof
from fourcorners.ledger.sequencer import Sequencer
from fourcorners.ledger.sqlite import SqliteDatabase

ENTRY = 290
#: A name of the length that the product gives its logs.
SIGNER = Signer("fourcorners.invalid/0123456789abcdef", bytes(32))
BATCH, GROUP, VERIFY, PROOF = 0.4, 8.0, 5.0, 1200


def run(*, quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            _flush(folder),
            *(_against_inserts(folder, batch, 10 if quick else 60) for batch in (1000, 10)),
            _group(folder, 0.3 if quick else 2.0),
            *_million(folder, 20_000 if quick else 1_000_000),
        ]


def _flush(folder: Path) -> dict[str, Any]:
    times = []
    with (folder / "flush").open("wb") as out:
        for _ in range(100):
            out.write(b"x" * 4096)
            out.flush()
            start = time.perf_counter()
            os.fdatasync(out.fileno())
            times.append(time.perf_counter() - start)
    seconds = statistics.median(times)
    return _row("fdatasync of 4 KB: ms", seconds, seconds * 1000, "-", ok=True)


def _against_inserts(folder: Path, batch: int, rounds: int) -> dict[str, Any]:
    """Durable appends a second, checkpoint signed, as a share of plain inserts of the same entries."""
    entries = [secrets.token_bytes(ENTRY) for _ in range(batch)]
    plain = sqlite3.connect(folder / f"plain-{batch}.sqlite", isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = FULL")
    plain.execute("CREATE TABLE entries (n INTEGER PRIMARY KEY, leaf BLOB NOT NULL) STRICT")
    db = SqliteDatabase(folder / f"log-{batch}.sqlite")
    db.create(log.TABLES)
    tree, ratios, times = Log(db), [], []
    with closing(plain), closing(db):
        for n in range(rounds):
            start = time.perf_counter()
            plain.execute("BEGIN IMMEDIATE")
            plain.executemany("INSERT INTO entries VALUES (?, ?)", enumerate(entries, n * batch))
            plain.execute("COMMIT")
            middle = time.perf_counter()
            with db.transaction():
                tree.append(entries)
            tree.checkpoint(SIGNER)
            end = time.perf_counter()
            ratios.append((middle - start) / (end - middle))
            times.append(end - middle)
        if tree.verify() != rounds * batch:
            raise AssertionError("entries are missing")
    ratio = statistics.median(ratios)
    goal, ok = (f">={BATCH}", ratio >= BATCH) if batch == 1000 else ("-", True)
    return _row(f"log / plain inserts, batch {batch:,}", statistics.median(times), ratio, goal, ok=ok)


def _group(folder: Path, seconds: float) -> dict[str, Any]:
    """Receipts a second of 32 callers over those of one; each waits for its own durable receipt."""
    rates: dict[int, list[float]] = {1: [], 32: []}
    for n in range(3):
        for callers, found in rates.items():
            found.append(_rate(folder / f"group-{callers}-{n}.sqlite", callers, seconds))
    ratio = statistics.median(many / one for one, many in zip(rates[1], rates[32], strict=True))
    per_receipt = 1 / statistics.median(rates[32])
    return _row("group commit, 32 callers / 1", per_receipt, ratio, f">={GROUP:.0f}", ok=ratio >= GROUP)


def _rate(path: Path, callers: int, seconds: float) -> float:
    db = SqliteDatabase(path)
    db.create(log.TABLES)
    tree = Log(db)

    def sign() -> None:
        tree.checkpoint(SIGNER)

    sequencer = Sequencer(db, tree, sign)
    counts, stop = [0] * callers, time.perf_counter() + seconds
    entry = secrets.token_bytes(ENTRY)

    def call(n: int) -> None:
        while time.perf_counter() < stop:
            sequencer.submit(lambda _first: [entry])
            counts[n] += 1

    threads = [threading.Thread(target=call, args=(n,)) for n in range(callers)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    with closing(db):
        if tree.verify() != sum(counts):
            raise AssertionError("a receipt without its entry")
    return sum(counts) / took


def _million(folder: Path, count: int) -> list[dict[str, Any]]:
    """Re-verification of the whole log over hashing its entries once, and the size of one proof file."""
    db = SqliteDatabase(folder / "million.sqlite")
    db.create(log.TABLES)
    tree = Log(db)
    with closing(db):
        for start in range(0, count, 10_000):
            with db.transaction():
                tree.append([n.to_bytes(8, "big") * (ENTRY // 8) for n in range(start, start + 10_000)])
        entries = list(tree.leaves())
        ratios, times = [], []
        for _ in range(3):
            start_at = time.perf_counter()
            for entry in entries:
                sha256(entry).digest()
            middle = time.perf_counter()
            if tree.verify() != count:
                raise AssertionError("entries are missing")
            end = time.perf_counter()
            ratios.append((end - middle) / (middle - start_at))
            times.append(end - middle)
        ratio = statistics.median(ratios)
        case = f"re-verification of {count:,} / raw SHA-256"
        alone, witnessed = _proof_sizes(tree, count)
        return [
            _row(case, statistics.median(times), ratio, f"<={VERIFY:.0f}", ok=ratio <= VERIFY),
            _row(f"proof file at {count:,}, log's signature: bytes", 0.0, alone, f"<={PROOF}", ok=alone <= PROOF),
            _row(f"proof file at {count:,}, and a witness's: bytes", 0.0, witnessed, "-", ok=True),
        ]


def _proof_sizes(tree: Log, count: int) -> tuple[int, int]:
    """Under the log's signature alone, and under that of one witness as well."""
    witness = Signer("witness.example/bench", bytes(31) + b"w", KeyType.ED25519_COSIGNATURE)
    note = tree.checkpoint(SIGNER)
    cosigned = Note(note.text, (*note.signatures, cosignature.cosign(note.text, witness, 1_790_000_000)))
    keys = (SIGNER.verifier.vkey(), witness.verifier.vkey())
    sizes = []
    for checkpoint, quorum in ((note, "none"), (cosigned, "w")):
        proof = Proof(count // 3, tuple(tree.inclusion(count // 3, count)), checkpoint.encode()).encode()
        rule = policy.parse("log {}\nwitness w {}\nquorum {}\n".format(*keys, quorum))
        Proof.parse(proof).verify(tree.leaf(count // 3), rule)
        sizes.append(len(proof))
    return sizes[0], sizes[1]


def _row(case: str, seconds: float, ratio: float, goal: str, *, ok: bool) -> dict[str, Any]:
    return {"bench": "ledger", "case": case, "seconds": seconds, "ratio": ratio, "goal": goal, "ok": ok}
