"""The shapes of the exports' values. What has another shape is rejected, never repaired."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from fourcorners.model.address import parse_address
from fourcorners.model.address import parse_port
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import STATED
from fourcorners.model.instant import parse_rfc3339

#: Ten digits: 2001 to 2262, which is as far as nanoseconds reach. Milliseconds have thirteen.
_SECONDS = re.compile(r"[1-9][0-9]{9}", re.ASCII)
_LAST = (1 << 63) // SECOND


class Cell(NamedTuple):
    """A value as written, and where; a blank one stands for no value."""

    text: str
    start: int
    end: int


Cells = Mapping[str, Cell]


class Event(NamedTuple):
    """What is normalised of a login or session; `problem` is the first that stands in the way."""

    ip: str | None = None
    port: int | None = None
    at: int | None = None
    precision: int | None = None
    until: int | None = None
    zone_basis: str | None = None
    problem: str | None = None


def read_seconds(text: str) -> int:
    """Unix seconds as nanoseconds.

    Raises:
        ValueError: not ten digits, or later than can be kept.
    """
    if not _SECONDS.fullmatch(text) or int(text) >= _LAST:
        raise ValueError(f"not Unix seconds: {text!r}")
    return int(text) * SECOND


def read_address(cells: Cells) -> tuple[str | None, int | None, str | None]:
    """Address, port and what is wrong with them; no address is no problem here."""
    ip, port = cells.get("ip"), cells.get("port")
    try:
        address = str(parse_address(ip.text)) if ip else None
    except ValueError:
        return None, None, "BAD_ADDRESS"
    try:
        return address, parse_port(port.text) if port else None, None
    except ValueError:
        return address, None, "BAD_PORT"


def read_event(cells: Cells) -> Event:
    """An event whose times are Unix seconds, or whose only time is an ISO 8601 `title` with its offset.

    Where there are both, they must be one instant.
    """
    ip, port, problem = read_address(cells)
    at, until = cells.get("at"), cells.get("until")
    title = cells.get("title")
    try:
        stated = parse_rfc3339(title.text) if title else None
        first = read_seconds(at.text) if at else stated.ns if stated else None
        last = read_seconds(until.text) if until else None
    except ValueError:
        return Event(ip, port, problem=problem or "BAD_TIME")
    if first is None:
        return Event(ip, port, problem=problem or "MISSING_TIME")
    if stated and stated.ns != first:
        return Event(ip, port, problem=problem or "BAD_TIME")
    if last is not None and last < first:
        problem = problem or "BAD_INTERVAL"
    precision = stated.precision if stated and not at else SECOND
    return Event(ip, port, first, precision, last, STATED, problem)
