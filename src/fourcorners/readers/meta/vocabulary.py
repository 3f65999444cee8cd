"""What the Meta business record calls things: the one place where a section or label gets its meaning.

A section that is not listed has no data category, so nothing of it can be released; a label that is not listed in
a listed section is reported as unclassified.
"""

from __future__ import annotations

import re
from typing import Literal
from typing import NamedTuple

#: Names by which an instrument may name the producer.
CUSTODIANS = (
    "Meta Platforms, Inc.",
    "Meta Platforms Inc.",
    "Meta Platforms",
    "Meta",
    "Meta Platforms Ireland Limited",
    "Facebook",
    "Facebook, Inc.",
    "Instagram",
    "Instagram, LLC",
    "WhatsApp",
    "WhatsApp LLC",
    "WhatsApp, Inc.",
)

HEADER = "request_parameters"
#: Labels of the header, with the fact each states.
FACTS = {
    "Service": "service",
    "Internal Ticket Number": "ticket",
    "Target": "target",
    "Account Identifier": "account_identifier",
    "Account Type": "account_type",
    "Generated": "generated",
    "Date Range": "date_range",
}
#: The facts that name the account, and no other field does.
ACCOUNT_FACTS = frozenset({"target", "account_identifier"})
ACCOUNT_LABELS = frozenset(label for label, fact in FACTS.items() if fact in ACCOUNT_FACTS)
#: Account types that tell the service where the header does not.
SERVICE_OF_TYPE = {"WhatsAppUser": "WhatsApp"}

Family = Literal["login", "subscriber", "call", "capture"]


class Section(NamedTuple):
    """The family of a section's rows and their data category (None: in no list)."""

    family: Family
    category: str | None


_SUBSCRIBER = Section("subscriber", "subscriber_identity")
_LOGIN = Section("login", "session_ip_log")
_TRACES = Section("capture", "transactional_noncontent")
_CONTENT = Section("capture", "content_stored")

SECTIONS: dict[str, Section] = {
    "name": _SUBSCRIBER,
    "alternate_name": _SUBSCRIBER,
    "name_changes": _SUBSCRIBER,
    "emails": _SUBSCRIBER,
    "email_changes": _SUBSCRIBER,
    "phone_numbers": _SUBSCRIBER,
    "removed_phone_numbers": _SUBSCRIBER,
    "vanity": _SUBSCRIBER,
    "registration_date": _SUBSCRIBER,
    "account_end_date": _SUBSCRIBER,
    "account_status_history": _SUBSCRIBER,
    "registration_ip": Section("subscriber", "session_ip_log"),
    "credit_cards": Section("subscriber", "payment"),
    "ip_addresses": _LOGIN,
    "logins": _LOGIN,
    "call_logs": Section("call", "telephone_connection_records"),
    "message_log": Section("call", "transactional_noncontent"),
    "last_location": Section("capture", "location_precise_historical"),
    "ncmec_reports": _TRACES,
    "devices": _TRACES,
    "devices_info": _TRACES,
    "recognized_devices": _TRACES,
    "machines": _TRACES,
    "linked_accounts": _TRACES,
    "unified_messages": _CONTENT,
    "photos": _CONTENT,
    "videos": _CONTENT,
    "wallposts": _CONTENT,
}
UNKNOWN = Section("capture", None)

#: Labels of a login or call, with the field each fills.
FIELDS: dict[str, dict[str, str]] = {
    "login": {
        "IP Address": "ip",
        "Ip Address": "ip",
        "Port": "port",
        "Source Port": "port",
        "Time": "at",
        "Action": "action",
        "Agent String": "agent",
    },
    "call": {
        "Sender Ip": "ip",
        "Sender IP": "ip",
        "Sender Port": "port",
        "Time": "at",
        "Timestamp": "at",
        "Type": "action",
        "From": "from",
        "To": "to",
    },
}
#: Data categories of fields that may differ from their row's.
FIELD_CATEGORIES: dict[str, dict[str, str | None]] = {
    "login": {"agent": "transactional_noncontent"},
    "call": {"ip": "session_ip_log", "port": "session_ip_log"},
}

#: Labels that stand alone in their section, where the page does not name the section by an id.
_OWN_SECTION = {
    "Registered Email Addresses": "emails",
    "Removed Phone Numbers": "removed_phone_numbers",
}
_PARTS = ("First", "Middle", "Last")  # of a name


def _title(name: str) -> str:
    return name.replace("_", " ").title()


#: Titles of sections, as they stand on the page.
TITLES: dict[str, str] = {_title(name): name for name in (HEADER, *SECTIONS)} | _OWN_SECTION

#: Every label that a line of text may be taken for.
KNOWN_LABELS = frozenset({*TITLES, *FACTS, *_PARTS, *FIELDS["login"], *FIELDS["call"]})

#: Labels that are counted, here and by the independent census.
COUNTED = frozenset(
    {"IP Address", "Time", "Action", "Agent String", "Sender Ip", "Sender Port", "Target", "Account Identifier"}
)

_DEFINITION = " Definition"
_NEGATIVE = re.compile(r"No responsive records(?: were)? located\.?", re.IGNORECASE)
_FURNITURE = re.compile(
    rb"\s*(?:(?:Meta Platforms|WhatsApp) Business Record(?:\s*Page \d{1,6})?|Page \d{1,6}"
    rb"|(?:Facebook|WhatsApp|Instagram) Legal Request)\s*"
)
_LABEL_LIKE = re.compile(r"(?!(?:[^\d]*\d){3})[^\W_][\w \-/()]{0,39}")


def section_of(label: str) -> str:
    """The section of a label that stands outside any named section."""
    if label in FACTS:
        return HEADER
    return TITLES.get(label) or "_".join(label.casefold().split())


def is_definition(label: str) -> bool:
    """Whether the label begins the explanation that stands before a section."""
    return label.endswith(_DEFINITION)


def is_negative(text: str) -> bool:
    """Whether the text says that a section holds nothing."""
    return _NEGATIVE.fullmatch(text) is not None


def is_furniture(raw: bytes) -> bool:
    """Whether the text is what every printed page repeats, or the document's title."""
    return _FURNITURE.fullmatch(raw) is not None


def is_label_like(text: str) -> bool:
    """Whether the text looks like a label: at most 40 characters of letters, blanks, two digits, `_-/()`."""
    return _LABEL_LIKE.fullmatch(text) is not None
