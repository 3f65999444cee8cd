"""A workspace: one folder, one SQLite file with case tables and ledger, one vault, one writer.

Crash order: files of the vault (temporary name, fsync, rename, fsync of the folder), then one transaction with
catalogue, case rows and ledger entry, then the output. So a process that dies leaves either the workspace as it
was (and files that nobody knows, which the next opening deletes) or the whole step with its entry.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import closing
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import BinaryIO

from fourcorners.casework import store
from fourcorners.law import clocks
from fourcorners.ledger import chain
from fourcorners.ledger.chain import Head
from fourcorners.ledger.chain import Ledger
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault.vault import Vault

if os.name == "posix":
    import fcntl

DATABASE = "workspace.sqlite"
VERSION = 1


@dataclass(frozen=True)
class Workspace:
    """An open workspace and the person who acts in it.

    Attributes:
        root: the folder.
        db: its database; autocommit outside `transaction`.
        actor: who acts, as named on the command line.
        clock: gives UTC nanoseconds.
    """

    root: Path
    db: sqlite3.Connection
    actor: str
    clock: Callable[[], int]

    @property
    def ledger(self) -> Ledger:
        """The ledger; write to it inside `transaction`."""
        return Ledger(self.db)

    @property
    def vault(self) -> Vault:
        """The vault."""
        return Vault(self.root)

    def now(self) -> int:
        """UTC nanoseconds.

        Raises:
            Refused: `CLOCK_BEHIND`, if the clock is earlier than the newest ledger entry.
        """
        return clocks.Clock(self.clock).now(self.ledger.head().at)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is durable together, or not at all."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def write_entry(self, kind: str, facts: Mapping[str, Any], detail: Mapping[str, Any]) -> Head:
        """Add a ledger entry for the acting person; within the caller's transaction."""
        return self.ledger.append(kind, at=self.now(), facts=facts, detail={"actor": self.actor, **detail})

    @contextmanager
    def attempt(self, what: str, facts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """A use case whose refusal stays on the ledger.

        Args:
            what: the use case.
            facts: ids and hashes known at the start; the block may add to the dictionary it is given (the hash of
                a file, once it is read).
        """
        known = dict(facts)
        try:
            yield known
        except FourcornersError as error:
            self._write_refusal(what, error, known)
            raise
        except RecursionError:
            deep = BadInput(
                "DEPTH",
                "a file is nested deeper than any real one",
                why="it may be made to exhaust the reader",
                next_step="look at the file before you give it again",
            )
            self._write_refusal(what, deep, known)
            raise deep from None

    def _write_refusal(self, what: str, error: FourcornersError, known: dict[str, Any]) -> None:
        whose = error.kind if isinstance(error, Refused) else "INPUT"
        rules = list(error.rules) if isinstance(error, Refused) else []
        # a clock behind the ledger is itself refused; its refusal stands at the newest entry's time
        at = max(self.clock(), self.ledger.head().at)
        with self.transaction():
            self.ledger.append(
                "refusal",
                at=at,
                facts={"attempt": what, "code": error.code, "whose": whose, "rules": rules, **known},
                detail={"actor": self.actor, "what": error.what, "where": error.where},
            )


def create(root: Path, actor: str, clock: Callable[[], int] = time.time_ns) -> Head:
    """Make a new workspace.

    Raises:
        UsageError: `WORKSPACE_EXISTS`, or the folder holds other things.
    """
    if root.exists() and any(root.iterdir()):
        raise UsageError(
            "WORKSPACE_EXISTS",
            f"{root} is not empty",
            where=str(root),
            next_step="name a new folder with -w, or use the workspace that is there",
        )
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(root, lambda: None), closing(_connect(root / DATABASE)) as db:
        db.executescript(chain.TABLES + store.TABLES)
        db.execute(f"PRAGMA user_version = {VERSION}")
        workspace = Workspace(root, db, actor, clock)
        with workspace.transaction():
            return workspace.write_entry("workspace", {"version": VERSION}, {})


@contextmanager
def open_workspace(
    root: Path,
    actor: str,
    *,
    clock: Callable[[], int] = time.time_ns,
    on_wait: Callable[[], None] = lambda: None,
) -> Iterator[Workspace]:
    """Open a workspace for one writer, deleting the remains of a step that was cut off.

    Args:
        root: the folder.
        actor: who acts.
        clock: UTC nanoseconds.
        on_wait: called once if another process holds the workspace and this one has to wait.

    Raises:
        UsageError: `NO_WORKSPACE`, `WORKSPACE_VERSION`.
        VerificationFailed: `MISSING_FILE`.
    """
    if not (root / DATABASE).is_file():
        raise UsageError(
            "NO_WORKSPACE",
            f"{root} is no workspace",
            where=str(root),
            next_step="make one with `fourcorners init`, or name another with -w",
        )
    with _locked(root, on_wait), closing(_connect(root / DATABASE)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            raise UsageError(
                "WORKSPACE_VERSION",
                f"the workspace has version {version}, this program reads {VERSION}",
                where=str(root),
                next_step="use the program that made it",
            )
        workspace = Workspace(root, db, actor, clock)
        known = store.vault_files(db)
        workspace.vault.remove_unknown(known)
        if missing := sorted(known - workspace.vault.files()):
            raise VerificationFailed(
                "MISSING_FILE",
                f"{len(missing)} stored file(s) gone, the first is {missing[0]}",
                where=str(root / missing[0]),
                why="records of a case rest on it",
                next_step="restore it from a backup; the ledger holds its hash",
            )
        yield workspace


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
    except sqlite3.DatabaseError as error:
        db.close()
        raise BadInput(
            "TAMPERED",
            "the workspace's database cannot be read",
            where=str(path),
            why=str(error),
            next_step="restore it from a backup",
        ) from error
    return db


@contextmanager
def _locked(root: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    with (root / "lock").open("wb") as handle:
        _lock(handle, on_wait)
        yield  # closing the file gives the lock back, however the process ends


def _lock(handle: BinaryIO, on_wait: Callable[[], None]) -> None:
    if os.name != "posix":
        return  # SQLite's own write lock is what is left there
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        on_wait()
        fcntl.flock(handle, fcntl.LOCK_EX)
