"""What the product refuses, whatever a law pack says: a closed set, in code.

A pack is data and can be edited; these lists are not. They hold before any row is read, and no row, setting or
plug-in widens them (misuse scenarios M01, M10, M47, M48, M54, M56). A refusal here says that this product declines
the thing. It never says that the law forbids it: some of it is lawful and done with other tools.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from collections.abc import Iterable

from fourcorners.law.offence import is_civil_immigration
from fourcorners.model.address import Network
from fourcorners.model.address import parse_address
from fourcorners.model.errors import Refused
from fourcorners.model.identifier import Target
from fourcorners.model.instrument import Purpose

#: Purposes under which an instrument opens a case. The other two open disclosure bundles only.
PURPOSES = frozenset({Purpose.CRIMINAL_INVESTIGATION, Purpose.EMERGENCY, Purpose.OWN_DATA})

#: Parts of a type's name -> what the product declines. Parts, so that a variant of the name does not slip through.
#: One with `_` is compared word by word (`_nsl` begins a word), one without in the name without its separators.
TYPES: dict[str, str] = {
    "nationalsecurity": "national-security letters",
    "_nsl": "national-security letters",
    "_18_usc_2709": "national-security letters",
    "wiretap": "the interception of communications",
    "titleiii": "the interception of communications",
    "_title_3_": "the interception of communications",
    "_t3_": "the interception of communications",
    "_18_usc_2518": "the interception of communications",
    "intercept": "the interception of communications",
    "eavesdrop": "the interception of communications",
    "pentrap": "recording in real time (pen register, trap and trace)",
    "penregister": "recording in real time (pen register, trap and trace)",
    "_prtt_": "recording in real time (pen register, trap and trace)",
    "_18_usc_3123": "recording in real time (pen register, trap and trace)",
    "trapandtrace": "recording in real time (pen register, trap and trace)",
    "traptrace": "recording in real time (pen register, trap and trace)",
    "realtime": "recording in real time",
    "_live_": "recording in real time",
    "prospective": "recording in real time",
    "_tracking_": "live location",
    "tracker": "live location",
    "_18_usc_3117": "live location",
    "cellsitesimulator": "cell-site simulators",
    "stingray": "cell-site simulators",
    "imsicatcher": "cell-site simulators",
    "bulk": "bulk demands",
    "dragnet": "bulk demands",
    "geofence": "reverse-location demands: a place asked about instead of an account",
    "geofencing": "reverse-location demands: a place asked about instead of an account",
    "reverse": "reverse demands: a place or a word asked about instead of an account",
    "keyword": "reverse demands: a place or a word asked about instead of an account",
    "areasearch": "reverse-location demands: a place asked about instead of an account",
    "_area_": "reverse-location demands: a place asked about instead of an account",
    "tower": "reverse-location demands: a place asked about instead of an account",
    "celldump": "reverse-location demands: a place asked about instead of an account",
    "cellsitedump": "reverse-location demands: a place asked about instead of an account",
    "_8_usc_1225": "civil immigration enforcement",
    "immigration": "civil immigration enforcement",
}

#: Parts of a category's name -> what the product declines.
CATEGORIES: dict[str, str] = {
    "realtime": "data in real time",
    "_live_": "data in real time",
    "prospective": "data that does not exist yet",
    "geofence": "reverse-location data",
    "reverse": "reverse-location and reverse-keyword data",
    "tower": "reverse-location data",
}

ASK_INSTRUMENT = 10
ASK_CASE = 25
BULK = 100

_WORDS = re.compile(r"[^0-9a-z]+")


def check(kind: str, purpose: Purpose, categories: Collection[str]) -> None:
    """The closed refusals that rest on an instrument's type, purpose and categories.

    Raises:
        Refused: `PRODUCT`, with `PURPOSE_REFUSED`, `TYPE_REFUSED` or `CATEGORY_REFUSED`.
    """
    if purpose not in PURPOSES:
        raise _purpose(str(purpose), "it opens a disclosure bundle only, never an instrument")
    if declined := _declined(kind, TYPES):
        raise Refused(
            "PRODUCT",
            "TYPE_REFUSED",
            f"this product takes in nothing under {kind!r}: it does not serve {declined}",
            why="this is a decision of the product, not a statement about the law",
            next_step="a warrant, order, subpoena, emergency request or consent for stored records",
        )
    for category in sorted(categories):
        if declined := _declined(category, CATEGORIES):
            raise Refused(
                "PRODUCT",
                "CATEGORY_REFUSED",
                f"this product holds no {category!r}: it does not serve {declined}",
                why="this is a decision of the product, not a statement about the law",
                next_step="name categories of stored records, such as session_ip_log or subscriber_identity",
            )


def check_offence(offence: str) -> None:
    """Whether the stated offence is one: civil immigration enforcement is no purpose, whatever it is entered as.

    Raises:
        Refused: `PRODUCT PURPOSE_REFUSED`.
    """
    if is_civil_immigration(offence):
        raise _purpose(offence, "it is civil immigration enforcement, no criminal offence")


def purpose_of(text: str) -> Purpose:
    """The purpose of that name, if it is one under which an instrument may open a case.

    Raises:
        Refused: `PRODUCT PURPOSE_REFUSED` for every other text, civil immigration enforcement among them.
    """
    try:
        purpose = Purpose(text)
    except ValueError:
        raise _purpose(text, "it is not on the closed list of purposes") from None
    check("", purpose, ())
    return purpose


def root_targets(targets: Iterable[Target], released: Collection[str]) -> frozenset[tuple[str, int | None]]:
    """The identifiers that do not come from a released record of the same case (misuse scenario M48).

    Args:
        targets: accounts of one instrument, or of all instruments of a case.
        released: normalised accounts, addresses and subscribers in released records of the case.

    Returns:
        Distinct (value, port) pairs. Two ports of one address count twice: behind a shared address they are two
        subscribers. A prefix that holds a released address comes from it.
    """
    return frozenset((target.value, target.port) for target in targets if not _derived(target, released))


def check_targets(in_instrument: int, in_case: int) -> None:
    """The number of root targets, in the instrument and in the whole case with it.

    Raises:
        Refused: `PRODUCT TOO_MANY_TARGETS` over 100 in either; `AGENCY APPROVAL_NEEDED` over 10 in the instrument
            or 25 in the case: an agency's independent approver may say yes.
    """
    counts = f"{in_instrument} root targets in the instrument, {in_case} in the case"
    if max(in_instrument, in_case) > BULK:
        raise Refused(
            "PRODUCT",
            "TOO_MANY_TARGETS",
            f"{counts}; over {BULK} is a bulk demand",
            next_step="name the accounts that the predicate is about; what released records name does not count",
        )
    if in_instrument > ASK_INSTRUMENT or in_case > ASK_CASE:
        raise Refused(
            "AGENCY",
            "APPROVAL_NEEDED",
            f"{counts}; over {ASK_INSTRUMENT} or over {ASK_CASE} needs an independent approver",
            next_step="a supervisor outside the team answers the petition with `approve`",
        )


def _declined(name: str, parts: dict[str, str]) -> str:
    words = f"_{_WORDS.sub('_', unicodedata.normalize('NFKC', name).casefold()).strip('_')}_"
    whole = words.replace("_", "")
    return next((declined for part, declined in parts.items() if part in (words if "_" in part else whole)), "")


def _derived(target: Target, released: Collection[str]) -> bool:
    if target.kind != "prefix":
        return target.value in released
    network = target.network()
    return any(_within(text, network) for text in released if ":" in text)


def _within(text: str, network: Network) -> bool:
    try:
        return parse_address(text) in network
    except ValueError:
        return False


def _purpose(text: str, why: str) -> Refused:
    return Refused(
        "PRODUCT",
        "PURPOSE_REFUSED",
        f"this product serves no purpose {text!r}: {why}",
        why="this is a decision of the product, not a statement about the law",
        next_step="the purposes are " + ", ".join(sorted(PURPOSES)),
    )
