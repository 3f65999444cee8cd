"""The account of an export: its profile names it, its other files do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fourcorners.model.identifier import normalise
from fourcorners.model.records import Reading
from fourcorners.readers import named_account


def relate(files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
    """For each file as given, its readings with the one account that they name.

    Only members of one file are of one export: two exports may be given together. A member that names one that
    cannot be told leaves open whose the export is, whatever another member says.
    """
    return [_with_account(readings) for readings in files]


def _with_account(readings: Sequence[Reading]) -> list[Reading]:
    named = [reading.facts["account"] for reading in readings if "account" in reading.facts]
    # of two names, only the profiles say which they are
    if named_account.is_doubtful(readings) or len({normalise(each) for each in named}) != 1:
        return list(readings)
    return [
        named_account.named(replace(reading, facts={"account": named[0], **reading.facts}), normalise(named[0]))
        for reading in readings
    ]
