"""The same questions as one page of HTML: offline, without scripts, made to be read aloud and to be printed.

WCAG 2.2 AA: language, headings in order, a table with caption and scoped headers, contrast of at least 4.5:1.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from fourcorners.report import html_page
from fourcorners.report.glyphs import Pieces
from fourcorners.report.glyphs import pieces
from fourcorners.report.glyphs import seen
from fourcorners.report.request_sheet import PROTOCOL_UNKNOWN
from fourcorners.report.request_sheet import CarrierGroup
from fourcorners.report.request_sheet import Question
from fourcorners.report.request_sheet import positions

NO_PORT = (
    "Without a port the carrier will probably not be able to tell one customer from the others. More instants "
    "without ports do not help."
)
LACKING = "with an IPv4 address and without a port."
NO_NEED = "with an IPv6 address and without a port: none is needed."
NOT_AN_ORDER = (
    "This page is no instrument and asks nothing by itself. It lists what an instrument to this carrier would "
    "have to name. Copy it; do not retype it."
)
_HEAD = (
    "no.",
    "public IP address",
    "source port",
    "protocol",
    "time in UTC",
    "time as written",
    "login",
    "source",
)


def to_html(groups: Iterable[CarrierGroup]) -> bytes:
    """One page with a section for each carrier, each on its own sheet in print. The bytes are UTF-8."""
    sections = [_section(number, group) for number, group in enumerate(groups, 1)]
    body = "".join(sections) or "<p>No login waits for a carrier.</p>"
    title = "Whom to ask next"
    return html_page.document("en", title, "request_page.css", f"<h1>{title}</h1>\n", body)


def _section(number: int, group: CarrierGroup) -> str:
    it, naming = group.instrument, group.naming
    dated = f"{value(naming.table)} of {value(naming.as_of)}"
    asked = len(group.questions)
    facts = (
        ("named by", f"{dated}; an address may have had another holder on the day of the event"),
        ("origin", f"instrument {value(it.id)} of {value(it.issuer)}, reference {value(it.reference or 'none')}"),
        ("case", value(it.case)),
        ("questions", f"{asked:,}, each an address at an instant in UTC"),
    )
    rows = "".join(_row(place, question) for place, question in enumerate(group.questions, 1))
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in _HEAD)
    missing = group.without_port
    warning = ""
    if missing:
        warning = f'<p class="warning"><strong>{missing:,} of {asked:,} {LACKING}</strong> {NO_PORT}</p>\n'
    if without_need := sum(question.port is None for question in group.questions) - missing:
        warning += f"<p>{without_need:,} of {asked:,} {NO_NEED}</p>\n"
    return (
        f'<section aria-labelledby="carrier-{number}">\n<h2 id="carrier-{number}">{value(group.title)}</h2>\n'
        f"<p>{NOT_AN_ORDER}</p>\n"
        "<dl>\n" + "".join(f"<dt>{label}</dt><dd>{text}</dd>\n" for label, text in facts) + "</dl>\n"
        f"{warning}"
        '<div class="scroll" tabindex="0" role="region" '
        f'aria-label="Addresses and instants for {escape(group.title)}">\n'
        f"<table>\n<caption>Addresses and instants, by carrier as {dated} has it</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
        f'<p class="notice">Network names: {value(naming.notice)}</p>\n</section>\n'
    )


def _row(place: int, question: Question) -> str:
    source = question.login.source
    marked = ' class="missing"' if question.needs_port else ""
    member = f", {value(source.member)}" if source.member else ""
    where = f'<span class="value">{value(source.sha256)}</span>{member}, bytes: {value(positions(question.login))}'
    return (
        f'<tr><th scope="row">{place}</th>'
        f'<td class="value">{value(question.ip)}</td>'
        f"<td{marked}>{value(question.port_text)}</td>"
        f"<td>{PROTOCOL_UNKNOWN}</td>"
        f'<td class="value"><time datetime="{escape(question.at_utc)}">{value(question.at_utc)}</time></td>'
        f'<td><span class="value">{value(question.at_text)}</span>, zone {value(question.zone_basis)}</td>'
        f'<td class="value">{value(question.records)}</td>'
        f"<td>{where}</td></tr>\n"
    )


def value(text: str) -> str:
    """A value as HTML: escaped, set apart from its surroundings, what cannot be seen as its code point."""
    return f"<bdi>{_html(pieces(text, seen))}</bdi>"


def _html(part: Pieces) -> str:
    if isinstance(part, str):
        return escape(part)
    if isinstance(part, list):
        return "".join(map(_html, part))
    if "u" in part:
        return f'<span class="code-point">{_html(part["u"])}</span>'
    if "b" in part:
        return "<wbr>".join(map(_html, part["b"]))
    return _html(part["i"])
