"""RADIUS accounting in detail files (RFC 2866; the files of FreeRADIUS)."""

from fourcorners.readers.logs.radius.detail import DETAIL

__all__ = ["DETAIL"]
