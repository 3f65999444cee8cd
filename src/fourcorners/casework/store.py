"""The case tables and the catalogue of the vault: which files it must hold, and what they belong to.

Bodies are JSON, because a case, an instrument or a return is read and written whole; what is joined or looked up
is a column. All functions work on one SQLite connection; writers call them inside the workspace's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import fields
from hashlib import sha256
from typing import Any

from fourcorners.law import order
from fourcorners.model.errors import UsageError
from fourcorners.model.instrument import Instrument
from fourcorners.vault.segments import Segment

TABLES = """
CREATE TABLE cases (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE instruments (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), body TEXT NOT NULL
) STRICT;
CREATE TABLE returns (
    id TEXT PRIMARY KEY, instrument TEXT NOT NULL REFERENCES instruments (id), body TEXT NOT NULL
) STRICT;
-- the same file under the same instrument is taken in once
CREATE TABLE files (
    instrument TEXT NOT NULL REFERENCES instruments (id), sha256 TEXT NOT NULL,
    return_id TEXT NOT NULL REFERENCES returns (id), PRIMARY KEY (instrument, sha256)
) STRICT;
CREATE TABLE members (
    return_id TEXT NOT NULL REFERENCES returns (id), n INTEGER NOT NULL, body TEXT NOT NULL,
    slices TEXT NOT NULL, PRIMARY KEY (return_id, n)
) STRICT;
CREATE TABLE segments (
    name TEXT PRIMARY KEY, return_id TEXT NOT NULL, n INTEGER NOT NULL, family TEXT NOT NULL,
    rows INTEGER NOT NULL, sha256 TEXT NOT NULL, FOREIGN KEY (return_id, n) REFERENCES members (return_id, n)
) STRICT;
CREATE TABLE originals (sha256 TEXT PRIMARY KEY) STRICT;
CREATE TABLE attributions (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), body TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case. No case opens without a predicate."""

    id: str
    title: str
    predicate: str
    opened: int
    opened_by: str


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """An instrument as it was entered: the order file's own text, and what was decided on it then."""

    id: str
    case: str
    order: str
    document_sha256: str
    document_name: str
    entered: int
    entered_by: str
    decision: dict[str, Any]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member that was read: where it stands, what proves it, what was found.

    `counts` has rows, released, sealed, rejected; `reasons` how many rows were withheld for each reason.
    """

    n: int
    file: str
    path: str
    member: str
    member_sha256: str
    tree: str
    leaves: int
    slices: str
    slices_sha256: str
    reader: str
    layout: str
    counts: dict[str, int]
    reasons: dict[str, int]
    unclassified: list[tuple[str, int]]
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One intake: the files that were given, and how each was read.

    `files` holds for each path: path, sha256 and read (the format, or why it was not read); for the files as given
    also whether any member was `kept` and whether the whole `original` is stored. `mapping` is the declared
    mapping's text and facts, for tables. `declaration` is the zone that a person declared. `unclassified` has
    labels in no list, with their number of texts.
    """

    id: str
    instrument: str
    at: int
    by: str
    format: str
    files: list[dict[str, Any]]
    counts: dict[str, int]
    reasons: dict[str, int]
    unclassified: list[tuple[str, int]]
    mapping: dict[str, Any] | None = None
    declaration: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class AttributionRow:
    """One attribution: what was joined with what, and the hash of the answer (it is computed anew when shown).

    `basis` has the returns on which it rests, each with the hash of its body: a return that was added or judged
    anew since then supersedes the attribution.
    """

    id: str
    case: str
    logins: str
    assignments: list[str]
    skew_s: int
    at: int
    by: str
    outcomes: dict[str, int]
    answer_sha256: str
    basis: dict[str, str]


def next_id(db: sqlite3.Connection, table: str, letter: str) -> str:
    """The next id of a table, `C-1`, `C-2`, ..."""
    count = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - the names are our own
    return f"{letter}-{count + 1}"


def add_case(db: sqlite3.Connection, row: CaseRow) -> str:
    """Store a case. This and the other writers return the hash of what they stored, for the ledger entry."""
    body = _dump(row)
    db.execute("INSERT INTO cases VALUES (?, ?)", (row.id, body))
    return hash_of_body(body)


def add_instrument(db: sqlite3.Connection, row: InstrumentRow) -> str:
    """Store an instrument."""
    body = _dump(row)
    db.execute("INSERT INTO instruments VALUES (?, ?, ?)", (row.id, row.case, body))
    return hash_of_body(body)


def add_attribution(db: sqlite3.Connection, row: AttributionRow) -> str:
    """Store an attribution's parameters."""
    body = _dump(row)
    db.execute("INSERT INTO attributions VALUES (?, ?, ?)", (row.id, row.case, body))
    return hash_of_body(body)


def add_return(db: sqlite3.Connection, row: ReturnRow, members: list[tuple[MemberRow, list[Segment]]]) -> str:
    """Store a return with its members and the catalogue of its segments."""
    body = _dump(row)
    db.execute("INSERT INTO returns VALUES (?, ?, ?)", (row.id, row.instrument, body))
    for file in row.files:
        if file.get("kept"):
            db.execute("INSERT INTO files VALUES (?, ?, ?)", (row.instrument, file["sha256"], row.id))
        if file.get("original"):
            db.execute("INSERT OR IGNORE INTO originals VALUES (?)", (file["sha256"],))
    for member, segments in members:
        db.execute("INSERT INTO members VALUES (?, ?, ?, ?)", (row.id, member.n, _dump(member), member.slices))
        db.executemany(
            "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)",
            [(s.name, row.id, member.n, s.family, s.rows, s.sha256) for s in segments],
        )
    return hash_of_body(body)


def hash_of_body(body: str) -> str:
    """SHA-256 of a stored body, hex."""
    return sha256(body.encode()).hexdigest()


def hash_of_member(member: MemberRow, segments: list[Segment]) -> str:
    """SHA-256 over a member's body and its segments, hex."""
    catalogue = sorted(f"{s.name} {s.family} {s.rows} {s.sha256}" for s in segments)
    return hash_of_body("\n".join((_dump(member), *catalogue)))


def basis_of(db: sqlite3.Connection, instruments: list[str]) -> dict[str, str]:
    """The returns under some instruments, each with the hash of its body."""
    marks = ", ".join("?" * len(instruments))
    query = f"SELECT id, body FROM returns WHERE instrument IN ({marks}) ORDER BY id"  # noqa: S608 - only marks
    return {row_id: hash_of_body(body) for row_id, body in db.execute(query, instruments)}


def stored_bodies(db: sqlite3.Connection) -> dict[str, str]:
    """The hash of every stored body, by the id that its columns give it; members as `RETURN/N`.

    A row whose columns contradict its body matches no entry: its hash is empty.
    """
    found = {}
    for query, owner in _OWNED:
        for row_id, owner_id, body in db.execute(query):
            content = json.loads(body)
            fits = content.get("id") == row_id and content.get(owner, "") == owner_id
            found[row_id] = hash_of_body(body) if fits else ""
    for return_id, n, body, slices in db.execute("SELECT return_id, n, body, slices FROM members"):
        content = json.loads(body)
        fits = content.keys() == _MEMBER_KEYS and (content["n"], content["slices"]) == (n, slices)
        member = MemberRow(**content) if fits else None
        found[f"{return_id}/{n}"] = hash_of_member(member, segments_of(db, return_id, n)) if member else ""
    return found


_MEMBER_KEYS = {each.name for each in fields(MemberRow)}
_OWNED = (
    ("SELECT id, '', body FROM cases", ""),
    ("SELECT id, case_id, body FROM instruments", "case"),
    ("SELECT id, instrument, body FROM returns", "instrument"),
    ("SELECT id, case_id, body FROM attributions", "case"),
)


def remove_return(db: sqlite3.Connection, return_id: str) -> None:
    """Take a return's members and segments out of the catalogue, before it is judged anew."""
    db.execute("DELETE FROM segments WHERE return_id = ?", (return_id,))
    db.execute("DELETE FROM members WHERE return_id = ?", (return_id,))
    db.execute("DELETE FROM files WHERE return_id = ?", (return_id,))
    db.execute("DELETE FROM returns WHERE id = ?", (return_id,))


def get_case(db: sqlite3.Connection, case: str) -> CaseRow:
    """The case of that id.

    Raises:
        UsageError: `UNKNOWN_CASE`.
    """
    return CaseRow(**_one(db, "cases", case, "UNKNOWN_CASE", "case list"))


def get_instrument(db: sqlite3.Connection, instrument: str) -> InstrumentRow:
    """The instrument of that id.

    Raises:
        UsageError: `UNKNOWN_INSTRUMENT`.
    """
    return InstrumentRow(**_one(db, "instruments", instrument, "UNKNOWN_INSTRUMENT", "case show"))


def load_instrument(db: sqlite3.Connection, instrument: str) -> Instrument:
    """The instrument of that id, parsed from its order.

    Raises:
        UsageError: `UNKNOWN_INSTRUMENT`.
    """
    row = get_instrument(db, instrument)
    return order.parse(
        row.order.encode(),
        id=row.id,
        case=row.case,
        document_sha256=row.document_sha256,
        entered_by=row.entered_by,
    )


def get_return(db: sqlite3.Connection, return_id: str) -> ReturnRow:
    """The return of that id.

    Raises:
        UsageError: `UNKNOWN_RETURN`.
    """
    return ReturnRow(**_one(db, "returns", return_id, "UNKNOWN_RETURN", "case show"))


def cases(db: sqlite3.Connection) -> list[CaseRow]:
    """All cases, in the order of their ids."""
    return [CaseRow(**body) for body in _bodies(db, "SELECT body FROM cases ORDER BY rowid", ())]


def instruments_of(db: sqlite3.Connection, case: str) -> list[InstrumentRow]:
    """A case's instruments, in the order in which they were entered."""
    query = "SELECT body FROM instruments WHERE case_id = ? ORDER BY rowid"
    return [InstrumentRow(**body) for body in _bodies(db, query, (case,))]


def returns_of(db: sqlite3.Connection, instrument: str) -> list[ReturnRow]:
    """An instrument's returns, in the order in which they were taken in."""
    query = "SELECT body FROM returns WHERE instrument = ? ORDER BY CAST(substr(id, 3) AS INTEGER)"
    return [ReturnRow(**body) for body in _bodies(db, query, (instrument,))]


def attributions_of(db: sqlite3.Connection, case: str) -> list[AttributionRow]:
    """A case's attributions, oldest first."""
    query = "SELECT body FROM attributions WHERE case_id = ? ORDER BY rowid"
    return [AttributionRow(**body) for body in _bodies(db, query, (case,))]


def members_of(db: sqlite3.Connection, return_id: str) -> list[MemberRow]:
    """A return's members, in the order in which they were read."""
    query = "SELECT body FROM members WHERE return_id = ? ORDER BY n"
    return [MemberRow(**body) for body in _bodies(db, query, (return_id,))]


def segments_of(db: sqlite3.Connection, return_id: str, n: int) -> list[Segment]:
    """A member's segments."""
    query = "SELECT name, family, rows, sha256 FROM segments WHERE return_id = ? AND n = ? ORDER BY name"
    return [Segment(*row) for row in db.execute(query, (return_id, n))]


def return_of_file(db: sqlite3.Connection, instrument: str, sha256: str) -> str | None:
    """The return under which this instrument already has that file."""
    query = "SELECT return_id FROM files WHERE instrument = ? AND sha256 = ?"
    row = db.execute(query, (instrument, sha256)).fetchone()
    return str(row[0]) if row else None


def vault_files(db: sqlite3.Connection) -> set[str]:
    """Every file that the vault must hold, by its path below the workspace."""
    names = {f"segments/{name}" for (name,) in db.execute("SELECT name FROM segments")}
    names |= {f"slices/{name}" for (name,) in db.execute("SELECT slices FROM members")}
    names |= {f"originals/{sha[:2]}/{sha}" for (sha,) in db.execute("SELECT sha256 FROM originals")}
    documents = _bodies(db, "SELECT body FROM instruments", ())
    return names | {f"originals/{body['document_sha256'][:2]}/{body['document_sha256']}" for body in documents}


def originals(db: sqlite3.Connection) -> list[str]:
    """Hashes of the whole files that are stored."""
    return [sha for (sha,) in db.execute("SELECT sha256 FROM originals ORDER BY sha256")]


def _one(db: sqlite3.Connection, table: str, row_id: str, code: str, verb: str) -> dict[str, Any]:
    bodies = list(_bodies(db, f"SELECT body FROM {table} WHERE id = ?", (row_id,)))  # noqa: S608 - our own names
    if not bodies:
        raise UsageError(
            code,
            f"there is no {row_id} in this workspace",
            next_step=f"`fourcorners {verb}` shows what there is",
        )
    return bodies[0]


def _bodies(db: sqlite3.Connection, query: str, values: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for (body,) in db.execute(query, values).fetchall():
        yield json.loads(body)


def _dump(row: Any) -> str:
    return json.dumps(asdict(row), separators=(",", ":"))
