"""What class of value a text is; never a character of it.

The first class that fits counts. All patterns are bounded, so that no text takes long.
"""

from __future__ import annotations

import re
from functools import lru_cache

_QUAD = r"\d{1,3}(?:\.\d{1,3}){3}"
_SIX = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}"
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?"
_UTC = r" ?(?:Z|UTC|GMT)"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?"
_ZONE = r"(?: ?\(?(?:UTC|GMT|[A-Z]{2,5})?(?: ?[+-]\d{1,2}:?(?:\d\d)?)?\)?)"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DAY_NAME = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?"
_WORDED = rf"{_DAY_NAME}(?:{_MONTH} {{1,2}}\d{{1,2}},?|\d{{1,2}}[ -]{_MONTH})(?:[ -]\d{{4}})?,?"
_FIGURES = r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}"

#: The classes, in the order in which they are tried.
PATTERNS: dict[str, str] = {
    "empty": r"\s{0,200}",
    "ipv4": _QUAD,
    "ipv4:port": rf"{_QUAD}:\d{{1,5}}",
    "ipv4/prefix": rf"{_QUAD}/\d{{1,2}}",
    "[ipv6]:port": rf"\[{_SIX}\]:\d{{1,5}}",
    "mac": r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}",
    "clock": _CLOCK,
    "ipv6/prefix": rf"{_SIX}/\d{{1,3}}",
    "ipv6": rf"\[?{_SIX}\]?",
    "iso-time-utc": _ISO + _UTC,
    "iso-time-offset": _ISO + r" ?[+-]\d\d:?(?:\d\d)?",
    "iso-time": _ISO,
    "iso-range": rf"{_ISO}(?:{_UTC})? (?:to|-|/) {_ISO}(?:{_UTC})?",
    "iso-date": r"\d{4}-\d\d-\d\d",
    "figures-time": rf"{_FIGURES},? {_CLOCK}{_ZONE}",
    "figures-date": _FIGURES,
    "worded-time": rf"{_WORDED}(?: at)? {_CLOCK}(?: \d{{4}})?{_ZONE}",
    "worded-date": _WORDED,
    "epoch-s": r"1\d{9}",
    "epoch-ms": r"1\d{12}",
    "integer": r"-?\d{1,40}",
    "decimal": r"[+-]?\d{1,40}[.,]\d{1,40}",
    "phone": r"\+?\(?\d[\d ()./-]{5,20}\d",
    "email": r"[^\s@<>]{1,64}@[^\s@<>]{1,190}",
    "uuid": r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "hex": r"(?:0x)?(?=[A-Fa-f0-9]{0,40}\d)[0-9A-Fa-f]{8,128}",
    "url": r"[a-z]{3,8}://\S{1,190}",
    "boolean": r"(?i:true|false)",
    "null": r"(?i:null|none|n/a|-)",
}
_LONGEST = 200
_ALL = re.compile("|".join(f"({pattern})" for pattern in PATTERNS.values()).encode())
_NAMES = tuple(PATTERNS)
TEXT = "text"


@lru_cache(maxsize=16_384)
def shape_of(value: bytes) -> str:
    """The class of a value, `text` where it is none of the listed."""
    value = value.strip()
    if len(value) > _LONGEST:
        return TEXT
    found = _ALL.fullmatch(value)
    return _NAMES[found.lastindex - 1] if found and found.lastindex else TEXT
