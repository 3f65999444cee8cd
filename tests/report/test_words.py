from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from fourcorners.report.words import LANGUAGES
from fourcorners.report.words import words


def sentences(language: str) -> dict[str, str]:
    return dict(
        flat(
            tomllib.loads(
                resources.files("fourcorners.report").joinpath(f"check/{language}.toml").read_text("utf-8")
            )
        )
    )


def flat(table: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(table, str):
        yield name, table
    else:
        for key, value in table.items() if isinstance(table, dict) else enumerate(table):
            yield from flat(value, f"{name}.{key}")


def placeholders(text: str) -> list[str]:
    return sorted(field for _, field, spec, conversion in string.Formatter().parse(text) if field is not None)


def test_each_file_is_a_language() -> None:
    names = {path.name for path in resources.files("fourcorners.report").joinpath("check").iterdir()}
    assert names == {f"{language}.toml" for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence_with_the_same_placeholders(language: str) -> None:
    english, mine = sentences("en"), sentences(language)
    assert mine.keys() == english.keys()
    for key, text in mine.items():
        assert placeholders(text) == placeholders(english[key]), key
        assert text.strip() == text != "", key
        assert "<" not in text
        assert "&" not in text


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_no_sentence_was_left_in_english(language: str) -> None:
    english, mine = sentences("en"), sentences(language)
    same = {
        key
        for key in mine
        if mine[key] == english[key] and len(re.findall(r"\w+", re.sub(r"\{\w+\}", "", mine[key]))) > 1
    }
    assert same <= {".sheet.sha"}


def test_sentences_are_short() -> None:
    for key, text in sentences("en").items():
        for sentence in re.split(r"(?<=[.?!:])\s", text):
            assert len(sentence.split()) <= 26, (key, sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_numbers_and_countries_are_written_in_the_language(language: str) -> None:
    say = words(language)
    assert "UTC" in say.instant(1_770_098_399 * 10**9 + 999_999_999)
    assert "59" in say.instant(1_770_098_399 * 10**9 + 999_999_999)
    assert "2026" in say.date("2026-03-01")
    assert say.country("DE") in {"Germany", "Alemania", "Alemanha", "Allemagne", "Deutschland"}
    assert say.country("X?") == "X?"
    assert say.number(12)
