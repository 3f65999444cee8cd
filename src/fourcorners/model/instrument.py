"""The instrument: the parent of every record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from fourcorners.model.identifier import Target
from fourcorners.model.instant import rfc3339

#: The one type whose paper nobody issued or served: a provider's report to NCMEC that an agency was given.
CYBERTIP = "cybertip_report"


class Purpose(StrEnum):
    """The closed list of purposes. The last two open disclosure bundles only."""

    CRIMINAL_INVESTIGATION = "criminal_investigation"
    EMERGENCY = "emergency"
    OWN_DATA = "own_data"
    DEFENCE_EXAMINATION = "defence_examination"
    OVERSIGHT = "oversight"


class IssuerRole(StrEnum):
    """Who may issue."""

    MAGISTRATE_JUDGE = "magistrate_judge"
    JUDGE = "judge"
    GRAND_JURY = "grand_jury"
    PUBLIC_PROSECUTOR = "public_prosecutor"
    AGENCY_OFFICIAL = "agency_official"
    OFFICER = "officer"
    AUTHORISING_OFFICER = "authorising_officer"
    JUDICIAL_COMMISSIONER = "judicial_commissioner"
    ACCOUNT_HOLDER = "account_holder"


class State(StrEnum):
    """How far the instrument has come."""

    ISSUED = "issued"
    SERVED = "served"


@dataclass(frozen=True, slots=True)
class Window:
    """`[start, end)` in UTC nanoseconds, with the zone whose days the instrument means.

    `utc_start` and `utc_end` are the same wall-clock times read as UTC: the other day boundary, by which a row is
    marked `day_differs` where it would be judged otherwise.
    """

    start: int
    end: int
    zone: str
    utc_start: int
    utc_end: int

    def text(self) -> str:
        """The window in words for people: both ends in UTC, and the zone that was declared."""
        return f"{rfc3339(self.start)} to {rfc3339(self.end)} (declared in {self.zone})"


@dataclass(frozen=True, slots=True)
class Scope:
    """Accounts times data categories times a window."""

    accounts: tuple[Target, ...]
    categories: frozenset[str]
    window: Window


@dataclass(frozen=True, slots=True)
class Instrument:
    """A subpoena, order, warrant, emergency request, consent or CyberTip.

    Times are UTC nanoseconds. `document_sha256` is the hash of the paper itself.
    """

    id: str
    case: str
    type: str
    jurisdiction: str
    issuer: str
    issuer_role: IssuerRole
    purpose: Purpose
    custodian: str
    scope: Scope
    issued: int
    document_sha256: str
    document_name: str
    entered_by: str
    rank: str = ""
    offence: str = ""
    reference: str = ""
    served: int | None = None
    serve_by: int | None = None
    retain_until: int | None = None
    ratified: int | None = None

    @property
    def state(self) -> State:
        """`served` once a date of service is recorded."""
        return State.ISSUED if self.served is None else State.SERVED


@dataclass(frozen=True, slots=True)
class Case:
    """What the work is for. No case opens without a predicate."""

    id: str
    title: str
    predicate: str
    opened: dt.datetime
    opened_by: str
