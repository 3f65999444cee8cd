"""Roblox returns: the addresses of an account, with their first and last sighting.

The port was observed at a time of its own, which is neither of the two: joined to one of them it could name
another household. No field holds it, so port and time are counted and kept back.
"""

from __future__ import annotations

from fourcorners.readers.known_table import KnownTable
from fourcorners.readers.known_table import KnownTableReader
from fourcorners.readers.table.kinds import Kind

CUSTODIANS = ("Roblox Corporation", "Roblox")

_ADDRESSES = KnownTable(
    layout="IP address of the account",
    shape=Kind("seen", "session_ip_log", ("ip", "start", "end"), ("account",)),
    labels={
        "account": ("user_id",),
        "ip": ("ip_address",),
        "start": ("first_recorded_utc",),
        "end": ("last_recorded_utc",),
    },
    marks=("account",),
    in_utc=frozenset({"first_recorded_utc", "last_recorded_utc"}),
    open_end=frozenset(),
)

READER = KnownTableReader("roblox-addresses", "1", CUSTODIANS, (_ADDRESSES,))
