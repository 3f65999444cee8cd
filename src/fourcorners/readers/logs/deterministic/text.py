"""The text that is derived from a configuration: the assignments that follow from it, a line each.

    in force 2026-01-01T00:00:00Z 2026-07-01T00:00:00Z      what a person declared
    computed 203.0.113.1 1024 1535 100.64.0.1               one host's ports: outside address, first, last, inside
    used services nat pool address-range                    one line a statement: what the blocks rest on
    unused system                                           and all else, by its labels alone

A configuration holds names and secrets. The text has nothing of it but addresses, ports and Junos' own words.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339
from fourcorners.model.records import COMPUTED
from fourcorners.readers.logs.deterministic.configuration import Settled
from fourcorners.readers.logs.deterministic.labels import label
from fourcorners.readers.logs.deterministic.pool import blocks_of

IN_FORCE, USED, UNUSED = "in force", "used", "unused"


def lines(settled: Settled, in_force: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The lines, each with its end.

    Args:
        settled: the configuration.
        in_force: from when to when, ns UTC; all assignments stand below each time.
    """
    for times in in_force:
        start, end = (rfc3339(at, 1 if at % SECOND else SECOND) for at in times)
        yield f"{IN_FORCE} {start} {end}\n"
        for pool in settled.pools:
            for block in blocks_of(pool):
                yield f"{COMPUTED} {block.ip} {block.low} {block.high} {block.host}\n"
    for statement, used in settled.statements:
        yield f"{USED if used else UNUSED} {label(statement.words)}\n"
