"""The catalogue as a whole: which files the vault must hold, what lies in them, and what they belong to."""

from __future__ import annotations

from fourcorners.casework.store import Tables


def stored_hashes(tables: Tables) -> dict[str, str]:
    """Every file that the vault must hold, by its path below the workspace, with the hash of what lies on disk."""
    return {
        name: digest
        for query in (
            "SELECT slices, sha256 FROM members",
            "SELECT name, sha256 FROM segments",
            "SELECT name, sha256 FROM sealed",
            "SELECT name, sha256 FROM originals",
        )
        for name, digest in tables.db.execute(query).fetchall()
    }


def of_return(tables: Tables, return_id: str) -> list[tuple[str, str]]:
    """The names and hashes of all files of a return, in the order of their names."""
    found = [
        (name, digest)
        for query in (
            "SELECT slices, sha256 FROM members WHERE return_id = ?",
            "SELECT name, sha256 FROM segments WHERE return_id = ?",
            "SELECT name, sha256 FROM sealed WHERE return_id = ?",
            "SELECT name, sha256 FROM originals WHERE return_id = ?",
        )
        for name, digest in tables.db.execute(query, (return_id,)).fetchall()
    ]
    return sorted(found)


def count_files(tables: Tables) -> int:
    """How many files are noted as taken in."""
    return int(tables.db.execute("SELECT count(*) FROM files").fetchone()[0])


def papers(tables: Tables) -> list[tuple[str, str, str]]:
    """Every paper of a case: its path in the vault, the case, the hash of what lies on disk."""
    rows = tables.db.execute("SELECT name, owner, sha256 FROM originals WHERE return_id = ''").fetchall()
    return [(name, owner, digest) for name, owner, digest in rows]


def misplaced_originals(tables: Tables) -> list[str]:
    """Whole files of returns that are noted under another owner than their return's instrument."""
    query = "SELECT o.name FROM originals o JOIN returns r ON r.id = o.return_id WHERE o.owner <> r.owner"
    return [str(name) for (name,) in tables.db.execute(query).fetchall()]


def all_originals(tables: Tables) -> list[tuple[str, str, str]]:
    """Every whole file: its path in the vault, whose key opens it, what `mac_of` gave for its hash."""
    rows = tables.db.execute("SELECT name, owner, mac FROM originals ORDER BY name").fetchall()
    return [(name, owner, mac) for name, owner, mac in rows]
