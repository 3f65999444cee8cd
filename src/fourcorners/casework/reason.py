"""What counts as a reason where one is asked for: words, since a reason is read by somebody later."""

from __future__ import annotations


def is_given(text: str) -> bool:
    """Whether the text has a letter in it, of any script; a dot or a dash says nothing."""
    return any(character.isalpha() for character in text)
