"""A carrier's log as the join takes it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from fourcorners.model.coverage import Coverage


@dataclass(frozen=True, slots=True)
class AssignmentSource:
    """Assignments from one production, and what that production covers.

    Attributes:
        name: the return, as `covered_by` and `matches` cite it.
        rows: `id` (text), `ip` (an address, or a prefix in slash form), `port_low` and `port_high` (both or none;
            none = the whole address), `at` (ns UTC), `until` (ns UTC, exclusive; null = still open) and
            `subscriber` (text; null where that field is sealed).
        coverage: what the custodian declares, cut to the instrument.
        doubts: addresses, ports and times for which the log cannot tell whether a holding went on: columns as in
            `rows` (`subscriber` is not looked at). It covers nothing that such a time touches.
    """

    name: str
    rows: pa.Table
    coverage: Coverage
    doubts: pa.Table | None = None
