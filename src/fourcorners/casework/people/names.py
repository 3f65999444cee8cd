"""Names of persons: one person types one name, and no two names look the same.

A name is a claim, and what is kept apart by it (who asks, who agrees) is kept apart only if names are. Blanks and
composed letters make no difference; what a reader could take for another's name is told by its skeleton.
"""

from __future__ import annotations

import unicodedata

#: Greek and Cyrillic capitals that are taken for Latin ones.
_CAPITALS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХІЈЅ", "abezhikmnoptyxabekmhopctyxijs")
#: Small letters and digits that are taken for each other.
_LIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝвкмнтαορνικτυχεωıʟ01i",
    "aeopcyxljshdqwbkmhtaopvlktuxewlloll",
)
_PAIRS = (("rn", "m"), ("vv", "w"))


def normal(name: str) -> str:
    """The name as it is stored and compared: composed letters (NFC), single blanks, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def skeleton(name: str) -> str:
    """What is left of a name where case, accents, punctuation and letters of the same shape make no difference."""
    plain = unicodedata.normalize("NFKD", name).translate(_CAPITALS)
    plain = unicodedata.normalize("NFKD", plain.casefold())
    shape = "".join(mark for mark in plain if mark.isalnum()).translate(_LIKE)
    for pair, letter in _PAIRS:
        shape = shape.replace(pair, letter)
    return shape or name


def look_alike(one: str, other: str) -> bool:
    """Whether two different names can be taken for each other."""
    return one != other and skeleton(one) == skeleton(other)
