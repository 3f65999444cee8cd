"""Statements that are looked at by their path; what nobody looked at is told apart from what was used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError
from ipaddress import IPv4Address
from ipaddress import IPv4Network
from ipaddress import NetmaskValueError

from fourcorners.readers.logs.deterministic.labels import label
from fourcorners.readers.logs.deterministic.pool import Pool
from fourcorners.readers.logs.deterministic.pool import Range
from fourcorners.readers.logs.deterministic.refused import unsettled
from fourcorners.readers.logs.deterministic.statements import Statement

Words = tuple[str, ...]
_HOST = 32


class Configuration:
    """The statements of a configuration that were in force, and which of them an answer rests on."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        self.used = [False] * len(statements)

    def under(self, *path: str) -> list[Line]:
        """What stands in force below a path, in file order."""
        return [
            Line(self, n, each.words[len(path) :])
            for n, each in enumerate(self.statements)
            if each.active and each.words[: len(path)] == path
        ]

    def named(self, *path: str) -> defaultdict[str, list[Line]]:
        """The same by the name that stands next, each line without it; what names nothing is left out."""
        found = defaultdict[str, list[Line]](list)
        for line in self.under(*path):
            if line.words:
                found[line.words[0]].append(line.behind(1))
        return found


class Line:
    """A statement below a path: `words` are those behind it."""

    def __init__(self, of: Configuration, number: int, words: Words) -> None:
        self._of, self._number, self.words = of, number, words

    @property
    def at(self) -> int:
        """On which line it stands."""
        return self._of.statements[self._number].line

    @property
    def spelt(self) -> str:
        """What kind of statement it is; no name or value of it may stand in a message."""
        return label(self._of.statements[self._number].words)

    @property
    def is_used(self) -> bool:
        """Whether an answer rests on it."""
        return self._of.used[self._number]

    def use(self) -> None:
        """An answer rests on it."""
        self._of.used[self._number] = True

    def behind(self, size: int) -> Line:
        """The statement without so many words of its path."""
        return Line(self._of, self._number, self.words[size:])

    def spelt_as(self, words: Words) -> Line:
        """The same statement, its words written out."""
        return Line(self._of, self._number, words)

    def below(self, *path: str) -> Line | None:
        """The statement as it stands below more of its path; None if it does not."""
        return self.behind(len(path)) if self.words[: len(path)] == path else None


@dataclass(frozen=True, slots=True)
class Translations:
    """What a hierarchy translates: the deterministic pools; the addresses and the hosts of all the rest."""

    pools: list[Pool]
    outside: list[tuple[Range, Line]]
    inside: list[tuple[Range, Line]]


def only(lines: Sequence[Line], what: str) -> Line | None:
    """The one statement, None if there is none.

    Raises:
        BadInput: `NAT_CONFIGURATION`, there are two: which of them holds is not for the reader to say.
    """
    if len(lines) > 1:
        both = f"on lines {lines[0].at} and {lines[1].at}"
        raise unsettled(f"{what} stands twice, {both}: {lines[1].spelt}", lines[1].at)
    return lines[0] if lines else None


def number(text: str, line: Line, least: int, most: int) -> int:
    """A whole number within bounds."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise unsettled(f"a value is no number from {least} to {most}: {line.spelt}", line.at)
    return int(text)


def address(text: str, line: Line) -> int:
    """An IPv4 address, bare or with /32, as a number."""
    try:
        return int(IPv4Address(text.removesuffix(f"/{_HOST}")))
    except AddressValueError:  # whose text has the value
        raise unsettled(f"a value is no IPv4 address: {line.spelt}", line.at) from None


def span(first: str, last: str, line: Line) -> Range:
    """Addresses from the first to the last."""
    found = Range(address(first, line), address(last, line))
    if found.size < 1:
        raise unsettled(f"the addresses end before they start: {line.spelt}", line.at)
    return found


def prefix(text: str, line: Line) -> Range:
    """All addresses of a prefix in slash form, or of one address."""
    try:
        network = IPv4Network(text)
    except (AddressValueError, NetmaskValueError, ValueError):  # whose text has the value
        raise unsettled(f"a value is no IPv4 prefix: {line.spelt}", line.at) from None
    return Range(int(network.network_address), int(network.broadcast_address))


def usable(whole: Range, line: Line, *, boundary: bool) -> Range:
    """The addresses of a prefix that are in use: all, or without the lowest and the highest."""
    if boundary or whole.size == 1:
        return whole
    if whole.size <= 2:  # noqa: PLR2004 - the lowest and the highest
        raise unsettled(f"a prefix of two addresses leaves none without its boundary: {line.spelt}", line.at)
    return Range(whole.first + 1, whole.last - 1)


def options(line: Line, taking: dict[str, bool]) -> Iterator[tuple[str, str]]:
    """Words of one statement as options: name and value; the value is empty for those that take none.

    Args:
        line: its words are `NAME [VALUE] ...`.
        taking: known names, and whether each takes a value.

    Raises:
        BadInput: `NAT_CONFIGURATION` for an option that is not known.
    """
    words = list(line.words)
    if not words:
        raise unsettled(f"the statement says nothing: {line.spelt}", line.at)
    while words:
        name = words.pop(0)
        if name not in taking or (taking[name] and not words):
            raise unsettled(f"an option is not known here, or lacks its value: {line.spelt}", line.at)
        yield name, words.pop(0) if taking[name] else ""


def other_pool(lines: Sequence[Line], outside: Callable[[Line], Range | None]) -> Iterator[tuple[Range, Line]]:
    """The IPv4 addresses of a pool that is not deterministic.

    Raises:
        BadInput: `NAT_CONFIGURATION`, it has no addresses at all: no device keeps such a pool.
    """
    plain = [line for line in lines if not any(":" in word for word in line.words)]
    four = [(found, line) for line in plain if (found := outside(line)) is not None]
    if len(plain) == len(lines) and not four:
        raise unsettled(f"a pool has no addresses: {lines[0].spelt}", lines[0].at)
    yield from four
