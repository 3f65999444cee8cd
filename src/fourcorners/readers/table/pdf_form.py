"""The form of the text that is derived from a PDF's table: two columns more than the table has."""

from __future__ import annotations

from fourcorners.readers.table.split import Data

#: The text of the page that is in no row.
AROUND = "!around"
#: The code with which a row cannot be read.
PROBLEM = "!problem"
_END = f",{AROUND},{PROBLEM}\n".encode()
_LONGEST = 64 << 10


def is_derived(data: Data) -> bool:
    """Whether the first line ends as only a derived text's does."""
    start = bytes(data[:_LONGEST])
    return start[: start.find(b"\n") + 1].endswith(_END)
