"""How the bytes of a value become its text: one place for readers, and for whoever reads a value again."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from fourcorners.model.records import Notation
from fourcorners.readers.markup import unescape

_AMPERSAND, _BACKSLASH, _ASCII = ord("&"), ord("\\"), 0x80


def text_of(written: str, notation: Notation) -> str:
    """The text of what stands between a value's first and last byte.

    Raises:
        ValueError: it is no text in that notation.
    """
    if notation == "html":
        return unescape(written)
    if notation == "plain":
        return written
    text: str = json.loads(f'"{written}"', strict=False) if "\\" in written else written
    return repaired(text) if notation == "json_latin1" else text


def repaired(text: str) -> str:
    """UTF-8 whose bytes were written as characters of Latin-1, put right; any other text as it is.

    Only what round-trips is put right: a text that is no UTF-8 in that reading was not written that way.
    """
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def may_be_escaped(content: NDArray[np.uint8], notation: Notation) -> NDArray[np.bool_]:
    """Which of the bytes can stand for another text than themselves."""
    escaped = np.zeros(len(content), np.bool_)
    if notation == "html":
        escaped |= content == _AMPERSAND
    elif notation != "plain":
        escaped |= content == _BACKSLASH
    if notation == "json_latin1":
        escaped |= content >= _ASCII
    return escaped
