"""Which words of a file may be shown: those that are made of nothing but words that this version brings along.

A name can stand where a label stands: above every message of a conversation, as the key of an object, as a column.
How often it stands there tells nothing. So a label is shown only if every word of it is in `words.txt`, a list of
what records are usually made of; no character of any other word is, whatever place it has.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

LONGEST = 40

_WORDS = frozenset(resources.files(__package__).joinpath("words.txt").read_text("utf-8").split())
_PART = re.compile(
    r"(?i:ipv[46])(?![a-z])|\bv\d(?!\d)|_v\d(?!\d)|(?P<word>[A-Z]+(?![a-z])|[A-Z]?[a-z]+)|(?P<number>\d{1,2})(?!\d)"
    r"|(?P<mark>[ _\-/().,:#&'%]+)"
)


@lru_cache(maxsize=4_096)
def made_of_words(text: str) -> str:
    """The label with its figures as `#`, empty if it may not be shown."""
    if not text or len(text) > LONGEST:
        return ""
    out, at = [], 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None or (part["word"] and part["word"].lower() not in _WORDS):
            return ""
        out.append("#" * len(part["number"]) if part["number"] else part[0])
        at = part.end()
    return "".join(out) if any(char.isalpha() for char in text) else ""
