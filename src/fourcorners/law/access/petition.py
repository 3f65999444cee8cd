"""May this person take a step of a petition now: approve it, open what it names, destroy?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fourcorners.law.access import policies
from fourcorners.law.access import step
from fourcorners.law.access.actor import Actor
from fourcorners.law.access.decision import Decision
from fourcorners.law.access.policies import Loaded


@dataclass(frozen=True, slots=True)
class Petition:
    """A step that waits for other persons; the schema says what each part means."""

    id: str
    kind: str
    case: str
    requester: Actor
    approvers: frozenset[Actor]
    acted: frozenset[str] = frozenset()
    live_order: bool = False
    items: int = 0

    def entity(self) -> dict[str, Any]:
        """As the engine takes it; distinct persons are counted here, and nowhere else."""
        people = sorted(each.name for each in self.approvers)
        return {
            "uid": {"type": "Petition", "id": self.id},
            "attrs": {
                "kind": self.kind,
                "case": {"__entity": {"type": "Case", "id": self.case}},
                "requester": {"__entity": {"type": "Actor", "id": self.requester.name}},
                "approvers": [{"__entity": {"type": "Actor", "id": name}} for name in people],
                "approver_count": len(set(people)),
                "acted_count": len(self.acted),
                "live_order": self.live_order,
                "items": self.items,
            },
            "parents": [],
        }


def decide_petition(
    actor: Actor, action: str, petition: Petition, now: int, loaded: Loaded | None = None
) -> Decision:
    """Decide on `approve`, `act` (a custodian takes a layer off), `unseal` (they are released) or `destroy`.

    Args:
        actor: who acts.
        action: the step.
        petition: what it is about.
        now: ns UTC.
        loaded: another policy set than the current one.
    """
    loaded = loaded or policies.current()
    people = {each.name: each for each in (*petition.approvers, petition.requester, actor)}
    cases = {petition.case, *(case for each in people.values() for case in each.teams)}
    known = [
        *({"uid": {"type": "Case", "id": each}, "attrs": {}, "parents": []} for each in sorted(cases)),
        *(each.entity() for each in people.values()),
    ]
    return step.decide(actor, action, petition.entity(), known, {"now": now}, loaded, _who(action, petition))


def _who(action: str, petition: Petition) -> str:
    match action:
        case "approve":
            return "a supervisor who is not on the case's team answers the petition"
        case "destroy":
            return f"{petition.requester.name} asked for it, and carries it out: `fourcorners destroy run`"
        case _:
            return "a custodian of the filter team runs `fourcorners unseal open`"
