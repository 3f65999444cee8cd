"""What a decision leaves open because it depends on the record: a condition, as a filter over columns.

Made from the engine's residual expressions. A node that is not known here is refused, never passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

#: Attributes of a record.
ATTRIBUTES = frozenset({"case", "instrument", "category", "sealed"})

Value = str | bool
Record = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Condition:
    """A tree: `op` is `value`, `is in` (an attribute among values), `not`, `and` or `or`."""

    op: str
    attribute: str = ""
    values: frozenset[Value] = frozenset()
    parts: tuple[Condition, ...] = ()

    def holds(self, record: Record) -> bool:
        """Whether a record fulfils it."""
        match self.op:
            case "is in":
                return record[self.attribute] in self.values
            case "not":
                return not self.parts[0].holds(record)
            case "and":
                return all(part.holds(record) for part in self.parts)
            case "or":
                return any(part.holds(record) for part in self.parts)
            case _:
                return self is EVERYTHING

    def given(self, constants: Record) -> Condition:
        """The condition where some attributes are the same for all records."""
        if self.op == "is in":
            if self.attribute not in constants:
                return self
            return EVERYTHING if constants[self.attribute] in self.values else NOTHING
        if not self.parts:
            return self
        return _combine(self.op, tuple(part.given(constants) for part in self.parts))

    def arrow(self, constants: Record, columns: Mapping[str, str]) -> pc.Expression:
        """A filter for Arrow batches.

        Args:
            constants: attributes that are the same for all rows.
            columns: the other attributes -> name of their column.
        """
        return self.given(constants)._expression(columns)  # noqa: SLF001 - a condition's own part

    def _expression(self, columns: Mapping[str, str]) -> pc.Expression:
        match self.op:
            case "is in":
                return pc.field(columns[self.attribute]).isin(sorted(self.values))
            case "not":
                return ~self.parts[0]._expression(columns)  # noqa: SLF001 - a condition's own part
            case "and" | "or":
                found = [part._expression(columns) for part in self.parts]  # noqa: SLF001 - the same
                whole = found[0]
                for each in found[1:]:
                    whole = whole & each if self.op == "and" else whole | each
                return whole
            case _:
                return pc.scalar(self is EVERYTHING)


EVERYTHING = Condition("value", "everything")
NOTHING = Condition("value", "nothing")


def _combine(op: str, parts: tuple[Condition, ...]) -> Condition:
    """A node in its simplest form."""
    if op == "not":
        (part,) = parts
        if part in (EVERYTHING, NOTHING):
            return NOTHING if part == EVERYTHING else EVERYTHING
        return Condition("not", parts=parts) if part.op != "not" else part.parts[0]
    neutral, final = (EVERYTHING, NOTHING) if op == "and" else (NOTHING, EVERYTHING)
    if final in parts:
        return final
    kept = tuple(dict.fromkeys(part for part in parts if part != neutral))
    return neutral if not kept else kept[0] if len(kept) == 1 else Condition(op, parts=kept)


def both(parts: tuple[Condition, ...]) -> Condition:
    """All of them."""
    return _combine("and", parts)


def either(parts: tuple[Condition, ...]) -> Condition:
    """Any of them."""
    return _combine("or", parts)


def negated(part: Condition) -> Condition:
    """The opposite."""
    return _combine("not", (part,))


def of_policy(residual: Mapping[str, Any]) -> Condition:
    """The condition of a residual policy: all its clauses.

    Raises:
        ValueError: a node that is not known here.
    """
    for part in ("principal", "action", "resource"):
        if residual[part] != {"op": "All"}:
            raise ValueError(f"a residual with a head: {residual[part]}")
    found = []
    for clause in residual["conditions"]:
        body = _expression(clause["body"])
        found.append(body if clause["kind"] == "when" else negated(body))
    return both(tuple(found))


def _expression(node: Mapping[str, Any]) -> Condition:
    ((op, inner),) = node.items()
    match op:
        case "Value" if inner is True or inner is False:
            return EVERYTHING if inner else NOTHING
        case "&&" | "||":
            parts = (_expression(inner["left"]), _expression(inner["right"]))
            return both(parts) if op == "&&" else either(parts)
        case "!":
            return negated(_expression(inner["arg"]))
        case "==" | "!=":
            attribute, value = _sides(inner["left"], inner["right"])
            found = Condition("is in", attribute, frozenset({value}))
            return found if op == "==" else negated(found)
        case "contains":
            values = frozenset(map(_value, inner["left"]["Set"]))
            return Condition("is in", _attribute(inner["right"]), values) if values else NOTHING
        case ".":
            return Condition("is in", _attribute(node), frozenset({True}))
        case _:
            raise ValueError(f"an expression that is not known: {op}")


def _sides(left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[str, Value]:
    return (_attribute(left), _value(right)) if "." in left else (_attribute(right), _value(left))


def _attribute(node: Mapping[str, Any]) -> str:
    inner = node["."]
    if inner["left"] != {"unknown": [{"Value": "resource"}]} or inner["attr"] not in ATTRIBUTES:
        raise ValueError(f"not an attribute of the record: {inner}")
    return str(inner["attr"])


def _value(node: Mapping[str, Any]) -> Value:
    value = node["Value"]
    if isinstance(value, dict):
        return str(value["__entity"]["id"])
    if not isinstance(value, str | bool):
        raise ValueError(f"not a text, a yes or no, or an entity: {value!r}")  # noqa: TRY004 - one error for all
    return value
