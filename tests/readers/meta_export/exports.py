"""Exports in small, written by hand, and a reading that has passed every check of an intake."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from fourcorners.casework import intake
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Reading
from fourcorners.readers.archive import Member
from fourcorners.readers.registry import Reader

T = 1_770_000_000


def written(root: str, *rows: Any) -> bytes:
    """A file of one list."""
    return json.dumps({root: list(rows)}).encode()


def broken(text: str) -> str:
    """UTF-8 as if each byte were a character."""
    return text.encode().decode("latin-1")


def login(**changed: Any) -> dict[str, Any]:
    """A row of account_activity; None leaves a label out."""
    row = {"action": "Login", "timestamp": T, "ip_address": "203.0.113.7", **changed}
    return {key: value for key, value in row.items() if value is not None}


def part(value: str = "", timestamp: Any = 0, href: str = "") -> dict[str, Any]:
    return {"href": href, "value": value, "timestamp": timestamp}


def event(title: str = "", **parts: dict[str, Any]) -> dict[str, Any]:
    """A row of an Instagram list, labels with `_` for a blank."""
    labels = {label.replace("_", " "): each for label, each in parts.items()}
    return {"title": title, "media_map_data": {}, "string_map_data": labels}


def read(reader: Reader, data: bytes, zone: ZoneDeclaration | None = None) -> Reading:
    """A reading that conserves every value and re-reads to its bytes."""
    reading = reader.read(data, zone)
    intake.check(reading, Member("", data, sha256(data).hexdigest(), len(data)), reader)
    return reading


def rows(reading: Reading) -> list[dict[str, Any]]:
    return [{"family": batch.family, **row} for batch in reading.batches for row in batch.rows.to_pylist()]


def lost(reading: Reading) -> dict[str, int]:
    return {each.path: each.texts for each in reading.unclassified}


def held(reading: Reading, data: bytes) -> list[bytes]:
    holes = reading.holes.to_pylist()
    return [data[a:b] for a, b in zip(holes[::2], holes[1::2], strict=True)]
