"""Offences as an instrument cites them, and the lists that some authorities are locked to.

A lock compares citations of the United States Code, because free words ("smuggling") say too little. It catches an
honest mistake; a false citation is a false predicate, which no program can see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SECTION = r"\d+[A-Za-z]*(?:-\d+[A-Za-z]*)?"
_PLACES = rf"{_SECTION}(?:\s*\(\w+\))*(?:\s*(?:,\s*(?:and\s+)?|;\s*|&\s*|and\s+|or\s+)(?:§+\s*)?(?!\d+\s*U\.?\s*S)"
_PLACES += rf"{_SECTION}(?:\s*\(\w+\))*)*"
_CITATIONS = (
    re.compile(
        rf"\b(\d+)\s*U\.?\s*S\.?\s*C(?:ode)?\b\.?\s*(?:§+|sec(?:tions?|s?\.)?)?\s*({_PLACES})", re.IGNORECASE
    ),
    re.compile(
        rf"\btitle\s+(\d+),?\s+(?:of\s+the\s+)?(?:United\s+States|U\.?\s*S\.?)\s+Code,?\s+"
        rf"(?:§+|sec(?:tions?|s?\.)?)?\s*({_PLACES})",
        re.IGNORECASE,
    ),
)
_SECTIONS = re.compile(rf"(?<![(\w]){_SECTION}", re.ASCII)
_NUMBER = re.compile(r"\d+")


def citations(text: str) -> frozenset[tuple[str, str]]:
    """(title, section) of every citation of the United States Code in `text`, sub-sections left out.

    `18 U.S.C. §§ 1956(a), 545 and 21 USC 841` gives (18, 1956), (18, 545) and (21, 841).
    """
    return frozenset(
        (match.group(1), section.upper())
        for pattern in _CITATIONS
        for match in pattern.finditer(text)
        for section in _SECTIONS.findall(match.group(2))
    )


@dataclass(frozen=True, slots=True)
class OffenceRule:
    """A list of titles and sections of which the stated offence must cite one.

    Attributes:
        text: as the pack writes it: `21 USC`, `18 USC 541..555`, `18 USC 2251A`, joined by `;`.
        items: (title, first section, last section); both empty for a whole title, equal for one section.
    """

    text: str
    items: tuple[tuple[str, str, str], ...]

    @classmethod
    def parse(cls, text: str) -> OffenceRule:
        """A rule from a pack's cell.

        Raises:
            ValueError: an item has not the form `TITLE USC [SECTION[..SECTION]]`.
        """
        items = []
        for item in text.split(";"):
            title, code, *section = item.split()
            if code != "USC" or not title.isdigit() or len(section) > 1:
                raise ValueError(f"not an offence rule: {item!r}")
            low, _, high = (section[0] if section else "").upper().partition("..")
            items.append((title, low, high or low))
        return cls(text, tuple(items))

    def words(self) -> str:
        """The list for people."""
        return self.text.replace(";", ", ").replace("..", " to ")

    def met_by(self, offence: str) -> bool:
        """Whether the offence cites one of the sections."""
        return any(self._holds(title, section) for title, section in citations(offence))

    def _holds(self, title: str, section: str) -> bool:
        return any(
            title == wanted and (not low or section == low or (low != high and _between(low, section, high)))
            for wanted, low, high in self.items
        )


def _between(low: str, section: str, high: str) -> bool:
    number = _NUMBER.match(section)
    return number is not None and int(low) <= int(number.group()) <= int(high)
