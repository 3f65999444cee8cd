"""The exports that holders of Facebook and Instagram accounts make of their own data."""

from __future__ import annotations

from fourcorners.readers.meta_export.page import FACEBOOK_HTML
from fourcorners.readers.meta_export.reader import FACEBOOK
from fourcorners.readers.meta_export.reader import INSTAGRAM

__all__ = ["FACEBOOK", "FACEBOOK_HTML", "INSTAGRAM"]
