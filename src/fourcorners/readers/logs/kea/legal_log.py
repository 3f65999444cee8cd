"""Kea's legal log (forensic logging hook): a line each time that a client is given an address, or gives it back.

Only the text that the server writes by default is read. Where `request-parser-format`, `response-parser-format` or
`timestamp-format` make another one, its lines are rejected, and a log of nothing else is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from mmap import mmap

import pyarrow as pa

from fourcorners.model.errors import BadInput
from fourcorners.model.records import Batch
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.readers import census_lines
from fourcorners.readers.logs.cgnat.events import numbered
from fourcorners.readers.logs.kea import holdings
from fourcorners.readers.logs.kea.device import IDENTIFIERS
from fourcorners.readers.logs.kea.legal_lines import LABELS
from fourcorners.readers.logs.kea.legal_lines import entries
from fourcorners.readers.logs.lines import side_by_side
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.sheet import FIELD_CATEGORIES
from fourcorners.readers.markup import check_text

Data = bytes | mmap

_SIGN = re.compile(
    rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ "
    rb"(?:(?:Address|Prefix): \S+ has been [a-z]+ |(?:Administrator|HA partner) [a-z]+ )",
    re.MULTILINE,
)
#: The same place in a line whose zone is a name: letters, or hours and minutes.
_NAMED = re.compile(
    rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ([A-Z]{2,5}|[+-]\d\d(?:\d\d)?) "
    rb"(?:Address|Prefix|Administrator|HA partner)\b",
    re.MULTILINE,
)
_FEW = 4  # abbreviations: summer and winter time of two servers
_EXAMPLES = ("Europe/Berlin", "America/New_York")
_UNKNOWN, _DISAGREES, _CUT = "UNKNOWN_TEXT", "ZONE_DISAGREES", "TRUNCATED_ROW"


class LegalLog:
    """Legal logs, for IPv4 and IPv6."""

    name = "kea-legal-log"
    version = "1"
    states_year = True
    subscribers = IDENTIFIERS
    #: Nothing tells that a lease ran out; a lease of before the log is not in it; subnets can be left out.
    lossy = True
    has_ports = False

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the content tells
        """Whether a line of the default text stands in the first bytes."""
        return _SIGN.search(head) is not None

    def parts(self, data: Data, said: Said) -> Iterator[Reading]:
        """Every line of a member.

        Raises:
            BadInput: `ENCODING`, `NUL`; `LOG`, no line is of the default text; `NO_TIME`, none is of the zone.
        """
        check_text(data)
        head = Reading(
            reader=f"{self.name}/{self.version}",
            layout="default text",
            custodians=(),
            batches=(),
            boilerplate=0,
            labels=dict.fromkeys(LABELS, 0),
        )
        yield head
        first, problems = 0, Counter[str | None]()
        for found in side_by_side(partial(entries, data=data, said=said), data):
            if found is None:
                continue
            problems.update(found.rows.column("problem").to_pylist())
            batch = Batch("assignment", "line", numbered(found.rows, first), FIELD_CATEGORIES, found.clients)
            yield replace(head, batches=(batch,), labels=found.labels, holes=pa.array(found.holes))
            first += found.rows.num_rows
        _refuse(problems, said, data)

    def relate(self, files: Sequence[Sequence[Reading]], *, lossy: bool) -> list[list[Reading]]:  # noqa: ARG002 - leases state their end
        """When each lease began and ended, as all lines together say."""
        return holdings.related(files)

    def census(self, data: Data) -> Census:
        """Lines, and those of each kind, counted by other means."""
        return census_lines.count(data, LABELS)


def _refuse(problems: Counter[str | None], said: Said, data: Data) -> None:
    """A log of which nothing can be read for one reason that a person can change."""
    if problems[_UNKNOWN] and set(problems) <= {_UNKNOWN, _CUT}:
        raise BadInput(
            "LOG",
            "no line is in the text that Kea writes by default",
            where="line 1",
            why="`request-parser-format`, `response-parser-format` or `timestamp-format` of the server can make "
            "any other text, and what it means is known to the carrier alone",
            next_step="ask for the log as a table, and declare what its columns mean",
        )
    if problems[_DISAGREES] and set(problems) <= {_UNKNOWN, _DISAGREES, _CUT}:
        declared = said.zone.name if said.zone else ""
        named = _abbreviations(data)
        example = next(name for name in _EXAMPLES if name != declared)
        raise BadInput(
            "NO_TIME",
            f"no line names the zone that was declared{f' ({declared})' if declared else ''}"
            + (f"; the lines name {', '.join(named)}" if named else ""),
            where="line 1",
            why="a line names its zone by an abbreviation, which must be the declared zone's at that time",
            next_step="ask the carrier in which zone the server's clock ran, and declare that by its IANA name, "
            f"such as {example}",
        )


def _abbreviations(data: Data) -> list[str]:
    """The zones that the lines name, if they are few; letters or an offset alone, so that nothing else is told."""
    found = set[str]()
    for match in _NAMED.finditer(data):
        found.add(match[1].decode())
        if len(found) > _FEW:
            return []
    return sorted(found)


LEGAL_LOG = LegalLog()
