"""Fields to rows, by label: a label that a row already has begins the next one, as does anything between records.

Where nothing stands between records, rows that lack their address or time leave the pairing in doubt: `IP Time
Time IP Time` is a row, one without an address, a row; read greedily it would put one login's time beside the
address of the next. So do rows in which address and time stand in the other order. Such a section is read again in
the order in which most of its addresses and times follow each other, and if neither order leads, its rows are
`AMBIGUOUS_ROW`. So they are where ports stand before some pairs and behind others, or are missing beside some:
nothing tells to which neighbour a port belongs. And so where, in the order that leads, an action or agent stands
between an address and its time: that is how a list looks whose first address is gone, each time beside the next
address.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from fourcorners.readers.meta.fields import Field

Order = tuple[str, str]
_PAIR = frozenset({"ip", "at"})
_FOLLOWS = frozenset({"action", "agent"})
_OF_CALLS = frozenset({"from", "to"})
IP_FIRST: Order = ("ip", "at")
TIME_FIRST: Order = ("at", "ip")


class Row(NamedTuple):
    """A row: its fields by name, its extent, and whether it may be parts of two."""

    fields: dict[str, Field]
    start: int
    end: int
    doubtful: bool


class Group:
    """Groups the fields of one section.

    Where nothing stands between a row and its neighbour, the row is soft.
    """

    def __init__(self, order: Order | None, *, undecided: bool) -> None:
        self._lacking = False  # a soft row lacks its address or its time
        self._inner: set[tuple[str, ...]] = set()  # the orders of address and time within soft rows
        self._sides: set[str] = set()  # where ports stand in soft rows
        self._parted = False  # something else stands between address and time of a soft row
        self._order = order
        self._undecided = undecided
        self._row: dict[str, Field] = {}
        self._soft = False  # the row began because a label came again
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._last = ""  # the last address or time since anything stood between records

    def take(self, name: str, found: Field, *, boundary: bool) -> Row | None:
        """Take a field, and give the row that it ends."""
        row, order = self._row, self._order
        if row and (boundary or name in row or (order and name == order[0] and order[1] in row)):
            done = self._end(found.start, soft=not boundary)
            self._row = {name: found}
            self._soft = not boundary
            return done
        row[name] = found
        return None

    def finish(self) -> Row | None:
        """Give the last row."""
        if not self._row:
            return None
        end = max(found.end for found in self._row.values())
        done = self._end(end, soft=False)
        self._row = {}
        self._soft = False
        return done

    @property
    def in_doubt(self) -> bool:
        """Whether the section must be read again, in `order()`."""
        if self._undecided:
            return False
        if self._order:
            return self._parted or not self._ports_are_settled()
        return (
            self._lacking or self._parted or not self._inner <= {self._leading()} or not self._ports_are_settled()
        )

    def order(self) -> Order | None:
        """The order in which to read again; None where no order makes it certain which values belong together."""
        if self._order and self._parted:
            return None
        return self._leading() if self._ports_are_settled() else None

    def _ports_are_settled(self) -> bool:
        return len(self._sides) < 2 or self._sides == {"between", "none"}  # noqa: PLR2004 - one place

    def _leading(self) -> Order | None:
        """The order in which addresses and times follow each other; None where neither order leads."""
        ip_first, time_first = self._pairs[IP_FIRST], self._pairs[TIME_FIRST]
        if ip_first == time_first:
            return None
        return IP_FIRST if ip_first > time_first else TIME_FIRST

    def _end(self, end: int, *, soft: bool) -> Row:
        row = self._row
        pair = [name for name in row if name in _PAIR]
        if soft or self._soft:
            if len(pair) == len(_PAIR):
                self._inner.add(tuple(pair))
                self._sides.add(_side(list(row)))
                self._parted |= _is_parted(list(row))
            else:
                self._lacking = True
                if "port" in row and not pair:
                    self._sides |= {"before", "behind"}  # of either neighbour
        for name in pair:
            if self._last and self._last != name:
                self._pairs[self._last, name] += 1
            self._last = name
        if not soft:
            self._last = ""
        return Row(row, next(iter(row.values())).start, end, self._undecided and (self._soft or soft))


def _is_parted(names: list[str]) -> bool:
    """Whether a login's action or agent stands between its address and time; a call's may."""
    first, last = sorted(names.index(name) for name in _PAIR)
    return bool(_FOLLOWS.intersection(names[first:last])) and _OF_CALLS.isdisjoint(names)


def _side(names: list[str]) -> str:
    """Where the port of a row stands, beside its address and time."""
    if "port" not in names:
        return "none"
    before = sum(names.index(name) < names.index("port") for name in _PAIR)
    return ("before", "between", "behind")[before]
