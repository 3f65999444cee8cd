"""Carriers' logs of a known format: who was given which address, and when. Read only through a declaration.

`LOGS` is the visible list.
"""

from fourcorners.readers.logs import cgnat
from fourcorners.readers.logs import deterministic
from fourcorners.readers.logs import dhcpd
from fourcorners.readers.logs import kea
from fourcorners.readers.logs import radius
from fourcorners.readers.logs.log_format import LogFormat

LOGS: tuple[LogFormat, ...] = (
    dhcpd.LEASES,
    dhcpd.LEASES6,
    kea.LEASES,
    kea.LEASES6,
    kea.LEGAL_LOG,
    radius.DETAIL,
    cgnat.JUNIPER,
    cgnat.CISCO,
    deterministic.JUNIPER,
)
