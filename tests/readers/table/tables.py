"""What the table tests share: a mapping from a few words, and reading back what a batch's ranges point at."""

from __future__ import annotations

from typing import Any

from fourcorners.model.records import Reading
from fourcorners.model.records import text_column
from fourcorners.readers.table import TableMapping
from fourcorners.readers.table import TableReader
from fourcorners.readers.table import parse_mapping


def mapping(kind: str, columns: dict[str, str], more: str = "", top: str = "") -> TableMapping:
    lines = [f'kind = "{kind}"', top, "[columns]", *(f'{key} = "{name}"' for key, name in columns.items()), more]
    return parse_mapping("\n".join(lines).encode(), "mapping.toml")


def read(data: bytes, how: TableMapping) -> Reading:
    return TableReader(how, "Ada Example").read(data)


def rows(reading: Reading) -> list[dict[str, Any]]:
    return [row for batch in reading.batches for row in batch.rows.to_pylist()]


def check_ranges(data: bytes, reading: Reading) -> int:
    """Every range re-reads to its text, within its row; gives the number of values."""
    values = 0
    for row in rows(reading):
        for name in (key.removesuffix("@") for key in row if key.endswith("@")):
            ranges, text = row[name + "@"], row[text_column(name)]
            assert (ranges is None) == (text is None)
            if ranges is None:
                continue
            pieces = list(zip(ranges[0::2], ranges[1::2], strict=True))
            assert b"".join(data[start:end] for start, end in pieces).decode() == text
            assert all(row["start"] <= start < end <= row["end"] for start, end in pieces)
            values += 1
    return values


def check_conservation(data: bytes, reading: Reading, how: TableMapping) -> None:
    """The reader's sums are those of the independent count."""
    census = TableReader(how, "Ada Example").census(data)
    texts = sum(row["texts"] for row in rows(reading))
    assert texts + reading.boilerplate + sum(item.texts for item in reading.unclassified) == census.texts
    assert reading.labels == census.labels
