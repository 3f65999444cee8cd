"""What the Google tests share: reading with both checks, the events that came out, and generated members."""

from __future__ import annotations

import io
import json
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fourcorners.casework import intake
from fourcorners.model.records import Reading
from fourcorners.readers.archive import Member
from fourcorners.readers.google import ACCESS_LOG
from fourcorners.readers.google import RETURN
from fourcorners.readers.registry import Reader
from fourcorners.samples.make import make

Event = tuple[str | None, str, str]


def read(data: bytes, reader: Reader = RETURN, name: str = "x") -> Reading:
    """The reading, after the census and the re-reading of every value."""
    assert reader.detect(name, data)
    reading = reader.read(data, None)
    intake.check(reading, Member(name, data, "", len(data)), reader)
    return reading


def rows(reading: Reading) -> list[dict[str, Any]]:
    return [row for batch in reading.batches for row in batch.rows.to_pylist()]


def events(reading: Reading) -> list[Event]:
    """Account, address and time as written of the rows that nothing is wrong with."""
    return [
        (row["account"], row["ip"], row["at_text"].strip())
        for row in rows(reading)
        if row["problem"] is None and "ip" in row and row["at"] is not None
    ]


def facts(reading: Reading) -> set[tuple[str | None, str, str]]:
    """Account, label and value of the subscriber rows."""
    return {(row["account"], row["attribute"], row["value"]) for row in rows(reading) if "subscriber" in row}


def problems(reading: Reading) -> list[str | None]:
    return [row["problem"] for row in rows(reading)]


def paths(reading: Reading) -> dict[str, int]:
    return {each.path: each.texts for each in reading.unclassified}


@cache
def generated(name: str, seed: int, count: int, suffix: str = ".zip") -> tuple[dict[str, bytes], dict[str, Any]]:
    """The members of a generated production by their paths, and the truth."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / f"x{suffix}"
        make(name, seed, count, out)
        truth = json.loads(out.with_name(f"{out.name}.truth.json").read_text())["returns"][0]
        data = out.read_bytes()
    return (dict(_members(data, "")) if suffix == ".zip" else {"": data}), truth


def _members(data: bytes, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            inner = name.endswith(".zip")
            found += _members(content, f"{prefix}{name}!") if inner else [(prefix + name, content)]
    return found


def known(path: str, data: bytes) -> Reader | None:
    """The reader of a member, if one of the two knows it."""
    return next((reader for reader in (RETURN, ACCESS_LOG) if reader.detect(path, data)), None)
