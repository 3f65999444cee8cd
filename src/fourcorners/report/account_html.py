"""What the account holder's pages and the sheet share: the page itself, and our sentences with values in them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from fourcorners.report import html_page
from fourcorners.report.access import Network
from fourcorners.report.words import Words

#: The answers to "do you know this?", as the words name them.
ANSWERS = ("yes", "no", "unsure")


def document(language: str, title: str, header: str, body: str) -> bytes:
    """A page for the account holder; title, header and body are HTML. The bytes are UTF-8."""
    return html_page.document(language, title, "account_page.css", header, body)


def safety(say: Words) -> str:
    """What comes before everything else."""
    steps = listed((escape(step) for step in say.each("safety", "steps")), "ol")
    return section("safety", escape(say("safety", "title")), steps)


def fill(sentence: str, /, **values: str) -> str:
    """One of our sentences as HTML; the values are HTML already."""
    return escape(sentence, quote=False).format(**values)


def network_title(say: Words, network: Network | None) -> str:
    """What a network is called, as text."""
    if network is None:
        return say("session", "no_address")
    # to somebody who knows no prefixes, `192.0.2.0/24` is one address
    beginning = network.name.removesuffix("0/24") if network.name.endswith(".0/24") else network.name
    return network.name if network.asn else say("session", "prefix").format(prefix=beginning)


def section(name: str, title: str, body: str) -> str:
    """A part of the page under its heading."""
    return f'<section class="{name}" aria-labelledby="{name}">\n<h2 id="{name}">{title}</h2>\n{body}</section>\n'


def listed(items: Iterable[str], kind: str = "ul") -> str:
    """Items of HTML as a list."""
    return f"<{kind}>\n" + "".join(f"<li>{item}</li>\n" for item in items) + f"</{kind}>\n"


def paragraphs(items: Iterable[str]) -> str:
    """Items of HTML as paragraphs."""
    return "".join(f"<p>{item}</p>\n" for item in items)
