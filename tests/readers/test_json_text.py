"""The walk against the standard library's parser, and its refusals."""

from __future__ import annotations

import json
import mmap
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.growth import is_linear

from fourcorners.model.errors import BadInput
from fourcorners.readers import census_json
from fourcorners.readers import notation
from fourcorners.readers.json_text import MAX_DEPTH
from fourcorners.readers.json_text import Node
from fourcorners.readers.json_text import walk

LEAVES = {"string", "number", "literal"}
TEXT = st.text(max_size=4) | st.text(st.sampled_from('"\\/\b\n\té\x7f\u2028😀ÃaA'), max_size=4)
SCALAR = (
    TEXT
    | st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
)
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)
ROOT = st.lists(VALUE, max_size=4) | st.dictionaries(TEXT, VALUE, max_size=4)
PARTS = ['"a"', '"', "1", "-", ".5", "e3", "0", "[", "]", "{", "}", ",", ":", " ", "null", "tru"]
STYLE = st.fixed_dictionaries({"ensure_ascii": st.booleans(), "indent": st.sampled_from([None, 0, 3])})


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for n, each in enumerate(value):
            yield from leaves(each, (*path, n))
    else:
        yield path, value


def strict(data: bytes) -> Any:
    def refuse(_name: str) -> None:
        raise ValueError("no JSON")

    value = json.loads(data.decode(), parse_constant=refuse)
    if not isinstance(value, dict | list):
        raise ValueError("no export")  # noqa: TRY004 - it is the test's own word for refused
    return value


def value_of(data: bytes, node: Node) -> Any:
    raw = data[node.start : node.end]
    return notation.text_of(raw.decode(), "json") if node.kind == "string" else json.loads(raw)


@settings(max_examples=400)
@given(ROOT, STYLE)
def test_the_walk_gives_what_the_standard_library_gives(value: Any, style: dict[str, Any]) -> None:
    data = json.dumps(value, **style).encode("utf-8", "replace")
    value = json.loads(data)
    nodes = list(walk(data))
    found = [(node.path, value_of(data, node)) for node in nodes if node.kind in LEAVES]
    assert found == list(leaves(value))
    assert census_json.count(data, ()).texts == len(found)
    for node in nodes:
        if node.kind in {"object", "array"}:
            assert json.loads(data[node.start : node.end]) is not None
        if node.path and isinstance(node.path[-1], str):
            assert notation.text_of(data[slice(*node.key)].decode(), "json") == node.path[-1]
            begin, end = node.extent
            assert list(json.loads(b"{" + data[begin:end] + b"}")) == [node.path[-1]]
    assert nodes[-1].path == ()


@settings(max_examples=1500)
@given(st.lists(st.sampled_from(PARTS), max_size=9))
def test_what_the_standard_library_refuses_is_refused(parts: list[str]) -> None:
    data = "".join(parts).encode()
    try:
        value = strict(data)
    except ValueError:
        with pytest.raises(BadInput) as caught:
            list(walk(data))
        assert caught.value.code in {"JSON", "TRUNCATED"}
    else:
        found = [node.path for node in walk(data) if node.kind in LEAVES]
        assert set(found) >= {path for path, _ in leaves(value)}


DOCUMENT = (
    b' {"a": [1, -2.5e+3, "x\\"\\u00e9\\\\", true, null, {}, []], '
    b'"b": {"c": "\xc3\xa9", "d": 12}, "e": [[], {"f": 0}]}\n'
)


def test_a_file_cut_at_any_byte_is_refused() -> None:
    end = len(DOCUMENT.rstrip())
    for cut in range(end):
        with pytest.raises(BadInput) as caught:
            list(walk(DOCUMENT[:cut]))
        assert caught.value.code == ("ENCODING" if DOCUMENT[:cut].endswith(b"\xc3") else "TRUNCATED"), cut
    assert list(walk(DOCUMENT[:end])) == list(walk(DOCUMENT))


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        (b'{"a": 1,}', "JSON", 7),
        (b'{"a" 1}', "JSON", 1),
        (b"[1 2]", "JSON", 3),
        (b"[1,,2]", "JSON", 2),
        (b"[01]", "JSON", 2),
        (b"[NaN]", "JSON", 1),
        (b"[1}", "JSON", 2),
        (b'["a\nb"]', "JSON", 1),
        (b'["\\x"]', "JSON", 1),
        (b'["\\u12g4"]', "JSON", 1),
        (b"[] []", "JSON", 3),
        (b"[]]", "JSON", 2),
        (b'"a"', "JSON", 0),
        (b"12", "JSON", 0),
        (b"{1: 2}", "JSON", 1),
        (b"", "TRUNCATED", 0),
        (b" ", "TRUNCATED", 1),
        (b'["\xff"]', "ENCODING", 2),
        (b'["\x00"]', "NUL", 2),
    ],
)
def test_damage_is_named_with_its_byte(data: bytes, code: str, where: int) -> None:
    with pytest.raises(BadInput) as caught:
        list(walk(data))
    assert (caught.value.code, caught.value.where) == (code, f"byte {where}")


def test_depth_has_a_limit() -> None:
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert len(list(walk(deep))) == MAX_DEPTH
    census_json.count(deep, ())
    with pytest.raises(BadInput) as caught:
        list(walk(b"[" + deep + b"]"))
    assert (caught.value.code, caught.value.where) == ("DEPTH", f"byte {MAX_DEPTH}")


def test_a_key_that_stands_twice_gives_both_values() -> None:
    data = b'{"a": 1, "a": 2}'
    assert [data[node.start : node.end] for node in walk(data)][:2] == [b"1", b"2"]
    assert census_json.count(data, ["a"]).labels["a"] == 2


def test_keys_are_in_the_notation_that_is_asked_for() -> None:
    data = b'\xef\xbb\xbf{"\\u00c3\\u0087erez": 1, "\xc3\x87": 2}'
    assert [node.path for node in walk(data, "json_latin1")] == [("Çerez",), ("Ç",), ()]
    assert next(walk(data)).path == ("\u00c3\u0087erez",)
    assert census_json.count(data, ["Çerez", "Ç"]).labels == {"row": 0, "Çerez": 1, "Ç": 1}


def test_a_map_of_a_file_is_walked_as_its_bytes() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(DOCUMENT)
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            assert list(walk(data)) == list(walk(DOCUMENT))
            assert census_json.count(data, ["a"]) == census_json.count(DOCUMENT, ["a"])


@pytest.mark.parametrize(
    "data",
    [
        b"[" + b" " * 1_000_000 + b"]",
        b"[]" + b"\n" * 1_000_000,
        b'["' + b"a" * 1_000_000,
        b'["' + b"\\\\" * 500_000,
        b'["' + b"a" * 1_000_000 + b'"]',
        b"[" + b"1" * 1_000_000 + b"]",
        b"[" + b",".join([b'{"a":"b"}'] * 100_000) + b"]",
    ],
    ids=["blanks", "end", "open", "escapes", "string", "digits", "rows"],
)
def test_time_is_linear(data: bytes) -> None:
    assert is_linear(lambda part: list(walk(part)), data)
