"""Labels and names of sections as a report may show them."""

from __future__ import annotations

from fourcorners.readers.meta.vocabulary import HEADER
from fourcorners.readers.meta.vocabulary import KNOWN_LABELS
from fourcorners.readers.meta.vocabulary import SECTIONS
from fourcorners.readers.shown.keys import shown_key

#: Where no section is: before the page's body, in it, and under a title that is in no list.
PLACES = frozenset({"head", "page", "unlisted section"})
_KNOWN = KNOWN_LABELS | PLACES | {HEADER, *SECTIONS}


def shown(label: str) -> str:
    """A label that the format has, or one made of nothing but known words; of any other its length."""
    return shown_key(label, _KNOWN)
