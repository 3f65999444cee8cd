"""The Meta business record (Facebook, Instagram, WhatsApp)."""

from __future__ import annotations

from fourcorners.readers.meta.reader import READER

__all__ = ["READER"]
