"""Access Log Activity, of returns and of Google Takeout.

A row says that a device used a service of Google, not that somebody logged in. What the service was and what was
done stand in three columns of the wider tables and together are the row's action, as written; the narrow table has
no word for what was done, so its rows have no action. Country, region and city are Google's own guess, the proxied
address and whether the address can be routed are facts about the address: none is a field of a login.
"""

from __future__ import annotations

from fourcorners.readers.google.names import CUSTODIANS
from fourcorners.readers.known_table import KnownTable
from fourcorners.readers.known_table import KnownTableReader
from fourcorners.readers.table.kinds import Kind

_ACTIVITY = Kind(
    family="login",
    category="session_ip_log",
    required=("ip", "at"),
    optional=("account", "agent"),
    field_categories={"agent": "transactional_noncontent", "action": "transactional_noncontent"},
)

_ACTIVITIES = KnownTable(
    layout="Activities",
    shape=_ACTIVITY,
    labels={
        "account": ("Gaia ID",),
        "at": ("Activity Timestamp",),
        "ip": ("IP Address",),
        "routable": ("Is Non-routable IP Address",),
        "agent": ("User Agent String",),
        "product": ("Product Name",),
        "sub-product": ("Sub-Product Name",),
        "activity": ("Activity Type",),
    },
    marks=("account", "routable"),
    joined={"action": ("product", "sub-product", "activity")},
)

#: No address, and times of which an older form speaks in a text beside a country: nothing that a family holds.
_DEVICES = KnownTable(
    layout="Devices",
    shape=Kind("capture", "transactional_noncontent", ("account",), ()),
    labels={"account": ("Gaia ID",), "type": ("Device Type",)},
    marks=("type",),
)

ACCESS_LOG = KnownTableReader("google-access-log", "1", CUSTODIANS, (_ACTIVITIES, _DEVICES))
