"""A CyberTip: a provider's report to NCMEC that an agency was given (18 USC 2258A).

Nobody ordered it, so it has no issuer who limits it. It is its own limit: it authorises what the report of that
number contains, and nothing can be asked of anybody under it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection

from fourcorners.law.window import bad_order
from fourcorners.model.errors import Refused
from fourcorners.model.instrument import CYBERTIP
from fourcorners.model.instrument import Instrument

#: What `served` is for a report, in an error's words.
NOT_RECEIVED = (
    "`served` is the day on which NCMEC made the report available to the agency; before it nobody has it"
)
#: 18 USC 2258A(h)(1): how long a provider preserves what it reported. Ninety days until Pub. L. 118-59.
PRESERVED = dt.timedelta(days=365)
PRESERVED_A_YEAR_SINCE = dt.date(2024, 5, 7)

_NUMBER = re.compile(r"[1-9][0-9]{0,11}")


def check_reference(instrument: Instrument) -> None:
    """Whether the order of a report names one report, so that no instrument gathers many.

    Raises:
        BadInput: `ORDER_FILE` at `reference`.
    """
    if instrument.type == CYBERTIP and not _NUMBER.fullmatch(instrument.reference):
        raise bad_order(
            "reference",
            f"{instrument.reference!r} is not the number of one CyberTipline report",
            'one instrument for one report, such as: reference = "123456789"',
        )


def check_report(instrument: Instrument, numbers: Collection[str]) -> None:
    """Whether an intake under a report holds that report and nothing else.

    What a provider hands over beside it was not made available under 2258A, and would have no authority at all.

    Args:
        instrument: the instrument; any but a CyberTip passes.
        numbers: of each member that was read, the number of the CyberTipline report that it is; empty for none.

    Raises:
        Refused: `PRODUCT NOT_THE_REPORT`.
    """
    if instrument.type != CYBERTIP or set(numbers) <= {instrument.reference}:
        return
    other = ", ".join(sorted({number or "no CyberTipline report" for number in numbers} - {instrument.reference}))
    raise Refused(
        "PRODUCT",
        "NOT_THE_REPORT",
        f"{instrument.id} is CyberTipline report {instrument.reference}; the files hold {other}",
        why="a report authorises what it contains itself; what a provider sends beside it rests on nothing",
        next_step="another report goes in under an instrument of its own, records that a provider was asked for "
        "under the subpoena, order or warrant that it answers",
    )


def preserved_until(issued: dt.date) -> dt.date | None:
    """The last day to which the provider preserves what it reported; None where that was ninety days."""
    return issued + PRESERVED if issued >= PRESERVED_A_YEAR_SINCE else None
