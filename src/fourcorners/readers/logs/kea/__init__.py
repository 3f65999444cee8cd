"""Lease files of the Kea DHCP server (memfile backend), IPv4 and IPv6."""

from fourcorners.readers.logs.kea.leases import LEASES
from fourcorners.readers.logs.kea.leases import LEASES6

__all__ = ["LEASES", "LEASES6"]
