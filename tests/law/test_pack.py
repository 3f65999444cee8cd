from __future__ import annotations

import csv
import hashlib
from importlib import resources

import pytest

from fourcorners.law import refusals
from fourcorners.law.clocks import RATIFICATION
from fourcorners.law.pack import load
from fourcorners.law.pack import pack_for
from fourcorners.model.errors import Refused
from fourcorners.model.instant import HOUR
from fourcorners.model.instrument import IssuerRole
from fourcorners.model.instrument import Purpose

DATA = (resources.files("fourcorners.law") / "packs" / "us_fed.csv").read_bytes()
ROWS = list(csv.DictReader(DATA.decode().splitlines()))
PACK = pack_for("US-FED")


def test_the_pack_holds_every_row_once_and_is_named_by_its_bytes() -> None:
    assert PACK.id == "US-FED"
    assert PACK.sha256 == hashlib.sha256(DATA).hexdigest()
    assert [row.id for row in PACK.rows] == [f"US-FED-{number:03d}" for number in range(1, 68)]
    assert [row["rule_id"] for row in ROWS] == [row.id for row in PACK.rows]


def test_the_counts_of_the_matrix() -> None:
    assert [sum(row.permitted == state for row in PACK.rows) for state in ("yes", "conditional", "no")] == [
        23,
        14,
        30,
    ]
    unsigned = [int(row.id[-3:]) for row in PACK.rows if row.permits and row.effective_from is None]
    assert unsigned == [24, 25, 28, 29, 36, 37, 48, 49, 50, 51]
    assert [int(row.id[-3:]) for row in PACK.rows if row.conflict] == [15, 16, 23, 27, 31, 35, 39, 67]
    assert [int(row.id[-3:]) for row in PACK.rows if row.by_design] == [9, 32, 33, 40, 41, 55, 57, 60, 61]


def test_what_the_matrix_says_is_refused_by_design_the_code_refuses() -> None:
    for row in PACK.rows:
        if row.by_design:
            with pytest.raises(Refused) as caught:
                refusals.check(row.type, Purpose.CRIMINAL_INVESTIGATION, [row.category])
            assert caught.value.code == row.refusal
        if row.permits:
            refusals.check(row.type, Purpose.CRIMINAL_INVESTIGATION, [row.category])


def test_structured_columns_speak_the_model_s_words() -> None:
    for row in PACK.rows:
        assert row.issuer_roles <= set(IssuerRole)
        assert row.purposes <= {str(purpose) for purpose in refusals.PURPOSES}
        assert row.ratify_hours is None or row.ratify_hours * HOUR == RATIFICATION
        assert (row.ratify_hours is None) == (row.purposes != {"emergency"})


@pytest.mark.parametrize("jurisdiction", ["UK", "EU", "US-CA", "COE-2AP", "", "us-fed"])
def test_other_jurisdictions_are_not_loaded(jurisdiction: str) -> None:
    with pytest.raises(Refused) as caught:
        pack_for(jurisdiction)
    assert (caught.value.kind, caught.value.code) == ("PRODUCT", "JURISDICTION_NOT_LOADED")
    assert "US-FED" in caught.value.next_step


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"US-FED-002,US-FED", b"US-FED-001,US-FED"),
        (b"US-FED-002,US-FED", b"US-FED-002,UK"),
        (b"session_ip_log,yes", b"session_ip_log,maybe"),
        (b",CATEGORY_NOT_PERMITTED,", b",NO_SUCH_CODE,"),
        (b",part,,,,,", b",surely,,,,,"),
        (b"session_ip_log,yes,criminal_investigation", b"session_ip_log,yes,"),
        (b",no,,", b",no,emergency,"),
    ],
)
def test_a_broken_pack_is_not_loaded(old: bytes, new: bytes) -> None:
    edited = DATA.replace(old, new, 1)
    assert edited != DATA
    with pytest.raises(ValueError, match=r"a pack|closed list|has a code"):
        load(edited)
