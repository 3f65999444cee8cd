"""Exact identifiers: the accounts that an instrument names.

An account is one exact identifier. A range, list, wildcard, number prefix, name pattern or part of an address is
none (`NO_PARTICULAR_TARGET`, misuse scenarios M10 and M47); an IPv6 prefix of at least /56 counts as one, since it
is what a provider delegates to one line.

What is no address says by its characters what it may be: letters, digits and a few signs of ASCII. All checks see
the text in Unicode's compatibility form (NFKC), case-folded and with ASCII digits, so that no other spelling of a
wildcard, a separator or an address passes them. The instrument's own spelling is what is kept and compared.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from dataclasses import replace
from ipaddress import IPv6Network
from itertools import accumulate
from typing import Literal

from fourcorners.model.address import Network
from fourcorners.model.address import parse_address
from fourcorners.model.address import parse_endpoint
from fourcorners.model.address import parse_prefix
from fourcorners.model.errors import Refused

TargetKind = Literal["address", "prefix", "account"]

_SPACES = re.compile(r"\s+")
_PHONE = re.compile(r"\+?[\d().\s/-]{7,}")
_MIN_V6_PREFIX = 56
_MIN_PHONE_DIGITS = 7
_MIN_DIGITS = 5

#: What is delegated to lines: global unicast (RFC 4291 2.4) without Teredo, where a /64 is a server's every client
#: (RFC 4380 4). A prefix elsewhere (::ffff:0:0/96, 64:ff9b::/96) can hold the whole of IPv4.
_DELEGATED = IPv6Network("2000::/3")
_TEREDO = IPv6Network("2001::/32")

_SIGNS = frozenset(" ._-@+:/#()'=")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|0{0,2}\d|0?[1-9]\d)"
#: Three octets in a row, the `::` of an IPv6 address, or all eight of its groups.
_ADDRESS = re.compile(rf"(?<!\d)(?:{_OCTET}\.){{2}}{_OCTET}(?!\d)|::|(?:[\da-f]{{1,4}}:){{7}}[\da-f]{{1,4}}")
_PART_OF_ADDRESS = re.compile(
    rf"(?=.*[./])\.*{_OCTET}(?:\.{_OCTET})?\.*(?:/\d{{1,3}})?|[\da-f]{{1,4}}(?::[\da-f]{{0,4}})+(?:/\d{{1,3}})?"
)
_HARDWARE_ADDRESS = re.compile(r"(?:[\da-f]{2}:){5}[\da-f]{2}")
_NUMBER = re.compile(r"[\d\s().+/-]+")
_NUMBERS = re.compile(r"\+?\d{7,}(?:\D+\d{7,})+")
_MASKED_NUMBER = re.compile(r"\+?[\d().\s/-]*x[\dx().\s/-]*")
#: Two dots in a row, and a mask of digits: the sign before a short number (`name#1234`) is none.
_PATTERN = re.compile(r"\.\.|#(?!\d{4}\Z)")
#: `@host`, `name@`, and more than one address; `@name`, `@name:host` and `@name@host` are one.
_NO_MAIL = re.compile(r"@[^@:]*\.[^@:]*|[^@]*@|@?[^@]+@[^@]*@.*|@[^@]*:[^@]*@.*")
_EVERYBODY = re.compile(
    r"(?:all|anybody|anyone|any|each|everybody|everyone|everything|every|many|multiple|nobody|none|null|others?"
    r"|unknown|various|accounts?|address(?:es)?|clients?|customers?|identifiers?|lines?|members?|numbers?|people"
    r"|persons?|profiles?|subscribers?|targets?|users?)+"
)


@dataclass(frozen=True, slots=True)
class Target:
    """One exact identifier among an instrument's accounts.

    Attributes:
        text: as the instrument writes it.
        kind: `address` (with an optional port), `prefix` (IPv6, /56 or longer) or `account` (everything else).
        value: normalised: the address in RFC 5952, the prefix in slash form, the account as `normalise` gives it.
        port: for an address, the source port if one is named.
    """

    text: str
    kind: TargetKind
    value: str
    port: int | None = None

    def network(self) -> Network:
        """The address or prefix as a network."""
        return parse_prefix(self.value)


def normalise(text: str) -> str:
    """The listed normalisation of an account, and nothing beyond it.

    Unicode NFC; outer white space removed and inner white space single; a telephone number to its digits with
    an optional leading `+`; everything else case-folded (account names and e-mail hosts are not case-sensitive
    with any provider that is read here).
    """
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    if _PHONE.fullmatch(text) and (text.startswith("+") or not text.isdigit()):
        digits = "".join(c for c in text if c.isdigit())
        return ("+" if text.startswith("+") else "") + digits
    return text.casefold()


def parse_target(text: str) -> Target:
    """One of an instrument's accounts.

    Raises:
        Refused: `NO_PARTICULAR_TARGET` for anything that is not one exact identifier.
    """
    bare = text.strip()
    if not bare:
        raise _no_target(text, "it is empty")
    try:
        ip, port = parse_endpoint(bare)
    except ValueError:
        pass
    else:
        if parse_address(ip).is_unspecified:
            raise _no_target(text, "it is the address of nobody")
        return Target(text, "address", ip, port)
    if "/" in bare:
        try:
            network = parse_prefix(bare)
        except ValueError:
            pass
        else:
            if network.num_addresses == 1:
                return replace(parse_target(str(network.network_address)), text=text)
            if _is_delegated(network):
                return Target(text, "prefix", str(network))
            raise _no_target(text, f"it is a network of {network.num_addresses} addresses")
    if why := _no_account(_folded(bare)):
        raise _no_target(text, why)
    return Target(text, "account", normalise(bare))


def _is_delegated(network: Network) -> bool:
    """Whether the prefix is one that a provider delegates to one line."""
    return (
        isinstance(network, IPv6Network)
        and network.prefixlen >= _MIN_V6_PREFIX
        and network.subnet_of(_DELEGATED)
        and not network.subnet_of(_TEREDO)
    )


def _folded(text: str) -> str:
    """The text as the checks see it."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain).strip()


def _no_account(text: str) -> str:
    """Why the folded text is not one exact account; empty if it is."""
    if not any(c.isalnum() for c in text):
        return "it names nothing"
    if strange := next((c for c in text if not _may_stand(c)), ""):
        return f"it holds a wildcard, list separator or other sign of no identifier, {strange!r}"
    if _PATTERN.search(text) or _MASKED_NUMBER.fullmatch(text):
        return "it is a pattern"
    if _ADDRESS.search(text) or (_PART_OF_ADDRESS.fullmatch(text) and not _HARDWARE_ADDRESS.fullmatch(text)):
        return "it holds an address or a part of one and is not itself exactly one address"
    if _NUMBERS.fullmatch(text):
        return "it is a range or list of numbers"
    if _NUMBER.fullmatch(text):
        return _no_number(text)
    if " " in text:
        return "it is more than one word; only the digits of a number may stand in groups"
    if _NO_MAIL.fullmatch(text):
        return "it is a host, half of an e-mail address or more than one"
    if _EVERYBODY.fullmatch(re.sub(r"[\W_]", "", text)):
        return "it is a word for anybody"
    return ""


def _may_stand(c: str) -> bool:
    """Letters of every script with their marks, digits, and signs that identifiers have."""
    kind = unicodedata.category(c)
    if kind in {"Mn", "Mc"}:
        return "ASTERISK" not in unicodedata.name(c, "")
    return c in _SIGNS or kind[0] == "L" or kind == "Nd"


def _no_number(text: str) -> str:
    groups = [len(group) for group in re.findall(r"\d+", text)]
    count = sum(groups)
    if any(min(left, count - left) >= _MIN_PHONE_DIGITS for left in accumulate(groups)):
        return "it is a range or list of numbers; a single long number has its digits in one group"
    if count < (_MIN_PHONE_DIGITS if text.startswith("+") else _MIN_DIGITS):
        return "it is a number prefix"
    return ""


def _no_target(text: str, why: str) -> Refused:
    return Refused(
        "PRODUCT",
        "NO_PARTICULAR_TARGET",
        f"{text!r} is not one exact account: {why}",
        why="an instrument permits what its own text says; a range or pattern reaches people nobody named",
        next_step="name each account, line or address exactly; an IPv6 prefix of at least /56 counts as one",
    )
