"""What to do where something wrong was said of a return: a mapping, a zone, an account.

Nothing that was said is changed, since what was released under it may be in somebody's hands. The same order
entered again is an instrument of its own, under which the file is judged anew; the wrong return stays.
"""

from __future__ import annotations

from fourcorners.casework.mappings import DeclaredMapping
from fourcorners.casework.rows import ReturnRow
from fourcorners.readers import registry


def anew(row: ReturnRow) -> str:
    """How a wrong word is corrected, for the next step of a refusal."""
    return (
        "enter the same order again as an instrument of its own (`fourcorners instrument add ORDER.toml --case "
        f"CASE`) and take the file in under that; {row.id} stays on the ledger as it is"
    )


def waits(row: ReturnRow) -> str:
    """The declaration that a return waits for, as a command; empty if for none."""
    if row.declaration is None and "UNDECIDABLE_TIME_ZONE" in row.reasons:
        return f"`fourcorners declare zone PATH... --return {row.id} --zone Area/City --reason TEXT`"
    if "UNDECIDABLE_ACCOUNT" in row.reasons and registry.UNNAMED.intersection(row.format.split(", ")):
        return f"`fourcorners declare account PATH... --return {row.id} --account A --reason TEXT`"
    return ""


def is_under_another(row: ReturnRow, mapping: DeclaredMapping | None) -> bool:
    """Whether a return was read by another mapping than the one that is given now."""
    return bool(mapping and row.mapping and mapping.body()["sha256"] != row.mapping["sha256"])


def of_duplicate(row: ReturnRow, mapping: DeclaredMapping | None) -> str:
    """What to do instead of taking a file in again."""
    steps = [f"{row.id} waits for a word: {command}"] if (command := waits(row)) else []
    if is_under_another(row, mapping):
        steps.append(f"if the mapping of {row.id} is wrong, {anew(row)}")
    elif row.declaration or row.accounts:
        steps.append(f"use {row.id}; if what was declared of it is wrong, {anew(row)}")
    return "; ".join(steps) or f"use {row.id}"
