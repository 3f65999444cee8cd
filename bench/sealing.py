"""Encrypted segments against the same Parquet in plain files: writing, reading, size.

Both are written durably (fsync, rename) and read whole through the same Parquet reader, in turn; a ratio is the
median over pairs.
"""

from __future__ import annotations

import secrets
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fourcorners.vault.files import write_once
from fourcorners.vault.keys import KeyStore
from fourcorners.vault.root_keys.sealing import HeldKey
from fourcorners.vault.vault import Vault

WRITE, READ, SIZE = 1.10, 1.5, 1.001
RUNS = 7
OWNER = "I-1"


def run(*, quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    rows = 20_000 if quick else 1_000_000
    table = _table(rows)
    with tempfile.TemporaryDirectory() as name:
        vault = _vault(Path(name))
        pairs = [_pair(vault, table, n) for n in range(3 if quick else RUNS)]
    write, read, part = (
        statistics.median(sealed / plain for plain, sealed in (pair[what] for pair in pairs))
        for what in ("write", "read", "part")
    )
    size = statistics.median(sealed / plain for plain, sealed in (pair["size"] for pair in pairs))
    seconds = {what: statistics.median(pair[what][1] for pair in pairs) for what in ("write", "read", "part")}
    return [
        _row(f"write {rows:,} rows / plain Parquet", seconds["write"], write, f"<={WRITE}", ok=write <= WRITE),
        _row(f"read {rows:,} rows / plain Parquet", seconds["read"], read, f"<={READ}", ok=read <= READ),
        _row("one row group, two columns / plain Parquet", seconds["part"], part, "-", ok=True),
        _row("size / plain Parquet", 0.0, size, f"<={SIZE}", ok=size <= SIZE),
    ]


def _table(rows: int) -> pa.Table:
    """Nine columns like those of a login: addresses, instants, words, positions."""
    chance = np.random.default_rng(7)
    at = np.sort(chance.integers(1_772_000_000, 1_774_000_000, rows)) * 1_000_000_000
    ips = chance.integers(0, 1 << 16, rows)
    return pa.table(
        {
            "row": np.arange(rows),
            "ip": pa.array([f"203.0.{n >> 8}.{n & 255}" for n in ips.tolist()]),
            "port": chance.integers(1024, 65_536, rows).astype(np.int32),
            "at": at,
            "action": pa.array(np.array(["Login", "Logout", "Session"])[chance.integers(0, 3, rows)]),
            "account": pa.array([f"10008900000{n:04}" for n in chance.integers(0, 50, rows).tolist()]),
            "start": np.cumsum(chance.integers(200, 400, rows)),
            "text": pa.array([secrets.token_hex(10) for _ in range(rows)]),
            "texts": chance.integers(1, 5, rows).astype(np.int32),
        }
    )


def _vault(folder: Path) -> Vault:
    (folder / "keys").mkdir()
    keys = KeyStore(folder / "keys", HeldKey("bench", secrets.token_bytes(32)))
    keys.create(OWNER)
    return Vault(folder, keys, None)


def _pair(vault: Vault, table: pa.Table, n: int) -> dict[str, tuple[float, float]]:
    plain, name = vault.root / f"plain-{n}.parquet", f"segments/sealed-{n}.parquet"
    start = time.perf_counter()
    with write_once(plain) as out:
        pq.write_table(table, out, compression="zstd", compression_level=1)
    middle = time.perf_counter()
    with vault.writing(name, OWNER) as to:
        pq.write_table(table, to, compression="zstd", compression_level=1)
    end = time.perf_counter()
    found = {"write": (middle - start, end - middle)}
    start = time.perf_counter()
    with plain.open("rb") as source:
        first = pq.read_table(source)
    middle = time.perf_counter()
    with vault.reading(name, OWNER) as sealed:
        second = pq.read_table(sealed)
    found["read"] = (middle - start, time.perf_counter() - middle)
    if not first.equals(second):
        raise AssertionError("what was read is not what was written")
    start = time.perf_counter()
    with plain.open("rb") as source:
        pq.ParquetFile(source).read_row_group(0, columns=["ip", "at"])
    middle = time.perf_counter()
    with vault.reading(name, OWNER) as sealed:
        pq.ParquetFile(sealed).read_row_group(0, columns=["ip", "at"])
    found["part"] = (middle - start, time.perf_counter() - middle)
    found["size"] = (plain.stat().st_size, (vault.root / name).stat().st_size)
    return found


def _row(case: str, seconds: float, ratio: float, goal: str, *, ok: bool) -> dict[str, Any]:
    return {"bench": "sealing", "case": case, "seconds": seconds, "ratio": ratio, "goal": goal, "ok": ok}
