"""Google: the legal-process return, and the access log that it shares with Google Takeout."""

from __future__ import annotations

from fourcorners.readers.google.access_log import ACCESS_LOG
from fourcorners.readers.google.reader import RETURN

__all__ = ["ACCESS_LOG", "RETURN"]
