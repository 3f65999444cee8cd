"""TikTok returns: the sheet `IP Data`, through its text.

A row has two times, and the sheet does not say how they belong together: `Timestamp` is the event's, `Active Start
Time` is kept back, and no interval is made of the two. The sheet states no zone and no account.
"""

from __future__ import annotations

from fourcorners.readers.known_table import KnownTable
from fourcorners.readers.known_table import KnownTableReader
from fourcorners.readers.table.kinds import Kind

CUSTODIANS = (
    "TikTok",
    "TikTok Inc.",
    "TikTok, Inc.",
    "TikTok Pte. Ltd.",
    "TikTok Technology Limited",
    "TikTok Information Technologies UK Limited",
    "ByteDance",
)

_IP_DATA = KnownTable(
    layout="IP Data",
    shape=Kind("login", "session_ip_log", ("ip", "at"), ()),
    labels={"at": ("Timestamp",), "active": ("Active start", "Active start time"), "ip": ("IP",)},
    marks=("active",),
)

READER = KnownTableReader("tiktok-ip-data", "1", CUSTODIANS, (_IP_DATA,))
