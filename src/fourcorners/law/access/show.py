"""May this person be shown what a case holds, beside its records: accounts, files, counts, findings?"""

from __future__ import annotations

from dataclasses import replace

from fourcorners.law.access import decision
from fourcorners.law.access import policies
from fourcorners.law.access import step
from fourcorners.law.access.actor import Actor
from fourcorners.law.access.decision import Decision
from fourcorners.law.access.policies import Loaded


def decide_show(actor: Actor, case: str, *, justified: bool, loaded: Loaded | None = None) -> Decision:
    """Decide on showing a case.

    Args:
        actor: who wants to see it.
        case: the case.
        justified: whether he said why.
        loaded: another policy set than the current one.
    """
    loaded = loaded or policies.current()
    answered = _decide(actor, case, loaded, justified=True)
    if not answered.allowed:  # then no answer would help, and nobody is asked for one
        return answered
    asked = _decide(actor, case, loaded, justified=False)
    return replace(answered, question=asked.question) if justified else asked


def _decide(actor: Actor, case: str, loaded: Loaded, *, justified: bool) -> Decision:
    cases = [
        {"uid": {"type": "Case", "id": each}, "attrs": {}, "parents": []} for each in sorted({case, *actor.teams})
    ]
    this = next(each for each in cases if each["uid"] == {"type": "Case", "id": case})
    context = {"case": {"__entity": this["uid"]}, "justified": justified}
    return step.decide(actor, "show", this, [*cases, actor.entity()], context, loaded, decision.WHO)
