"""The refusal of a PDF whose text does not tell for certain what its pages show."""

from __future__ import annotations

from itertools import islice

import pypdfium2 as pdfium
from pypdfium2 import raw

from fourcorners.model.errors import BadInput

_MOST_TEXTS = 8_000  # of a page, each of one glyph or more: PDFium compares each with those before it


def bad(what: str) -> BadInput:
    """`PDF`, for a page whose text does not tell what it shows."""
    return BadInput(
        "PDF",
        f"the PDF cannot be read for certain: {what}",
        why="what a person sees on the page and what its text says must be the same",
        next_step="ask the custodian for the records as CSV, as a workbook or as text",
    )


def check_size(page: pdfium.PdfPage, number: int) -> None:
    """Refuse a page of more texts than PDFium orders in a few seconds, before it is asked to.

    Raises:
        BadInput: `PDF`.
    """
    texts = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])
    if sum(1 for _ in islice(texts, _MOST_TEXTS + 1)) > _MOST_TEXTS:
        raise bad(f"page {number} holds more than {_MOST_TEXTS:,} texts")
