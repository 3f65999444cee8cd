"""`samples make --from-fingerprint`: a production of a structure that somebody sent, with invented values.

Every place of the structure is made, with every class of value in it; its long lists have `rows` records. What the
fingerprint hides is invented. There is no truth beside it: nobody knows yet what the layout means.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.samples import structure_html
from fourcorners.samples import structure_json
from fourcorners.samples import structure_table
from fourcorners.samples.values import dice

#: Kind of member -> how it is written. The file's ending names the kind.
WRITERS: dict[str, Callable[[dict[str, Any], int, Random], str]] = {
    "html": structure_html.text,
    "json": structure_json.text,
    "csv": structure_table.text,
}


def make(fingerprint: Path, seed: int, rows: int, out: Path) -> None:
    """Write a file with the structure of the first member of that kind.

    Args:
        fingerprint: the file that `fourcorners fingerprint` wrote.
        seed: the same seed makes the same bytes.
        rows: records of the largest list.
        out: the file; its ending tells which kind of member is meant.

    Raises:
        UsageError: an ending that is no such kind.
        BadInput: `SAMPLE`, the fingerprint is none or has no such member; `OUTPUT`, the place is taken.
    """
    kind = out.suffix.removeprefix(".")
    if kind not in WRITERS:
        raise UsageError(
            "USAGE", f"{out.name!r} cannot be made", next_step=f"end the name in .{', .'.join(sorted(WRITERS))}"
        )
    if out.exists():
        raise BadInput("OUTPUT", "there is a file already", where=str(out), next_step="name a new file")
    tree = next((member["tree"] for member in _members(fingerprint) if member["kind"] == kind), None)
    if tree is None:
        raise BadInput(
            "SAMPLE",
            f"the fingerprint has no member of kind {kind}",
            where=str(fingerprint),
            next_step="end the name in the kind that one of its members has",
        )
    made = WRITERS[kind](tree, rows, dice(seed, "structure"))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(made, encoding="utf-8", newline="")


def _members(fingerprint: Path) -> list[dict[str, Any]]:
    try:
        told = json.loads(fingerprint.read_bytes())
        return [member for member in told["members"] if isinstance(member["tree"], dict) and member["kind"]]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BadInput(
            "SAMPLE",
            "the file is no fingerprint",
            where=str(fingerprint),
            next_step="give the file that `fourcorners fingerprint FILE --out FILE.json` wrote",
        ) from error
