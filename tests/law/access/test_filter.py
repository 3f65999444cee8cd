"""The filter that a decision leaves is the decision: held against full authorisation of every record."""

from __future__ import annotations

import random

import cedarpy
import pyarrow as pa
import pytest
from tests.law.access.conftest import NOW
from tests.law.access.conftest import Read

from fourcorners.law.access import condition
from fourcorners.law.access import policies
from fourcorners.law.access.actor import Actor
from fourcorners.law.access.condition import EVERYTHING
from fourcorners.law.access.condition import NOTHING
from fourcorners.law.access.instrument import NO_END
from fourcorners.law.access.instrument import InstrumentFacts
from fourcorners.law.access.read import entities
from fourcorners.law.access.read import request

CATEGORIES = ["session_ip_log", "subscriber_identity", "content_stored", "payment", ""]
CASES, INSTRUMENTS = ["C-1", "C-2"], ["I-1", "I-2"]
RESOURCE = {"unknown": [{"Value": "resource"}]}
RECORDS, QUERIES, PARTS = 400, 63, 4


def mostly(chance: random.Random, usual: object, *others: object) -> object:
    return usual if chance.random() < 0.93 else chance.choice(others)


def query(chance: random.Random) -> Read:
    teams = frozenset(case for case in CASES if chance.random() < 0.9)
    roles = frozenset(
        role
        for role, share in (("investigator", 0.95), ("supervisor", 0.3), ("custodian", 0.05))
        if chance.random() < share
    )
    instrument = InstrumentFacts(
        id=chance.choice(INSTRUMENTS),
        case=str(mostly(chance, "C-1", "C-2")),
        categories=frozenset(chance.sample(CATEGORIES, chance.choice([0, 2, 3, 4, 5]))),
        readable_from=int(str(mostly(chance, NOW - 5, NOW, NOW + 1))),
        retain_until=int(str(mostly(chance, NO_END, NOW, NOW - 1))),
        quashed=chance.random() < 0.04,
        destroyed=chance.random() < 0.05,
        emergency=chance.random() < 0.2,
        ratification_deadline=NOW + chance.choice([-1, 0, 1]),
        ratified=chance.random() < 0.5,
    )
    return Read(
        actor=Actor("ann", roles, teams),
        case=str(mostly(chance, instrument.case, *CASES)),
        instrument=instrument,
        justified=chance.random() < 0.6,
        rows=chance.choice([1, 9, 10] * 8 + [11]),
        allowance=10,
    )


def records(chance: random.Random) -> list[dict[str, str | bool]]:
    return [
        {
            "case": str(mostly(chance, "C-1", "C-2")),
            "instrument": str(mostly(chance, "I-1", "I-2")),
            "category": chance.choice(CATEGORIES),
            "sealed": chance.random() < 0.1,
        }
        for _ in range(RECORDS)
    ]


def authorised(asked: Read, rows: list[dict[str, str | bool]]) -> list[bool]:
    """What the engine says of each record by itself, with nothing left open."""
    policy_set, schema = policies.current().engine
    resources = [
        {
            "uid": {"type": "Record", "id": str(n)},
            "attrs": {
                "case": {"__entity": {"type": "Case", "id": row["case"]}},
                "instrument": {"__entity": {"type": "Instrument", "id": row["instrument"]}},
                "category": row["category"],
                "sealed": row["sealed"],
            },
            "parents": [],
        }
        for n, row in enumerate(rows)
    ]
    known = entities(asked.actor, asked.case, asked.instrument)
    known += [
        {"uid": {"type": "Case", "id": case}, "attrs": {}, "parents": []}
        for case in CASES
        if not any(each["uid"] == {"type": "Case", "id": case} for each in known)
    ]
    other = next(name for name in INSTRUMENTS if name != asked.instrument.id)
    known.append({**asked.instrument.entity(), "uid": {"type": "Instrument", "id": other}})
    base = request(
        asked.actor,
        case=asked.case,
        instrument=asked.instrument,
        now=asked.now,
        justified=asked.justified,
        rows=asked.rows,
        allowance=asked.allowance,
    )
    requests = [{**base, "resource": f'Record::"{n}"'} for n in range(len(rows))]
    results = cedarpy.is_authorized_batch(requests, policy_set, [*known, *resources], schema)
    assert not any(result.diagnostics.errors for result in results)
    return [result.decision is cedarpy.Decision.Allow for result in results]


@pytest.mark.parametrize("part", range(PARTS))
def test_100_000_decisions_without_a_difference(part: int) -> None:
    chance = random.Random(f"access {part}")
    rows, allowed, decided = records(chance), 0, 0
    table = pa.Table.from_pylist(rows)
    for _ in range(QUERIES):
        asked = query(chance)
        decision = asked.decide()
        expected = authorised(asked, rows)
        found = [decision.allowed and decision.filter.holds(row) for row in rows]
        assert found == expected, asked
        columns = {name: name for name in table.column_names}
        kept = table.append_column("n", pa.array(range(RECORDS))).filter(decision.filter.arrow({}, columns))
        assert kept.column("n").to_pylist() == [n for n, is_in in enumerate(expected) if is_in]
        bound = [row for row in rows if (row["case"], row["instrument"]) == (asked.case, asked.instrument.id)]
        constants: dict[str, str | bool] = {"case": asked.case, "instrument": asked.instrument.id}
        folded = decision.filter.given(constants)
        assert [folded.holds(row) for row in bound] == [decision.filter.holds(row) for row in bound]
        allowed += sum(expected)
        decided += len(expected)
    assert decided == RECORDS * QUERIES
    assert decided * PARTS >= 100_000
    assert decided / 20 < allowed < decided / 2, "there is plenty of both answers"


@pytest.mark.parametrize(
    "body",
    [
        {"like": {}},
        RESOURCE,
        {"Value": 7},
        {"==": {"left": {".": {"left": {"Var": "principal"}, "attr": "case"}}, "right": {"Value": "x"}}},
        {"contains": {"left": {"Set": [{"Value": 1}]}, "right": {".": {"left": RESOURCE, "attr": "category"}}}},
        {".": {"left": RESOURCE, "attr": "owner"}},
    ],
)
def test_what_is_not_known_is_never_passed_over(body: dict[str, object]) -> None:
    head = {part: {"op": "All"} for part in ("principal", "action", "resource")}
    with pytest.raises((ValueError, KeyError)):
        condition.of_policy({**head, "conditions": [{"kind": "when", "body": body}]})
    with pytest.raises(ValueError, match="head"):
        condition.of_policy({**head, "action": {"op": "=="}, "conditions": []})


def test_conditions_in_their_simplest_form() -> None:
    category = condition.Condition("is in", "category", frozenset({"a"}))
    assert condition.both((EVERYTHING, category, category)) == category
    assert condition.both((category, NOTHING)) == NOTHING
    assert condition.either((category, EVERYTHING)) == EVERYTHING
    assert condition.negated(condition.negated(category)) == category
    assert condition.negated(EVERYTHING) == NOTHING
    assert category.given({"category": "b"}) == NOTHING
