"""Whose the rows of a file are, where only some of its members say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.model.identifier import normalise
from fourcorners.model.records import Batch
from fourcorners.model.records import Reading


def relate(files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
    """Give the members of a file that name no account the one account that its other members name.

    Where they name two, or one cannot be told, nobody is named. A member that names an account for some of its
    rows leaves others open.
    """
    return [
        list(readings) if is_doubtful(readings) else _with_accounts(readings, accounts(readings))
        for readings in files
    ]


def fact(account: str | None, *, doubt: bool) -> dict[str, str]:
    """What a member says of its account, for `Reading.facts`: empty where it names one that cannot be told."""
    if doubt:
        return {"account": ""}
    return {"account": account} if account and normalise(account) else {}


def is_doubtful(readings: Sequence[Reading]) -> bool:
    """Whether a member names an account that cannot be told, or states a fact twice."""
    if any(reading.facts.get("account") == "" for reading in readings):
        return True
    batches = [batch for reading in readings for batch in reading.batches if batch.family == "subscriber"]
    return any(pc.any(pc.equal(batch.rows.column("problem"), "AMBIGUOUS_ROW")).as_py() for batch in batches)


def accounts(readings: Sequence[Reading]) -> set[str]:
    """The accounts that rows name."""
    batches = [batch for reading in readings for batch in reading.batches]
    return {name for batch in batches for name in pc.unique(batch.rows.column("account").drop_null()).to_pylist()}


def _with_accounts(readings: Sequence[Reading], names: set[str]) -> list[Reading]:
    if len(names) != 1:
        return list(readings)
    (name,) = names
    return [reading if accounts([reading]) else named(reading, name) for reading in readings]


def named(reading: Reading, name: str) -> Reading:
    """A member that names no account, with the one that its rows are of; the value has no text and no place."""
    return replace(reading, batches=tuple(_filled(batch, name) for batch in reading.batches))


def _filled(batch: Batch, name: str) -> Batch:
    place = batch.rows.schema.get_field_index("account")
    column = pa.repeat(pa.scalar(name, pa.string()), batch.rows.num_rows)
    return replace(batch, rows=batch.rows.set_column(place, batch.rows.schema.field(place), column))
