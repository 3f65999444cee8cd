"""Labels, elements and styles of a file as its fingerprint may show them."""

from __future__ import annotations

import re
from functools import lru_cache

from fourcorners.readers.meta.vocabulary import KNOWN_LABELS
from fourcorners.readers.shown.words import made_of_words

#: Labels that a line of text may be taken for; one more line for each reader of a text format.
KNOWN: frozenset[str] = KNOWN_LABELS

_TAG_NAMES = """
    a abbr address article aside b blockquote body br button caption center cite code col colgroup dd del details
    dfn div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i img input
    ins kbd label legend li link main map mark meta nav object ol option p pre q s samp script section select small
    span strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr tt u ul var
    video
"""
_TAGS = frozenset(_TAG_NAMES.split())
_CLASSES = frozenset({"div"})
_ATTRIBUTE = re.compile(
    r"([A-Za-z-]{1,40})\s{0,9}=\s{0,9}(?:\"([^\"]{0,2000})\"|'([^']{0,2000})'|([^\s\"'<>]{1,2000}))"
)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_LETTER = re.compile(r"[a-z]")
_CSS_NAMES = "background border clear color display float font height margin padding page position text width"
_CSS = frozenset(_CSS_NAMES.split())
_DISPLAY = frozenset({"block", "inline", "none", "table", "flex", "grid", "table-cell", "table-row"})


@lru_cache(maxsize=4_096)
def label(text: str) -> str:
    """A label as it may be shown: its figures as `#`, else `?` and its length as a power of two."""
    text = " ".join(text.split())
    if text in KNOWN:
        return text
    return made_of_words(text) or f"?{_class_of_length(text)}"


def _class_of_length(text: str) -> int:
    return 1 << (len(text) - 1).bit_length() if text else 0


def is_shown(shown: str) -> bool:
    """Whether a label came through as itself."""
    return not shown.startswith("?")


@lru_cache(maxsize=4_096)
def element(name: bytes, attributes: bytes) -> str:
    """An element as it may be shown: `div#property-logins.content-pane{display:table}`."""
    tag = name.decode("ascii", "replace")
    out = [tag.lower() if tag.lower() in _TAGS else label(tag)]
    given: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(attributes.decode("utf-8", "replace")):
        given.setdefault(found[1].lower(), found[2] or found[3] or found[4] or "")
    if given.get("id"):
        shown = label(given["id"])
        out.append("#" + (shown if _PLAIN.fullmatch(shown) else f"?{_class_of_length(given['id'])}"))
    classes = given.get("class", "").split()
    out += sorted(
        {"." + (each if _LETTER.fullmatch(each) or each in _CLASSES else _class(each)) for each in classes}
    )
    style = sorted(_style(given.get("style", "")))
    return "".join(out) + ("{" + ";".join(style) + "}" if style else "")


def _class(name: str) -> str:
    if _LETTER.fullmatch(name):
        return name
    words = [part for part in name.split("_") if part not in _CLASSES]
    shown = label("_".join(words)) if words else name
    return name if _PLAIN.fullmatch(name) and _PLAIN.fullmatch(shown) else f"?{_class_of_length(name)}"


def _style(text: str) -> set[str]:
    """The properties of a style; only that of `display` has its value."""
    found = set()
    for each in text.split(";")[:20]:
        name, _, value = (part.strip().lower() for part in each.partition(":"))
        if name == "display" and value in _DISPLAY:
            found.add(f"display:{value}")
        elif name.split("-")[0] in _CSS:
            found.add(name.split("-")[0])
    return found
