"""Write docs/codes.md from the closed lists in `fourcorners.model.codes`; a test compares the two."""

from __future__ import annotations

from pathlib import Path

from fourcorners.model import codes

PAGE = Path(__file__).parents[1] / "docs" / "codes.md"

INTRODUCTION = """\
# Codes

Written by `tools/write_codes.py` from `fourcorners.model.codes`. Codes are stable: scripts and statistics rest on
them. Exit codes: 0 done, 2 usage, 3 refused, 4 bad input, 5 verification failed.
"""

TABLES = (
    ("Why a record is sealed", "Read well, not released: counted and committed to, not stored.", codes.SEALS),
    ("Why a row is rejected", "Not readable as a record: counted, not stored, never repaired.", codes.REJECTIONS),
    (
        "Why a rule refused (exit 3)",
        "The message names whose rule it is: `LAW`, `AGENCY` or `PRODUCT`.",
        codes.REFUSALS,
    ),
    ("Why a command or a file was not taken (exit 2, 4, 5)", "Nothing of the call is stored.", codes.ERRORS),
    ("Outcomes of an attribution", "A closed set; only `one` names a subscriber.", codes.OUTCOMES),
)


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for title, what, table in TABLES:
        rows = "".join(f"| `{code}` | {meaning} |\n" for code, meaning in table.items())
        parts.append(f"## {title}\n\n{what}\n\n| code | meaning |\n|---|---|\n{rows}")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
