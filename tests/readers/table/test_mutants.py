"""A mapped table, changed in every way that the harness knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.readers.mutants import found_in
from tests.readers.mutants import run
from tests.readers.mutants import totals

from fourcorners.readers.table import TableReader
from fourcorners.readers.table import parse_mapping
from fourcorners.samples.make import make

FIELDS = ("ip", "port_low", "port_high", "at", "until", "subscriber")


def tried(name: str, count: int, seed: int, folder: Path) -> dict[str, int]:
    out = folder / "log.csv"
    make(name, seed, 60, out)
    reader = TableReader(parse_mapping(Path(f"{out}.mapping.toml").read_bytes(), "mapping.toml"), "Ada Example")
    data = out.read_bytes()
    truth = {each.event for each in found_in(reader.read(data), FIELDS)}
    counts = totals(run(reader, data, "csv", truth, count=count, seed=seed, fields=FIELDS, may_lack=()))
    print(f"\n{name}, seed {seed}: {counts}")  # noqa: T201 - `-s` shows it
    return counts


@pytest.mark.parametrize("name", ["carrier-table", "carrier-table-cgnat", "carrier-table-ipv6"])
def test_no_mutant_gives_a_wrong_value(name: str, tmp_path: Path) -> None:
    assert sum(tried(name, 200, 1, tmp_path).values()) == 200


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(2, 8))
@pytest.mark.parametrize("name", ["carrier-table", "carrier-table-cgnat", "carrier-table-ipv6"])
def test_no_mutant_of_many_gives_a_wrong_value(name: str, seed: int, tmp_path: Path) -> None:
    tried(name, 1_000, seed, tmp_path)
