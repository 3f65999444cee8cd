"""The Meta record, changed in every way that the harness knows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.readers.mutants import Event
from tests.readers.mutants import describe
from tests.readers.mutants import found_in
from tests.readers.mutants import run
from tests.readers.mutants import totals

from fourcorners.model.instant import parse_rfc3339
from fourcorners.readers.meta import READER
from fourcorners.readers.meta.vocabulary import KNOWN_LABELS
from fourcorners.samples.make import make

FORMATS = {
    "meta-record-a": "html",
    "meta-record-b": "html",
    "meta-record-c": "html",
    "meta-record-d": "html",
    "meta-record-e": "text",
    "whatsapp-record": "html",
}
FURNITURE = re.compile(rb"(?:Meta Platforms|WhatsApp) Business Record")
ROWS = 45  # from 40 on, some are spoilt on purpose


def made(name: str, seed: int, folder: Path) -> tuple[bytes, set[Event]]:
    """A record and what is true of it."""
    out = folder / f"{seed}.{'txt' if FORMATS[name] == 'text' else 'html'}"
    make(name, seed, ROWS, out)
    told: Any = json.loads(out.with_name(f"{out.name}.truth.json").read_text())
    rows = [row for each in told["returns"] for member in each["members"] for row in member["rows"]]
    truth: set[Event] = set()
    for kind, _, _, account, *values in rows:
        if kind in {"login", "call"} and values[2]:
            truth.add((account, values[0], values[1], parse_rfc3339(values[2]).ns))
    data = out.read_bytes()
    reading = READER.read(data)
    # in the truth without their values: a row whose time states no zone, and one that only its port spoils
    truth |= {each.event for each in found_in(reading) if isinstance(each.event[3], str)}
    spoilt = [row for batch in reading.batches for row in batch.rows.to_pylist() if row["problem"] == "BAD_PORT"]
    return data, truth | {(row["account"], row["ip"], None, row["at"]) for row in spoilt}


def tried(name: str, count: int, seed: int, folder: Path) -> dict[str, int]:
    data, truth = made(name, seed, folder)
    counts = run(
        READER, data, FORMATS[name], truth, count=count, seed=seed, labels=KNOWN_LABELS, furniture=FURNITURE
    )
    print(f"\n{name}, seed {seed}: {totals(counts)}\n{describe(counts)}")  # noqa: T201 - `-s` shows it
    return totals(counts)


@pytest.mark.parametrize("name", FORMATS)
def test_no_mutant_gives_a_wrong_value(name: str, tmp_path: Path) -> None:
    assert sum(tried(name, 150, 1, tmp_path).values()) == 150


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(2, 10))
@pytest.mark.parametrize("name", FORMATS)
def test_no_mutant_of_many_gives_a_wrong_value(name: str, seed: int, tmp_path: Path) -> None:
    tried(name, 1_000, seed, tmp_path)
