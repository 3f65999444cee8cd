"""What the exports of Facebook and Instagram call things: where a root key or label gets its meaning.

A label that is in no list, or whose value no field of the family holds (a city, a cookie), is reported as
unclassified and released to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Literal

Family = Literal["login", "session", "subscriber", "capture"]
#: Labels that lead to a value within a row.
Labels = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under a root key: an array of rows, but for Facebook's profile, which is one object.

    Attributes:
        family: of its rows.
        category: data category of its rows.
        fields: labels within a row -> field of the family; Instagram's labels have a table of their own.
        action: the word in the root key that says what happened, where the rows do not.
        bare: what a row without an address and a time is: `address` may be absent, or a row of an address alone is
            no event (`time`); empty where a row needs both.
    """

    family: Family
    category: str
    fields: Mapping[Labels, str] = field(default_factory=dict)
    action: str = ""
    bare: Literal["", "address", "time"] = ""


_TRACES = Section("capture", "transactional_noncontent")

FACEBOOK: dict[str, Section] = {
    "account_activity": Section(
        "login",
        "session_ip_log",
        {
            ("action",): "action",
            ("timestamp",): "at",
            ("ip_address",): "ip",
            ("port",): "port",
            ("user_agent",): "agent",
        },
    ),
    "account_accesses": Section(
        "login",
        "session_ip_log",
        {("action",): "action", ("timestamp",): "at", ("ip_address",): "ip", ("user_agent",): "agent"},
        bare="address",
    ),
    # exports of 2019 list addresses alone
    "used_ip_address": Section(
        "login",
        "session_ip_log",
        {("action",): "action", ("timestamp",): "at", ("ip",): "ip", ("user_agent",): "agent"},
        bare="time",
    ),
    "active_sessions": Section(
        "session",
        "session_ip_log",
        {
            ("created_timestamp",): "at",
            ("updated_timestamp",): "until",
            ("ip_address",): "ip",
            ("port",): "port",
            ("user_agent",): "agent",
        },
    ),
    # address and time are those of the session from which the change was made
    "admin_records": Section(
        "login",
        "session_ip_log",
        {
            ("event",): "action",
            ("session", "created_timestamp"): "at",
            ("session", "ip_address"): "ip",
            ("session", "user_agent"): "agent",
        },
        bare="address",
    ),
    "recognized_devices": _TRACES,
    "login_protection_data": _TRACES,
    "devices": _TRACES,
    "profile": Section(
        "subscriber",
        "subscriber_identity",
        {
            ("name", "full_name"): "name",
            ("name", "first_name"): "name",
            ("name", "middle_name"): "name",
            ("name", "last_name"): "name",
            ("emails", "emails"): "email",
            ("emails", "previous_emails"): "earlier",
            ("emails", "pending_emails"): "earlier",
            ("phone_numbers", "phone_number"): "phone",
            ("previous_phone_numbers", "phone_number"): "earlier",
            ("username",): "username",
            ("profile_uri",): "profile",
            ("registration_timestamp",): "registered",
        },
    ),
}

INSTAGRAM: dict[str, Section] = {
    "account_history_login_history": Section("login", "session_ip_log", action="login"),
    "account_history_logout_history": Section("login", "session_ip_log", action="logout"),
    "account_history_password_change_history": Section(
        "login", "session_ip_log", action="password_change", bare="address"
    ),
    "account_history_registration_info": Section("subscriber", "subscriber_identity"),
    "profile_user": Section("subscriber", "subscriber_identity"),
    "devices_devices": _TRACES,
}
#: The section that names the account; what was typed in at registration may have changed since.
PROFILES = frozenset({"profile", "profile_user"})
#: What names the account, the first that a profile has just one of.
NAMES_ACCOUNT = ("username", "email", "phone")

FIELD_CATEGORIES: dict[str, dict[str, str | None]] = {
    "login": {"agent": "transactional_noncontent"},
    "session": {"agent": "transactional_noncontent"},
}
#: Categories of subscriber facts that are not their row's.
FACT_CATEGORIES = {"ip": "session_ip_log", "device": "transactional_noncontent"}

#: Leaf keys that are counted, here and by the independent census.
FACEBOOK_COUNTED = ("ip_address", "ip", "timestamp", "created_timestamp", "updated_timestamp", "action", "event")
INSTAGRAM_COUNTED = ("title", "href", "value", "timestamp")

VERSION = "_v2"
#: Every key that the two formats have, but for the labels of Instagram's rows.
KNOWN = frozenset(
    {
        *(key for roots in (FACEBOOK, INSTAGRAM) for root in roots for key in (root, root + VERSION)),
        *(
            str(key)
            for roots in (FACEBOOK, INSTAGRAM)
            for each in roots.values()
            for path in each.fields
            for key in path
        ),
        *INSTAGRAM_COUNTED,
    }
)
_BEGINS = rb"\A(?:\xef\xbb\xbf)?\s*\{\s*\""
_IS_FACEBOOK = re.compile(_BEGINS + b"(?:" + "|".join(FACEBOOK).encode() + rb')(_v2)?"\s*:\s*([\[{])(\s*\])?')
_IS_INSTAGRAM = re.compile(_BEGINS + b"(?:" + "|".join(INSTAGRAM).encode() + rb')"\s*:\s*\[')
_FACEBOOK_LABEL = re.compile(rb'"(?:ip|ip_address|(?:created_|registration_)?timestamp)"\s*:')
_INSTAGRAM_LABEL = re.compile(rb'"string_map_data"\s*:|\A[^\[]*\[\s*\]')


def is_facebook(head: bytes) -> bool:
    """Whether the first bytes are those of a file of a Facebook export: by its root key and one of its labels."""
    root = _IS_FACEBOOK.match(head)
    return root is not None and (bool(root[1] or root[3]) or _FACEBOOK_LABEL.search(head) is not None)


def is_instagram(head: bytes) -> bool:
    """The same for Instagram."""
    return _IS_INSTAGRAM.match(head) is not None and _INSTAGRAM_LABEL.search(head) is not None


def section_name(root: str) -> str:
    """A root key without its version."""
    return root.removesuffix(VERSION)
