from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from fourcorners.attribution.engines.duckdb import engine


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM '/etc/hostname'",
        "COPY a TO '{out}'",
        "ATTACH '{out}' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "SET memory_limit = '1GB'",
        "SET enable_external_access = true",
        "SET temp_directory = '{out}'",
        "RESET lock_configuration",
    ],
)
def test_a_query_reaches_no_file_no_network_and_no_setting(statement: str, tmp_path: Path) -> None:
    with engine(a=pa.table({"x": [1]})) as connection, pytest.raises(duckdb.Error):
        connection.sql(statement.format(out=tmp_path / "out")).fetchall()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_spilled() -> None:
    with engine() as connection:
        place, size = connection.sql(
            "SELECT current_setting('temp_directory'), current_setting('max_temp_directory_size')"
        ).fetchall()[0]
    assert (place, size) == ("", "0 bytes")


def test_no_progress_is_shown_where_answers_are_printed() -> None:
    with engine() as connection:
        assert connection.sql("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]


def test_only_what_is_given_is_seen() -> None:
    secret = pa.table({"x": [1]})
    with engine() as connection, pytest.raises(duckdb.Error, match="secret"):
        connection.sql("SELECT * FROM secret").fetchall()
    assert secret.num_rows == 1
