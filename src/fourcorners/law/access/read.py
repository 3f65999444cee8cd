"""May this person read under this instrument now, and which records of it?

One partial evaluation with the record unknown. What is decided without the record is the answer; what is left of
the permits and forbids is the filter: a record passes if a permit holds for it and no forbid does.
"""

from __future__ import annotations

import json
from typing import Any

import cedarpy

from fourcorners.law.access import condition
from fourcorners.law.access import decision
from fourcorners.law.access import policies
from fourcorners.law.access.actor import Actor
from fourcorners.law.access.condition import EVERYTHING
from fourcorners.law.access.condition import NOTHING
from fourcorners.law.access.decision import Decision
from fourcorners.law.access.instrument import InstrumentFacts
from fourcorners.law.access.policies import Loaded


def decide_read(
    actor: Actor,
    *,
    case: str,
    instrument: InstrumentFacts,
    now: int,
    justified: bool,
    rows: int,
    allowance: int,
    loaded: Loaded | None = None,
) -> Decision:
    """Decide once for a whole query.

    Args:
        actor: who reads.
        case: the case for which is read.
        instrument: the authority that is named.
        now: ns UTC.
        justified: whether a justification was given.
        rows: rows of the case shown to this person before, with those of this read.
        allowance: how many may be shown.
        loaded: another policy set than the current one.
    """
    loaded = loaded or policies.current()
    asked = request(
        actor, case=case, instrument=instrument, now=now, justified=justified, rows=rows, allowance=allowance
    )
    residuals = _evaluate(asked, entities(actor, case, instrument), loaded)
    permits = {name: each for name, each in residuals.items() if loaded.texts[name].effect == "permit"}
    forbids = {name: each for name, each in residuals.items() if loaded.texts[name].effect == "forbid"}
    # a forbid that holds for every record under the instrument denies the whole query
    bound = {"case": case, "instrument": instrument.id}
    denied = [name for name, each in forbids.items() if each.given(bound) == EVERYTHING]
    permitted = condition.either(tuple(permits.values()))
    if permitted == NOTHING:  # then no answer would help, and nobody is asked for one
        denied = [name for name in denied if not loaded.texts[name].asks]
    if denied or permitted == NOTHING:
        return decision.deny(loaded, denied, decision.WHO)
    return Decision(
        allowed=True,
        policies=tuple(loaded.texts[name].id for name, each in permits.items() if each != NOTHING),
        policy_set=loaded.sha256,
        question=_question(actor, case, instrument, now, rows, allowance, loaded) if justified else None,
        filter=condition.both(
            (permitted, *(condition.negated(each) for each in forbids.values() if each != NOTHING))
        ),
    )


def _question(
    actor: Actor, case: str, instrument: InstrumentFacts, now: int, rows: int, allowance: int, loaded: Loaded
) -> str | None:
    """The wording that the person was shown: what is asked of him who gives no justification."""
    return decide_read(
        actor,
        case=case,
        instrument=instrument,
        now=now,
        justified=False,
        rows=rows,
        allowance=allowance,
        loaded=loaded,
    ).question


def request(
    actor: Actor, *, case: str, instrument: InstrumentFacts, now: int, justified: bool, rows: int, allowance: int
) -> dict[str, Any]:
    """The request as the engine takes it, with no record named."""
    return {
        "principal": f"Actor::{json.dumps(actor.name, ensure_ascii=False)}",
        "action": 'Action::"read"',
        "context": {
            "case": {"__entity": {"type": "Case", "id": case}},
            "instrument": {"__entity": {"type": "Instrument", "id": instrument.id}},
            "now": now,
            "justified": justified,
            "rows": rows,
            "allowance": allowance,
        },
    }


def entities(actor: Actor, case: str, instrument: InstrumentFacts) -> list[dict[str, Any]]:
    """The entities of a request."""
    cases = {case, instrument.case, *actor.teams}
    return [
        *({"uid": {"type": "Case", "id": each}, "attrs": {}, "parents": []} for each in sorted(cases)),
        actor.entity(),
        instrument.entity(),
    ]


def _evaluate(
    asked: dict[str, Any], known: list[dict[str, Any]], loaded: Loaded
) -> dict[str, condition.Condition]:
    """What is left of each policy; an error of the engine is a deny, never a policy less."""
    policy_set, schema = loaded.engine
    result = cedarpy.is_authorized_partial(asked, policy_set, known, schema)
    if result.diagnostics.errors:
        raise AssertionError(f"the access policies failed: {result.diagnostics.errors}")
    residuals = result.residuals
    if residuals.keys() != loaded.texts.keys():
        raise AssertionError("the engine left a policy out")
    return {name: condition.of_policy(each) for name, each in residuals.items()}
