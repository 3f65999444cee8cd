from __future__ import annotations

from build_networks import Range
from build_networks import disjoint
from build_networks import joined
from hypothesis import given
from hypothesis import strategies as st

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), max_size=10).map(
    lambda found: [(start, start + length, (str(n), "name")) for n, (start, length) in enumerate(sorted(found))]
)


def cut(found: list[Range]) -> list[Range]:
    """Sorted and disjoint, as the country table is."""
    return list(disjoint(iter(found)))


@given(spans)
def test_what_two_ranges_claim_is_named_by_neither(found: list[Range]) -> None:
    claims = [[cells for start, end, cells in found if start <= at <= end] for at in range(90)]
    result = cut(found)
    for at, claim in enumerate(claims):
        named = [cells for start, end, cells in result if start <= at <= end]
        assert named == (claim if len(claim) == 1 else [])


@given(spans, spans)
def test_systems_and_countries_are_joined_at_every_address(systems: list[Range], countries: list[Range]) -> None:
    left, right = cut(systems), cut(countries)
    result = list(joined(iter(left), right))
    for at in range(90):
        system = [cells for start, end, cells in left if start <= at <= end]
        country = [cells[0] for start, end, cells in right if start <= at <= end]
        found = [row[2:] for row in result if row[0] <= at <= row[1]]
        assert found == ([(*system[0], country[0] if country else "")] if system else [])
