"""Deterministic NAPT44 of Next Gen Services (MX-SPC3): `services nat source pool`.

    services nat source pool P address 203.0.113.1/32 to 203.0.113.18/32
    services nat source pool P port deterministic block-size 512
    services nat source pool P port deterministic host address 100.64.0.0/23
    services nat source pool P port deterministic include-boundary-addresses
    services nat source rule-set S rule R then source-nat pool P

Sources: Juniper, "Configuring Deterministic NAPT for Next Gen Services" (block size from 1 to 64,512; the lowest
and highest host of a prefix only with `include-boundary-addresses`), and those of `pool`. The port range is
followed, as the device does, from its first port on. A block size that is left to the device is not guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from functools import partial

from fourcorners.readers.logs.deterministic.pool import FIRST_PORT
from fourcorners.readers.logs.deterministic.pool import LAST_PORT
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

_SIGN = ("port", "deterministic")
_BOUNDARY = "include-boundary-addresses"
_BESIDE = (("port", "automatic"), ("mapping-timeout",), ("ei-mapping-timeout",))
_OPTIONS = {"block-size": True, _BOUNDARY: False, "deterministic-nat-configuration-log-interval": True}
_USES = ("then", "source-nat", "pool")
_NOT_TRANSLATED = ("then", "source-nat", "off")
#: How a rule names its hosts, and how the hosts of a pool are named alike.
_SOURCES: dict[tuple[str, ...], str] = {
    ("match", "source-address"): "address",
    ("match", "source-address-name"): "address-name",
}
#: What a rule may say beside, since it narrows the rule, or changes no address.
_RULE_BESIDE = (
    ("match", "destination-address"),
    ("match", "destination-address-name"),
    ("match", "destination-port"),
    ("match", "application"),
    ("then", "source-nat", "mapping-type"),
    ("then", "source-nat", "filtering-type"),
    ("then", "syslog"),
)
_POOL = ("services", "nat", "source", "pool")


def translations(found: Configuration, *, pool_boundary: bool | None) -> Translations:
    """The deterministic pools, and what the others and the rules beside translate.

    Args:
        found: the configuration.
        pool_boundary: whether the lowest and the highest address of a pool's prefix are used; None if nobody says.

    Raises:
        BadInput: `NAT_CONFIGURATION`.
    """
    stanzas = found.named(*_POOL)
    book = found.named("services", "address-book", "global", "address")
    rules = defaultdict[tuple[str, ...], list[Line]](list)
    for line in found.under("services", "nat", "source", "rule-set"):
        if line.words[1:2] == ("rule",):
            rules[line.words[:3]].append(line.behind(3))
    uses = defaultdict[str, list[Line]](list)
    for rule in rules.values():
        for words, line in {line.words: line for line in rule if line.words[:-1] == _USES}.items():
            uses[words[-1]].append(line)
    made = Translations([], [], [])
    for name, lines in stanzas.items():
        if any(line.words[:2] == _SIGN for line in lines):
            made.pools.append(_pool(name, lines, uses[name], book, pool_boundary=pool_boundary))
        else:
            made.outside.extend(other_pool(lines, partial(_outside, pool_boundary=True)))
    fixed = {pool.name for pool in made.pools}
    for rule in rules.values():
        if not any(line.words[:-1] == _USES and line.words[-1] in fixed for line in rule):
            made.inside.extend(_beside(rule, set(stanzas), book))
        else:
            _check_rule(rule)
    return made


def _check_rule(rule: list[Line]) -> None:
    """A rule that translates to a deterministic pool does nothing else."""
    only(list({line.words: line for line in rule if line.words[:-1] == _USES}.values()), "the pool of a rule")
    for line in rule:
        if line.words[:-1] != _USES and line.words[:2] not in _SOURCES and not _is_beside(line):
            raise unsettled(f"the statement is not known for a deterministic rule: {line.spelt}", line.at)


def _is_beside(line: Line) -> bool:
    return any(line.below(*path) is not None for path in _RULE_BESIDE)


def _beside(rule: list[Line], pools: set[str], book: Mapping[str, list[Line]]) -> Iterator[tuple[Range, Line]]:
    """The hosts of a rule that is not deterministic: it leaves them as they are, or gives them to a known pool.

    Raises:
        BadInput: `NAT_CONFIGURATION` for any other translation, and where the hosts are not plain: it could be
            of an address, or a host, of a deterministic pool.
    """
    whose = False
    for line in rule:
        words = line.words
        if words[:2] in _SOURCES:
            whose = True
            yield _hosts(book, line.spelt_as((_SOURCES[words[:2]], *words[2:])), boundary=True), line
        elif words[:-1] == _USES:
            if words[-1] not in pools:
                raise unsettled(f"a rule translates to a pool that is not in force here: {line.spelt}", line.at)
        elif words != _NOT_TRANSLATED and not _is_beside(line):
            raise unsettled(f"the statement is not known for a rule beside: {line.spelt}", line.at)
    if not whose:
        raise unsettled(
            f"another rule has no source-address, so it may be of the same hosts: {rule[0].spelt}", rule[0].at
        )


def _pool(
    name: str,
    lines: list[Line],
    rules: list[Line],
    book: Mapping[str, list[Line]],
    *,
    pool_boundary: bool | None,
) -> Pool:
    ranges, hosts, ports, said = [], list[Line](), list[Line](), dict[str, tuple[str, Line]]()
    for line in lines:
        if (outside := _outside(line, pool_boundary=pool_boundary)) is not None:
            ranges.append((outside, line))
        elif (host := line.below(*_SIGN, "host")) is not None:
            hosts.append(host)
        elif (option := line.below(*_SIGN)) is not None:
            for key, value in options(option, _OPTIONS):
                if key in said:
                    raise unsettled(f"{key} stands twice in a pool", line.at)
                said[key] = value, line
        elif (port := line.below("port", "range")) is not None:
            ports.append(port)
        elif any(line.below(*path) is not None for path in _BESIDE):
            continue
        else:
            raise unsettled(f"the statement is not known for a deterministic pool: {line.spelt}", line.at)
        line.use()
    place = only([line for _, line in ranges], "the addresses of a pool")
    host = only(hosts, "the hosts of a pool")
    if place is None or host is None:
        raise unsettled(f"a deterministic pool has no {'hosts' if place else 'addresses'}", lines[0].at)
    if "block-size" not in said:
        raise unsettled("a deterministic pool states no block-size", lines[0].at)
    if len(rules) != 1:
        raise unsettled(f"{len(rules)} rules translate to the pool, where one is expected", place.at)
    for rule in rules:
        rule.use()
    outside, inside = ranges[0][0], _hosts(book, host, boundary=_BOUNDARY in said)
    size = number(*said["block-size"], 1, PORTS)
    first, last = _ports(ports)
    blocks = (last - first + 1) // size
    if inside.size > outside.size * blocks:
        raise unsettled(
            f"{inside.size} hosts with {size} ports each are too many for the {outside.size} addresses",
            place.at,
        )
    return Pool(name, place.at, outside, inside, size, blocks, first)


def _outside(line: Line, *, pool_boundary: bool | None) -> Range | None:
    """The addresses that a statement gives a pool; None if it is none of addresses."""
    if line.words[:1] != ("address",):
        return None
    if len(line.words) == 4 and line.words[2] == "to":  # noqa: PLR2004 - address A to B
        return span(line.words[1], line.words[3], line)
    if len(line.words) != 2:  # noqa: PLR2004 - one prefix
        raise unsettled(f"the address is neither one prefix nor a range: {line.spelt}", line.at)
    whole = prefix(line.words[1], line)
    if whole.size > 1 and pool_boundary is None:
        raise unsettled(
            f"whether the lowest and the highest address of a pool's prefix are used is not settled: {line.spelt}",
            line.at,
            ask="ask the carrier, and declare pool_boundary_addresses = true or false",
        )
    return usable(whole, line, boundary=pool_boundary is not False)


def _hosts(book: Mapping[str, list[Line]], host: Line, *, boundary: bool) -> Range:
    """The hosts that `host address PREFIX` or `host address-name NAME` names."""
    if len(host.words) != 2 or host.words[0] not in {"address", "address-name"}:  # noqa: PLR2004 - a name, a value
        raise unsettled(f"the hosts are not one prefix or one name: {host.spelt}", host.at)
    if host.words[0] == "address":
        return usable(prefix(host.words[1], host), host, boundary=boundary)
    line = only(book.get(host.words[1], ()), "an address of the global address book")
    if line is None:
        raise unsettled("the address of the hosts is not in the global address book", host.at)
    line.use()
    if len(line.words) == 1:
        return usable(prefix(line.words[0], line), line, boundary=boundary)
    if len(line.words) != 4 or line.words[::2] != ("address-range", "to"):  # noqa: PLR2004 - address-range A to B
        raise unsettled(f"the address is neither a prefix nor a range: {line.spelt}", line.at)
    if not boundary:
        raise unsettled(
            f"whether the first and the last host of a range are translated without {_BOUNDARY} is not settled: "
            f"{line.spelt}",
            line.at,
        )
    return span(line.words[1], line.words[3], line)


def _ports(lines: Sequence[Line]) -> tuple[int, int]:
    """The first and the last port of a pool's range: `range A to B`, the two of them apart, or `low A high B`."""
    said: dict[str, tuple[str, Line]] = {}
    for line in lines:
        words = line.words if line.words[:1] in {("to",), ("low",), ("high",)} else ("low", *line.words)
        for key, value in options(line.spelt_as(words), {"low": True, "high": True, "to": True}):
            end = "high" if key == "to" else key
            if end in said:
                raise unsettled("the port range of a pool stands twice", line.at)
            said[end] = value, line
    if not said:
        return FIRST_PORT, LAST_PORT
    if len(said) != 2:  # noqa: PLR2004 - a first and a last port
        raise unsettled("the port range of a pool lacks an end", lines[0].at)
    first, last = (number(*said[end], 1, LAST_PORT) for end in ("low", "high"))
    if first > last:
        raise unsettled("the port range of a pool ends before it starts", lines[0].at)
    return first, last
