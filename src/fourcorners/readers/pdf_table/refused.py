"""The refusal of a PDF whose text does not tell for certain what its pages show."""

from __future__ import annotations

from fourcorners.model.errors import BadInput


def bad(what: str) -> BadInput:
    """`PDF`, for a page whose text does not tell what it shows."""
    return BadInput(
        "PDF",
        f"the PDF cannot be read for certain: {what}",
        why="what a person sees on the page and what its text says must be the same",
        next_step="ask the custodian for the records as CSV, as a workbook or as text",
    )
