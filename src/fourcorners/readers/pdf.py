"""A PDF's text, line by line in the order in which the page paints it.

Bytes of a PDF do not carry its text (glyphs do), so readers read this derived text, and locators point into it. It
is made by PDFium; its version is part of the text's name, since another version may order lines otherwise.
"""

from __future__ import annotations

import pypdfium2 as pdfium

from fourcorners.model.errors import BadInput
from fourcorners.readers.pdf_table.refused import check_size

_MAGIC = b"%PDF-"
_END = b"%%EOF"
_TAIL = 1024  # PDFium would mend a file that is cut off, and leave out what it cannot find


def derive(data: bytes) -> tuple[str, bytes]:
    """The suffix that names the derived text, `text@pypdfium2-VERSION`; and the text, UTF-8, in lines.

    Raises:
        BadInput: `PDF`: damaged, encrypted, without text (scanned pages), or of too many texts on a page.
    """
    if not data.startswith(_MAGIC) or _END not in data[-_TAIL:]:
        raise _bad("it does not begin or end as a PDF; it may be cut off")
    lines: list[str] = []
    try:
        document = pdfium.PdfDocument(data)
        try:
            for number in range(len(document)):
                page = document[number]
                check_size(page, number + 1)
                text = page.get_textpage().get_text_range()
                lines += text.replace("\0", "\ufffd").splitlines()
        finally:
            document.close()
    except pdfium.PdfiumError as error:
        raise _bad(f"it cannot be opened: {error}") from error
    if not any(line.strip() for line in lines):
        raise _bad("it holds no text; its pages may be pictures")
    return f"text@pypdfium2-{pdfium.version.PYPDFIUM_INFO.tag}", "".join(f"{line}\n" for line in lines).encode()


def _bad(what: str) -> BadInput:
    return BadInput(
        "PDF",
        f"the PDF cannot be read: {what}",
        why="a page that is left out is a record that is left out",
        next_step="ask the provider for the records as text, HTML or a table, without a password",
    )
