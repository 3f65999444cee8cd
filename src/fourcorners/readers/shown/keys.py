"""The keys that lead to a value, as a report may show them: a name can stand where a key does.

A key is shown if the format has it, or if it is made of nothing but the words of `shown.words`. Of any
other its length is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

from fourcorners.readers.shown.words import made_of_words

Keys = tuple[str, ...]

_REMEMBERED = 4_096


def shown_key(key: str, known: frozenset[str] = frozenset()) -> str:
    """One key; `known`: those that the format has."""
    told = key if key in known else made_of_words(" ".join(key.split()))
    return told or f"label of {len(key)} characters"


class ShownKeys:
    """Paths as reports show them; each key is looked at once under each parent, however many values stand there.

    Args:
        known: the keys that the format has.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._told: dict[Keys, str] = {}
        self._above: Sequence[str | int] = ()
        self._keys: Keys = ()  # of `_above`

    def __call__(self, path: tuple[str | int, ...]) -> str:
        """The keys of a path; places in lists are none."""
        above, last = path[:-1], path[-1:]
        if above != self._above:
            self._above, self._keys = above, tuple([step for step in above if isinstance(step, str)])
        own = tuple([step for step in last if isinstance(step, str)])
        return self._joined(self._keys + own) or "values without a label"

    def _joined(self, keys: Keys) -> str:
        if not keys:
            return ""
        told = self._told.get(keys)
        if told is None:
            above, own = self._joined(keys[:-1]), shown_key(keys[-1], self._known)
            told = f"{above} > {own}" if above else own
            if len(self._told) >= _REMEMBERED:
                self._told.clear()
            self._told[keys] = told
        return told
