"""JSON as the exports write it: objects are tuples of pairs, so that a key can stand twice; arrays are lists."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written.

    Attributes:
        indent: blanks a level; 0 for a file of one line.
        mojibake: UTF-8 is written as if each byte were a character.
    """

    indent: int
    mojibake: bool

    @classmethod
    def drawn(cls, rng: Random) -> Style:
        """Most exports are indented by two and broken."""
        return cls(rng.choice((2, 2, 0)), rng.random() < 0.8)  # noqa: PLR2004 - most

    def value(self, value: object, level: int = 0) -> str:
        """One value."""
        if isinstance(value, tuple):
            parts = [
                f"{self._text(key)}:{' ' * bool(self.indent)}{self.value(part, level + 1)}" for key, part in value
            ]
            return self._wrapped("{}", parts, level)
        if isinstance(value, list):
            return self._wrapped("[]", [self.value(part, level + 1) for part in value], level)
        return self._text(value) if isinstance(value, str) else json.dumps(value)

    def under(self, root: str, rows: Iterable[object]) -> Iterator[str]:
        """A file of one array under its root key, in pieces."""
        line = "\n" if self.indent else ""
        yield f"{{{line}{' ' * self.indent}{self._text(root)}:{' ' * bool(self.indent)}["
        before = ""
        for row in rows:
            yield f"{before}{line}{' ' * 2 * self.indent}{self.value(row, 2)}"
            before = ","
        yield f"{line}{' ' * self.indent * bool(before)}]{line}}}" if before else f"]{line}}}"

    def _text(self, text: str) -> str:
        return json.dumps(text.encode().decode("latin-1") if self.mojibake else text)

    def _wrapped(self, brackets: str, parts: list[str], level: int) -> str:
        if not parts:
            return brackets
        if not self.indent:
            return f"{brackets[0]}{','.join(parts)}{brackets[1]}"
        inner = "\n" + " " * self.indent * (level + 1)
        return f"{brackets[0]}{inner}{(',' + inner).join(parts)}\n{' ' * self.indent * level}{brackets[1]}"
