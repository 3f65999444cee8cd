"""Rows that wait on the disk: in drawers, in their order, and for nobody else."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from fourcorners.model.errors import VerificationFailed
from fourcorners.vault.scratch import Scratch


def rows(*texts: str) -> pa.RecordBatch:
    return pa.record_batch({"text": pa.array(texts, pa.string()), "at": pa.array(range(len(texts)), pa.int64())})


def test_a_drawer_gives_back_what_was_put_into_it(tmp_path: Path) -> None:
    put = [(n % 3, n % 2, rows(*(f"row {n}.{each}" for each in range(n % 5)))) for n in range(40)]
    with Scratch(tmp_path) as scratch:
        for drawer, whose, batch in put:
            scratch.put(drawer, whose, batch.slice(0))
        assert scratch.drawers() == [0, 1, 2]
        for drawer in (1, 0, 2):
            found = [(whose, batch.to_pylist()) for whose, batch in scratch.open(drawer)]
            assert found == [(whose, batch.to_pylist()) for at, whose, batch in put if at == drawer]


def test_of_a_slice_only_its_own_rows_are_put(tmp_path: Path) -> None:
    with Scratch(tmp_path) as scratch:
        scratch.put(0, 0, rows("a", "b", "c").slice(1, 1))
        assert [batch.to_pylist() for _, batch in scratch.open(0)] == [[{"text": "b", "at": 1}]]


def test_nothing_can_be_read_by_others_and_nothing_is_left(tmp_path: Path) -> None:
    canary = "CANARY 198.51.100.77 " * 40_000
    with Scratch(tmp_path) as scratch:
        scratch.put(0, 0, rows(*canary.split()))
        list(scratch.open(0))
        file = scratch._file.fileno()
        raw = os.pread(file, 1 << 30, 0)
        assert len(raw) > 200, "it lies on the disk"
        assert b"CANARY" not in raw
        assert b"198.51.100.77" not in raw
        assert list(tmp_path.iterdir()) == [], "without a name"


def test_what_was_changed_is_noticed(tmp_path: Path) -> None:
    with Scratch(tmp_path) as scratch:
        scratch.put(0, 0, rows("a"))
        scratch._out.close()
        scratch._file.flush()
        os.pwrite(scratch._file.fileno(), b"x", 20)
        with pytest.raises(VerificationFailed):
            list(scratch.open(0))
