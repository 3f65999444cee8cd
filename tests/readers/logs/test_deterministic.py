"""Deterministic NAT: published answers, an independent oracle, no block from what a configuration leaves open."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import parse_rfc3339
from fourcorners.model.records import COMPUTED
from fourcorners.model.records import Reading
from fourcorners.readers.archive import Member
from fourcorners.readers.logs.deterministic import adaptive as adaptive_services
from fourcorners.readers.logs.deterministic import configuration
from fourcorners.readers.logs.deterministic import juniper
from fourcorners.readers.logs.deterministic import text as text_of
from fourcorners.readers.logs.deterministic.pool import Range
from fourcorners.readers.logs.deterministic.pool import blocks_of
from fourcorners.readers.logs.deterministic.statements import statements
from fourcorners.readers.logs.mapping import parse_log_mapping
from fourcorners.readers.logs.reader import LogReader

DECLARED = """\
format = "juniper-deterministic-nat"
certificate = "certificate.txt"
{more}
[coverage]
start = "2026-03-01T00:00:00Z"
end = "2026-04-01T00:00:00Z"
"""
Block = tuple[str, int, int, str]


def declared(more: str = "") -> LogReader:
    return LogReader(parse_log_mapping(DECLARED.format(more=more).encode(), "mapping.toml"), "tester")


def read(text: str, more: str = "", name: str = "nat.conf") -> Reading:
    """A reading of the derived text that has passed both checks of an intake."""
    data, reader = text.encode(), declared(more)
    member = reader.derive(Member("", data, "", len(data)), name)
    assert member is not None
    assert member.path == f"{name}!text@juniper-deterministic-nat-1"
    reading = reader.read(member.data)
    intake.check(reading, member, reader)
    return reading


def rows(reading: Reading) -> list[dict[str, Any]]:
    return [row for batch in reading.batches for row in batch.rows.to_pylist()]


def blocks(text: str, more: str = "") -> list[Block]:
    return [(row["ip"], row["port_low"], row["port_high"], row["subscriber"]) for row in rows(read(text, more))]


def adaptive(
    inside: str = "100.64.0.0/26",
    low: str = "203.0.113.1",
    high: str = "203.0.113.2",
    size: int = 0,
    *,
    boundary: bool = False,
    pool: str = "P",
) -> str:
    lines = [
        f"services nat pool {pool} address-range low {low} high {high}",
        f"services nat pool {pool} port automatic random-allocation",
        f"services nat pool {pool} port deterministic-port-block-allocation block-size {size}",
        *(
            [f"services nat pool {pool} port deterministic-port-block-allocation include-boundary-addresses"]
            if boundary
            else []
        ),
        "services nat rule R match-direction input",
        f"services nat rule R term {pool} from source-address {inside}",
        f"services nat rule R term {pool} from destination-address any-ipv4",
        f"services nat rule R term {pool} then translated source-pool {pool}",
        f"services nat rule R term {pool} then translated translation-type deterministic-napt44",
        f"services nat rule R term {pool} then translated address-pooling paired",
    ]
    return "".join(f"set {line}\n" for line in lines)


def next_gen(
    hosts: str = "address 100.64.0.0/26",
    low: str = "203.0.113.1",
    high: str = "203.0.113.2",
    size: int = 1_024,
    *,
    boundary: bool = True,
    ports: tuple[int, int] | None = None,
    book: tuple[str, str] | None = None,
) -> str:
    head = "set services nat source pool P"
    lines = [f"{head} address {low}/32 to {high}/32", f"{head} port deterministic block-size {size}"]
    lines.append(f"{head} port deterministic host {hosts}")
    lines += [f"{head} port deterministic include-boundary-addresses"] if boundary else []
    lines += [f"{head} port range {ports[0]}", f"{head} port range to {ports[1]}"] if ports else []
    lines.append("set services nat source rule-set S rule R then source-nat pool P")
    lines += (
        [f"set services address-book global address A address-range {book[0]}/32 to {book[1]}/32"] if book else []
    )
    return "\n".join(lines) + "\n"


NESTED = """\
## Last commit: 2026-02-28 10:00:00 UTC by example
version 21.2R3;
system {
    host-name nat1;
    login { user example { authentication { encrypted-password "$6${;}#"; ## SECRET-DATA
    } } }
}
services {
    service-set PIC1_0 {
        nat-rule-sets SET;
        next-hop-service {
            inside-service-interface vms-1/0/0.1;
        }
    }
    nat {
        source {
            pool PIC1_0 {
                address {
                    192.168.30.0/32 to 192.168.31.255/32;
                }
                port {
                    range {
                        2048;
                        to {
                            65535;
                        }
                    }
                    deterministic {
                        block-size 2048;
                        host address-name RANGE;
                        include-boundary-addresses;
                    }
                }
            }
            rule-set SET {
                rule RULE {
                    match {
                        source-address-name RANGE;
                        application [ junos-http junos-https ];
                    }
                    then {
                        source-nat {
                            pool {
                                PIC1_0;
                            }
                        }
                    }
                }
                match-direction input;
            }
        }
    }
    address-book {
        global {
            address RANGE {
                address-range 172.16.0.2/32 {
                    to {
                        172.16.47.177/32;
                    }
                }
            }
        }
    }
}
"""


def test_a_device_s_own_answers() -> None:
    """What an MX960 with SPC3 showed for four hosts of two such pools (published by an engineer of the vendor)."""
    found = {host: (ip, low, high) for ip, low, high, host in blocks(NESTED)}
    assert found["172.16.13.13"] == ("192.168.30.107", 47_104, 49_151)
    assert found["172.16.21.1"] == ("192.168.30.173", 26_624, 28_671)
    assert len(found) == 12_208  # "Used/total port blocks: 12208/15872"
    other = NESTED.replace("192.168.30.0", "192.168.56.0").replace("192.168.31.", "192.168.57.")
    other = other.replace("172.16.0.2/32", "172.22.64.2/32").replace("172.16.47.177", "172.22.111.177")
    found = {host: (ip, low, high) for ip, low, high, host in blocks(other)}
    assert found["172.22.64.100"] == ("192.168.56.3", 12_288, 14_335)
    assert found["172.22.100.1"] == ("192.168.57.41", 18_432, 20_479)


def test_the_block_size_that_is_computed() -> None:
    """int(64512 / ceil(2046 / 62)) = 1954: an operator's own number for a /21 behind 62 addresses."""
    found = blocks(adaptive("100.64.8.0/21", "203.0.113.1", "203.0.113.62"))
    assert found[0] == ("203.0.113.1", 1_024, 2_977, "100.64.8.1")
    assert found[32] == ("203.0.113.1", 63_552, 65_505, "100.64.8.33")
    assert found[33] == ("203.0.113.2", 1_024, 2_977, "100.64.8.34")
    assert (len(found), found[-1][3]) == (2_046, "100.64.15.254")
    assert found == blocks(adaptive("100.64.8.0/21", "203.0.113.1", "203.0.113.62", 1_954))


def walked(
    inside: range, outside: range, size: int, blocks_: int, first: int = 1_024
) -> Iterator[tuple[int, int, int, int]]:
    """The oracle: nobody divides, blocks are dealt out one after the other."""
    hosts = iter(inside)
    for ip in outside:
        low = first
        for _ in range(blocks_):
            host = next(hosts, None)
            if host is None:
                return
            yield ip, low, low + size - 1, host
            low += size


@st.composite
def made(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, int, int]]]:
    outside = draw(st.integers(1, 12))
    base = int(IPv4Address("203.0.113.1")) + draw(st.integers(0, 100))
    addresses = range(base, base + outside)
    low, high = (str(IPv4Address(each)) for each in (addresses[0], addresses[-1]))
    boundary = draw(st.booleans())
    if draw(st.booleans()):
        length = draw(st.integers(25, 32 if boundary else 30))
        network = IPv4Network((int(IPv4Address("100.64.0.0")) + draw(st.integers(0, 99)) * 1024, length))
        inside = range(int(network[0]), int(network[-1]) + 1)
        inside = inside if boundary or length == 32 else inside[1:-1]
        shared = -(-len(inside) // outside)
        size = 64_512 // shared
        text = adaptive(str(network), low, high, draw(st.sampled_from([0, size])), boundary=boundary)
        # where ports are left over for another block the file is refused: not of this test
        expected = list(walked(inside, addresses, size, shared))
        return (text, expected) if 64_512 // size == shared or len(inside) <= shared else made_anew(draw)
    first, last = draw(st.integers(1, 3_000)), draw(st.integers(40_000, 65_535))
    size = draw(st.integers(200, 20_000))
    blocks_ = (last - first + 1) // size
    start = int(IPv4Address("100.64.0.0")) + draw(st.integers(0, 9_999))
    inside = range(start, start + draw(st.integers(1, min(400, outside * blocks_))))
    book = str(IPv4Address(inside[0])), str(IPv4Address(inside[-1]))
    text = next_gen("address-name A", low, high, size, ports=(first, last), book=book)
    return text, list(walked(inside, addresses, size, blocks_, first))


def made_anew(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, int, int]]]:
    return draw(made())


@settings(max_examples=60, deadline=None)
@given(made())
def test_every_block_is_the_oracle_s_and_each_port_belongs_to_one_host(
    case: tuple[str, list[tuple[int, int, int, int]]],
) -> None:
    text, expected = case
    found = blocks(text)
    assert [(int(IPv4Address(ip)), low, high, int(IPv4Address(who))) for ip, low, high, who in found] == expected
    taken: set[tuple[str, int]] = set()
    for ip, low, high, _ in found:
        assert 1 <= low <= high <= 65_535
        ports = {(ip, port) for port in (low, high)}
        assert not ports & taken
        taken |= ports
    assert len({who for *_, who in found}) == len(found)


@settings(max_examples=40, deadline=None)
@given(made(), st.randoms())
def test_the_way_back_gives_the_host(
    case: tuple[str, list[tuple[int, int, int, int]]], rng: random.Random
) -> None:
    """The documented reverse: the port's offset plus the address's times its ports, over the block size."""
    found = blocks(case[0])
    base, first, host = (int(IPv4Address(found[0][0])), found[0][1], int(IPv4Address(found[0][3])))
    size = found[0][2] - found[0][1] + 1
    per_address = sum(ip == found[0][0] for ip, *_ in found) * size
    ip, low, high, who = rng.choice(found)
    offset = (int(IPv4Address(ip)) - base) * per_address + rng.randint(low, high) - first
    assert host + offset // size == int(IPv4Address(who))


def test_a_row_says_that_it_was_computed_and_for_how_long() -> None:
    reading = read(adaptive())
    row = rows(reading)[0]
    assert reading.layout == COMPUTED
    assert (row["action"], row["zone_basis"]) == ("computed", "declared by tester")
    assert (row["at_text"], row["until_text"]) == ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
    assert (row["held_from"], row["held_until"]) == (row["at"], row["until"])
    assert row["at"] == parse_rfc3339("2026-03-01T00:00:00Z").ns


def test_what_is_not_used_is_counted_and_no_word_of_it_is_shown() -> None:
    reading = read(NESTED.replace("172.16.47.177", "172.16.0.90"))
    found = {each.path: each.texts for each in reading.unclassified}
    assert found == {
        "comment": 2,
        "version": 1,
        "system": 2,
        "services service-set": 1,
        "services service-set nat-rule-sets": 1,
        "services nat source rule-set rule": 2,
        "services nat source rule-set match-direction": 1,
    }
    assert reading.boilerplate == 9


def test_both_ways_in_which_a_device_shows_its_configuration_say_the_same() -> None:
    flat = """\
set services nat source pool PIC1_0 address 192.168.30.0/32 to 192.168.31.255/32
set services nat source pool PIC1_0 port range 2048
set services nat source pool PIC1_0 port range to 65535
set services nat source pool PIC1_0 port deterministic block-size 2048
set services nat source pool PIC1_0 port deterministic host address-name RANGE
set services nat source pool PIC1_0 port deterministic include-boundary-addresses
set services nat source rule-set SET rule RULE then source-nat pool PIC1_0
set services address-book global address RANGE address-range 172.16.0.2/32 to 172.16.47.177/32
"""
    small = [text.replace("172.16.47.177", "172.16.0.90") for text in (flat, NESTED)]
    assert blocks(small[0]) == blocks(small[1])
    nested = """\
services { nat {
    pool P { address-range low 203.0.113.1 high 203.0.113.2; port { automatic { random-allocation; }
        deterministic-port-block-allocation { block-size 0; } } }
    rule R { match-direction input; term P {
        from { source-address { 100.64.0.0/26; } }
        then { translated { source-pool P; translation-type { deterministic-napt44; } } } } }
} }
"""
    assert blocks(nested) == blocks(adaptive())


def test_a_prefix_of_a_pool_needs_the_carrier_s_word() -> None:
    text = adaptive("100.64.8.0/21").replace(
        "address-range low 203.0.113.1 high 203.0.113.2", "address 203.0.113.0/26"
    )
    with pytest.raises(BadInput, match="lowest and the highest"):
        blocks(text)
    assert blocks(text, "pool_boundary_addresses = false") == blocks(
        adaptive("100.64.8.0/21", "203.0.113.1", "203.0.113.62")
    )
    assert blocks(text, "pool_boundary_addresses = true") == blocks(
        adaptive("100.64.8.0/21", "203.0.113.0", "203.0.113.63")
    )


REFUSED: list[tuple[str, Callable[[str], str], str]] = [
    (
        adaptive(),
        lambda text: text.replace("automatic random-allocation", "range low 1024 high 65535"),
        "not known",
    ),
    (adaptive(), lambda text: text.replace("automatic random-allocation", "preserve-range"), "not known"),
    (adaptive(), lambda text: text.replace("block-size 0", "block-size 0 port-overloading 2"), "option"),
    (adaptive(), lambda text: text.replace("block-size 0", "block-size"), "option"),
    (adaptive(), lambda text: text.replace("block-size 0", "block-size 64513"), "no number"),
    (adaptive(), lambda text: text.replace(" block-size 0", ""), "says nothing"),
    (adaptive(), lambda text: text.replace("block-size 0", "block-size 2100"), "too many"),
    (adaptive(), lambda text: text.replace("block-size 0", "block-size 512"), "left over|leaves ports over"),
    (adaptive(), lambda text: text.replace("/26", "/26 except"), "plain source-address"),
    (adaptive(), lambda text: text.replace("100.64.0.0/26", "100.64.0.1/26"), "no IPv4 prefix"),
    (adaptive("100.64.0.0/31"), lambda text: text, "boundary"),
    (adaptive(), lambda text: text.replace("high 203.0.113.2", "high 203.0.112.2"), "end before they start"),
    (adaptive(), lambda text: text.replace("deterministic-napt44", "deterministic-napt64"), "not of type"),
    (adaptive(), lambda text: text.replace("deterministic-napt44", "napt-44"), "not of type"),
    (adaptive(), lambda text: text.replace("source-pool P", "source-pool Q"), "terms translate"),
    (adaptive(), lambda text: text + text.split("\n")[0].replace("113", "114") + "\n", "stands twice"),
    (adaptive(), lambda text: text + text.split("\n")[2] + "\n", "stands twice"),
    (adaptive(), lambda text: text + adaptive("100.64.9.0/26", pool="Q"), "share an address"),
    (adaptive(), lambda text: text + adaptive(low="203.0.113.9", high="203.0.113.10", pool="Q"), "share an host"),
    (adaptive(), lambda text: text + "set services nat pool D address 203.0.113.2/32\n", "share an address"),
    (adaptive(), lambda text: text + "set services nat allow-overlapping-nat-pools\n", "not read"),
    (adaptive(), lambda text: text + "set services nat rule R term P from source-prefix-list L\n", "not known"),
    (adaptive(), lambda text: text + "set apply-groups G\n", "not in the file"),
    (adaptive(), lambda text: text + "set services nat pool P apply-groups G\n", "group"),
    (adaptive(), lambda text: text + "set groups G services nat pool <*> port automatic\n", "not read"),
    (
        adaptive(),
        lambda text: text + "set logical-systems L services nat pool X address 192.0.2.1/32\n",
        "not read",
    ),
    (
        adaptive(),
        lambda text: text + "set security nat source pool X port deterministic block-size 8\n",
        "not read",
    ),
    (adaptive(), lambda text: text + "set services service-set S nat-rules OTHER\n", "0 service sets"),
    (
        adaptive(),
        lambda text: text + "set services service-set S nat-rules R\nset services service-set T nat-rules R\n",
        "2 service sets",
    ),
    (adaptive(), lambda text: text + "deactivate services nat pool P\n", "not in force here"),
    (next_gen("address 10.0.0.0/8", "203.0.0.0", "203.8.0.0"), lambda text: text, "assignments are more than"),
    (next_gen(), lambda text: text.replace("block-size 1024", "block-size 2048"), "too many"),
    (
        next_gen(),
        lambda text: text.replace("rule R then source-nat pool P", "rule R then source-nat off"),
        "0 rules",
    ),
    (
        next_gen(),
        lambda text: text + "set services nat source pool P port port-overloading-factor 2\n",
        "not known",
    ),
    (next_gen(), lambda text: text + "set services nat source pool P host-address-base 100.64.0.9\n", "not known"),
    (next_gen("address-name A"), lambda text: text, "not in the global"),
    (
        next_gen("address-name A", boundary=False, book=("100.64.0.0", "100.64.0.9")),
        lambda text: text,
        "not settled",
    ),
    (next_gen(ports=(5_000, 4_000)), lambda text: text, "ends before"),
    (
        next_gen(ports=(5_000, 65_535)),
        lambda text: text.replace("port range to 65535", "port automatic"),
        "lacks an end",
    ),
    ("set system host-name x\n", lambda text: text, "no pool"),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_is_not_settled_is_refused_with_place_and_reason(number: int) -> None:
    text, change, reason = REFUSED[number]
    with pytest.raises(BadInput, match=reason) as caught:
        blocks(change(text))
    assert caught.value.code == "NAT_CONFIGURATION"
    assert caught.value.where.startswith("line ")
    assert caught.value.why
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (NESTED[:-3], "TRUNCATED"),
        (NESTED + "}\n", "LOG"),
        (NESTED.replace('{;}#"', "{;}#"), "LOG"),
        (NESTED.replace("    nat {", "    replace: nat {"), "LOG"),
        (NESTED.replace("match-direction input;", "match-direction input"), "LOG"),
        (adaptive()[:-1], "TRUNCATED"),
        (adaptive() + "show services nat\n", "LOG"),
        ("a {" * 70 + "}" * 70, "DEPTH"),
        (adaptive().replace("R term", "R\0 term", 1), "NUL"),
    ],
)
def test_damage_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(text)
    assert caught.value.code == code


TERM, RULE = "services nat rule S term X", "services nat source rule-set S rule X"
OTHER_POOL = "services nat pool Q address 198.51.100.0/30"
OTHER_SOURCE_POOL = "services nat source pool Q address 198.51.100.1/32 to 198.51.100.3/32"
HOSTS_APART, HOSTS_SHARED = "100.64.9.0/28", "100.64.0.0/28"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([f"{TERM} then translated source-prefix 203.0.113.2/32"], "term beside"),
        ([f"{TERM} then translated destination-prefix 10.0.0.1/32"], "term beside"),
        ([f"{TERM} then translated destination-pool Q", OTHER_POOL], "term beside"),
        ([f"{TERM} then translated overload-prefix 203.0.113.0/30"], "term beside"),
        ([f"{TERM} then translated dns-alg-prefix 203.0.113.0/30"], "term beside"),
        ([f"{TERM} from source-address-range low 100.64.0.1 high 100.64.0.9"], "term beside"),
        ([f"{TERM} from source-address 100.64.9.4/32 except"], "not plain"),
        ([f"{TERM} then translated source-pool Z"], "not in force here"),
        ([f"{TERM} from source-address {HOSTS_SHARED}", f"{TERM} then no-translation"], "share an host"),
        (
            [OTHER_POOL, f"{TERM} then translated source-pool Q", f"{TERM} from source-address {HOSTS_SHARED}"],
            "share an host",
        ),
        ([f"{TERM} x"], "term beside"),
        (["services nat rule-set S rule X term T then no-translation"], "set of rules"),
        (["services nat rule S policy X"], "known for a rule"),
    ],
)
def test_a_term_beside_is_of_other_addresses_and_other_hosts(lines: list[str], reason: str) -> None:
    beside = [f"{TERM} from source-address {HOSTS_APART}"]
    with pytest.raises(BadInput, match=reason):
        blocks("".join(f"set {line}\n" for line in beside + lines) + adaptive())


def test_a_term_without_hosts_of_its_own_may_be_of_any() -> None:
    for text in (
        adaptive() + f"set {TERM} then no-translation\n",
        next_gen() + f"set {RULE} then source-nat off\n",
    ):
        with pytest.raises(BadInput, match="no source-address"):
            blocks(text)


def test_a_term_beside_that_is_of_others_changes_nothing() -> None:
    lines = [
        OTHER_POOL,
        f"{TERM} from source-address {HOSTS_APART}",
        f"{TERM} then translated source-pool Q",
        f"{TERM} then translated translation-type napt-44",
        "services nat rule S term Y from source-address 100.64.10.0/24",
        "services nat rule S term Y then no-translation",
    ]
    assert blocks("".join(f"set {line}\n" for line in lines) + adaptive()) == blocks(adaptive())
    lines = [
        OTHER_SOURCE_POOL,
        f"{RULE} match source-address {HOSTS_APART}",
        f"{RULE} then source-nat pool Q",
        "services nat source rule-set S rule Y match source-address-name B",
        "services nat source rule-set S rule Y then source-nat off",
        "services address-book global address B 100.64.10.0/24",
    ]
    assert blocks("".join(f"set {line}\n" for line in lines) + next_gen()) == blocks(next_gen())


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["services nat source rule-set S rule R2 then source-nat pool P"], "2 rules"),
        (["services nat source rule-set S2 rule R then source-nat pool P"], "2 rules"),
        (
            [
                "services nat source rule-set S2 rule R then source-nat pool P",
                "services service-set X nat-rule-sets S",
                "services service-set Y nat-rule-sets S2",
            ],
            "2 rules",
        ),
        (
            [OTHER_SOURCE_POOL, "services nat source rule-set S rule R then source-nat pool Q"],
            "the pool of a rule stands twice",
        ),
        (["services nat source rule-set S rule R then source-nat off"], "deterministic rule"),
        ([f"{RULE} match source-address {HOSTS_SHARED}", f"{RULE} then source-nat off"], "share an host"),
        (
            [OTHER_SOURCE_POOL, f"{RULE} match source-address 0.0.0.0/0", f"{RULE} then source-nat pool Q"],
            "share an host",
        ),
        ([f"{RULE} match source-address {HOSTS_APART}", f"{RULE} then source-nat interface"], "rule beside"),
        ([f"{RULE} match source-address {HOSTS_APART}", f"{RULE} then source-nat pool Z"], "not in force here"),
    ],
)
def test_one_rule_translates_to_a_pool_and_those_beside_are_of_others(lines: list[str], reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        blocks("".join(f"set {line}\n" for line in lines) + next_gen())


@pytest.mark.parametrize("apply", ["apply-groups G", "apply-groups [ F G ]", "interfaces apply-groups G"])
@pytest.mark.parametrize(
    "hidden",
    [
        "<s*> nat rule <*> term <*> from source-address 100.64.8.0/24",
        "<*s> nat pool <*> address-range low 198.51.100.1 high 198.51.100.9",
        "system login <x>",
    ],
)
def test_a_group_with_wildcards_is_refused_where_it_is_applied(apply: str, hidden: str) -> None:
    text = adaptive() + f"set groups F system ports\nset groups G {hidden}\n"
    assert blocks(text) == blocks(adaptive())
    with pytest.raises(BadInput, match="wildcard"):
        blocks(text + f"set {apply}\n")
    assert blocks(text + "set apply-groups F\n") == blocks(adaptive())


def test_what_several_members_share_is_refused() -> None:
    service_set = "services service-set X interface-service service-interface"
    for line in (
        f"{service_set} ams0.0",
        "services service-set X next-hop-service inside-service-interface ams12.1",
        "interfaces ams0 load-balancing-options member-interface mams-0/0/0",
        "interfaces mams-1/0/0 unit 0 family inet",
    ):
        with pytest.raises(BadInput, match="aggregated interface"):
            blocks(adaptive() + f"set {line}\n")
    for line in (f"{service_set} ms-1/0/0.0", "system host-name ams1", "interfaces ge-0/0/0 description ams1"):
        assert blocks(adaptive() + f"set {line}\n") == blocks(adaptive())


CANARY = "CANARY"


def words_changed(text: str) -> Iterator[str]:
    """The text with a canary in the place of each of its words, before it, glued to it, or as a mark."""
    for found in re.finditer(r"[^\s{};]+", text):
        for word in (CANARY, f"{CANARY} {found[0]}", f"{found[0]}{CANARY}", f'"{CANARY} {{;}}" {found[0]}'):
            yield text[: found.start()] + word + text[found.end() :]
        yield text[: found.start()] + f"canary: {text[found.start() :]}"


def test_no_word_of_a_configuration_is_shown_or_kept_wherever_it_stands() -> None:
    texts = [
        adaptive("100.64.0.0/29"),
        next_gen("address-name A", ports=(2_000, 60_000), book=("100.64.0.3", "100.64.0.9")),
        NESTED.replace("172.16.47.177", "172.16.0.9"),
    ]
    texts += [each for text in texts for each in words_changed(text)]
    plain = adaptive("100.64.0.0/29")
    texts += [
        f"{plain}set {line}\n"
        for line in (
            f"services nat pool P description {CANARY}",
            f"services nat pool Q description {CANARY}",
            f"groups G services ipsec-vpn ike policy P pre-shared-key ascii-text {CANARY}",
            f"services ipsec-vpn ike policy P pre-shared-key ascii-text {CANARY}",
            f"services nat rule R term P from source-prefix-list {CANARY}",
            f"services nat {CANARY}",
            f"apply-groups {CANARY}",
            f"services apply-groups {CANARY}",
            f"logical-systems {CANARY} services nat pool {CANARY} address 192.0.2.1/32",
            f"security {CANARY} services nat pool P",
            f"system {CANARY} include-boundary-addresses",
            f"services service-set {CANARY} nat-rules {CANARY}",
        )
    ]
    texts += [plain + f"deactivate {CANARY}\n", plain + f'set "{CANARY}\n', plain + f"{CANARY} x\n"]
    texts += [plain.replace(" P ", f" {CANARY} ").replace("size 0", "size 512"), plain + CANARY]
    reader, refused = declared(), 0
    for text in texts:
        data = text.encode()
        try:
            member = reader.derive(Member("", data, "", len(data)), "nat.conf")
            assert member is not None
            shown = bytes(member.data).decode()
        except BadInput as error:
            refused += 1
            shown = f"{error!r} {error} {vars(error)} {error.__cause__}"
        assert CANARY.lower() not in shown.lower(), text
    assert refused > 100


def test_the_words_of_a_statement_are_bounded() -> None:
    """A word more costs every level above it: without a bound, 20,000 words took a gigabyte."""
    for words in (20_000, 128):
        long = "x " * words
        for text in (
            adaptive() + f"set {long}\n",
            f"a {{ {long}; }}",
            f"{long} {{ a; }}",
            f"a {{ {'x ' * (words // 2)} {{ {'x ' * (words - words // 2)}; }} }}",
        ):
            with pytest.raises(BadInput, match=r"has \d+ words, more than 128") as caught:
                statements(text.encode())
            assert caught.value.code == "DEPTH"
    assert len(statements(f"set {'x ' * 127}\n".encode())) == 1


def test_many_pools_are_compared_in_order_and_not_each_with_each() -> None:
    """All of them share addresses with one another, and none does with the deterministic one."""
    looked = 0

    class Counted(Range):
        def __getattribute__(self, name: str) -> Any:
            nonlocal looked
            looked += 1
            return super().__getattribute__(name)

    others: list[tuple[Range, int]] = [(Counted(1, 9), number) for number in range(3_000)]
    configuration._check_apart([(Range(10, 12), 1)], others, "address")
    assert looked < 20 * len(others)
    for shared in (Range(9, 9), Range(0, 1), Range(0, 100), Range(3, 4)):
        with pytest.raises(BadInput, match="share an address"):
            configuration._check_apart([(shared, 1)], others, "address")
        with pytest.raises(BadInput, match="share an address"):
            configuration._check_apart([(Range(1, 9), 1), (shared, 2)], [], "address")


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6), st.booleans()), max_size=8))
def test_ranges_are_apart_as_each_with_each_would_find(drawn: list[tuple[int, int, bool]]) -> None:
    ranges = [(Range(first, first + more), is_fixed) for first, more, is_fixed in drawn]
    meet = any(
        (one_fixed or other_fixed) and one.first <= other.last and other.first <= one.last
        for (one, one_fixed), (other, other_fixed) in combinations(ranges, 2)
    )
    fixed, others = ([(each, 1) for each, kind in ranges if kind is wanted] for wanted in (True, False))
    try:
        configuration._check_apart(fixed, others, "address")
    except BadInput:
        assert meet
    else:
        assert not meet


def test_what_is_inactive_was_not_in_force() -> None:
    other = adaptive("100.64.9.0/26", "203.0.113.9", "203.0.113.10", pool="Q")
    text = adaptive() + other
    assert len(blocks(text)) == 124
    off = text + "deactivate services nat pool Q\ndeactivate services nat rule R term Q\n"
    assert blocks(off) == blocks(adaptive())
    assert {each.path for each in read(off).unclassified} >= {"deactivate services nat pool"}


def test_where_the_coverage_is_not_stated_nobody_knows_when_a_configuration_was_in_force() -> None:
    for key in ("start", "end"):
        lines = [line for line in DECLARED.format(more="").splitlines() if not line.startswith(key)]
        with pytest.raises(BadInput, match=f"coverage.{key} must be stated"):
            parse_log_mapping("\n".join(lines).encode(), "m")


HALVES = """[in_force]
"one.conf" = ["2026-03-01T00:00:00Z", "2026-03-10T00:00:00Z"]
"two.conf" = ["2026-03-10T00:00:00Z", "2026-04-01T00:00:00Z"]
"""


def related(*files: tuple[str, str], more: str) -> list[Reading]:
    reader = declared(more)
    readings = []
    for name, text in files:
        member = reader.derive(Member("", text.encode(), "", len(text)), name)
        assert member is not None
        readings.append([replace(reader.read(member.data), place=f"/tmp/{name}!{member.path}")])
    return [each for of_file in reader.relate(readings) for each in of_file]


def test_two_configurations_of_two_times_in_one_intake() -> None:
    one, two = related(("one.conf", adaptive()), ("two.conf", adaptive("100.64.9.0/26")), more=HALVES)
    first, second = rows(one)[0], rows(two)[0]
    assert (first["ip"], first["port_low"]) == (second["ip"], second["port_low"])
    assert (first["subscriber"], second["subscriber"]) == ("100.64.0.1", "100.64.9.1")
    assert first["held_until"] == second["held_from"] == parse_rfc3339("2026-03-10T00:00:00Z").ns


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('03-10T00:00:00Z"]', '03-09T00:00:00Z"]', "leaves 2026-03-09T00:00:00Z to no file"),
        ("04-01", "04-02", "does not lie within"),
        ('2026-03-01T00:00:00Z", "2026-03-10', '2026-03-11T00:00:00Z", "2026-03-10', "does not end after"),
        ("two.conf", "three.conf", "does not say when"),
    ],
)
def test_a_time_that_no_declaration_settles_is_refused(old: str, new: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        related(("one.conf", adaptive()), ("two.conf", adaptive("100.64.9.0/26")), more=HALVES.replace(old, new))


def test_a_configuration_that_is_missing_is_missed() -> None:
    with pytest.raises(BadInput, match="was not read"):
        related(("one.conf", adaptive()), more=HALVES)


def test_two_configurations_at_once_agree_or_are_refused() -> None:
    same = adaptive().replace("address-pooling paired", "mapping-type endpoint-independent")
    assert len(related(("one.conf", adaptive()), ("two.conf", same), more="")) == 2
    beside = adaptive("100.64.9.0/26", "203.0.113.9", "203.0.113.10")
    assert len(related(("one.conf", adaptive()), ("two.conf", beside), more="")) == 2
    for other in (
        adaptive("100.64.9.0/26"),
        adaptive("100.64.9.0/28", "203.0.113.2", "203.0.113.2"),
        next_gen("address 100.64.0.0/26", ports=(1_025, 65_535)),
    ):
        with pytest.raises(BadInput, match="two hosts") as caught:
            related(("one.conf", adaptive()), ("two.conf", other), more="")
        assert "one.conf" in caught.value.where
        assert "two.conf" in caught.value.where
    alone = adaptive("100.64.0.1/32", high="203.0.113.1", size=512)
    later = next_gen("address 100.64.9.1/32", high="203.0.113.1", ports=(1_100, 65_535))
    with pytest.raises(BadInput, match="two hosts"):
        related(("one.conf", alone), ("two.conf", later), more="")


#: Words that a structural change may write, move or repeat: those of the statements that matter, and some others.
VOCABULARY = sorted(
    word
    for word in {word for text in (adaptive(), next_gen(boundary=False)) for word in text.split()}
    if not word[0].isdigit()
)
#: Not among them: what makes another configuration that is as good, with a flag more or a statement out of force.
ORDINARY = ["{", "}", ";", "\n", '"', "set", "except", "apply-groups", "to", "[", "protect:", "replace:"]


def structural(rng: random.Random, text: str) -> str:
    """A change of structure: words moved, doubled, swapped, glued, put in or cut; never another number."""
    pieces = re.findall(r"\S+|\s+", text)
    at = rng.randrange(len(pieces))
    change = rng.randrange(9)
    if change == 0:
        pieces.insert(at, f" {rng.choice(ORDINARY)} ")
    elif change == 1:
        pieces.insert(at, f" {rng.choice(VOCABULARY)} ")
    elif change == 2:
        pieces[at] = pieces[at][: rng.randrange(len(pieces[at]) + 1)] if not pieces[at][0].isdigit() else ""
    elif change == 3:
        other = rng.randrange(len(pieces))
        pieces[at], pieces[other] = pieces[other], pieces[at]
    elif change == 4:
        pieces.insert(at, pieces[rng.randrange(len(pieces))])
    elif change == 5:
        pieces[at] = pieces[at].upper()
    elif change == 6:
        return text[: rng.randrange(len(text))]
    elif change == 7:
        lines = text.splitlines(keepends=True)
        rng.shuffle(lines)
        return "".join(lines)
    else:
        pieces[at] = rng.choice([" ", "\t", "\n", "\r\n", "  "]) if pieces[at].isspace() else pieces[at] + "x"
    return "".join(pieces)


@pytest.mark.parametrize(
    "text",
    [
        adaptive("100.64.0.0/29", boundary=True),
        adaptive("100.64.0.0/29"),
        next_gen("address 100.64.0.0/29", ports=(2_000, 60_000)),
        next_gen("address-name A", book=("100.64.0.3", "100.64.0.9")),
        NESTED.replace("172.16.47.177", "172.16.0.9"),
    ],
    ids=["with-boundary", "adaptive", "next-gen", "book", "nested"],
)
def test_no_change_of_structure_gives_a_block_to_another_host(text: str) -> None:
    """A changed number is another configuration; any other change leaves true blocks, or none."""
    true, read_anyway = set(blocks(text)), 0
    for seed in range(220):
        try:
            found = set(blocks(structural(random.Random(seed), text)))
        except BadInput:
            continue
        read_anyway += 1
        assert found <= true, seed
    assert read_anyway > 20


def test_a_file_that_is_cut_gives_true_blocks_or_none() -> None:
    for text in (adaptive("100.64.0.0/29"), NESTED.replace("172.16.47.177", "172.16.0.9")):
        true = set(blocks(text))
        for cut in range(0, len(text), 5):
            try:
                found = set(blocks(text[:cut]))
            except BadInput:
                continue
            assert found <= true, cut


def shift(patch: pytest.MonkeyPatch) -> None:
    """Hosts counted from the network address instead of the first usable one: one host more."""
    patch.setattr(adaptive_services, "usable", lambda whole, _line, boundary: whole)  # noqa: ARG005


def lose_a_host(patch: pytest.MonkeyPatch) -> None:
    whole = blocks_of
    patch.setattr(text_of, "blocks_of", lambda pool: list(whole(pool))[1:])


def lose_a_statement(patch: pytest.MonkeyPatch) -> None:
    whole = statements
    patch.setattr(
        juniper, "statements", lambda data: [each for each in whole(data) if "match-direction" not in each.words]
    )


def move_a_value(patch: pytest.MonkeyPatch) -> None:
    whole = juniper._rows

    def moved(*args: Any) -> Any:
        rows_ = whole(*args)
        place = rows_.schema.get_field_index("ip@")
        ranges = [[start + 1, end + 1] for start, end in rows_.column("ip@").to_pylist()]
        return rows_.set_column(place, rows_.schema.field(place), pa.array(ranges, pa.list_(pa.int64())))

    patch.setattr(juniper, "_rows", moved)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (shift, "CONSERVATION"),
        (lose_a_host, "CONSERVATION"),
        (lose_a_statement, "CONSERVATION"),
        (move_a_value, "LOCATOR"),
    ],
)
def test_a_reader_that_errs_is_caught(
    fault: Callable[[pytest.MonkeyPatch], None], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = adaptive("100.64.0.0/29")
    read(text)
    fault(monkeypatch)
    with pytest.raises(BadInput) as caught:
        read(text)
    assert caught.value.code == code
