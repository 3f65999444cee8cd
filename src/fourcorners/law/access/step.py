"""The policies' answer to a step whose resource is known whole: one full authorisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cedarpy

from fourcorners.law.access import decision
from fourcorners.law.access.actor import Actor
from fourcorners.law.access.decision import Decision
from fourcorners.law.access.policies import Loaded


def decide(
    actor: Actor,
    action: str,
    resource: dict[str, Any],
    known: Sequence[dict[str, Any]],
    context: dict[str, Any],
    loaded: Loaded,
    who: str,
) -> Decision:
    """Decide; an error of the engine is none, since it would be a policy less.

    Args:
        actor: who acts.
        action: the step.
        resource: the entity that it is about.
        known: the other entities, the actor's among them.
        context: what else the policies may ask about.
        loaded: the policy set.
        who: the next step where nobody permits it: who may.
    """
    policy_set, schema = loaded.engine
    request = {
        "principal": {"type": "Actor", "id": actor.name},
        "action": {"type": "Action", "id": action},
        "resource": resource["uid"],
        "context": context,
    }
    entities = [*known, *([resource] if resource not in known else [])]
    result = cedarpy.is_authorized(request, policy_set, entities, schema)
    if result.diagnostics.errors:
        raise AssertionError(f"the access policies failed: {result.diagnostics.errors}")
    reasons = list(result.diagnostics.reasons)
    if result.decision is not cedarpy.Decision.Allow:
        return decision.deny(loaded, reasons, who)
    ids = tuple(text.id for name, text in loaded.texts.items() if name in reasons)
    return Decision(allowed=True, policies=ids, policy_set=loaded.sha256)
