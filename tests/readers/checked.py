"""A reading that has passed what intake asks of it: conservation, places, extents that do not overlap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import Reading
from fourcorners.readers import locate
from fourcorners.readers.registry import Reader


def texts_of(reading: Reading) -> int:
    owned = sum(sum(batch.rows.column("texts").to_pylist()) for batch in reading.batches)
    return owned + reading.boilerplate + sum(item.texts for item in reading.unclassified)


def rows_of(reading: Reading, family: str | None = None) -> list[dict[str, Any]]:
    """Rows as dictionaries, in file order."""
    found = [
        row | {"family": batch.family}
        for batch in reading.batches
        if family in {None, batch.family}
        for row in batch.rows.to_pylist()
    ]
    return sorted(found, key=lambda row: row["row"])


def read(reader: Reader, data: bytes, declaration: ZoneDeclaration | None = None) -> Reading:
    """Read, and hold the reading against the census, its own ranges and its extents."""
    reading = reader.read(data, declaration)
    census = reader.census(data)
    assert texts_of(reading) == census.texts
    assert dict(reading.labels) == dict(census.labels)
    _hold(data, reading)
    return reading


def attempt(reader: Reader, data: bytes) -> Reading | str:
    """A checked reading, or the code with which the member is refused; a count that differs refuses it too."""
    try:
        reading, census = reader.read(data, None), reader.census(data)
    except BadInput as error:
        return error.code if error.where and error.next_step else "no place"
    if texts_of(reading) != census.texts or dict(reading.labels) != dict(census.labels):
        return "CONSERVATION"
    _hold(data, reading)
    return reading


def _hold(data: bytes, reading: Reading) -> None:
    locate.check(data, reading)
    rows = rows_of(reading)
    assert [row["row"] for row in rows] == list(range(len(rows)))
    extents = sorted((row["start"], row["end"]) for row in rows)
    assert all(0 <= start <= end <= len(data) for start, end in extents)
    assert all(a[1] <= b[0] for a, b in pairwise(extents))
    for row in rows:
        for name in set(FAMILIES[row["family"]]) - {"account", "attribute"}:
            assert all(row["start"] <= at <= row["end"] for at in row[f"{name}@"] or [])
    holes = reading.holes.to_pylist()
    assert holes == sorted(holes)


def good(reading: Reading) -> Iterator[dict[str, Any]]:
    """The rows that nothing is wrong with."""
    return (row for row in rows_of(reading) if row["problem"] is None and row["category"] is not None)


def keys(reading: Reading, *names: str) -> Counter[tuple[Any, ...]]:
    """How often each combination of values stands in the good rows; a row's family comes first."""
    return Counter((row["family"], *(row.get(name) for name in names)) for row in good(reading))
