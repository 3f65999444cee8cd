"""Parquet: the values of flat tables come through as text, everything else is refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.model.errors import BadInput
from fourcorners.readers import census_table
from fourcorners.readers import parquet


def make(columns: dict[str, Any], **options: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, **options)
    return target.getvalue()


def lines(data: bytes) -> list[list[str]]:
    suffix, text = parquet.derive(data)
    assert suffix == f"text@pyarrow-{pa.__version__}"
    assert census_table.count_cells(text, ",", 1) == census_table.count_parquet(data)
    return list(csv.reader(io.StringIO(text.decode(), newline=""), strict=True))


def test_values_become_plain_text() -> None:
    moment = dt.datetime(2026, 7, 19, 16, 13, 2)
    data = make(
        {
            "ip": ["192.0.2.7", None],
            "port": pa.array([1024, None], pa.uint16()),
            "at": pa.array([moment, None], pa.timestamp("s")),
            "utc": pa.array([moment, None], pa.timestamp("ns", "UTC")),
            "zone": pa.array([moment, None], pa.timestamp("ms", "Europe/Berlin")),
            "day": pa.array([moment.date(), None], pa.date32()),
            "sum": pa.array([Decimal("12.50"), None], pa.decimal128(9, 2)),
            "kind": pa.array(["a", None]).dictionary_encode(),
            "yes": [True, None],
        }
    )
    head, first, second = lines(data)
    assert head == ["ip", "port", "at", "utc", "zone", "day", "sum", "kind", "yes"]
    assert first[:3] == ["192.0.2.7", "1024", "2026-07-19 16:13:02.000"]
    assert first[3:5] == ["2026-07-19 16:13:02.000000000Z", "2026-07-19 18:13:02.000+0200"]
    assert first[5:] == ["2026-07-19", "12.50", "a", "true"]
    assert second == [""] * 9


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.none() | st.text(st.sampled_from('ab,"\n\r €'), max_size=5), st.none() | st.integers(0, 65535)
        ),
        max_size=30,
    ),
    st.booleans(),
)
def test_rows_are_those_of_the_file(table: list[tuple[str | None, int | None]], encoded: bool) -> None:  # noqa: FBT001 - drawn
    texts, numbers = [row[0] for row in table], [row[1] for row in table]
    data = make(
        {"a": pa.array(texts, pa.string()), "b": pa.array(numbers, pa.int32())},
        use_dictionary=encoded,
        row_group_size=7,
    )
    expected = [[text or "", "" if number is None else str(number)] for text, number in table]
    assert lines(data)[1:] == expected


@pytest.mark.parametrize(
    "column",
    [[[1]], [{"a": 1}], [b"bytes"], pa.array([b"abcd"], pa.binary(4)), pa.array([5], pa.duration("s"))],
    ids=["list", "struct", "binary", "fixed binary", "duration"],
)
def test_columns_of_no_plain_values_are_refused(column: Any) -> None:
    with pytest.raises(BadInput) as caught:
        parquet.derive(make({"ip": ["192.0.2.7"], "CANARY": column}))
    assert caught.value.code == "PARQUET"
    assert "column 2" in caught.value.what
    assert "CANARY" not in caught.value.diagnostics(), "the name may be a value"


def test_damage_is_refused() -> None:
    whole = make({"ip": ["192.0.2.7"] * 50})
    for data in (
        b"PAR1PAR1",
        whole[:-20] + b"PAR1",
        whole[:30] + b"\xff" * 20 + whole[50:],
        b"PAR1" + bytes(50) + b"PAR1",
    ):
        with pytest.raises(BadInput) as caught:
            parquet.derive(data)
        assert caught.value.code == "PARQUET"


def test_a_bomb_of_equal_values_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        parquet.derive(make({"x": pa.array([1], pa.int8()).take(pa.array([0] * 20_000_000, pa.int32()))}))
    assert caught.value.code == "UNPACKED_SIZE"


def test_a_bomb_of_one_long_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fourcorners.readers.plain_csv.FREE_TOTAL", 1 << 20)
    with pytest.raises(BadInput) as caught:
        parquet.derive(make({"x": pa.repeat("x" * 10_000, 50_000)}))
    assert caught.value.code == "UNPACKED_SIZE"


def test_a_parquet_file_is_known_by_its_magic() -> None:
    assert parquet.is_parquet(make({"a": [1]}))
    assert not parquet.is_parquet(b"PAR1")
    assert not parquet.is_parquet(b"ip,start\n")
