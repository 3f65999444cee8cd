"""What a configuration as a whole settles: its deterministic pools, and that nothing stands against them.

Refused is what could change a block and is not read: groups that hand statements down, another system's statements
within the file, translation beside that is not shown to be of other addresses and other hosts, services interfaces
of several members, a rule that no service set or more than one uses, addresses in two pools, hosts in two pools.
Everything else that is not used is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from fourcorners.readers.logs.deterministic import adaptive
from fourcorners.readers.logs.deterministic import next_gen
from fourcorners.readers.logs.deterministic.labels import label
from fourcorners.readers.logs.deterministic.pool import Pool
from fourcorners.readers.logs.deterministic.pool import Range
from fourcorners.readers.logs.deterministic.refused import unsettled
from fourcorners.readers.logs.deterministic.stanza import Configuration
from fourcorners.readers.logs.deterministic.statements import Statement

#: What may stand below `services nat`.
_NAT = (
    ("pool",),
    ("rule",),
    ("rule-set",),
    ("source", "pool"),
    ("source", "rule-set"),
    ("source", "port-round-robin"),
    ("source", "pool-utilization-alarm"),
)
_READ = {("services", "nat"), ("services", "service-set"), ("services", "address-book")}
_BOUNDARY = "include-boundary-addresses"
_APPLY = "apply-groups"
_GROUPS = (_APPLY, "apply-groups-except")
_WILDCARD = re.compile("<.*>")
#: A services interface of several members. How they divide a pool among them is not known.
_AGGREGATED = re.compile(r"ams\d+(?:\.\d+)?|mams-.+")


@dataclass(frozen=True, slots=True)
class Settled:
    """The pools, and for each statement whether one of them rests on it."""

    pools: tuple[Pool, ...]
    statements: tuple[tuple[Statement, bool], ...]


def settle(statements: list[Statement], *, pool_boundary: bool | None) -> Settled:
    """The deterministic pools of a configuration.

    Args:
        statements: all of them.
        pool_boundary: whether the lowest and the highest address of a pool's prefix are used; None if nobody says.

    Raises:
        BadInput: `NAT_CONFIGURATION`.
    """
    found = Configuration(statements)
    for statement in statements:
        if statement.active:
            _check_place(statement)
    _check_groups(statements)
    pools, outside, inside = list[Pool](), list[tuple[Range, int]](), list[tuple[Range, int]]()
    for kind in (adaptive, next_gen):
        made = kind.translations(found, pool_boundary=pool_boundary)
        pools += made.pools
        outside += [(each, line.at) for each, line in made.outside]
        inside += [(each, line.at) for each, line in made.inside]
    if not pools:
        raise unsettled("no pool of deterministic translation is configured", 1)
    _check_apart([(pool.outside, pool.line) for pool in pools], outside, "address")
    _check_apart([(pool.inside, pool.line) for pool in pools], inside, "host")
    _check_service_sets(found)
    names = {pool.name for pool in pools}
    for statement, used in zip(statements, found.used, strict=True):
        if statement.active and not used:
            _check_unused(statement, names)
    return Settled(tuple(pools), tuple(zip(statements, found.used, strict=True)))


def _check_place(statement: Statement) -> None:
    """A statement that could speak of translation stands where it is read."""
    words = statement.words
    text = label(words)
    named = {"services": words, "interfaces": words[1:2]}.get(words[0], ())
    if any(_AGGREGATED.fullmatch(word) for word in named):
        raise unsettled(
            f"how the members of an aggregated interface divide a pool is not read: {text}", statement.line
        )
    if words[:2] == ("services", "nat") and not any(words[2 : 2 + len(path)] == path for path in _NAT):
        raise unsettled(f"the statement is not read: {text}", statement.line)
    if words[:2] in _READ:
        if not set(words).isdisjoint(_GROUPS):
            raise unsettled(f"what a group hands down to translation is not read: {text}", statement.line)
        return
    elsewhere = any(pair in _READ for pair in pairwise(words))
    if elsewhere or (words[0] == "groups" and words[2:3] in {("services",), ("<*>",)}):
        raise unsettled(f"translation is configured at a place that is not read: {text}", statement.line)
    if words[0] == "services" and not set(words).isdisjoint(_GROUPS):
        raise unsettled(f"what a group hands down to services is not read: {text}", statement.line)


def _check_unused(statement: Statement, pools: set[str]) -> None:
    """A statement that no block rests on does not look as if one should."""
    words = statement.words
    strange = any(word.startswith("deterministic") or word == _BOUNDARY for word in words)
    elsewhere = words[:2] != ("services", "nat") and any(
        first == "pool" and second in pools for first, second in pairwise(words)
    )
    if strange or elsewhere:
        raise unsettled(f"the statement stands at a place that is not read: {label(words)}", statement.line)


def _check_groups(statements: list[Statement]) -> None:
    """Every group that is applied to the whole stands in the file, and none that is applied has wildcards.

    A wildcard may stand for `services` or what is below; what it hands down is not in the file as it is shown.
    """
    there = {each.words[1] for each in statements if each.words[0] == "groups" and len(each.words) > 1}
    applied = set[str]()
    for each in statements:
        if each.active and _APPLY in each.words:
            names = set(each.words[each.words.index(_APPLY) + 1 :]) - {"[", "]"}
            applied |= names
            if each.words[0] == _APPLY and not names <= there:
                raise unsettled("a group is applied and is not in the file", each.line)
    for each in statements:
        wild = each.words[0] == "groups" and any(_WILDCARD.search(word) for word in each.words[2:])
        if each.active and wild and not applied.isdisjoint(each.words[1:2]):
            raise unsettled(f"a group that is applied has a wildcard: {label(each.words)}", each.line)


def _check_apart(fixed: list[tuple[Range, int]], others: list[tuple[Range, int]], what: str) -> None:
    """Nothing that one deterministic pool has is in another range; each range with its line."""
    ordered = [(each, at, True) for each, at in fixed] + [(each, at, False) for each, at in others]
    ordered.sort(key=lambda one: (one[0].first, one[0].last))
    reached: dict[bool, tuple[int, int]] = {}  # by kind, the last that a range before has, and its line
    for each, at, is_fixed in ordered:
        for kind, (last, line) in reached.items():
            if last >= each.first and (kind or is_fixed):
                raise unsettled(f"the statements of lines {line} and {at} share an {what}", at)
        reached[is_fixed] = max((each.last, at), reached.get(is_fixed, (-1, 0)))


def _check_service_sets(found: Configuration) -> None:
    """A rule that is used stands in one service set, if the file has any that name rules."""
    sets = found.under("services", "service-set")
    named = Counter(word for line in sets if line.words[1:2] == ("nat-rules",) for word in line.words[2:])
    groups = Counter(word for line in sets if line.words[1:2] == ("nat-rule-sets",) for word in line.words[2:])
    if not named and not groups:
        return
    for line in found.under("services", "nat", "rule-set"):
        for word in line.words[2:] if line.words[1:2] == ("rule",) else ():
            named[word] += groups[line.words[0]]
    for path, counted in (
        (("services", "nat", "rule"), named),
        (("services", "nat", "source", "rule-set"), groups),
    ):
        for line in found.under(*path):
            if line.is_used and counted[line.words[0]] != 1:
                many = counted[line.words[0]]
                raise unsettled(f"{many} service sets use the rule, where one is expected: {line.spelt}", line.at)
