"""Values invented for classes of values, and names for labels that a fingerprint does not show.

Documentation addresses, example domains and 555 numbers only.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from random import Random

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_FIRST, _SECONDS = 1_760_000_000, 20_000_000
_HIDDEN = re.compile(r"\?(\d+)")


def _ipv4(rng: Random) -> str:
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randint(1, 254)}"


def _ipv6(rng: Random) -> str:
    return f"2001:db8:{rng.randint(1, 0xFFFF):x}::{rng.randint(1, 0xFFFF):x}"


def _port(rng: Random) -> int:
    return rng.randint(1_024, 65_535)


def _time(form: str) -> Callable[[Random], str]:
    def made(rng: Random) -> str:
        at = dt.datetime.fromtimestamp(_FIRST + rng.randrange(_SECONDS), dt.UTC)
        return at.strftime(form)

    return made


def _hex(rng: Random, size: int) -> str:
    return "".join(rng.choices("0123456789abcdef", k=size))


def _word(rng: Random) -> str:
    return "".join(rng.choices(_CONSONANTS, k=rng.randint(5, 9)))


_utc = _time("%Y-%m-%d %H:%M:%S UTC")

#: Class -> a value of it.
VALUES: dict[str, Callable[[Random], str]] = {
    "empty": lambda _rng: "",
    "ipv4": _ipv4,
    "ipv4:port": lambda rng: f"{_ipv4(rng)}:{_port(rng)}",
    "ipv4/prefix": lambda rng: rng.choice(("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")),
    "[ipv6]:port": lambda rng: f"[{_ipv6(rng)}]:{_port(rng)}",
    "mac": lambda rng: f"00:00:5e:00:53:{rng.randrange(256):02x}",
    "clock": _time("%H:%M:%S"),
    "ipv6/prefix": lambda rng: f"2001:db8:{rng.randint(1, 0xFFFF):x}::/56",
    "ipv6": _ipv6,
    "iso-time-utc": _utc,
    "iso-time-offset": _time("%Y-%m-%dT%H:%M:%S+00:00"),
    "iso-time": _time("%Y-%m-%d %H:%M:%S"),
    "iso-range": lambda rng: f"{_utc(rng)} to {_utc(rng)}",
    "iso-date": _time("%Y-%m-%d"),
    "figures-time": _time("%d/%m/%Y %H:%M:%S"),
    "figures-date": _time("%d/%m/%Y"),
    "worded-time": _time("%b %d, %Y %I:%M:%S %p"),
    "worded-date": _time("%b %d, %Y"),
    "epoch-s": lambda rng: str(_FIRST + rng.randrange(_SECONDS)),
    "epoch-ms": lambda rng: str((_FIRST + rng.randrange(_SECONDS)) * 1_000 + rng.randrange(1_000)),
    "integer": lambda rng: str(rng.randint(2_000, 9_999)),
    "decimal": lambda rng: f"{rng.randint(1, 99)}.{rng.randint(1, 99):02d}",
    "phone": lambda rng: f"+1202555{rng.randint(100, 199):04d}",
    "email": lambda rng: f"{_word(rng)}@example.com",
    "uuid": lambda rng: f"{_hex(rng, 8)}-{_hex(rng, 4)}-4{_hex(rng, 3)}-8{_hex(rng, 3)}-{_hex(rng, 12)}",
    "hex": lambda rng: f"{_hex(rng, 30)}0f",
    "url": lambda rng: f"https://example.com/{_word(rng)}",
    "boolean": lambda rng: rng.choice(("true", "false")),
    "null": lambda _rng: "null",
    "text": lambda rng: f"sample {_word(rng)}",
}


def value(shape: str, rng: Random) -> str:
    """A value of a class; a line of text where the class is not listed."""
    return VALUES.get(shape, VALUES["text"])(rng)


def name(shown: str, rng: Random) -> str:
    """A label for what a fingerprint shows: figures for `#`, invented letters for `?` and a class of length."""
    if hidden := _HIDDEN.fullmatch(shown):
        size = int(hidden[1])
        letters = "".join(rng.choices(_CONSONANTS, k=size // 2)) if size > 1 else ""
        return f"{letters}Z" if size else ""
    return re.sub("#", lambda _: str(rng.randint(1, 9)), shown)
