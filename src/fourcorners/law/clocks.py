"""Clocks: pure functions of an instrument and a given instant.

Nothing here reads the time. The caller hands over the instant at which it acts, taken through `Clock`, which
refuses a system clock that was set back behind the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from fourcorners.law import cybertip
from fourcorners.law.window import bad_order
from fourcorners.model.errors import Refused
from fourcorners.model.instant import HOUR
from fourcorners.model.instant import rfc3339
from fourcorners.model.instrument import CYBERTIP
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import Purpose

#: A rule of the product (federal law sets no such clock, US-FED-052): hours from issue to ratification.
RATIFICATION = 48 * HOUR


class Clock:
    """The system clock, held against the ledger and against what it said before; threads may share one."""

    def __init__(self, read: Callable[[], int]) -> None:
        """Take what gives nanoseconds UTC, such as `time.time_ns`."""
        self._read = read
        self._given = 0
        self._lock = Lock()

    def now(self, newest: int) -> int:
        """The instant, in nanoseconds UTC.

        Args:
            newest: time of the newest ledger entry; 0 on an empty ledger. Entries of a step that still runs are
                not among them, so the instants that were given count as well.

        Raises:
            Refused: `PRODUCT CLOCK_BEHIND`. With a clock set back nothing would expire (misuse scenario M55).
        """
        with self._lock:
            now, newest = self._read(), max(newest, self._given)
            if now < newest:
                raise Refused(
                    "PRODUCT",
                    "CLOCK_BEHIND",
                    f"the system clock says {rfc3339(now)}, the newest ledger entry {rfc3339(newest)}",
                    why="every period in this product is measured by that clock",
                    next_step="set the system clock right, then run the command again",
                )
            self._given = now
            return now

    def not_before(self, newest: int) -> int:
        """The instant at which a refusal is written: a clock behind the ledger is itself refused, at `newest`."""
        with self._lock:
            self._given = max(self._read(), newest, self._given)
            return self._given


def check_entry(instrument: Instrument, now: int) -> None:
    """Whether an order can be entered now: nobody has issued, served or ratified it in the future.

    A ratification dated ahead would otherwise become true by waiting. An instrument that was entered is not held
    against this again: its dates only recede.

    Raises:
        BadInput: `ORDER_FILE`, with the key in `where`.
    """
    for key in ("issued", "served", "ratified"):
        moment: int | None = getattr(instrument, key)
        if moment is not None and moment > now:
            raise bad_order(
                key,
                f"{rfc3339(moment)} lies ahead of now, {rfc3339(now)}",
                "state what has happened; what has not happened yet is left out",
            )


def check_acquisition(instrument: Instrument, now: int) -> None:
    """Whether a return may be taken in: the instrument was served, in time, and ratified where it must be.

    `serve_by` limits service, not the return: a provider answers weeks later, and that is in order. For an
    emergency the 48 hours of ratification hold for taking in as well.

    Raises:
        Refused: `PRODUCT NOT_SERVED` (no date of service, or one that lies ahead of `now`); `LAW SERVE_BY_PASSED`;
            `PRODUCT NOT_RATIFIED`.
    """
    if instrument.served is None or instrument.served > now:
        when = "it has no date of service" if instrument.served is None else f"served {rfc3339(instrument.served)}"
        raise Refused(
            "PRODUCT",
            "NOT_SERVED",
            f"{instrument.id} is not served at {rfc3339(now)}: {when}",
            why=cybertip.NOT_RECEIVED
            if instrument.type == CYBERTIP
            else "nothing can have been produced under an instrument that no provider has received",
            next_step='state the date of service: served = "2026-03-10T09:00:00"',
        )
    if instrument.serve_by is not None and instrument.served > instrument.serve_by:
        raise Refused(
            "LAW",
            "SERVE_BY_PASSED",
            f"{instrument.id} was served {rfc3339(instrument.served)}, later than {rfc3339(instrument.serve_by)}",
            why="after its last day of service an instrument authorises nothing",
            next_step="ask the issuer for a new instrument",
        )
    _check_ratified(instrument, now)


def ratification_deadline(instrument: Instrument) -> int:
    """When the 48 hours end, ns UTC.

    Reading of the 48 hours: they run from `issued` (a bare date counts from its first instant), end inclusive, and
    apply to every instrument whose purpose is an emergency.
    """
    return instrument.issued + RATIFICATION


def ratified_in_time(instrument: Instrument) -> bool:
    """Whether an emergency was ratified within its 48 hours; a late ratification opens nothing again.

    A ratification that lies ahead of now is not asked about before it lies behind (`check_entry` refuses it).
    """
    return instrument.ratified is not None and instrument.ratified <= ratification_deadline(instrument)


def _check_ratified(instrument: Instrument, now: int) -> None:
    deadline = ratification_deadline(instrument)
    if instrument.purpose is Purpose.EMERGENCY and now > deadline and not ratified_in_time(instrument):
        raise Refused(
            "PRODUCT",
            "NOT_RATIFIED",
            f"{instrument.id} was not ratified by {rfc3339(deadline)}",
            why="a promise of process is no process: 48 hours after issue it takes in and reads nothing more",
            next_step="serve a warrant, order or subpoena for the records and take them in under it",
        )
