"""The policies that decided, in their own sentences."""

from __future__ import annotations

from collections.abc import Collection

from fourcorners.law.access import policies


def sentences(ids: Collection[str]) -> list[str]:
    """What each policy of these ids says, with its effect; ids of other rules (authority rows) are left out."""
    return [
        f"{'permitted' if text.effect == 'permit' else 'forbidden'} by {text.id!r}: {text.sentence}"
        for text in policies.current().texts.values()
        if text.id in ids
    ]
