"""DuckDB, opened in one place: in memory, no spill, no file or network access, settings locked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

#: In this order: the last but one makes the file settings unchangeable, the last one all of them.
#: The plan decides which side of a join is hashed (`plans`), so the two optimizers that would undo it are off.
_SETTINGS = (
    "SET temp_directory = ''",
    "SET max_temp_directory_size = '0B'",
    "SET allow_community_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET preserve_insertion_order = false",
    "SET enable_progress_bar = false",
    "SET disabled_optimizers = 'join_order,build_side_probe_side'",
    "SET memory_limit = '{memory}B'",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


@contextmanager
def engine(**tables: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection that sees these Arrow tables under these names, and nothing else.

    It takes at most half of the machine's memory and fails rather than write anything to disk.
    """
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    connection = duckdb.connect(":memory:")
    try:
        for setting in _SETTINGS:
            connection.execute(setting.format(memory=memory))
        for name, table in tables.items():
            connection.register(name, table)
        yield connection
    finally:
        connection.close()
