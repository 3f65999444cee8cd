"""The independent count of a translator's configuration: its statements, and the hosts of deterministic pools.

Each host has exactly one block, so the hosts are counted by arithmetic on prefixes, and no block is laid out. The
text is taken apart by other means than the reader's: comments and quotes are blanked, nested braces unfolded by
splitting at their marks.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_address
from ipaddress import ip_network
from mmap import mmap

from fourcorners.model.records import COMPUTED
from fourcorners.model.records import Census

_HIDDEN = re.compile(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|#[^\n]*', re.DOTALL)
_FIXED = re.compile(r"services nat (?:source )?pool (\S+) port deterministic")
_WHOLE = re.compile(
    r"^services nat (?:source )?pool (\S+) port deterministic\b.* include-boundary-addresses", re.MULTILINE
)
_TRANSLATED = re.compile(r"^(services nat rule \S+ term \S+) then translated source-pool (\S+)$", re.MULTILINE)
_HOST = re.compile(r"^services nat source pool (\S+) port deterministic host address(-name)? (\S+)$", re.MULTILINE)
#: What a term translates, and what a name of the address book stands for.
_SOURCE = re.compile(r"^(services nat rule \S+ term \S+) from source-address (\S+)", re.MULTILINE)
_BOOK = re.compile(r"^services address-book global address (\S+) (.+)$", re.MULTILINE)


def count(data: bytes | mmap, *, times: int) -> Census:
    """Statements and comments; and for each time in which it was in force, a heading and its hosts.

    Under the label `computed` the hosts alone.
    """
    comments = 0

    def hide(found: re.Match[str]) -> str:
        nonlocal comments
        comments += found[0][0] != '"'
        return (
            re.sub(r"\s|[{};#]", "_", found[0][1:-1]) or "_"
            if found[0][0] == '"'
            else " " + "\n" * found[0].count("\n")
        )

    bare = _HIDDEN.sub(hide, bytes(data).decode().removeprefix("\ufeff"))
    by_line = bare.split()[:1] in (["set"], ["deactivate"])
    found = list(_lines(bare) if by_line else _unfolded(bare))
    hosts = times * _hosts([each for each, active in found if active])
    return Census(len(found) + comments + hosts + times, {COMPUTED: hosts})


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    words = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    off = tuple(line.removeprefix("deactivate ") for line in words if line.startswith("deactivate "))
    for line in words:
        said = line.removeprefix("set ")
        yield said, said != line and not any(f"{said} ".startswith(f"{each} ") for each in off)


def _unfolded(text: str) -> Iterator[tuple[str, bool]]:
    path: list[str] = []
    pieces = re.split(r"([{};])", text)
    for place in range(0, len(pieces) - 1, 2):
        words, mark = " ".join(pieces[place].split()), pieces[place + 1]
        whole = " ".join([*path, words]).strip()
        if mark == "{":
            path.append(words)
        if mark == ";" or (mark == "}" and place and pieces[place - 1] == "{"):
            yield re.sub(r"\b(?:inactive|protect): ", "", whole), "inactive: " not in whole
        if mark == "}" and path:
            path.pop()


def _hosts(statements: list[str]) -> int:
    lines = "\n".join(statements) + "\n"
    fixed = {found[1] for each in statements if (found := _FIXED.match(each))}
    whole = set(_WHOLE.findall(lines))
    given = defaultdict[str, list[str]](list)
    for place, value in (*_SOURCE.findall(lines), *_BOOK.findall(lines)):
        given[place].append(value)
    sources = [(pool, value) for term, pool in _TRANSLATED.findall(lines) for value in given[term]]
    for pool, named, value in _HOST.findall(lines):
        sources += [(pool, each) for each in (given[value] if named else [value])]
    return sum(_size(value, whole=pool in whole) for pool, value in sources if pool in fixed)


def _size(source: str, *, whole: bool) -> int:
    words = source.replace("address-range ", "").split(" to ")
    if len(words) > 1:
        first, last = (int(ip_address(word.split("/")[0])) for word in words)
        return last - first + 1
    size = ip_network(source).num_addresses
    return size if whole or size == 1 else size - 2
