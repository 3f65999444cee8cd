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
from fourcorners.report.request_page import value
from fourcorners.report.words import Words
from fourcorners.report.words import words

#: Code -> the sentence that says what to do; of any other code the file may be damaged.
_SAID = {
    "NO_RECOGNISED_ROW": "no_list",
    "NOT_AN_EXPORT": "not_yours",
    "SEVERAL_ACCOUNTS": "several",
    "USAGE": "one",
    "OUTPUT": "place",
    "ENCRYPTED": "locked",
    "NOT_FOUND": "not_opened",
    "ENTRY_TYPE": "not_opened",
    "LINK": "not_opened",
    "SYSTEM": "not_opened",
}


def sentences(error: FourcornersError, say: Words) -> list[str]:
    """What happened, what to do, and what the English is for."""
    return [say("failed", name) for name in ("nothing", _SAID.get(error.code, "damaged"), "exact")]


def to_html(error: FourcornersError, language: str) -> bytes:
    """The page in one of `words.LANGUAGES`. The bytes are UTF-8."""
    say = words(language)
    title = escape(say("page", "title"))
    # a file's name may hold line ends and signs that turn the text round: each part is shown as a value
    exact = "".join(
        f"<li>{escape(name + ': ' if name else '')}{value(text)}</li>\n" for name, text in error.parts()
    )
    exact = f'<ul lang="en">\n{exact}</ul>\n'
    body = safety(say) + section(
        "failed", escape(say("failed", "title")), paragraphs(map(escape, sentences(error, say))) + exact
    )
    return document(language, title, f"<h1>{title}</h1>\n", body)
