"""JSON as a stream of nodes with their path and their byte range.

One linear pass of one regular expression over the bytes; nothing is built. The grammar is that of RFC 8259, with
an object or array as the whole text, so that a file cut at any byte is refused. What programs read differently is
kept apart: an object that names a key twice gives both values, and a number is its digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from mmap import mmap
from typing import Literal
from typing import NamedTuple

from fourcorners.model.errors import BadInput
from fourcorners.model.records import Notation
from fourcorners.readers import notation as notations
from fourcorners.readers.markup import check_text

Data = bytes | mmap
Kind = Literal["string", "number", "literal", "object", "array"]
Path = tuple[str | int, ...]

MAX_DEPTH = 128
_BOM = b"\xef\xbb\xbf"
_WHY_CUT = "records may be missing, and nobody would notice"
_NEXT = "ask for the file again, or compare its size and hash with what was sent"

# Groups are made atomic, not possessive: before Python 3.11.5 a possessive group can miss its own match.
_SPACE = rb"[ \t\n\r]*+"
_CHARACTERS = rb"[^\"\\\x00-\x1f]*+(?>(?:\\(?:[\"\\/bfnrt]|u[0-9A-Fa-f]{4})[^\"\\\x00-\x1f]*+)*)"
_NUMBER = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_TOKEN = re.compile(
    _SPACE + rb"(?:(,)" + _SPACE + rb")?"  # 1: what stands before all members but the first
    rb'(?:"(' + _CHARACTERS + rb')"' + _SPACE + rb":" + _SPACE + rb")?"  # 2: a key
    rb'(?:"(' + _CHARACTERS + rb')"'  # 3: a string
    rb"|(" + _NUMBER + rb")|(true|false|null)"  # 4, 5
    rb"|([{\[])|([}\]])"  # 6, 7: an object or array begins or ends
    rb"|([^ \t\n\r])|\Z)"  # 8: what fits nothing
)
_STRING, _OPEN, _CLOSE, _ODD = 3, 6, 7, 8
_SCALARS: dict[int, Kind] = {_STRING: "string", 4: "number", 5: "literal"}
#: What more of the file could still complete.
_BLANK = re.compile(_SPACE)
_CUT_STRING = rb'"' + _CHARACTERS + rb"(?:\\(?:u[0-9A-Fa-f]{0,3})?)?"
_CUT = re.compile(
    _SPACE + rb"(?:," + _SPACE + rb')?(?:"' + _CHARACTERS + rb'"' + _SPACE + rb"(?::" + _SPACE + rb")?)?"
    rb"(?:" + _CUT_STRING + rb"|-|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|(?<=[0-9])(?:\.|[eE][+-]?))?\Z"
)


class Node(NamedTuple):
    """A value, given where it ends: the members of an object or array come before it.

    Attributes:
        path: keys and array indices that lead to it, the root's own path being empty.
        kind: `string`, `number` and `literal` are leaves.
        start: of a string the first byte inside its quotes, of any other value its first byte.
        end: after the last byte of the same.
        key: its key's first byte and the end of its last, inside the quotes; -1 twice where it has none.
    """

    path: Path
    kind: Kind
    start: int
    end: int
    key: tuple[int, int]

    @property
    def extent(self) -> tuple[int, int]:
        """All that belongs to it: key, quotes and value."""
        quote = self.kind == "string"
        return self.key[0] - 1 if self.key[0] >= 0 else self.start - quote, self.end + quote


class _Open(NamedTuple):
    """An object or array whose end has not come."""

    path: Path
    kind: Kind
    start: int
    key: tuple[int, int]
    members: int  # so far


def walk(data: Data, notation: Notation = "json") -> Iterator[Node]:
    """Every value in the order in which the values end.

    Args:
        data: the member's bytes.
        notation: how keys become text.

    Raises:
        BadInput: `JSON`, `TRUNCATED`, `DEPTH`, `ENCODING` or `NUL`, with the byte.
    """
    check_text(data)
    names: dict[bytes, str] = {}
    outer: list[_Open] = []
    here: _Open | None = None
    path: Path = ()
    in_object, index, done = False, 0, False
    position = len(_BOM) if data[: len(_BOM)] == _BOM else 0
    for token in _TOKEN.finditer(data, position):
        what = token.lastindex
        comma, key = token.group(1, 2)
        if what == _CLOSE:
            if here is None or comma or key is not None or (token[_CLOSE] == b"}") != in_object:
                raise _damage(data, token, here)
            yield Node(path, here.kind, here.start, token.end(), here.key)
            if not outer:
                here, done = None, True
                continue
            here = outer.pop()
            path, in_object, index = here.path, here.kind == "object", here.members
            continue
        if what is None or what == _ODD or what <= 2:  # noqa: PLR2004 - a comma or a key, and nothing after it
            if done and token.end() == len(data) and what is None:
                return
            raise _damage(data, token, here)
        start, end = token.span(what)
        if here is None:
            if done or comma or key is not None or what != _OPEN:
                raise _damage(data, token, here)
        elif (comma is None) != (index == 0) or (key is not None) != in_object:
            raise _damage(data, token, here)
        if key is not None:
            name = names.get(key)
            if name is None:
                name = names[key] = notations.text_of(key.decode(), notation)
            child: Path = (*path, name)
        else:
            child = (*path, index) if here else ()
        index += 1
        if what != _OPEN:
            yield Node(child, _SCALARS[what], start, end, token.span(2))
            continue
        if here is not None:
            outer.append(here._replace(members=index))
            if len(outer) >= MAX_DEPTH:
                raise BadInput(
                    "DEPTH",
                    f"objects and arrays are nested more than {MAX_DEPTH} deep",
                    where=f"byte {start}",
                    why="no provider produces that; it is made to exhaust a program",
                    next_step=_NEXT,
                )
        in_object = token[_OPEN] == b"{"
        here = _Open(child, "object" if in_object else "array", start, token.span(2), 0)
        path, index = child, 0


def _damage(data: Data, token: re.Match[bytes], here: _Open | None) -> BadInput:
    """What is wrong where a token does not fit: the file ends there, or it is no JSON."""
    blank = _BLANK.match(data, token.start())
    assert blank is not None
    at = blank.end()
    if at == len(data) or (here is not None and _CUT.match(data, token.start())):
        return BadInput(
            "TRUNCATED",
            "the file ends inside an object or array",
            where=f"byte {len(data)}",
            why=_WHY_CUT,
            next_step=_NEXT,
        )
    return BadInput("JSON", "the JSON is damaged", where=f"byte {at}", why=_WHY_CUT, next_step=_NEXT)
