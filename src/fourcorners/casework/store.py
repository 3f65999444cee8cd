"""The case tables and the catalogue of the vault: what there is, and what it belongs to.

A row is read and written whole, as one body of JSON, sealed with the key of what it belongs to; what is joined or
looked up is a column, and holds ids, hashes of ciphertexts, and for the hash of what was given its code under the
owner's key. So the database alone tells no title, account or file name and confirms no guess at a file, and what
is destroyed with a key is gone from every old page and backup of it. Writers call these functions inside the
workspace's transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from typing import TypeVar

from fourcorners.casework.rows import ActorRow
from fourcorners.casework.rows import AttributionRow
from fourcorners.casework.rows import CaseRow
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import MemberRow
from fourcorners.casework.rows import PetitionRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.rows import RulingRow
from fourcorners.law import order
from fourcorners.ledger.database import Database
from fourcorners.model.errors import UsageError
from fourcorners.model.errors import VerificationFailed
from fourcorners.model.instrument import Instrument
from fourcorners.vault.keys import KeyStore
from fourcorners.vault.segments import Segment
from fourcorners.vault.vault import Stored

TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE actors (id TEXT PRIMARY KEY, owner TEXT NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE cases (id TEXT PRIMARY KEY, owner TEXT NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE instruments (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL REFERENCES cases (id), body BLOB NOT NULL
) STRICT;
CREATE TABLE rulings (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL REFERENCES instruments (id), body BLOB NOT NULL
) STRICT;
CREATE TABLE returns (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL REFERENCES instruments (id), body BLOB NOT NULL
) STRICT;
CREATE TABLE attributions (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL REFERENCES cases (id), body BLOB NOT NULL
) STRICT;
-- of a case, or of the workspace
CREATE TABLE petitions (id TEXT PRIMARY KEY, owner TEXT NOT NULL, body BLOB NOT NULL) STRICT;
-- the same file under the same instrument is taken in once: `mac` is of its hash, under the instrument's key
CREATE TABLE files (
    instrument TEXT NOT NULL REFERENCES instruments (id), mac TEXT NOT NULL,
    return_id TEXT NOT NULL REFERENCES returns (id), PRIMARY KEY (instrument, mac)
) STRICT;
CREATE TABLE members (
    return_id TEXT NOT NULL REFERENCES returns (id), n INTEGER NOT NULL, body BLOB NOT NULL,
    slices TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (return_id, n)
) STRICT;
CREATE TABLE segments (
    name TEXT PRIMARY KEY, return_id TEXT NOT NULL, n INTEGER NOT NULL, family TEXT NOT NULL,
    rows INTEGER NOT NULL, sha256 TEXT NOT NULL, FOREIGN KEY (return_id, n) REFERENCES members (return_id, n)
) STRICT;
-- whole files of a return or of a case's papers: `mac` is of the hash of what was given, under the owner's key,
-- `sha256` the hash of what lies on disk
CREATE TABLE originals (
    name TEXT PRIMARY KEY, owner TEXT NOT NULL, return_id TEXT NOT NULL, mac TEXT NOT NULL, sha256 TEXT NOT NULL
) STRICT;
-- what only the filter team can open
CREATE TABLE sealed (
    name TEXT PRIMARY KEY, return_id TEXT NOT NULL REFERENCES returns (id), sha256 TEXT NOT NULL
) STRICT;
-- rows shown so far, by person and case: derived from the ledger, kept so that a read need not go over all of it
CREATE TABLE shown (
    actor TEXT NOT NULL, case_id TEXT NOT NULL REFERENCES cases (id), rows INTEGER NOT NULL,
    PRIMARY KEY (actor, case_id)
) STRICT;
"""

#: The owner of the rows that belong to no case.
WORKSPACE = "workspace"
_DESTROYED = "destroyed "

Row = TypeVar("Row", ActorRow, CaseRow, InstrumentRow, RulingRow, ReturnRow, AttributionRow, PetitionRow)


@dataclass(frozen=True, slots=True)
class Tables:
    """The database and the keys of its bodies."""

    db: Database
    keys: KeyStore


@dataclass(frozen=True, slots=True)
class _Kind:
    """A table of bodies: its name, how its ids begin, and which field names the owner that a column repeats."""

    table: str
    letter: str
    owner: str
    code: str
    verb: str
    does: str = "shows what there is"


_KINDS: dict[type[Any], _Kind] = {
    ActorRow: _Kind("actors", "", "", "UNKNOWN_ACTOR", "actor add NAME --role ROLE", "adds a person"),
    CaseRow: _Kind("cases", "C", "", "UNKNOWN_CASE", "case list"),
    InstrumentRow: _Kind("instruments", "I", "case", "UNKNOWN_INSTRUMENT", "case show CASE"),
    RulingRow: _Kind("rulings", "Q", "instrument", "UNKNOWN_INSTRUMENT", "case show CASE"),
    ReturnRow: _Kind("returns", "R", "instrument", "UNKNOWN_RETURN", "case show CASE"),
    AttributionRow: _Kind("attributions", "A", "case", "UNKNOWN_CASE", "case show CASE"),
    PetitionRow: _Kind("petitions", "P", "case", "UNKNOWN_PETITION", "petitions"),
}


def next_id(tables: Tables, kind: type[Any]) -> str:
    """The next id of a table, `C-1`, `C-2`, ..."""
    found = _KINDS[kind]
    count = tables.db.execute(f"SELECT count(*) FROM {found.table}").fetchone()[0]  # noqa: S608 - our own names
    return f"{found.letter}-{count + 1}"


def add(tables: Tables, row: Row) -> dict[str, str]:
    """Store a row. Returns what the ledger entry commits to: the row's name and the hash of its body."""
    kind, body = _KINDS[type(row)], _dump(row)
    owner = getattr(row, kind.owner) if kind.owner else WORKSPACE
    values = (row.id, owner, _seal(tables, kind, row.id, owner, body))
    tables.db.execute(f"INSERT INTO {kind.table} VALUES (?, ?, ?)", values)  # noqa: S608 - our own names
    return {"row": f"{kind.table}/{row.id}", "body": hash_of_body(body)}


def replace(tables: Tables, row: ActorRow | PetitionRow) -> dict[str, str]:
    """Store a row anew: an actor joins a team, a petition is answered. Returns what the entry commits to."""
    kind, body = _KINDS[type(row)], _dump(row)
    owner = getattr(row, kind.owner) if kind.owner else WORKSPACE
    values = (_seal(tables, kind, row.id, owner, body), row.id)
    tables.db.execute(f"UPDATE {kind.table} SET body = ? WHERE id = ?", values)  # noqa: S608 - our own names
    return {"row": f"{kind.table}/{row.id}", "body": hash_of_body(body)}


def get(tables: Tables, kind: type[Row], row_id: str) -> Row:
    """The row of that id.

    Raises:
        UsageError: no such row, with the code of its kind.
        Refused: `DESTROYED`, if its key is.
    """
    found = _KINDS[kind]
    query = f"SELECT id, owner, body FROM {found.table} WHERE id = ?"  # noqa: S608 - our own names
    rows = list(_rows(tables, kind, query, (row_id,)))
    if not rows:
        raise UsageError(
            found.code,
            f"there is no {row_id} in this workspace",
            next_step=f"`fourcorners {found.verb}` {found.does}",
        )
    return rows[0]


def of_owner(tables: Tables, kind: type[Row], owner: str) -> list[Row]:
    """The rows that belong to a case, an instrument or the workspace, in the order of their ids."""
    found = _KINDS[kind]
    query = f"SELECT id, owner, body FROM {found.table} WHERE owner = ?"  # noqa: S608 - our own names
    return sorted(_rows(tables, kind, query, (owner,)), key=_number)


def _number(row: Any) -> tuple[int, str]:
    letter, _, number = row.id.partition("-")
    return (int(number) if number.isdigit() else 0, letter)


def _rows(tables: Tables, kind: type[Row], query: str, values: tuple[str, ...]) -> Iterator[Row]:
    for row_id, owner, box in tables.db.execute(query, values).fetchall():
        yield kind(**json.loads(_unseal(tables, _KINDS[kind], row_id, owner, box)))


def find_actor(tables: Tables, name: str) -> ActorRow | None:
    """The person of that name, if he is known here."""
    rows = list(_rows(tables, ActorRow, "SELECT id, owner, body FROM actors WHERE id = ?", (name,)))
    return rows[0] if rows else None


def cases(tables: Tables) -> list[CaseRow]:
    """All cases, in the order of their ids."""
    return of_owner(tables, CaseRow, WORKSPACE)


def load_instrument(tables: Tables, instrument: str) -> Instrument:
    """The instrument of that id, parsed from its order.

    Raises:
        UsageError: `UNKNOWN_INSTRUMENT`.
    """
    row = get(tables, InstrumentRow, instrument)
    return order.parse(
        row.order.encode(),
        id=row.id,
        case=row.case,
        document_sha256=row.document_sha256,
        entered_by=row.entered_by,
    )


def add_return(
    tables: Tables,
    row: ReturnRow,
    members: list[tuple[MemberRow, list[Segment]]],
    sealed: list[Stored],
    originals: dict[str, Stored],
) -> dict[str, str]:
    """Store a return with its members and the catalogue of its files.

    Args:
        tables: where.
        row: the return.
        members: each with its segments.
        sealed: what only the filter team can open.
        originals: hash of each whole file that was given and is stored -> where.
    """
    bound, db = add(tables, row), tables.db
    for file in row.files:
        if file.get("kept"):
            mac = mac_of(tables, row.instrument, file["sha256"])
            db.execute("INSERT INTO files VALUES (?, ?, ?)", (row.instrument, mac, row.id))
    for digest, stored in originals.items():
        add_original(tables, row.instrument, digest, stored, row.id)
    for member, segments in members:
        values = (row.id, member.n, _seal_member(tables, row, member), member.slices, member.slices_sha256)
        db.execute("INSERT INTO members VALUES (?, ?, ?, ?, ?)", values)
        db.executemany(
            "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)",
            [(s.name, row.id, member.n, s.family, s.rows, s.sha256) for s in segments],
        )
    db.executemany("INSERT INTO sealed VALUES (?, ?, ?)", [(s.name, row.id, s.sha256) for s in sealed])
    return bound


def add_original(tables: Tables, owner: str, digest: str, stored: Stored, return_id: str = "") -> None:
    """Note that a whole file is stored under an owner's key; `digest` is the hash of what was given."""
    values = (stored.name, owner, return_id, mac_of(tables, owner, digest), stored.sha256)
    tables.db.execute("INSERT INTO originals VALUES (?, ?, ?, ?, ?)", values)


def find_original(tables: Tables, owner: str, digest: str) -> Stored | None:
    """A file that is stored already under this owner's key."""
    query = "SELECT name, sha256 FROM originals WHERE owner = ? AND mac = ?"
    row = tables.db.execute(query, (owner, mac_of(tables, owner, digest))).fetchone()
    return Stored(*row) if row else None


def remove_return(tables: Tables, return_id: str) -> None:
    """Take a return's members and files out of the catalogue, before it is judged anew."""
    for table, column in (
        ("segments", "return_id"),
        ("sealed", "return_id"),
        ("originals", "return_id"),
        ("members", "return_id"),
        ("files", "return_id"),
        ("returns", "id"),
    ):
        tables.db.execute(f"DELETE FROM {table} WHERE {column} = ?", (return_id,))  # noqa: S608 - our own names


def members_of(tables: Tables, returned: ReturnRow) -> list[MemberRow]:
    """A return's members, in the order in which they were read."""
    query = "SELECT n, body FROM members WHERE return_id = ? ORDER BY n"
    return [
        MemberRow(**json.loads(tables.keys.unseal(returned.instrument, box, member_name(returned.id, n).encode())))
        for n, box in tables.db.execute(query, (returned.id,)).fetchall()
    ]


def segments_of(tables: Tables, return_id: str, n: int) -> list[Segment]:
    """A member's segments."""
    query = "SELECT name, family, rows, sha256 FROM segments WHERE return_id = ? AND n = ? ORDER BY name"
    return [Segment(*row) for row in tables.db.execute(query, (return_id, n)).fetchall()]


def sealed_of(tables: Tables, return_id: str) -> list[Stored]:
    """A return's files that only the filter team can open."""
    query = "SELECT name, sha256 FROM sealed WHERE return_id = ? ORDER BY name"
    return [Stored(*row) for row in tables.db.execute(query, (return_id,)).fetchall()]


def return_of_file(tables: Tables, instrument: str, file_sha256: str) -> str | None:
    """The return under which this instrument already has that file."""
    query = "SELECT return_id FROM files WHERE instrument = ? AND mac = ?"
    row = tables.db.execute(query, (instrument, mac_of(tables, instrument, file_sha256))).fetchone()
    return str(row[0]) if row else None


def returns_of_members(tables: Tables, instrument: str, *, but: str = "") -> dict[str, str]:
    """The members that were taken in under an instrument, by the hash of what was read -> the first such return.

    Whatever they were wrapped in: a file that was given bare is its own member. `but` is a return that is left
    out, and so is one of records that a court opened, which come from another.
    """
    found = dict[str, str]()
    for returned in of_owner(tables, ReturnRow, instrument):
        if returned.id != but and not returned.unsealed:
            for member in members_of(tables, returned):
                found.setdefault(member.member_sha256, returned.id)
    return found


def mac_of(tables: Tables, owner: str, digest: str) -> str:
    """What stands in a column for the hash of something that was given: a code that ends with the owner's key.

    The hash itself would confirm a guess at the file to whoever has the database or an old copy of it, without any
    key and for good.

    Raises:
        Refused: `DESTROYED`.
    """
    return tables.keys.mac(owner, f"file {digest}".encode())


#: Which fact of an entry names what, and how its case is found.
_CASE_OF = {
    "instrument": "SELECT owner FROM instruments WHERE id = ?",
    "logins": "SELECT owner FROM instruments WHERE id = ?",
    "petition": "SELECT owner FROM petitions WHERE id = ?",
    "return": "SELECT i.owner FROM returns r JOIN instruments i ON i.id = r.owner WHERE r.id = ?",
}


def case_of(tables: Tables, facts: Mapping[str, Any]) -> str | None:
    """The case of the instrument, return or petition that an entry's facts name; None where they name none."""
    for name, query in _CASE_OF.items():
        row = tables.db.execute(query, (facts[name],)).fetchone() if isinstance(facts.get(name), str) else None
        if row:
            return str(row[0])
    return None


def shown_to(tables: Tables, actor: str, case: str) -> int:
    """How many rows of a case one person was shown so far."""
    row = tables.db.execute("SELECT rows FROM shown WHERE actor = ? AND case_id = ?", (actor, case)).fetchone()
    return int(row[0]) if row else 0


def add_shown(tables: Tables, actor: str, case: str, rows: int) -> None:
    """Count rows that a person is shown."""
    tables.db.execute(
        "INSERT INTO shown VALUES (?, ?, ?) ON CONFLICT (actor, case_id) DO UPDATE SET rows = shown.rows + ?",
        (actor, case, rows, rows),
    )


def setting(tables: Tables, name: str) -> str | None:
    """What was set when the workspace was made, or since then with an entry of its own."""
    row = tables.db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else None


def state_of(tables: Tables) -> str:
    """One hash over the settings and the courts' rulings as they lie, hex; a setting of chance salts it."""
    settings = tables.db.execute("SELECT name, value FROM settings").fetchall()
    rulings = tables.db.execute("SELECT id, owner, body FROM rulings").fetchall()
    found = [*map(list, settings), *([row_id, owner, bytes(body or b"").hex()] for row_id, owner, body in rulings)]
    return hash_of_body(json.dumps(sorted(found, key=repr)))


def put_setting(tables: Tables, name: str, value: str) -> None:
    """Set a value; the caller writes an entry of a kind in `journal.SETTLING` after it."""
    tables.db.execute(
        "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = ?", (name, value, value)
    )


def destroyed(tables: Tables) -> dict[str, str]:
    """The instruments whose records are destroyed, or about to be, each with its petition: settings, of a kind."""
    rows = tables.db.execute("SELECT name, value FROM settings").fetchall()
    return {name.removeprefix(_DESTROYED): value for name, value in rows if name.startswith(_DESTROYED)}


def note_destroyed(tables: Tables, instrument: str, petition: str) -> None:
    """Note that an instrument's records go; as `put_setting`."""
    put_setting(tables, _DESTROYED + instrument, petition)


def hash_of_body(body: str) -> str:
    """SHA-256 of a stored body, hex."""
    return sha256(body.encode()).hexdigest()


def hash_of_member(member: MemberRow, segments: list[Segment]) -> str:
    """SHA-256 over a member's body and its segments, hex."""
    catalogue = sorted(f"{s.name} {s.family} {s.rows} {s.sha256}" for s in segments)
    return hash_of_body("\n".join((_dump(member), *catalogue)))


def hash_of(row: ReturnRow) -> str:
    """The hash of a return's body, as a basis and the entries about it have it, hex."""
    return hash_of_body(_dump(row))


def basis_of(tables: Tables, instruments: list[str]) -> dict[str, str]:
    """The returns under some instruments, each with the hash of its body."""
    return {row.id: hash_of(row) for each in instruments for row in of_owner(tables, ReturnRow, each)}


def stored_bodies(tables: Tables) -> dict[str, str]:
    """The hash of every stored body whose key was not destroyed, by the name that `add` gave it.

    Members stand there under `member_name`. A row whose columns contradict its body, or whose owner has no key,
    matches no entry: its hash is empty.
    """
    found = {}
    for kind, each in _KINDS.items():
        query = f"SELECT id, owner, body FROM {each.table}"  # noqa: S608 - our own names
        for row_id, owner, box in tables.db.execute(query).fetchall():
            key = _key(tables, each, owner)
            if tables.keys.is_shredded(key):
                continue
            if not tables.keys.has(key):
                found[f"{each.table}/{row_id}"] = ""
                continue
            body = _unseal(tables, each, row_id, owner, box)
            content = json.loads(body)
            fits = content["id"] == row_id and content.get(each.owner, WORKSPACE) == owner
            found[f"{each.table}/{row_id}"] = hash_of_body(body) if fits else ""
            if kind is ReturnRow:
                found |= _member_bodies(tables, ReturnRow(**content))
    return found


def _member_bodies(tables: Tables, returned: ReturnRow) -> dict[str, str]:
    query = "SELECT n, slices, sha256 FROM members WHERE return_id = ?"
    columns = {n: (name, digest) for n, name, digest in tables.db.execute(query, (returned.id,)).fetchall()}
    return {
        member_name(returned.id, member.n): hash_of_member(member, segments_of(tables, returned.id, member.n))
        if columns.get(member.n) == (member.slices, member.slices_sha256)
        else ""
        for member in members_of(tables, returned)
    }


def member_name(return_id: str, n: int | str) -> str:
    """The name of a member among the stored bodies."""
    return f"members/{return_id}/{n}"


def _key(tables: Tables, kind: _Kind, owner: str) -> str:
    """Whose key seals a row: its instrument's for what was produced, else its case's or the workspace's.

    A ruling stays readable when what was produced under its instrument is destroyed.
    """
    if kind.table != "rulings":
        return owner
    row = tables.db.execute("SELECT owner FROM instruments WHERE id = ?", (owner,)).fetchone()
    if row is None:
        raise VerificationFailed(
            "TAMPERED",
            f"there is a ruling on {owner}, which is not there",
            where="rulings",
            why="the instrument that it locks was taken away, or it was moved to another",
            next_step="keep the workspace as it is and restore the database from a backup",
        )
    return str(row[0])


def _seal(tables: Tables, kind: _Kind, row_id: str, owner: str, body: str) -> bytes:
    return tables.keys.seal(_key(tables, kind, owner), body.encode(), f"{kind.table}/{row_id}".encode())


def _unseal(tables: Tables, kind: _Kind, row_id: str, owner: str, box: bytes) -> str:
    return tables.keys.unseal(_key(tables, kind, owner), bytes(box), f"{kind.table}/{row_id}".encode()).decode()


def _seal_member(tables: Tables, returned: ReturnRow, member: MemberRow) -> bytes:
    return tables.keys.seal(
        returned.instrument, _dump(member).encode(), member_name(returned.id, member.n).encode()
    )


def _dump(row: Any) -> str:
    return json.dumps(asdict(row), separators=(",", ":"))
