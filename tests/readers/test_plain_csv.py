"""The derived text is CSV that the standard library reads back to the same cells."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.model.errors import BadInput
from fourcorners.readers import plain_csv
from fourcorners.readers.plain_csv import write_rows

CELLS = st.text(st.sampled_from('ab ,"\n\r;€'), max_size=5)


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width))))
def test_cells_come_back(table: list[list[str]]) -> None:
    text = write_rows(table, 0).decode()
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == table
    assert write_rows(map(tuple, table), 0).decode() == text


def test_a_text_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_csv, "FREE_TOTAL", 10)
    assert write_rows([["a"]] * 5, 0) == b"a\n" * 5
    with pytest.raises(BadInput) as caught:
        write_rows(iter([["a"]] * 6), 0)
    assert caught.value.code == "UNPACKED_SIZE"
