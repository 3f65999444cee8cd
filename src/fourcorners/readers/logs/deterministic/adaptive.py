"""Deterministic NAPT44 of Adaptive Services (MS-DPC, MS-MPC): `services nat pool`, `services nat rule`.

    services nat pool P address-range low 203.0.113.1 high 203.0.113.18
    services nat pool P port deterministic-port-block-allocation block-size 512
    services nat rule R term T from source-address 100.64.0.0/23
    services nat rule R term T then translated source-pool P
    services nat rule R term T then translated translation-type deterministic-napt44

Sources: Juniper, "Deterministic NAPT Overview" and "port (Services NAT)". The hosts are those of the term's one
`source-address`; its lowest and highest address are translated only with `include-boundary-addresses`.

What could be read of the documentation leaves one thing open: how many blocks an address gives where ports are
left over (as many as hosts share an address, or as many as fit). Where the two give one host other ports, the file
is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from fourcorners.readers.logs.deterministic.pool import PORTS
from fourcorners.readers.logs.deterministic.pool import Pool
from fourcorners.readers.logs.deterministic.pool import Range
from fourcorners.readers.logs.deterministic.refused import unsettled
from fourcorners.readers.logs.deterministic.stanza import Configuration
from fourcorners.readers.logs.deterministic.stanza import Line
from fourcorners.readers.logs.deterministic.stanza import Translations
from fourcorners.readers.logs.deterministic.stanza import number
from fourcorners.readers.logs.deterministic.stanza import only
from fourcorners.readers.logs.deterministic.stanza import options
from fourcorners.readers.logs.deterministic.stanza import other_pool
from fourcorners.readers.logs.deterministic.stanza import prefix
from fourcorners.readers.logs.deterministic.stanza import span
from fourcorners.readers.logs.deterministic.stanza import usable

_SIGN = "deterministic-port-block-allocation"
_TYPE = "deterministic-napt44"
_USES = ("then", "translated", "source-pool")
#: What a pool or a term may say beside, since it changes no block: how a port within it is chosen, how long it is
#: kept, and which traffic is translated at all.
_POOL_BESIDE = (
    ("port", "automatic"),
    ("address-allocation",),
    ("mapping-timeout",),
    ("ei-mapping-timeout",),
)
_TERM_BESIDE = (
    ("from", "destination-address", "any-ipv4"),
    ("from", "destination-address", "any-unicast"),
    ("from", "applications"),
    ("from", "application-sets"),
    ("then", "translated", "mapping-type"),
    ("then", "translated", "filtering-type"),
    ("then", "translated", "address-pooling"),
    ("then", "syslog"),
)
_OTHERS_BESIDE = (*_TERM_BESIDE, ("then", "translated", "translation-type"))
_NOT_TRANSLATED = ("then", "no-translation")


def translations(found: Configuration, *, pool_boundary: bool | None) -> Translations:
    """The deterministic pools, and what the others and the terms beside translate.

    Args:
        found: the configuration.
        pool_boundary: whether the lowest and the highest address of a pool's prefix are used; None if nobody says.

    Raises:
        BadInput: `NAT_CONFIGURATION`.
    """
    stanzas = found.named("services", "nat", "pool")
    terms = _terms(found)
    uses = defaultdict[str, list[list[Line]]](list)
    for term in terms:
        for words in {line.words for line in term if line.words[:-1] == _USES}:
            uses[words[-1]].append(term)
    made = Translations([], [], [])
    for name, lines in stanzas.items():
        if any(line.words[:2] == ("port", _SIGN) for line in lines):
            made.pools.append(_pool(name, lines, uses[name], pool_boundary=pool_boundary))
        else:
            made.outside.extend(other_pool(lines, partial(_outside, pool_boundary=True)))
    fixed = {pool.name for pool in made.pools}
    for term in terms:
        if not any(line.words[:-1] == _USES and line.words[-1] in fixed for line in term):
            made.inside.extend(_beside(term, set(stanzas)))
    return made


def _terms(found: Configuration) -> list[list[Line]]:
    """The statements of each term."""
    terms = defaultdict[tuple[str, str], list[Line]](list)
    for line in found.under("services", "nat", "rule"):
        if line.words[1:2] == ("term",) and len(line.words) > 3:  # noqa: PLR2004 - rule, `term`, its name
            terms[line.words[0], line.words[2]].append(line.behind(3))
        elif line.words[1:2] != ("match-direction",):
            raise unsettled(f"the statement is not known for a rule: {line.spelt}", line.at)
    for line in found.under("services", "nat", "rule-set"):
        if line.words[1:2] != ("rule",) or "term" in line.words[2:]:
            raise unsettled(f"the statement is not known for a set of rules: {line.spelt}", line.at)
    return list(terms.values())


def _beside(term: list[Line], pools: set[str]) -> Iterator[tuple[Range, Line]]:
    """The hosts of a term that is not deterministic: it leaves them as they are, or gives them to a known pool.

    Raises:
        BadInput: `NAT_CONFIGURATION` for any other translation, static and destination translation among them, and
            where the hosts are not plain: it could be of an address, or a host, of a deterministic pool.
    """
    whose = False
    for line in term:
        if (source := line.below("from", "source-address")) is not None:
            if len(source.words) != 1:
                raise unsettled(f"the source-address of another term is not plain: {line.spelt}", line.at)
            whose = True
            yield prefix(source.words[0], line), line
        elif line.words[:-1] == _USES:
            if line.words[-1] not in pools:
                raise unsettled(f"a term translates to a pool that is not in force here: {line.spelt}", line.at)
        elif line.words != _NOT_TRANSLATED and not any(line.below(*path) is not None for path in _OTHERS_BESIDE):
            raise unsettled(f"the statement is not known for a term beside: {line.spelt}", line.at)
    if not whose:
        raise unsettled(
            f"another term has no source-address, so it may be of the same hosts: {term[0].spelt}", term[0].at
        )


def _pool(name: str, lines: list[Line], terms: list[list[Line]], *, pool_boundary: bool | None) -> Pool:
    ranges, allocations = [], []
    for line in lines:
        if (outside := _outside(line, pool_boundary=pool_boundary)) is not None:
            ranges.append((outside, line))
        elif (allocation := line.below("port", _SIGN)) is not None:
            allocations.append(allocation)
        elif not any(line.below(*path) is not None for path in _POOL_BESIDE):
            raise unsettled(f"the statement is not known for a deterministic pool: {line.spelt}", line.at)
        else:
            continue
        line.use()
    said: dict[str, tuple[str, Line]] = {}
    for line in allocations:
        for option, value in options(line, {"block-size": True, "include-boundary-addresses": False}):
            if option in said:
                raise unsettled(f"{option} stands twice in a pool", line.at)
            said[option] = value, line
    place = only([line for _, line in ranges], "the addresses of a pool")
    if place is None:
        raise unsettled("a deterministic pool has no addresses", lines[0].at)
    if "block-size" not in said:
        raise unsettled("a deterministic pool states no block-size", lines[0].at)
    outside = ranges[0][0]
    inside = _hosts(terms, place, boundary="include-boundary-addresses" in said)
    size = number(*said["block-size"], 0, PORTS)
    shared = -(-inside.size // outside.size)  # hosts that share an address, rounded up
    size = size or PORTS // shared
    if not size or shared * size > PORTS:
        raise unsettled(
            f"{inside.size} hosts with {size} ports each are too many for the {outside.size} addresses",
            place.at,
        )
    fitting = PORTS // size
    if shared != fitting and inside.size > shared:
        raise unsettled(
            f"the pool leaves ports over: {shared} hosts share an address, {fitting} blocks fit into it; the "
            "documentation does not settle which of the two numbers the blocks follow",
            place.at,
            ask="ask the carrier which ports the device shows for single hosts",
        )
    return Pool(name, place.at, outside, inside, size, shared)


def _outside(line: Line, *, pool_boundary: bool | None) -> Range | None:
    """The addresses that a statement gives a pool; None if it is none of addresses."""
    if line.words[:1] == ("address-range",):
        if len(line.words) != 5 or line.words[1::2] != ("low", "high"):  # noqa: PLR2004 - low A high B
            raise unsettled(f"the range is not one of `low` and `high`: {line.spelt}", line.at)
        return span(line.words[2], line.words[4], line)
    if line.words[:1] != ("address",):
        return None
    if len(line.words) != 2:  # noqa: PLR2004 - one prefix
        raise unsettled(f"the address is not one prefix: {line.spelt}", line.at)
    whole = prefix(line.words[1], line)
    if whole.size > 1 and pool_boundary is None:
        raise unsettled(
            f"whether the lowest and the highest address of a pool's prefix are used is not settled: {line.spelt}",
            line.at,
            ask="ask the carrier, and declare pool_boundary_addresses = true or false",
        )
    return usable(whole, line, boundary=pool_boundary is not False)


def _hosts(terms: list[list[Line]], at: Line, *, boundary: bool) -> Range:
    """The hosts of the one term that uses a pool."""
    if len(terms) != 1:
        raise unsettled(f"{len(terms)} terms translate to the pool, where one is expected", at.at)
    sources, kinds = [], []
    for line in terms[0]:
        if line.below("from", "source-address") is not None:
            sources.append(line)
        elif line.below("then", "translated", "translation-type") is not None:
            kinds.append(line)
        elif line.words[:-1] != _USES:
            if not any(line.below(*path) is not None for path in _TERM_BESIDE):
                raise unsettled(f"the statement is not known for a deterministic term: {line.spelt}", line.at)
            continue
        line.use()
    source = only(sources, "the source-address of a deterministic term")
    kind = only(kinds, "the translation-type of a deterministic term")
    if source is None or len(source.words) != 3:  # noqa: PLR2004 - `from source-address P`, and no `except`
        raise unsettled("the term of a deterministic pool has no plain source-address", (source or at).at)
    if kind is None or kind.words[-1] != _TYPE:
        raise unsettled(f"the term of a deterministic pool is not of type {_TYPE}", (kind or at).at)
    return usable(prefix(source.words[2], source), source, boundary=boundary)
