"""Exports with damaged structure: whatever is done to labels, order and braces, no wrong pair comes out.

Of each mutant the rows that nothing is wrong with must be pairs of the truth; or the file is refused. Values are
left as they are: a changed digit is another value, which nothing can tell.
"""

from __future__ import annotations

import copy
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from tests.readers.meta_export.exports import read
from tests.readers.meta_export.exports import rows

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import parse_rfc3339
from fourcorners.readers import registry
from fourcorners.readers.json_text import walk
from fourcorners.samples import facebook
from fourcorners.samples import facebook_page
from fourcorners.samples import instagram
from fourcorners.samples import world as worlds
from fourcorners.samples.exports import File
from fourcorners.samples.json_spelling import Style

ROWS = 8
SEEDS = 3
PER_FILE = 40
LEAVES = frozenset({"string", "number", "literal"})
REFUSALS = frozenset(
    {"JSON", "TRUNCATED", "DEPTH", "ENCODING", "NUL", "MARKUP", "CHARSET_CONFLICT", "NO_RECOGNISED_ROW", "UNKNOWN"}
)
#: Lists in which every row has all labels, so that a value of another row is always one too many.
WHOLE = ("account_activity", "login_activity", "logout_activity")


def pairs_of(file: File) -> set[tuple[str, int]]:
    """Address and instant of every event that is true."""
    return {
        (str(row.values[1]), parse_rfc3339(str(row.values[3])).ns)
        for row in file.rows or []
        if row.kind in {"login", "session"} and row.values[1] is not None
    }


def outcome(path: str, data: bytes, allowed: set[tuple[str, int]], zone: ZoneDeclaration) -> str:
    """Read a mutant; fails where a pair comes out that is none."""
    reader = registry.reader_for(path, data[: registry.HEAD])
    if reader is None:
        return "UNKNOWN"
    try:
        reading = read(reader, data, zone)
    except BadInput as error:
        return error.code
    good = [row for row in rows(reading) if row["problem"] is None and row.get("ip") and row.get("at")]
    found = {(row["ip"], row["at"]) for row in good}
    assert found <= allowed, sorted(found - allowed)
    return "whole" if found == allowed else "less"


def check(files: list[File], mutants: Callable[[str, bytes], Iterator[bytes]], zone: str) -> Counter[str]:
    """All mutants of all files."""
    told: Counter[str] = Counter()
    declared = ZoneDeclaration(zone, "tester")
    for file in files:
        if file.rows is None:
            continue
        data, allowed = "".join(file.pieces).encode(), pairs_of(file)
        assert outcome(file.path, data, allowed, declared) == "whole"
        for mutant in mutants(file.path, data):
            code = outcome(file.path, mutant, allowed, declared)
            assert code in REFUSALS | {"whole", "less"}, code
            told[code] += 1
    return told


# JSON: the tree is changed and written anew, or single bytes between the values are


def _objects(value: Any) -> Iterator[list[Any]]:
    """Every object, as a list of its pairs, that can be changed in place."""
    parts = value["pairs"] if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, dict):
        yield parts
    for part in parts:
        yield from _objects(part[1] if isinstance(value, dict) else part)


def _tree(data: bytes) -> Any:
    return json.loads(data, object_pairs_hook=lambda pairs: {"pairs": [list(pair) for pair in pairs]})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((key, _plain(part)) for key, part in value["pairs"])
    return [_plain(part) for part in value] if isinstance(value, list) else value


def _rename(rng: Random, objects: list[list[Any]]) -> None:
    pair = rng.choice(rng.choice(objects))
    key = pair[0]
    at = rng.randrange(len(key))
    pair[0] = rng.choice(
        (key + "s", key[:-1], key[:at] + key[at].swapcase() + key[at + 1 :], key.replace("_", ""))
    )


def _remove(rng: Random, objects: list[list[Any]]) -> None:
    pairs = rng.choice(objects)
    del pairs[rng.randrange(len(pairs))]


def _reorder(rng: Random, objects: list[list[Any]]) -> None:
    for pairs in rng.sample(objects, min(len(objects), 5)):
        rng.shuffle(pairs)


def _exchange(rng: Random, objects: list[list[Any]]) -> None:
    pairs = rng.choice([each for each in objects if len(each) > 1] or objects)
    one, other = rng.choice(pairs), rng.choice(pairs)
    one[0], other[0] = other[0], one[0]


def _wrap(rng: Random, objects: list[list[Any]]) -> None:
    pair = rng.choice(rng.choice(objects))
    value = pair[1]
    pair[1] = rng.choice(([value], {"pairs": [["value", value]]}, None, True, str(value), 5, ""))


def _move(rng: Random, objects: list[list[Any]]) -> None:
    """To another object, or as a copy."""
    source, target = rng.choice(objects), rng.choice(objects)
    pair = rng.choice(source)
    copied = copy.deepcopy(pair)
    if rng.random() < 0.5:
        source.remove(pair)
    target.insert(rng.randint(0, len(target)), copied)


def _trees(rng: Random, path: str, data: bytes) -> Iterator[bytes]:
    whole = any(name in path for name in WHOLE)
    for _ in range(PER_FILE):
        tree = _tree(data)
        row_lists = [value for _, value in tree["pairs"] if isinstance(value, list)]
        objects = [pairs for pairs in _objects(tree) if pairs]
        change = rng.choice((_rename, _remove, _reorder, _exchange, _wrap, _move if whole else _rename, None))
        if change is None:
            for each in row_lists:
                rng.shuffle(each)
        elif objects:
            change(rng, objects)
        text = Style(rng.choice((0, 2)), mojibake=False).value(_plain(tree))
        yield text.encode("utf-8", "surrogatepass")


def _between(data: bytes) -> list[int]:
    """The bytes that belong to no value."""
    inside = bytearray(len(data))
    for node in walk(data):
        if node.kind in LEAVES:
            inside[node.start : node.end] = b"\1" * (node.end - node.start)
    return [at for at, flag in enumerate(inside) if not flag]


def _bytes(rng: Random, data: bytes, free: list[int], signs: bytes) -> Iterator[bytes]:
    taken = set(free)
    for n in range(PER_FILE):
        at = rng.choice(free)
        if n % 3 == 0:
            yield data[:at] + bytes([rng.choice(signs)]) + data[at + 1 :]
        elif n % 3 == 1:
            yield data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
        else:
            end = at + 1
            while end in taken and end < at + rng.choice((1, 2, 3)):
                end += 1
            yield data[:at] + data[end:]
    yield from (data[: rng.randrange(len(data))] for _ in range(3))


def json_mutants(rng: Random) -> Callable[[str, bytes], Iterator[bytes]]:
    def made(path: str, data: bytes) -> Iterator[bytes]:
        yield from _trees(rng, path, data)
        yield from _bytes(rng, data, _between(data), b'{}[],:" 0123456789-eE.\\nt')

    return made


@pytest.mark.parametrize("export", [facebook.export, instagram.export])
def test_no_wrong_pair_comes_out_of_damaged_json(export: Callable[..., Iterator[File]]) -> None:
    told: Counter[str] = Counter()
    for _ in range(SEEDS):
        seed = secrets.randbelow(10**6)
        print("seed", seed)  # noqa: T201 - shown where the test fails
        told += check(list(export(worlds.build(seed), ROWS)), json_mutants(Random(seed)), "UTC")
    print(told)  # noqa: T201 - the same
    assert sum(told.values()) > 300 * SEEDS
    assert {"whole", "less", "JSON", "UNKNOWN"} <= told.keys()


# pages: tags are changed, labels, whole sections and rows, or single bytes between the values

_TAG = re.compile(rb"<(/?)(section|tr|td|h2|footer|table|div|main|header)\b([^>]*)>")
_ROW = re.compile(rb"<tr>.*?</tr>")
_FOOTER = re.compile(rb"<footer.*?</footer>")
_SECTION = re.compile(rb"<section.*?</section>", re.DOTALL)
_LABEL = re.compile(rb"(?<=>)(?:IP address|Time|Browser|City|Country|Username)(?=<)")


def _span(rng: Random, pattern: re.Pattern[bytes], data: bytes) -> tuple[int, int]:
    found = [match.span() for match in pattern.finditer(data)]
    return rng.choice(found) if found else (0, 0)


def _page_trees(rng: Random, data: bytes) -> Iterator[bytes]:
    for n in range(2 * PER_FILE):
        kind = n % 8
        if kind == 0:  # a label is renamed
            start, end = _span(rng, _LABEL, data)
            yield data[:start] + rng.choice((b"Zeit", b"IP-Adresse", b"Time ", b"IP address", b"")) + data[end:]
        elif kind == 1:  # a tag is another's, or is gone
            start, end = _span(rng, _TAG, data)
            other = rng.choice((b"", b"<br>", b"<div>", b"</div>", b"<section>", b"</section>", b"<tr>", b"</tr>"))
            yield data[:start] + other + data[end:]
        elif kind == 2:  # an element is renamed throughout
            name = rng.choice((b"section", b"tr", b"td", b"h2", b"footer", b"table"))
            yield re.sub(rb"<(/?)" + name + rb"\b", rb"<\1span", data)
        elif kind == 3:  # sections in another order
            parts = _SECTION.findall(data)
            rng.shuffle(parts)
            between = _SECTION.split(data)
            yield b"".join(gap + part for gap, part in zip(between, [*parts, b""], strict=True))
        elif kind in {4, 5}:  # a row or footer moves, or is copied
            pattern = rng.choice((_ROW, _FOOTER))
            start, end = _span(rng, pattern, data)
            piece = data[start:end]
            rest = data[:start] + data[end:] if kind == 4 else data
            target, _ = _span(rng, pattern, rest)
            yield rest[:target] + piece + rest[target:] if target else rest
        elif kind == 6:  # two sections become one
            yield data.replace(b"</section>\n", b"", 1).replace(b"<section", b"<div", 1)
        else:  # the border between two elements is gone
            border = rng.choice(
                (rb"</td><td[^>]*>", rb"</tr><tr>", rb"</section>\s*<section[^>]*>", rb"</div></div>")
            )
            start, end = _span(rng, re.compile(border), data)
            yield data[:start] + data[end:]


def page_mutants(rng: Random) -> Callable[[str, bytes], Iterator[bytes]]:
    def made(_path: str, data: bytes) -> Iterator[bytes]:
        yield from _page_trees(rng, data)
        free = [
            at
            for match in re.finditer(rb"<[^>]*>|(?<=>)[A-Z][A-Za-z ]+(?=<)", data)
            for at in range(*match.span())
        ]
        yield from _bytes(rng, data, free, b"<>/\"'= abst&;!-")

    return made


def test_no_wrong_pair_comes_out_of_damaged_pages() -> None:
    told: Counter[str] = Counter()
    for _ in range(SEEDS):
        seed = secrets.randbelow(10**6)
        print("seed", seed)  # noqa: T201 - shown where the test fails
        world = worlds.build(seed)
        files = list(facebook_page.export(world, ROWS))
        told += check(files, page_mutants(Random(seed)), facebook_page.zone_of(world) or "UTC")
    print(told)  # noqa: T201 - the same
    assert sum(told.values()) > 300 * SEEDS
    assert {"whole", "less", "MARKUP", "NO_RECOGNISED_ROW"} <= told.keys()
