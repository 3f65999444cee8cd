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
    outer: list[tuple[Path, bool, int, tuple[int, int], int]] = []  # what is open around the innermost
    # the innermost object or array: its path, whether it is an object, where it and its key begin, members so far
    path: Path = ()
    in_object, begun, key_at, members = False, 0, (-1, -1), 0
    is_open, done = False, False
    position = len(_BOM) if data[: len(_BOM)] == _BOM else 0
    for token in _TOKEN.finditer(data, position):
        what = token.lastindex
        comma, key = token.group(1, 2)
        if what == _CLOSE:
            if not is_open or comma or key is not None or (token[_CLOSE] == b"}") != in_object:
                raise _damage(data, token, is_open)
            yield Node(path, "object" if in_object else "array", begun, token.end(), key_at)
            if outer:
                path, in_object, begun, key_at, members = outer.pop()
            else:
                is_open, done = False, True
            continue
        if what is None or what == _ODD or what <= 2:  # noqa: PLR2004 - a comma or a key, and nothing after it
            if done and what is None and token.end() == len(data):
                return
            raise _damage(data, token, is_open)
        start, end = token.span(what)
        if not is_open:
            if done or comma or key is not None or what != _OPEN:
                raise _damage(data, token, is_open)
        elif (comma is None) != (members == 0) or (key is not None) != in_object:
            raise _damage(data, token, is_open)
        if key is not None:
            name = names.get(key)
            if name is None:
                name = names[key] = notations.text_of(key.decode(), notation)
            child: Path = (*path, name)
        else:
            child = (*path, members) if is_open else ()
        members += 1
        if what != _OPEN:
            yield Node(child, _SCALARS[what], start, end, token.span(2))
            continue
        if is_open:
            outer.append((path, in_object, begun, key_at, members))
            if len(outer) >= MAX_DEPTH:
                raise BadInput(
                    "DEPTH",
                    f"objects and arrays are nested more than {MAX_DEPTH} deep",
                    where=f"byte {start}",
                    why="no provider produces that; it is made to exhaust a program",
                    next_step=_NEXT,
                )
        path, in_object, begun, key_at, members = child, token[_OPEN] == b"{", start, token.span(2), 0
        is_open = True


def _damage(data: Data, token: re.Match[bytes], is_open: bool) -> BadInput:  # noqa: FBT001 - the state it stopped in
    """What is wrong where a token does not fit: the file ends there, or it is no JSON."""
    blank = _BLANK.match(data, token.start())
    assert blank is not None
    at = blank.end()
    if at == len(data) or (is_open and _CUT.match(data, token.start())):
        return BadInput(
            "TRUNCATED",
            "the file ends inside an object or array",
            where=f"byte {len(data)}",
            why=_WHY_CUT,
            next_step=_NEXT,
        )
    return BadInput("JSON", "the JSON is damaged", where=f"byte {at}", why=_WHY_CUT, next_step=_NEXT)
