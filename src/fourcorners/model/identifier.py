"""Exact identifiers: the accounts that an instrument names.

An account is one exact identifier. A range, wildcard, number prefix or name pattern is none
(`NO_PARTICULAR_TARGET`, misuse scenarios M10 and M47); an IPv6 prefix of at least /56 counts as one, since it is
what a provider delegates to one line.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from fourcorners.model.address import Network
from fourcorners.model.address import parse_endpoint
from fourcorners.model.address import parse_prefix
from fourcorners.model.errors import Refused

TargetKind = Literal["address", "prefix", "account"]

_WILD = re.compile(r"[*?%\[\]{}|^$\\<>]|\.\.|…")
_MASKED_NUMBER = re.compile(r"\+?[\d().\s/-]*x[\dx().\s/-]*", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_PHONE = re.compile(r"\+?[\d().\s/-]{7,}")
_MIN_V6_PREFIX = 56
_MIN_PHONE_DIGITS = 7
_RANGE = re.compile(r"(.+?)\s*(?:-|–|—|/)\s*(.+)")


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
        return Target(text, "address", ip, port)
    if "/" in bare:
        try:
            network = parse_prefix(bare)
        except ValueError:
            pass
        else:
            if network.version == 6 and network.prefixlen >= _MIN_V6_PREFIX:  # noqa: PLR2004 - IP version 6
                return Target(text, "prefix", str(network))
            if network.num_addresses == 1:
                return Target(text, "address", str(network.network_address))
            raise _no_target(text, f"it is a network of {network.num_addresses} addresses")
    if (
        _WILD.search(bare)
        or _MASKED_NUMBER.fullmatch(bare)
        or any(unicodedata.category(c) in {"Cc", "Cf"} for c in bare)
    ):
        raise _no_target(text, "it holds a wildcard, pattern or control character")
    if (ends := _RANGE.fullmatch(bare)) and _is_range(ends.group(1), ends.group(2)):
        raise _no_target(text, "it is a range")
    if "," in bare or ";" in bare:
        raise _no_target(text, "it is a list; each identifier is an account of its own")
    value = normalise(bare)
    digits = value.lstrip("+")
    if value.startswith("+") and len(digits) < _MIN_PHONE_DIGITS:
        raise _no_target(text, "it is a number prefix")
    if not any(c.isalnum() for c in value):
        raise _no_target(text, "it names nothing")
    return Target(text, "account", value)


def _is_range(low: str, high: str) -> bool:
    """Whether the two halves are both whole identifiers of one kind: addresses, or long numbers."""
    try:
        parse_endpoint(low)
    except ValueError:
        numbers = [part.lstrip("+").replace(" ", "") for part in (low, high)]
        return all(part.isdigit() and len(part) >= _MIN_PHONE_DIGITS for part in numbers)
    return True


def _no_target(text: str, why: str) -> Refused:
    return Refused(
        "PRODUCT",
        "NO_PARTICULAR_TARGET",
        f"{text!r} is not one exact account: {why}",
        why="an instrument permits what its own text says; a range or pattern reaches people nobody named",
        next_step="name each account, line or address exactly; an IPv6 prefix of at least /56 counts as one",
    )
