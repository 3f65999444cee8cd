"""Times at which a log cannot tell whether an address was still held: it covers nothing that touches one.

A missing release, a restart or a lost line leaves a doubt, from the last that is certain to the next that is. In
it silence would be a wrong `none` and a match a wrong `one`, so the source counts as not covering; that more
uncertainty never makes a `one` holds as for every coverage that is lost (`outcomes`).
"""

# The query is built from names that stand in this room.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fourcorners.attribution import keys
from fourcorners.attribution import planner
from fourcorners.attribution import plans
from fourcorners.attribution.asks import Asks
from fourcorners.attribution.engines.duckdb import engine
from fourcorners.attribution.log import Log


def uncover(asks: Asks, log: Log, skew: int) -> Asks:
    """The asks, each without the sources that have a doubt about its address (and port) within its uncertainty.

    Raises:
        BadInput: `ATTRIBUTION_INPUT`, as `keys.assignments`.
    """
    covers = asks.covers.copy()
    for number, source in enumerate(log.sources):
        chosen = np.flatnonzero(covers[:, number])
        if source.doubts is None or not source.doubts.num_rows or not len(chosen):
            continue
        rows = keys.assignments(source.doubts)
        logins = asks.table(chosen, low_half="qlo" in rows.column_names)
        plan = planner.choose(rows, logins, skew)
        with engine(assignments=rows, logins=logins) as connection:
            touched = connection.sql(f"SELECT DISTINCT id FROM ({plans.match(plan, 'l.id')})").to_arrow_table()
        covers[touched["id"].to_numpy(), number] = False
    return replace(asks, covers=covers)
