from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.ledger import chain
from fourcorners.ledger.chain import Ledger
from fourcorners.model.errors import VerificationFailed


def ledger_of(count: int) -> tuple[sqlite3.Connection, Ledger]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(chain.TABLES)
    ledger = Ledger(db)
    for i in range(count):
        ledger.append("read", at=1_000 + i, facts={"i": i}, detail={"who": f"actor {i}"})
    return db, ledger


def test_an_empty_ledger_has_a_head() -> None:
    _, ledger = ledger_of(0)
    assert (ledger.head().size, ledger.verify().size) == (0, 0)


@given(st.integers(1, 12))
def test_an_honest_ledger_verifies_to_its_head(count: int) -> None:
    _, ledger = ledger_of(count)
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
    db, ledger = ledger_of(6)
    db.executescript(edit)
    with pytest.raises(VerificationFailed, match="ledger entry 3") as found:
        ledger.verify()
    assert found.value.code == "TAMPERED"


def test_a_cut_off_end_shows_against_an_earlier_head() -> None:
    db, ledger = ledger_of(6)
    noted = ledger.head()
    db.executescript("DELETE FROM ledger_detail WHERE n = 5; DELETE FROM ledger WHERE n = 5")
    assert ledger.verify() != noted


def test_destroying_a_detail_leaves_the_chain_whole() -> None:
    db, ledger = ledger_of(6)
    db.execute("DELETE FROM ledger_detail WHERE n = 3")
    assert ledger.verify().size == 6
    assert next(entry for entry in ledger.entries() if entry.n == 3).detail is None


def test_what_people_wrote_is_not_in_the_chain() -> None:
    db, ledger = ledger_of(0)
    ledger.append("case", at=1, facts={"case": "C-1"}, detail={"title": "CANARY-TITLE"})
    (leaf,) = db.execute("SELECT leaf FROM ledger").fetchone()
    assert b"CANARY" not in leaf
