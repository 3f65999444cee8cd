from __future__ import annotations

import csv
import datetime as dt
import io
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow.parquet as pq
import pytest

from fourcorners.samples.make import make
from fourcorners.samples.table import CANARIES


def cells(path: Path) -> tuple[list[str], list[list[Any]]]:
    """Header and rows of a table by another library than the one that wrote it."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        rows = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]
    elif path.suffix == ".parquet":
        table = pq.read_table(path)
        lines = [["" if value is None else value for value in row.values()] for row in table.to_pylist()]
        rows = [table.column_names, *lines]
    else:
        rows = list(csv.reader(io.StringIO(path.read_text()), strict=True))
    return [str(name) for name in rows[0]], rows[1:]


def instant(text: str, mapping: dict[str, Any]) -> str | None:
    if not text:
        return None
    declared = mapping["time"].get("format")
    moment = dt.datetime.strptime(text, declared) if declared else dt.datetime.fromisoformat(text)  # noqa: DTZ007
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(mapping["time"]["zone"]))
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tables(truth: dict[str, Any]) -> list[dict[str, Any]]:
    """The carriers' returns that are tables, and no logs."""
    return [told for told in truth["returns"][1:] if Path(told["path"]).suffix in {".csv", ".xlsx", ".parquet"}]


def check_table(folder: Path, told: dict[str, Any]) -> None:
    """Read a table by its mapping and compare it with the truth, row by row."""
    header, rows = cells(folder / told["path"])
    mapping = tomllib.loads((folder / told["mapping"]).read_text())
    assert (folder / told["mapping"]).with_name(mapping["certificate"]).is_file()
    columns = {key: header.index(text) for key, text in mapping["columns"].items()}
    assert len(header) == len(columns) + 2, "two columns that nobody maps"
    truth = told["members"][0]["rows"]
    assert len(rows) == len(truth) == told["rows"]
    for row, (kind, verdict, reason, *values) in zip(rows, truth, strict=True):
        assert kind == "assignment"
        assert (reason is None) == (verdict == "released")
        if verdict == "rejected":
            assert values == [None] * 6
            continue
        ip, low, high, at, until, subscriber = values
        assert row[columns["ip"]] == ip
        assert row[columns["subscriber"]] == subscriber
        assert instant(row[columns["start"]], mapping) == at
        assert instant(row[columns["end"]], mapping) == until
        if "port_low" in columns:
            assert (int(row[columns["port_low"]]), int(row[columns["port_high"]])) == (low, high)


def test_tables_of_a_case_say_what_the_truth_says(folder: Path, truth: dict[str, Any]) -> None:
    for told in tables(truth):
        check_table(folder, told)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
@pytest.mark.parametrize("name", ["carrier-table", "carrier-table-cgnat", "carrier-table-ipv6"])
def test_single_tables_have_exactly_the_rows_asked_for(
    tmp_path: Path, truth_of: Any, name: str, suffix: str
) -> None:
    for rows in (30, 900):
        out = tmp_path / f"{rows}{suffix}"
        make(name, 3, rows, out)
        told = truth_of(out)["returns"][0]
        assert told["rows"] == rows
        check_table(tmp_path, told)


def test_a_big_table_is_mostly_asked_about_and_over_produced(tmp_path: Path, truth_of: Any) -> None:
    out = tmp_path / "t.csv"
    make("carrier-table", 4, 5_000, out)
    told = truth_of(out)["returns"][0]
    assert told["released"] > 2_500
    assert {"OUTSIDE_ACCOUNT", "OUTSIDE_DATE_RANGE", "BAD_INTERVAL", "BAD_ADDRESS", "MISSING_ADDRESS"} <= set(
        told["reasons"]
    )


def test_unmapped_columns_hold_the_canaries(folder: Path, truth: dict[str, Any]) -> None:
    assert set(CANARIES) <= set(truth["canaries"])
    header, rows = cells(folder / tables(truth)[0]["path"])
    assert len(header) == len(rows[0])
    for canary in CANARIES:
        assert any(canary in str(cell) for cell in rows[0])


def test_time_styles_and_a_quoted_comma_occur_over_the_seeds(tmp_path: Path) -> None:
    zones, formats, quoted = set(), set(), set()
    for seed in range(20):
        out = tmp_path / f"{seed}.csv"
        make("carrier-table", seed, 5, out)
        mapping = tomllib.loads(out.with_name(f"{out.name}.mapping.toml").read_text())
        zones.add(mapping["time"]["zone"])
        formats.add(mapping["time"].get("format"))
        quoted.add('"' in out.read_text())
    assert "UTC" in zones
    assert len(zones) > 1
    assert formats == {None, "%d/%m/%Y %H:%M:%S"}
    assert quoted == {True, False}
