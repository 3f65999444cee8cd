"""Carrier-grade NAT: which customer had which block of ports of a shared address."""

from fourcorners.readers.logs.cgnat.cisco import CISCO
from fourcorners.readers.logs.cgnat.juniper import JUNIPER

__all__ = ["CISCO", "JUNIPER"]
