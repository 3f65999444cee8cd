"""The derived text of tables whose bytes do not carry it: canonical CSV (RFC 4180, UTF-8, lines ending in LF)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Sequence

from fourcorners.model.errors import BadInput
from fourcorners.readers.zip_inflate import FREE_TOTAL
from fourcorners.readers.zip_inflate import MAX_TOTAL_RATIO

_SPECIAL = re.compile('[,"\r\n]')


def write_rows(rows: Iterable[Sequence[str]], size: int) -> bytes:
    """Rows of texts as CSV.

    Args:
        rows: the texts, all rows of one length.
        size: bytes of the file that they come from, which limits how much text it may give.

    Raises:
        BadInput: `UNPACKED_SIZE`.
    """
    limit = max(FREE_TOTAL, MAX_TOTAL_RATIO * size)
    text = bytearray()
    for row in rows:
        text += (_line(row) + "\n").encode()
        if len(text) > limit:
            raise BadInput(
                "UNPACKED_SIZE",
                f"the table's text is longer than {limit} bytes",
                why="such files are made to exhaust memory",
                next_step="ask the custodian for the table as CSV",
            )
    return bytes(text)


def _line(row: Sequence[str]) -> str:
    # the standard library's writer leaves a lone carriage return without quotes
    if _SPECIAL.search("".join(row)):
        row = ['"' + cell.replace('"', '""') + '"' if _SPECIAL.search(cell) else cell for cell in row]
    return ",".join(row) or '""'  # an empty line would be no row
