"""Lease files of the ISC DHCP server: `dhcpd.leases` and `dhcpd6.leases` (dhcpd.leases(5))."""

from fourcorners.readers.logs.dhcpd.leases import LEASES
from fourcorners.readers.logs.dhcpd.leases6 import LEASES6

__all__ = ["LEASES", "LEASES6"]
