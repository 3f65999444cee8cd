"""Kik returns of 2026: `binds.csv`, one row for each time that a device was bound to an account, a login.

The older `bind.txt` has no labels, only places, so it is not read.
"""

from __future__ import annotations

from fourcorners.readers.known_table import KnownTable
from fourcorners.readers.known_table import KnownTableReader
from fourcorners.readers.table.kinds import Kind

CUSTODIANS = (
    "Kik",
    "Kik Interactive Inc.",
    "Kik Interactive",
    "MediaLab.AI Inc.",
    "MediaLab.ai, Inc.",
    "MediaLab",
)

_BINDS = KnownTable(
    layout="binds",
    shape=Kind("login", "session_ip_log", ("ip", "at"), ("account", "port")),
    labels={
        "account": ("user_jid",),
        "ip": ("ip",),
        "port": ("port",),
        "at": ("ts",),
        "device": ("device",),
    },
    marks=("account", "port", "device"),
)

READER = KnownTableReader("kik-binds", "1", CUSTODIANS, (_BINDS,))
