"""What a reviewer would flag in a draft. On an instrument that was already issued it only warns."""

from __future__ import annotations

import datetime as dt

from fourcorners.law import cybertip
from fourcorners.law.clocks import RATIFICATION
from fourcorners.law.decide import Decision
from fourcorners.law.window import local_day
from fourcorners.model.instant import DAY
from fourcorners.model.instant import MINUTE
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339
from fourcorners.model.instant import zone_info
from fourcorners.model.instrument import CYBERTIP
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import Purpose

#: Days above which a draft's window would need a written reason of necessity (misuse scenario M11).
WIDE_DAYS = 90
#: Fed. R. Crim. P. 41(e)(2)(A): days from issue within which a warrant is executed.
WARRANT_DAYS = 14


def warnings(instrument: Instrument, decision: Decision) -> tuple[str, ...]:
    """Warnings, each beginning with a word in capitals; first those of the decision."""
    return (*decision.warnings, *_window(instrument), *_dates(instrument), *_report(instrument))


def _window(instrument: Instrument) -> list[str]:
    window, found = instrument.scope.window, []
    days = (window.end - window.start) / DAY
    if days > WIDE_DAYS:
        found.append(
            f"WIDE_WINDOW: {days:.0f} days; a draft over {WIDE_DAYS} would need a written reason of necessity"
        )
    if window.end > instrument.issued:
        found.append(
            f"WINDOW_AFTER_ISSUE: the window ends {rfc3339(window.end)}, after the issue: "
            "it asks for records that did not exist then"
        )
    if window.end % MINUTE == 59 * SECOND:
        found.append(
            "END_EXCLUSIVE: the window's end lies outside it; an end of ...:59 leaves the last second out"
        )
    for name, bound in (("start", window.start), ("end", window.end)):
        local = dt.datetime.fromtimestamp(bound // SECOND, zone_info(window.zone))
        if bound % DAY == 0 and local.time() != dt.time():
            found.append(
                f"UTC_DAY: the window's {name} is midnight in UTC, but {local:%H:%M} in its declared zone "
                f"{window.zone}; if days in that zone were meant, records at the edge are judged wrongly"
            )
    return found


def _report(instrument: Instrument) -> list[str]:
    """What a CyberTip is not, and how long its provider keeps the rest."""
    if instrument.type != CYBERTIP:
        return []
    found = ["NO_DEMAND: nothing can be asked of anybody under a report; `next` prepares for an instrument"]
    if until := cybertip.preserved_until(local_day(instrument.issued, instrument.scope.window.zone)):
        found.append(
            f"PRESERVED: by 18 USC 2258A(h)(1) the provider keeps what it reported for a year, to about {until}; "
            "what else it has may be gone before"
        )
    return found


def _dates(instrument: Instrument) -> list[str]:
    zone, found = instrument.scope.window.zone, []
    if instrument.served is None:
        received = "of service" if instrument.type != CYBERTIP else "on which the report was made available"
        found.append(f"NOT_SERVED: nothing is taken in until the date {received} is stated")
    elif instrument.type == "search_warrant":
        days = (local_day(instrument.served, zone) - local_day(instrument.issued, zone)).days
        if days > WARRANT_DAYS:
            found.append(
                f"LATE_SERVICE: served {days} days after issue; Fed. R. Crim. P. 41(e)(2)(A) gives {WARRANT_DAYS}"
            )
    if instrument.purpose is Purpose.EMERGENCY:
        deadline = instrument.issued + RATIFICATION
        if instrument.ratified is None:
            found.append(f"NOT_RATIFIED: its records are read until {rfc3339(deadline)} and no longer")
        elif instrument.ratified > deadline:
            found.append(f"NOT_RATIFIED: ratified {rfc3339(instrument.ratified)}, after {rfc3339(deadline)}")
    return found
