"""Carriers' logs of a known format: who was given which address, and when. Read only through a declaration.

`LOGS` is the visible list.
"""

from fourcorners.readers.logs.dhcpd import LEASES
from fourcorners.readers.logs.dhcpd import LEASES6
from fourcorners.readers.logs.log_format import LogFormat

LOGS: tuple[LogFormat, ...] = (LEASES, LEASES6)
