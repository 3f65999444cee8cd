"""May this person enter what a court ruled on an instrument: quash it, or reinstate it?"""

from __future__ import annotations

from fourcorners.law.access import policies
from fourcorners.law.access import step
from fourcorners.law.access.actor import Actor
from fourcorners.law.access.decision import Decision
from fourcorners.law.access.instrument import InstrumentFacts
from fourcorners.law.access.policies import Loaded


def decide_ruling(
    actor: Actor, action: str, instrument: InstrumentFacts, now: int, loaded: Loaded | None = None
) -> Decision:
    """Decide on `quash` or `reinstate`.

    Args:
        actor: who acts.
        action: the step.
        instrument: what it is about.
        now: ns UTC.
        loaded: another policy set than the current one.
    """
    cases = {instrument.case, *actor.teams}
    known = [
        *({"uid": {"type": "Case", "id": each}, "attrs": {}, "parents": []} for each in sorted(cases)),
        actor.entity(),
    ]
    who = "somebody on the case's team, or a supervisor, enters the court's order"
    return step.decide(actor, action, instrument.entity(), known, {"now": now}, loaded or policies.current(), who)
