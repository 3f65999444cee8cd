"""A workspace: one folder, one database with case tables and ledger, one vault, one writer.

Crash order: wrapped keys and files of the vault (temporary name, fsync, rename, fsync of the folder), then one
transaction with catalogue, case rows and ledger entry, then the signed checkpoint, then the output. So a process
that dies leaves either the workspace as it was (and files that nobody knows, which the next opening deletes) or
the whole step with its entry; and no signature exists for what is not durable.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import closing
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from typing import BinaryIO

from fourcorners.casework import connection
from fourcorners.casework import journal
from fourcorners.casework import outputs
from fourcorners.casework import recovery
from fourcorners.casework import store
from fourcorners.casework.journal import Head
from fourcorners.casework.journal import Journal
from fourcorners.casework.people import names
from fourcorners.casework.store import WORKSPACE
from fourcorners.casework.store import Tables
from fourcorners.law import clocks
from fourcorners.law.access import policies
from fourcorners.ledger import log as tile_log
from fourcorners.ledger.log import Log
from fourcorners.ledger.note import Signer
from fourcorners.ledger.sequencer import Sequencer
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError
from fourcorners.vault import named
from fourcorners.vault import root_key
from fourcorners.vault.files import check_plain
from fourcorners.vault.filter_team import FilterTeam
from fourcorners.vault.keys import KeyStore
from fourcorners.vault.vault import FOLDERS
from fourcorners.vault.vault import QUARANTINE
from fourcorners.vault.vault import Vault

if os.name == "posix":
    import fcntl

DATABASE, SERVER = connection.DATABASE, connection.SERVER
KEYS = "keys"
#: Time stamps, each with the checkpoint it is over and the authority's root certificates.
STAMPS = "stamps"
CHECKPOINT = "checkpoint"
VERSION = 4

#: The owner of the log's signing key in the key store.
LOG = "log"

#: Rows that one person is shown in one case before two others are asked (M52), unless the agency sets another
#: number.
ROWS_A_PERSON = 1_000_000

#: Characters of a typed word that a refusal's entry keeps, and words of a list; no id is that long.
_LONGEST, _MOST = 200, 20


def no_secret(what: str) -> bytes:
    """Where nobody can be asked.

    Raises:
        UsageError: `ROOT_KEY`.
    """
    raise UsageError(
        "ROOT_KEY", f"the workspace asks for a {what}", next_step="run the command where it can be typed"
    )


@dataclass(frozen=True)
class Workspace:
    """An open workspace and the person who acts in it.

    Attributes:
        root: the folder.
        tables: its database, autocommit outside `transaction`, and the keys of its rows.
        actor: who acts, as named on the command line.
        clock: gives UTC nanoseconds.
    """

    root: Path
    tables: Tables
    actor: str
    clock: Callable[[], int]

    def __post_init__(self) -> None:
        # one person, one name, however it was typed
        object.__setattr__(self, "actor", names.normal(self.actor))

    @property
    def log(self) -> Log:
        """The tile log under the ledger."""
        return Log(self.tables.db)

    @property
    def ledger(self) -> Journal:
        """The ledger's entries."""
        return Journal(self.tables, self.log)

    @property
    def vault(self) -> Vault:
        """The vault."""
        return Vault(self.root, self.tables.keys, self.filter_team())

    @property
    def id(self) -> str:
        """A random name, given when the workspace was made."""
        return self.setting("id") or ""

    @cached_property
    def signer(self) -> Signer:
        """The log's own key; its name is the log's origin."""
        return Signer(origin(self.id), self.tables.keys.secret(LOG))

    @cached_property
    def _time(self) -> clocks.Clock:
        return clocks.Clock(self.clock)

    @cached_property
    def sequencer(self) -> Sequencer:
        """Group commit for the steps that are one entry: callers in several threads share a flush."""
        return Sequencer(self.tables.db, self.log, lambda: recovery.sign_checkpoint(self))

    def filter_team(self) -> FilterTeam | None:
        """The custodians who only together open what is sealed; None while there is no such team."""
        text = self.setting("filter_team")
        return FilterTeam.parse(text) if text else None

    def setting(self, name: str) -> str | None:
        """What was set when the workspace was made, or since then with an entry of its own.

        Raises:
            VerificationFailed: `TAMPERED`: the settings are not those of the newest entry.
        """
        self.ledger.check_state()
        return store.setting(self.tables, name)

    def now(self) -> int:
        """UTC nanoseconds.

        Raises:
            Refused: `CLOCK_BEHIND`, if the clock is earlier than the newest ledger entry.
        """
        return self._time.now(self.ledger.newest())

    @contextmanager
    def transaction(self) -> Iterator[Tables]:
        """Everything inside is durable together, or not at all; after it the checkpoint is signed.

        Raises:
            VerificationFailed: `TAMPERED`: the settings are not those of the newest entry, and none may follow.
        """
        self.ledger.check_state()
        with self.tables.db.transaction():
            yield self.tables
        recovery.sign_checkpoint(self)

    def write_entry(
        self,
        kind: str,
        facts: Mapping[str, Any],
        audit: Mapping[str, Any],
        *,
        evidence: Mapping[str, Any] | None = None,
        owner: str = WORKSPACE,
    ) -> str:
        """Add a ledger entry for the acting person, within the caller's transaction.

        `journal` says what goes into which part.

        Returns:
            The entry's name, `E-17`.
        """
        n = self.log.size()
        self.log.append([self._leaf(n, self.now(), kind, facts, audit, evidence, owner)])
        return f"E-{n}"

    def record(
        self,
        kind: str,
        facts: Mapping[str, Any],
        audit: Mapping[str, Any],
        *,
        alongside: Callable[[], None] = lambda: None,
    ) -> str:
        """A step that is one entry, durable when this returns.

        Args:
            kind: as `write_entry` takes it.
            facts: the same.
            audit: the same.
            alongside: rows that are stored with it.
        """

        def work(n: int) -> list[bytes]:
            alongside()
            return [self._leaf(n, self.now(), kind, facts, audit, None, WORKSPACE)]

        return f"E-{self.sequencer.submit(work).index}"

    def _leaf(
        self,
        n: int,
        at: int,
        kind: str,
        facts: Mapping[str, Any],
        audit: Mapping[str, Any],
        evidence: Mapping[str, Any] | None,
        owner: str,
    ) -> bytes:
        return self.ledger.leaf(
            n,
            kind,
            at=at,
            facts={**facts, "policy_set": policies.policy_set_sha256()},
            audit={"actor": self.actor, **audit},
            evidence=evidence,
            owner=owner,
        )

    @contextmanager
    def attempt(
        self, what: str, facts: Mapping[str, Any], *, evidence: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """A use case whose refusal stays on the ledger.

        Args:
            what: the use case.
            facts: ids known at the start; the block may add those that it learns from a file.
            evidence: what tells of a production; the block may add to the dictionary that it is given (the hash of
                a file, once it is read).
        """
        known = dict(evidence or {})
        try:
            yield known
        except FourcornersError as error:
            self._write_refusal(what, error, facts, known)
            raise
        except RecursionError:
            deep = BadInput(
                "DEPTH",
                "a file is nested deeper than any real one",
                why="it may be made to exhaust the reader",
                next_step="look at the file before you give it again",
            )
            self._write_refusal(what, deep, facts, known)
            raise deep from None

    def _write_refusal(
        self, what: str, error: FourcornersError, facts: Mapping[str, Any], known: Mapping[str, Any]
    ) -> None:
        whose = error.kind if isinstance(error, Refused) else "INPUT"
        rules = list(error.rules) if isinstance(error, Refused) else []
        instrument = str(facts.get("instrument", ""))
        # what a person typed may be of any length, an entry not
        typed = _cut(facts)
        said = {"attempt": what, "code": error.code, "whose": whose, "rules": rules, **typed}
        if "case" not in said and (case := store.case_of(self.tables, typed)):
            said["case"] = case  # whoever inspects a case looks for what was refused in it, too
        evidence = {"what": error.what, "where": error.where, **known}
        owner = instrument if self.tables.keys.has(instrument) else WORKSPACE

        def work(n: int) -> list[bytes]:
            at = self._time.not_before(self.ledger.newest())
            return [self._leaf(n, at, "refusal", said, {}, evidence, owner)]

        receipt = self.sequencer.submit(work)
        error.entry = error.entry or f"E-{receipt.index}"  # the innermost step knows best why


def _cut(typed: Any) -> Any:
    """What a person typed, cut to a length that an entry holds, however deep it lies."""
    if isinstance(typed, str):
        return typed[:_LONGEST]
    if isinstance(typed, Mapping):
        return {name: _cut(value) for name, value in typed.items()}
    if isinstance(typed, list | tuple):
        return [_cut(value) for value in typed[:_MOST]]
    return typed


def origin(workspace_id: str) -> str:
    """The name of a workspace's log, which is also its key's name."""
    return f"fourcorners.invalid/{workspace_id}"


@dataclass(frozen=True, slots=True)
class Making:
    """How a new workspace is made.

    Attributes:
        root_key: `owner_file`, `passphrase`, `os_keyring` or `pkcs11`, or empty: the best that this machine has.
        parameters: what that kind needs and is no secret (module and token of a PKCS#11 device).
        rows_a_person: the agency's number (M52).
        database: address of a PostgreSQL database, or empty for a file in the folder.
    """

    root_key: str = ""
    parameters: Mapping[str, str] | None = None
    rows_a_person: int = ROWS_A_PERSON
    database: str = ""


def create(
    root: Path,
    actor: str,
    clock: Callable[[], int] = time.time_ns,
    *,
    making: Making = Making(),
    secret: Callable[[str], bytes] = no_secret,
) -> Head:
    """Make a new workspace; what fails on the way leaves nothing of it.

    Args:
        root: a new or empty folder.
        actor: who makes it.
        clock: UTC nanoseconds.
        making: how.
        secret: gives a passphrase or PIN when asked for one by its name.

    Raises:
        UsageError: `WORKSPACE_EXISTS`, or the folder holds other things.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageError(
            "WORKSPACE_EXISTS",
            f"{root} is not empty",
            where=str(root),
            next_step="name a new folder with -w, or use the workspace that is there",
        )
    connection.check_address(making.database)
    with outputs.new_folder(root, option="-w"):
        check_plain(root)
        workspace_id = secrets.token_hex(8)
        (root / KEYS).mkdir(mode=0o700)
        key = root_key.create(
            root / KEYS, making.root_key, workspace_id, parameters=making.parameters or {}, secret=secret
        )
        keys = KeyStore(root / KEYS, key)
        for owner in (WORKSPACE, LOG):
            keys.create(owner)
        if making.database:
            (root / SERVER).write_text(making.database + "\n", encoding="utf-8")
            named.note(named.SERVER, making.database)
        with _locked(root, lambda: None), closing(connection.connect(root)) as db:
            db.create(tile_log.TABLES + store.TABLES + journal.TABLES)
            workspace = Workspace(root, Tables(db, keys), actor, clock)
            with workspace.transaction() as tables:
                settings = {
                    "version": str(VERSION),
                    "id": workspace_id,
                    "rows_a_person": str(making.rows_a_person),
                }
                for name, value in {**settings, "salt": secrets.token_hex(32)}.items():
                    store.put_setting(tables, name, value)
                verifier = Signer(origin(workspace_id), keys.secret(LOG)).verifier
                workspace.write_entry(
                    "workspace", {**settings, "log": verifier.vkey(), "root_key": key.kind}, {"folder": root.name}
                )
            return workspace.ledger.head()


@contextmanager
def open_workspace(
    root: Path,
    actor: str,
    *,
    clock: Callable[[], int] = time.time_ns,
    on_wait: Callable[[], None] = lambda: None,
    secret: Callable[[str], bytes] = no_secret,
    clear: bool = True,
) -> Iterator[Workspace]:
    """Open a workspace for one writer, after the remains of a step that was cut off are cleared.

    Args:
        root: the folder.
        actor: who acts.
        clock: UTC nanoseconds.
        on_wait: called once if another process holds the workspace and this one has to wait.
        secret: gives a passphrase or PIN when asked for one by its name.
        clear: delete the remains of a step that was cut off; not where somebody only looks.

    Raises:
        UsageError: `NO_WORKSPACE`, `WORKSPACE_VERSION`, `ROOT_KEY`.
        BadInput: `NOT_NAMED`: it needs a library or server that the user did not name on this machine.
        VerificationFailed: `LINK`, `ROLLED_BACK`, `TAMPERED`, `MISSING_FILE`, `MISSING_KEY`.
    """
    if not (root / DATABASE).is_file() and not (root / SERVER).is_file():
        raise UsageError(
            "NO_WORKSPACE",
            f"{root} is no workspace",
            where=str(root),
            next_step="make one with `fourcorners init`, or name another with -w",
        )
    check_plain(root, (KEYS, STAMPS, QUARANTINE, *FOLDERS))
    with _locked(root, on_wait), closing(connection.connect(root)) as db:
        version = connection.version(db, root)
        if version != str(VERSION):
            raise UsageError(
                "WORKSPACE_VERSION",
                f"the workspace has version {version}, this program reads {VERSION}",
                where=str(root),
                next_step="use the program that made it",
            )
        keys = KeyStore(root / KEYS, root_key.unlock(root / KEYS, secret=secret))
        workspace = Workspace(root, Tables(db, keys), actor, clock)
        recovery.recover(workspace, clear=clear)
        yield workspace


@contextmanager
def _locked(root: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    # never truncated, and no link is followed: the folder may have come from anybody
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(root / "lock", flags, 0o600), "r+b") as handle:
        _lock(handle, on_wait)
        yield  # closing the file gives the lock back, however the process ends


def _lock(handle: BinaryIO, on_wait: Callable[[], None]) -> None:
    if os.name != "posix":
        return  # the database's own write lock is what is left there
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        on_wait()
        fcntl.flock(handle, fcntl.LOCK_EX)
