"""Offences as an instrument cites them, and the lists that some authorities are locked to.

A lock compares citations of the United States Code, because free words ("smuggling") say too little. It catches an
honest mistake; a false citation is a false predicate, which no program can see.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_SECTION = r"\d+[A-Za-z]*(?:-\d+[A-Za-z]*)?"
_PLACES = rf"{_SECTION}(?:\s*\(\w+\))*(?:\s*(?:,\s*(?:and\s+)?|;\s*|&\s*|and\s+|or\s+)(?:§+\s*)?(?!\d+\s*U\.?\s*S)"
_PLACES += rf"{_SECTION}(?:\s*\(\w+\))*)*"
_CITATIONS = (
    re.compile(
        rf"\b(\d+)\s*U\.?\s*S\.?\s*C(?:ode|\.?\s?A)?\b\.?\s*(?:§+|sec(?:tions?|s?\.)?)?\s*({_PLACES})",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\btitle\s+(\d+),?\s+(?:of\s+the\s+)?(?:United\s+States|U\.?\s*S\.?)\s+Code,?\s+"
        rf"(?:§+|sec(?:tions?|s?\.)?)?\s*({_PLACES})",
        re.IGNORECASE,
    ),
)
_INA = re.compile(
    r"\b(?:I\.?\s*N\.?\s*A\b\.?|Immigration\s+and\s+Nationality\s+Act),?\s*(?:§+|sec(?:tions?|s?\.)?)?\s*"
    r"(?:212|23[5-9]|24[01])(?!\d)",
    re.IGNORECASE,
)
_CIVIL = re.compile(r"\(\s*civil\s*\)|\bcivil\s+(?:immigration|removal|deportation)\b", re.IGNORECASE)
_SECTIONED = re.compile(r"(?:§|[^\W\d_]{2,})\W*\d")
_WORD = re.compile(r"[^\W\d_]{2,}")
_MIN_WORDS, _MIN_LETTERS = 2, 5
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


#: Who is inadmissible, arrested for removal, deportable and removed: no section of these defines a crime. The same
#: sections of the Immigration and Nationality Act are 212 and 235 to 241.
CIVIL_IMMIGRATION = OffenceRule.parse("8 USC 1182;8 USC 1225..1231")


def is_stated(text: str) -> bool:
    """Whether the text says anything: a section of some code, or at least two words of five letters in all."""
    text = unicodedata.normalize("NFKC", text)
    words = _WORD.findall(text)
    in_words = len(words) >= _MIN_WORDS and sum(map(len, words)) >= _MIN_LETTERS
    return in_words or bool(citations(text) or _SECTIONED.search(text))


def is_civil_immigration(text: str) -> bool:
    """Whether the text says itself that it is no crime: "(civil)", or a section of `CIVIL_IMMIGRATION`.

    One such section among others is enough: the rest may be an excuse, and the clean order is easily written.
    """
    text = unicodedata.normalize("NFKC", text)
    return bool(_CIVIL.search(text) or _INA.search(text)) or CIVIL_IMMIGRATION.met_by(text)


def _between(low: str, section: str, high: str) -> bool:
    number = _NUMBER.match(section)
    return number is not None and int(low) <= int(number.group()) <= int(high)
