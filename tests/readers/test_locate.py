"""Every value is read again from its bytes, and a single wrong offset is found."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.model.errors import BadInput
from fourcorners.model.records import Batch
from fourcorners.model.records import Notation
from fourcorners.model.records import Reading
from fourcorners.model.records import schema
from fourcorners.readers.locate import check
from fourcorners.readers.locate import reread

DATA = "a&amp;b Zoë 203.0.113.7 plain".encode()
ZOE = DATA.index(b"Zo")


def reading(*rows: tuple[str | None, list[int] | None], notation: Notation = "html") -> Reading:
    filled: list[dict[str, Any]] = [
        {"row": n, "value": text, "value@": ranges} for n, (text, ranges) in enumerate(rows)
    ]
    batch = pa.RecordBatch.from_pylist(filled, schema=schema("subscriber"))
    return Reading("r/1", "C", (), (Batch("subscriber", "name", batch),), 0, notation=notation)


def test_what_stands_there_is_taken() -> None:
    check(
        DATA,
        reading(("a&b", [0, 7]), (None, None), ("Zoë", [ZOE, ZOE + 4]), ("ab", [0, 1, 6, 7]), ("plain", [25, 30])),
    )
    check(DATA, reading(("a&amp;b", [0, 7]), notation="plain"))
    assert reread(DATA, [0, 4, 4, 7], notation="html") == "a&b"


@pytest.mark.parametrize(
    "row",
    [
        ("plain", [24, 29]),
        ("plain", [25, 29]),
        ("plain", [25, 31]),
        ("plain", [-5, 30]),
        ("plain", [25, 30, 30]),
        ("plain", [30, 25]),
        ("plain", []),
        ("plain", None),
        (None, [25, 30]),
        ("a&amp;b", [0, 7]),
        ("Zo", [ZOE, ZOE + 3]),
        ("ba", [0, 1, 6, 7]),
    ],
)
@pytest.mark.parametrize("before", [(), (("plain", [25, 30]),), (("a&b", [0, 7]), (None, None))])
def test_what_does_not_stand_there_is_refused(
    row: tuple[str | None, list[int] | None], before: tuple[tuple[str | None, list[int] | None], ...]
) -> None:
    with pytest.raises(BadInput) as caught:
        check(DATA, reading(*before, row, ("plain", [25, 30])))
    assert caught.value.code == "LOCATOR"
    assert f"row {len(before)} of name" in caught.value.what


@given(st.integers(0, 30), st.integers(0, 30), st.sampled_from(["plain", "a", "b", " ", "203", "&", "&b", ""]))
def test_agrees_with_reading_each_value_by_itself(start: int, end: int, text: str) -> None:
    try:
        same = start <= end and reread(DATA, [start, end], notation="html") == text
    except UnicodeDecodeError:
        same = False
    rows = reading(("plain", [25, 30]), (text, [start, end]))
    if same:
        check(DATA, rows)
    else:
        with pytest.raises(BadInput):
            check(DATA, rows)
