"""The policy set: one file a policy, with an id, a sentence, and for a forbid its code and next step.

Loaded once; a set that the schema does not accept in every part is refused, since a policy that errs is skipped by
the engine, and a forbid that is skipped allows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from typing import cast

import cedarpy

from fourcorners.model.errors import RefusalKind

_FOLDER = files(__package__)


@dataclass(frozen=True, slots=True)
class PolicyText:
    """What a policy says of itself; `code`, `whose`, `next` of a forbid, `asks` where something is asked."""

    id: str
    effect: str
    sentence: str
    code: str
    whose: RefusalKind
    next: str
    asks: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy set that the schema accepts.

    Attributes:
        engine: the engine's own forms of policies and schema.
        texts: the engine's names of the policies -> what they say, in the order in which a deny is explained.
        sha256: hash over schema and policies, hex.
    """

    engine: tuple[cedarpy.PolicySet, cedarpy.Schema]
    texts: dict[str, PolicyText]
    sha256: str


def sources() -> dict[str, str]:
    """Every policy file's text by its name, in their order."""
    folder = _FOLDER / "policies"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".cedar"))
    return {name: (folder / name).read_text(encoding="utf-8") for name in names}


def schema() -> str:
    """The schema's text."""
    return (_FOLDER / "schema.cedarschema").read_text(encoding="utf-8")


def load(texts: dict[str, str]) -> Loaded:
    """A policy set from its files.

    Raises:
        ValueError: the engine does not parse it, or the schema does not accept it.
    """
    whole = "\n".join(texts.values())
    result = cedarpy.validate_policies(whole, schema())
    if not result.validation_passed or result.errors:
        raise ValueError(f"the access policies are not valid: {result.errors}")
    parsed: dict[str, Any] = json.loads(cedarpy.policies_to_json_str(whole))["staticPolicies"]
    notes = {name: (policy["effect"], policy["annotations"]) for name, policy in parsed.items()}
    return Loaded(
        (cedarpy.PolicySet.from_str(whole), cedarpy.Schema.from_str(schema())),
        {name: _text(*notes[name]) for name in sorted(notes, key=lambda name: int(name.removeprefix("policy")))},
        sha256((schema() + whole).encode()).hexdigest(),
    )


def _text(effect: str, notes: dict[str, str]) -> PolicyText:
    needed = ("id", "sentence", "code", "whose", "next") if effect == "forbid" else ("id", "sentence")
    if missing := [name for name in needed if not notes.get(name)]:
        raise ValueError(f"a policy lacks {missing}: {notes}")
    return PolicyText(
        id=notes["id"],
        effect=effect,
        sentence=notes["sentence"],
        code=notes.get("code", ""),
        whose=cast("RefusalKind", notes.get("whose", "PRODUCT")),
        next=notes.get("next", ""),
        asks=notes.get("asks", ""),
    )


@cache
def current() -> Loaded:
    """The policy set of this version."""
    return load(sources())


@cache
def policy_set_sha256() -> str:
    """The hash that every ledger entry names, hex."""
    return sha256((schema() + "\n".join(sources().values())).encode()).hexdigest()
