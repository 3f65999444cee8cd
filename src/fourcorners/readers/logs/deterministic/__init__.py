"""Deterministic NAT: who had which ports follows from the configuration that was in force."""

from fourcorners.readers.logs.deterministic.juniper import JUNIPER

__all__ = ["JUNIPER"]
