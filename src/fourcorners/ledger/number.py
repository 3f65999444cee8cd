"""Numbers as the C2SP protocols write them: decimal, no leading zeros, below 2^63."""

from __future__ import annotations

#: No log has more entries, and no number of a protocol more digits.
LARGEST = (1 << 63) - 1
_DIGITS = len(str(LARGEST))


def parse(text: str) -> int | None:
    """The number, or None where the text is none.

    Its length is looked at first: Python refuses to convert thousands of digits, with an error that nobody awaits,
    and takes blanks, signs, underscores and the digits of other scripts for parts of a number.
    """
    if len(text) > _DIGITS or not text.isascii() or not text.isdigit():
        return None
    number = int(text)
    return number if str(number) == text and number <= LARGEST else None
