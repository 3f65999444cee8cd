"""Lease files (memfile backend) and legal logs of the Kea DHCP server, IPv4 and IPv6."""

from fourcorners.readers.logs.kea.leases import LEASES
from fourcorners.readers.logs.kea.leases import LEASES6
from fourcorners.readers.logs.kea.legal_log import LEGAL_LOG

__all__ = ["LEASES", "LEASES6", "LEGAL_LOG"]
