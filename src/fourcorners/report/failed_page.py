"""Why an account holder's export could not be looked at, in the reader's language.

An error's own words are English: they stand beside, for those who help.
"""

from __future__ import annotations

from html import escape

from fourcorners.model.errors import FourcornersError
from fourcorners.report.account_html import document
from fourcorners.report.account_html import paragraphs
from fourcorners.report.account_html import safety
from fourcorners.report.account_html import section
from fourcorners.report.words import Words
from fourcorners.report.words import words

#: Code -> the sentence that says what to do; of any other code the file may be damaged.
_SAID = {
    "NO_RECOGNISED_ROW": "no_list",
    "NOT_AN_EXPORT": "not_yours",
    "SEVERAL_ACCOUNTS": "several",
    "USAGE": "several",
    "OUTPUT": "place",
}


def sentences(error: FourcornersError, say: Words) -> list[str]:
    """What happened, what to do, and what the English is for."""
    return [say("failed", name) for name in ("nothing", _SAID.get(error.code, "damaged"), "exact")]


def to_html(error: FourcornersError, language: str) -> bytes:
    """The page in one of `words.LANGUAGES`. The bytes are UTF-8."""
    say = words(language)
    title = escape(say("page", "title"))
    exact = f'<pre lang="en">{escape(error.diagnostics())}</pre>\n'
    body = safety(say) + section(
        "failed", escape(say("failed", "title")), paragraphs(map(escape, sentences(error, say))) + exact
    )
    return document(language, title, f"<h1>{title}</h1>\n", body)
