"""How a person names an entry of the ledger: `E-17`, `e-17` or `17`."""

from __future__ import annotations

import re

from fourcorners.model.errors import UsageError

#: No log has entries of more digits.
_NAME = re.compile("(?:[Ee]-)?(0|[1-9][0-9]{0,17})")


def entry_number(name: str) -> int:
    """The number of an entry from its name.

    Raises:
        UsageError: `UNKNOWN_ENTRY`.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        shown = name if len(name) <= 40 else f"{name[:40]}…"  # noqa: PLR2004 - as much as a line shows
        raise UsageError(
            "UNKNOWN_ENTRY",
            f"{shown!r} is no entry's name",
            next_step="a name such as E-17; `fourcorners ledger list` shows them",
        )
    return int(found[1])
