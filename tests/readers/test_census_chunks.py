"""Counts that go over a member chunk by chunk are those of the whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.model.records import Census
from fourcorners.readers import census_chunks
from fourcorners.readers import census_dhcpd
from fourcorners.readers import census_kea
from fourcorners.readers import census_lines
from fourcorners.readers import census_radius

COUNTS: list[Callable[[bytes], Census]] = [
    lambda data: census_lines.count(data, ("x", "lease")),
    lambda data: census_lines.count_brackets(data, "x"),
    lambda data: census_dhcpd.count(data, b"lease", b"x"),
    census_kea.count,
    census_radius.count,
]
PIECES = st.sampled_from(
    [b"lease", b" ", b"\n", b'"', b"\\", b"#", b"{", b"}", b";", b"x", b"\t", b"\r", b",", b"[x"]
)


@pytest.mark.parametrize("count", COUNTS)
@settings(max_examples=150)
@given(st.lists(PIECES, max_size=40).map(b"".join), st.integers(1, 12))
def test_the_size_of_the_chunks_changes_no_count(count: Callable[[bytes], Census], data: bytes, size: int) -> None:
    whole = count(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(census_chunks, "CHUNK", size)
        assert b"".join(census_chunks.chunks(data)) == data
        assert count(data) == whole
