"""The words of the account holder's page, one file a language; the code has none of its own."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "es", "pt", "fr", "de")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Words:
    """One language: its words by section and name, and its way of writing dates, numbers and countries."""

    def __init__(self, language: str) -> None:
        from babel.support import Format  # noqa: PLC0415 - other verbs write none of these words, and start sooner

        self.language = language
        self._format = Format(language)
        text = resources.files(__package__).joinpath("check", f"{language}.toml").read_text("utf-8")
        self._words: dict[str, dict[str, Any]] = tomllib.loads(text)

    def __call__(self, section: str, name: str) -> str:
        """One sentence, with its placeholders."""
        text: str = self._words[section][name]
        return text

    def each(self, section: str, name: str) -> list[str]:
        """A list of sentences."""
        texts: list[str] = self._words[section][name]
        return texts

    def instant(self, ns: int) -> str:
        """Nanoseconds UTC as date, time and zone, to the second."""
        moment = _EPOCH + dt.timedelta(seconds=ns // 1_000_000_000)
        return f"{self._format.date(moment.date(), 'long')}, {moment:%H:%M:%S} UTC"

    def date(self, day: str) -> str:
        """A date of the form 2026-03-01."""
        return self._format.date(dt.date.fromisoformat(day), "long")

    def number(self, count: int) -> str:
        """A whole number."""
        return self._format.decimal(count)

    def country(self, code: str) -> str:
        """A country's name; the code itself where it has none."""
        name: str = self._format.locale.territories.get(code, code)
        return name


@cache
def words(language: str) -> Words:
    """The words of one of `LANGUAGES`."""
    return Words(language)
