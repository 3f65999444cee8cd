"""What the files of a Snapchat return call things, and how they write a time."""

from __future__ import annotations

import re

from fourcorners.readers.known_table import KnownTable
from fourcorners.readers.known_table import loose
from fourcorners.readers.table.kinds import Kind
from fourcorners.readers.table.time_format import TimeFormat

#: Names by which an instrument may name the producer.
CUSTODIANS = ("Snap Inc.", "Snap, Inc.", "Snap", "Snapchat", "Snapchat, Inc.", "Snap Group Limited")

#: `Wed Aug 19 12:00:00 UTC 2021` of older returns and `2026-04-11 04:02:00 UTC` of newer ones: the year is at
#: either end, day and time of day stand in the same places.
TIME = TimeFormat(
    "snapchat",
    re.compile(
        rb"(?=(?:.{24})?(?P<Y>[0-9]{4})(?:-|\Z))"
        rb"(?:[0-9]{4}-(?P<m>[0-9]{2})-|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) "
        rb"(?P<b>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) )"
        rb"(?P<d>[0-9]{2}) (?P<H>[0-9]{2}):(?P<M>[0-9]{2}):(?P<S>[0-9]{2})(?: (?P<z>UTC))?(?(b) [0-9]{4})"
    ),
)
SEEN = KnownTable(
    layout="first and last seen",
    shape=Kind("seen", "session_ip_log", ("ip", "start", "end"), ("account",)),
    labels={
        "ip": ("ip", "ip_address"),
        "start": ("first_seen", "first_seen_time"),
        "end": ("last_seen", "last_seen_time"),
        "account": ("username",),
    },
    time=TIME,
    open_end=frozenset(),
)
ACCOUNT = "username"
CREATED, CREATION_IP = "created", "creationip"
#: The data category of each fact about the account, by its loose label. Its creation address is no login.
FACTS = {
    loose(label): "subscriber_identity"
    for label in (
        ACCOUNT,
        "user_id",
        "display_name",
        "email_address",
        "email_status",
        "pending_email_address",
        "phone_number",
        "phone_status",
        "pending_phone_number",
        "former_phone_number",
        CREATED,
        "status",
    )
} | {CREATION_IP: "session_ip_log"}
MARKS = frozenset({ACCOUNT, "userid", CREATED})
