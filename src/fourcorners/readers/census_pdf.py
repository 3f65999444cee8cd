"""An independent count of a PDF's table: characters on the pages, in PDFium's own text, and in the one derived."""

from __future__ import annotations

import csv
import io

import pypdfium2 as pdfium

from fourcorners.model.errors import BadInput

_MARK = "|"  # between two texts that stand around a table


def check(data: bytes, text: bytes, repeated: int) -> None:
    """Compare what the pages hold with what the text holds.

    Args:
        data: the PDF.
        text: the derived text, whose last two columns are what stands around the table, and problems.
        repeated: characters of the headers that stand there again.

    Raises:
        BadInput: `CONSERVATION`.
    """
    on_pages = count_pages(data)
    in_text = count_text(text) + repeated
    if on_pages != in_text:
        raise BadInput(
            "CONSERVATION",
            f"the pages hold {on_pages} characters, the table made of them {in_text}",
            why="a value would be lost or added between the page and its text",
            next_step="ask the custodian for the table as CSV, and report the program that made the PDF",
        )


def count_pages(data: bytes) -> int:
    """Characters that are not blank, of all pages, but for the sign between two texts."""
    document = pdfium.PdfDocument(data)
    try:
        return sum(_count(document[n].get_textpage().get_text_range()) for n in range(len(document)))
    finally:
        document.close()


def count_text(text: bytes) -> int:
    """The same of a derived text, without its own column names and problems."""
    rows = list(csv.reader(io.StringIO(text.decode(), newline=""), strict=True))
    return sum(_count(cell) for cell in rows[0][:-2]) + sum(_count(cell) for row in rows[1:] for cell in row[:-1])


def _count(text: str) -> int:
    return sum(not character.isspace() and character != _MARK for character in text)
