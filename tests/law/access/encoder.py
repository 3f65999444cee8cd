"""The policies as formulas: Cedar's own JSON, node by node; a node that is not known here is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import cedarpy
import z3

STRING = z3.StringSort()
SORTS = {name: z3.DeclareSort(name) for name in ("Case", "Actor", "Instrument")}
#: Attributes with their sorts; a set is given by its elements' sort.
SINGLE: dict[str, dict[str, Any]] = {
    "Instrument": {
        "case": SORTS["Case"],
        "readable_from": z3.IntSort(),
        "retain_until": z3.IntSort(),
        "quashed": z3.BoolSort(),
        "destroyed": z3.BoolSort(),
        "emergency": z3.BoolSort(),
        "ratification_deadline": z3.IntSort(),
        "ratified": z3.BoolSort(),
    },
    "Record": {
        "case": SORTS["Case"],
        "instrument": SORTS["Instrument"],
        "category": STRING,
        "sealed": z3.BoolSort(),
    },
    "Petition": {
        "kind": STRING,
        "case": SORTS["Case"],
        "requester": SORTS["Actor"],
        "approver_count": z3.IntSort(),
        "acted_count": z3.IntSort(),
        "live_order": z3.BoolSort(),
        "items": z3.IntSort(),
    },
    "context": {
        "case": SORTS["Case"],
        "instrument": SORTS["Instrument"],
        "now": z3.IntSort(),
        "justified": z3.BoolSort(),
        "rows": z3.IntSort(),
        "allowance": z3.IntSort(),
    },
    "Actor": {},
}
SETS: dict[str, dict[str, Any]] = {
    "Actor": {"roles": STRING, "teams": SORTS["Case"]},
    "Instrument": {"categories": STRING},
    "Petition": {"approvers": SORTS["Actor"]},
}
PRINCIPAL = z3.Const("principal", SORTS["Actor"])
RESOURCES = {
    "read": "Record",
    "show": "Case",
    "approve": "Petition",
    "act": "Petition",
    "unseal": "Petition",
    "destroy": "Petition",
    "quash": "Instrument",
    "reinstate": "Instrument",
}


class Thing:
    """The one resource or context of a request, whose attributes are constants."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


def attribute(of: Any, name: str) -> Any:
    """An attribute: a term, or for a set the function that says what it contains."""
    kind = of.kind if isinstance(of, Thing) else of.sort().name()
    if name in SETS.get(kind, {}):
        element = SETS[kind][name]
        if isinstance(of, Thing):
            return z3.Function(f"{kind}.{name}", element, z3.BoolSort())
        contains = z3.Function(f"{kind}.{name}", of.sort(), element, z3.BoolSort())
        return lambda value: contains(of, value)
    sort = SINGLE[kind][name]
    if isinstance(of, Thing):
        return z3.Const(f"{kind}.{name}", sort)
    return z3.Function(f"{kind}.{name}", of.sort(), sort)(of)


class Policies:
    """A policy set as formulas."""

    def __init__(self, text: str) -> None:
        found = json.loads(cedarpy.policies_to_json_str(text))
        assert not found["templates"]
        assert not found["templateLinks"]
        self._policies = list(found["staticPolicies"].values())

    def allowed(self, action: str) -> Any:
        """When a request for an action is allowed."""
        of_it = [policy for policy in self._policies if action in _actions(policy)]
        holds = [(policy["effect"], self._holds(policy, action)) for policy in of_it]
        permits = [each for effect, each in holds if effect == "permit"]
        forbids = [each for effect, each in holds if effect == "forbid"]
        return z3.And(z3.Or(permits), z3.Not(z3.Or(forbids)))

    def _holds(self, policy: dict[str, Any], action: str) -> Any:
        scope = {"principal": PRINCIPAL, "resource": Thing(RESOURCES[action]), "context": Thing("context")}
        parts = []
        for clause in policy["conditions"]:
            body = term(clause["body"], scope)
            parts.append(body if clause["kind"] == "when" else z3.Not(body))
        return z3.And(parts)


def _actions(policy: dict[str, Any]) -> set[str]:
    for part in ("principal", "resource"):
        assert policy[part] == {"op": "All"}, "a head that is not known"
    head = policy["action"]
    entities = head["entities"] if head["op"] == "in" else [head["entity"]]
    assert head["op"] in {"==", "in"}
    return {entity["id"] for entity in entities}


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "&&": z3.And,
    "||": z3.Or,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "contains": lambda a, b: a(b),
}


def term(node: dict[str, Any], scope: dict[str, Any]) -> Any:
    """A node as a term."""
    ((op, inner),) = node.items()
    if op == "Var":
        return scope[inner]
    if op == ".":
        return attribute(term(inner["left"], scope), inner["attr"])
    if op == "!":
        return z3.Not(term(inner["arg"], scope))
    if op == "Value" and isinstance(inner, bool):
        return z3.BoolVal(inner)
    if op == "Value" and isinstance(inner, int):
        return z3.IntVal(inner)
    if op == "Value" and isinstance(inner, str):
        return z3.StringVal(inner)
    if op in OPERATORS:
        return OPERATORS[op](term(inner["left"], scope), term(inner["right"], scope))
    raise ValueError(f"a node that is not known: {op}")
