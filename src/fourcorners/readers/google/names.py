"""The names by which an instrument may name the producer."""

from __future__ import annotations

CUSTODIANS = ("Google", "Google LLC", "Google Inc.", "Google Ireland Limited")
