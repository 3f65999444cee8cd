"""What Google's legal-process return calls things: the one place where a label gets its meaning.

Labels are compared without case, spaces and signs. A label in no list is counted and released to nobody; so is
everything below a heading in no list, since it may be about another person's account.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from fourcorners.readers.known_table import loose

#: Names by which an instrument may name the producer.
CUSTODIANS = ("Google", "Google LLC", "Google Inc.", "Google Ireland Limited")

#: The one label that names the account of a page.
ACCOUNT = loose("Google Account ID")

_IDENTITY = (
    "Google Account ID",
    "Name",
    "Given Name",
    "Family Name",
    "e-Mail",
    "Alternate e-Mails",
    "Created on",
    "Terms of Service Language",
    "Terms of Service Country",
    "Provider for Consumer Services",
    "Birthday",
    "Birthday (Month Day, Year)",
    "Services",
    "Unregistered Services",
    "Deletion Date",
    "End of Service Date",
    "Status",
    "Last Updated Date",
    "Contact e-Mail",
    "Recovery e-Mail",
    "Recovery SMS",
    "User Phone Numbers",
    "2-Step Verification Phone Numbers",
)
#: Addresses of single acts and times without addresses: facts about the account, and no logins.
_SESSIONS = ("Terms of Service IP", "Deletion IP", "Last Logins")

#: Label of a page's list -> data category.
ITEMS: dict[str, str] = {
    **{loose(label): "subscriber_identity" for label in _IDENTITY},
    **{loose(label): "session_ip_log" for label in _SESSIONS},
}

#: The heading of a page, of its lists, and of its tables.
SUBSCRIBER = loose("GOOGLE SUBSCRIBER INFORMATION")
IP_ACTIVITY = loose("IP ACTIVITY")
CHANGES = loose("CHANGE HISTORY")
#: Longer headings of the same table.
HEADINGS = {loose(f"{before} CHANGE HISTORY"): CHANGES for before in ("ACCOUNT", "GOOGLE ACCOUNT", "GOOGLE")}
#: Headings below which a page's lists go on about the same account.
LISTS = frozenset({SUBSCRIBER, loose("ACCOUNT RECOVERY"), loose("PHONE NUMBERS")})


class Table(NamedTuple):
    """A table of a page.

    Attributes:
        section: as reports name it.
        fields: label of a column -> the login's field.
        marks: labels without which it is not this table.
        others: labels of columns that no field of a login holds.
        action: data category of its action, where that is not the row's.
    """

    section: str
    fields: dict[str, str]
    marks: frozenset[str]
    others: frozenset[str]
    action: str | None = None


def _labels(*labels: str) -> frozenset[str]:
    return frozenset(map(loose, labels))


TABLES: dict[str, Table] = {
    IP_ACTIVITY: Table(
        "IP ACTIVITY",
        {
            loose("Timestamp"): "at",
            loose("IP Address"): "ip",
            loose("Activity Type"): "action",
            loose("Raw User Agents"): "agent",
        },
        _labels("Timestamp", "IP Address"),
        _labels("Android ID", "Apple iOS IDFV"),
    ),
    CHANGES: Table(
        "CHANGE HISTORY",
        {loose("Timestamp"): "at", loose("IP"): "ip", loose("IP Address"): "ip", loose("Change Type"): "action"},
        _labels("Timestamp", "Change Type", "Old Value", "New Value"),
        _labels("Old Value", "New Value"),
        action="transactional_noncontent",
    ),
}
#: Every label that a report may show.
LABELS = frozenset(ITEMS).union(*({*table.fields, *table.others} for table in TABLES.values()))

#: Label of an `ExportSummary` -> the fact that it states.
SUMMARY: dict[str, str] = {
    loose("Originating Identifier"): "originating_identifier",
    loose("Resolved Identifier"): "resolved_identifier",
    loose("Service"): "service",
    loose("Resource"): "resource",
    loose("Start of date range"): "date_range_start",
    loose("End of date range"): "date_range_end",
}
#: The facts that are rows of their own: what the request named, and to which account it was resolved.
IDENTIFIERS = frozenset({"originating_identifier", "resolved_identifier"})

#: Service and resource -> data category of what is not held.
RESOURCES: dict[tuple[str, str], str] = {
    ("googleaccount", "subscriberinfo"): "subscriber_identity",
    ("googleaccount", "changehistory"): "subscriber_identity",
    ("accesslogactivity", "activity"): "session_ip_log",
    ("accesslogactivity", "activities"): "session_ip_log",
    ("mail", "messagecontent"): "content_stored",
    ("mail", "messages"): "content_stored",
    ("mail", "messageinformation"): "transactional_noncontent",
    ("drive", "files"): "content_stored",
    ("googlechat", "messages"): "content_stored",
    ("locationhistory", "records"): "location_precise_historical",
    ("locationhistory", "semanticlocationhistory"): "location_precise_historical",
}


@lru_cache(maxsize=1_024)
def shown(label: str) -> str:
    """A label as a report may show it: one in no list can be a value."""
    return label if loose(label) in LABELS else f"label of {len(label)} characters"
