"""How a table writes its times: year-first as RFC 3339 and ISO 8601 do, or as the mapping declares.

A format is a regular expression whose named groups are the parts of a time; the directives are those of
`strptime`, as far as their meaning does not depend on a language, a century or a calendar. Nothing is guessed:
without a declared format only year-first texts are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Groups that hold a whole number: year, month, day, hours (of 24, of 12), minute, second, fraction, epoch.
NUMBERS = ("Y", "m", "d", "H", "I", "M", "S", "f", "e")

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"  # %B
_ZONE = r"Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?"

_YEAR_FIRST = (
    r"(?P<Y>\d{4})([-/])(?P<m>\d\d)\2(?P<d>\d\d)[Tt ](?P<H>\d\d):(?P<M>\d\d)"
    rf"(?::(?P<S>\d\d)(?:[.,](?P<f>\d{{1,9}}))?)?(?: ?(?P<z>{_ZONE}))?"
)
_DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})",
    "m": r"(?P<m>\d{1,2})",
    "b": rf"(?P<b>(?i:{'|'.join(MONTHS)}))",
    "B": rf"(?P<b>(?i:{_LONG_MONTHS}))",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "p": r"(?P<p>(?i:AM|PM))",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "f": r"(?P<f>\d{1,9})",
    "z": rf"(?P<z>{_ZONE})",
}
_EPOCH = {
    "epoch": (r"(?P<e>\d{1,11})(?:\.(?P<f>\d{1,9}))?", 1_000_000_000),
    "epoch_ms": (r"(?P<e>\d{1,14})", 1_000_000),
}
_TOKEN = re.compile(r"%(.)|([^%]+)", re.DOTALL)
#: A date that could be read in more than one way, or a bare number: never read without a declared format.
_ANOTHER_ORDER = re.compile(
    r"\s*(\d{1,2}[./\- ]+(\d{1,2}|[^\W\d]{3,9})[./\- ]+\d{2,4}\b|\d{8,}(\.\d+)?\s*$).*", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """One way of writing a time.

    Attributes:
        spelling: as the mapping declares it, empty for year-first.
        pattern: its shape over UTF-8 bytes, with the groups `NUMBERS`, `b` (month's name), `p` (half of the
        day) and `z` (zone). unit: for a count since 1970-01-01T00:00:00Z, the nanoseconds of its unit, else 0.
    """

    spelling: str
    pattern: re.Pattern[bytes]
    unit: int = 0

    @classmethod
    def year_first(cls) -> TimeFormat:
        """`2026-07-19 16:13:02`, with `T`, a fraction and a zone or without."""
        return cls("", re.compile(_YEAR_FIRST.encode()))

    @classmethod
    def declared(cls, spelling: object) -> TimeFormat:
        """A format of `strptime` directives, `epoch` or `epoch_ms`.

        Raises:
            ValueError: a directive that is not understood, or parts that make no instant.
        """
        if not isinstance(spelling, str) or not spelling:
            raise ValueError("must be a text of directives such as %d.%m.%Y %H:%M:%S, or epoch, or epoch_ms")
        if spelling in _EPOCH:
            pattern, unit = _EPOCH[spelling]
            return cls(spelling, re.compile(pattern.encode()), unit)
        return cls(spelling, re.compile(_compose(spelling).encode()))

    def leaves_open(self, text: str) -> bool:
        """Whether a text that this format does not read is a time that only a declared format can settle."""
        return not self.spelling and _ANOTHER_ORDER.fullmatch(text) is not None


def _compose(spelling: str) -> str:
    tokens = [(match.group(1), match.group(2)) for match in _TOKEN.finditer(spelling)]
    if sum(2 if directive else len(literal) for directive, literal in tokens) != len(spelling):
        raise ValueError("ends with a lone %")
    parts: list[str] = []
    for index, (directive, literal) in enumerate(tokens):
        if literal or directive == "%":
            parts.append(re.escape(literal or "%"))
            continue
        if directive not in _DIRECTIVES:
            raise ValueError(f"holds %{directive}, which is no directive that can be read without a guess")
        part = _DIRECTIVES[directive]
        beside = index + 1 < len(tokens) and tokens[index + 1][0] in NUMBERS
        # two numbers without a sign between them can only be told apart by their widths
        parts.append(part.replace("{1,2}", "{2}") if beside else part)
    pattern = "".join(parts)
    names = re.findall(r"\(\?P<(\w)>", pattern)
    if len(set(names)) != len(names):
        raise ValueError("names a part of the time twice")
    given = set(names)
    if not given >= {"Y", "d"} or len(given & {"m", "b"}) != 1:
        raise ValueError("needs the year (%Y), one month (%m, %b or %B) and the day (%d)")
    if ("I" in given) != ("p" in given) or {"H", "I"} <= given:
        raise ValueError("needs either %H, or %I together with %p")
    if ("M" in given and not given & {"H", "I"}) or ("S" in given and "M" not in given):
        raise ValueError("has minutes without hours, or seconds without minutes")
    if "f" in given and "S" not in given:
        raise ValueError("has a fraction without seconds")
    return pattern
