from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.ledger import chain
from fourcorners.ledger.chain import Ledger
from fourcorners.model.errors import VerificationFailed


@contextmanager
def ledger_of(count: int) -> Iterator[tuple[sqlite3.Connection, Ledger]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.executescript(chain.TABLES)
        ledger = Ledger(db)
        for i in range(count):
            ledger.append("read", at=1_000 + i, facts={"i": i}, detail={"who": f"actor {i}"})
        yield db, ledger


def test_an_empty_ledger_has_a_head() -> None:
    with ledger_of(0) as (_, ledger):
        assert (ledger.head().size, ledger.verify().size) == (0, 0)


@given(st.integers(1, 12))
def test_an_honest_ledger_verifies_to_its_head(count: int) -> None:
    with ledger_of(count) as (_, ledger):
        assert ledger.verify() == ledger.head()
        assert [entry.facts["i"] for entry in ledger.entries()] == list(range(count))


EDITS = {
    "leaf": "UPDATE ledger SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"i\":3', '\"i\":9') AS BLOB) WHERE n = 3",
    "time": "UPDATE ledger SET at = 5 WHERE n = 3",
    "kind": "UPDATE ledger SET kind = 'x' WHERE n = 3",
    "hash": "UPDATE ledger SET hash = zeroblob(32) WHERE n = 3",
    "detail": 'UPDATE ledger_detail SET detail = \'{"who":"nobody"}\' WHERE n = 3',
    "removed": "DELETE FROM ledger_detail WHERE n = 3; DELETE FROM ledger WHERE n = 3",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_every_edit_is_found_at_its_entry(edit: str) -> None:
    with ledger_of(6) as (db, ledger):
        db.executescript(edit)
        with pytest.raises(VerificationFailed, match="ledger entry 3") as found:
            ledger.verify()
        assert found.value.code == "TAMPERED"


def test_a_cut_off_end_shows_against_an_earlier_head() -> None:
    with ledger_of(6) as (db, ledger):
        noted = ledger.head()
        db.executescript("DELETE FROM ledger_detail WHERE n = 5; DELETE FROM ledger WHERE n = 5")
        assert ledger.verify() != noted


def test_destroying_a_detail_leaves_the_chain_whole() -> None:
    with ledger_of(6) as (db, ledger):
        db.execute("DELETE FROM ledger_detail WHERE n = 3")
        assert ledger.verify().size == 6
        assert next(entry for entry in ledger.entries() if entry.n == 3).detail is None


def test_what_people_wrote_is_not_in_the_chain() -> None:
    with ledger_of(0) as (db, ledger):
        ledger.append("case", at=1, facts={"case": "C-1"}, detail={"title": "CANARY-TITLE"})
        (leaf,) = db.execute("SELECT leaf FROM ledger").fetchone()
        assert b"CANARY" not in leaf
