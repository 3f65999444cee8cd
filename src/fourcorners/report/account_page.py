"""Who was in my account: one page of HTML for the account holder, and a sheet of it for the police.

Offline and without scripts; whatever the export says is escaped and set apart. WCAG 2.2 AA: language, headings in
order, a group with a legend around each question, contrast of at least 4.5:1. Boxes are marked on the screen or by
hand; paper keeps the marks, the page does not.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from pathlib import PurePosixPath

from fourcorners.model.instant import parse_rfc3339
from fourcorners.report.access import Access
from fourcorners.report.access import AddressSeen
from fourcorners.report.access import Moment
from fourcorners.report.access import Session
from fourcorners.report.account_html import ANSWERS
from fourcorners.report.account_html import document
from fourcorners.report.account_html import fill
from fourcorners.report.account_html import listed
from fourcorners.report.account_html import network_title
from fourcorners.report.account_html import paragraphs
from fourcorners.report.account_html import safety
from fourcorners.report.account_html import section
from fourcorners.report.account_sheet import sheet
from fourcorners.report.request_page import value
from fourcorners.report.words import Words
from fourcorners.report.words import words

#: A box shows so many addresses and actions; the sheet has all addresses, the export all actions.
SHOWN = 5
_ACTIONS = 12


def to_html(access: Access, language: str) -> bytes:
    """The page in one of `words.LANGUAGES`. The bytes are UTF-8."""
    say = words(language)
    title = escape(say("page", "title"))
    made = fill(
        say("page", "made"), made=escape(say.instant(parse_rfc3339(access.made).ns)), file=value(access.name)
    )
    body = safety(say) + _warning(say, access) + _sessions(say, access) + _limits(say, access) + sheet(say, access)
    header = f"<h1>{title}</h1>\n<p>{made}<br>{escape(say('page', 'private'))}</p>\n"
    return document(language, title, header, body)


def _warning(say: Words, access: Access) -> str:
    """What could not be read: an access may be missing."""
    parts = []
    if access.broken:
        parts.append(f"<p>{escape(say('warning', 'files'))}</p>\n")
        parts.append(listed(f"{value(file.path)}: {value(file.why)}" for file in access.broken))
    if access.doubtful:
        parts.append(f"<p>{escape(say('warning', 'unknown'))}</p>\n")
        parts.append(listed(value(file.path or access.name) for file in access.doubtful))
    if rows := sum(access.unreadable.values()):
        parts.append(f"<p>{fill(say('warning', 'rows'), count=say.number(rows))}</p>\n")
    if hidden := sum(access.not_shown.values()):
        parts.append(f"<p>{fill(say('warning', 'hidden'), count=say.number(hidden))}</p>\n")
        parts.append(listed(value(path) for path in access.not_shown))
    return section("warning", escape(say("warning", "title")), "".join(parts)) if parts else ""


def _sessions(say: Words, access: Access) -> str:
    if not access.sessions:
        return section("sessions", escape(say("sessions", "title")), f"<p>{escape(say('sessions', 'none'))}</p>\n")
    counts = {"sessions": say.number(len(access.sessions)), "entries": say.number(access.entries)}
    said = [fill(say("sessions", "count"), **counts)]
    moments = [moment for session in access.sessions for moment in (session.first, session.last)]
    names = ["how", "same", "before"]
    names += ["clock"] if any(moment.at is not None for moment in moments) else []
    names += ["no_zone"] if any(moment.at is None for moment in moments) else []
    said += [escape(say("sessions", name)) for name in names]
    if access.naming.as_of:
        said.append(fill(say("sessions", "table"), date=escape(say.date(access.naming.as_of))))
    else:
        said.append(escape(say("sessions", "no_table")))
    cards = "".join(_card(say, session) for session in access.sessions)
    return section("sessions", escape(say("sessions", "title")), paragraphs(said) + cards)


def _card(say: Words, session: Session) -> str:
    network = session.network
    title = fill(
        say("session", "heading"), number=say.number(session.number), network=value(network_title(say, network))
    )
    not_before = [
        say("session", name)
        for name, is_so in (
            ("network", session.network_not_seen_before),
            ("device_too", session.device_not_seen_before),
        )
        if is_so
    ]
    facts = [
        ("country", value(say.country(network.country)) if network and network.country else ""),
        ("device", _device(say, session)),
        ("first", _moment(say, session.first)),
        ("last", _moment(say, session.last)),
        ("times", say.number(session.times)),
        ("not_before", escape(", ".join(not_before))),
        ("actions", _some(say, session.actions)),
        ("addresses", _few(say, session.addresses)),
    ]
    rows = "".join(
        f'<div class="{name}"><dt>{escape(say("session", name))}</dt><dd>{text}</dd></div>\n'
        for name, text in facts
        if text
    )
    boxes = "".join(
        f'<label><input type="checkbox" id="box-{session.number}-{answer}"> '
        f"{escape(say('session', answer))}</label>\n"
        for answer in ANSWERS
    )
    question = fill(say("session", "question"), number=say.number(session.number))
    return (
        f'<article aria-labelledby="session-{session.number}">\n<h3 id="session-{session.number}">{title}</h3>\n'
        f"<dl>\n{rows}</dl>\n<fieldset>\n<legend>{question}</legend>\n{boxes}</fieldset>\n</article>\n"
    )


def _device(say: Words, session: Session) -> str:
    if session.agent is None:
        return escape(say("session", "no_device"))
    agent = f'<span class="value">{value(session.agent)}</span>'
    if session.device:
        return fill(say("session", "calls_itself"), name=f"<strong>{value(session.device)}</strong>", agent=agent)
    return fill(say("session", "own_words"), agent=agent)


def _moment(say: Words, moment: Moment) -> str:
    if moment.at is None:
        return f"<strong>{fill(say('session', 'unzoned'), text=value(moment.text))}</strong>"
    written = fill(say("session", "written"), text=value(moment.text))
    return (
        f'<strong><time datetime="{moment.utc}">{escape(say.instant(moment.at))}</time></strong>'
        f' <span class="quiet">({written})</span>'
    )


def _few(say: Words, addresses: tuple[AddressSeen, ...]) -> str:
    shown = " · ".join(f'<span class="value">{value(each.ip)}</span>' for each in addresses[:SHOWN])
    if len(addresses) > SHOWN:
        shown += f" · {fill(say('session', 'more'), count=say.number(len(addresses) - SHOWN))}"
    return shown


def _some(say: Words, actions: tuple[str, ...]) -> str:
    shown = " · ".join(map(value, actions[:_ACTIONS]))
    if len(actions) > _ACTIONS:
        shown += f" · {fill(say('session', 'more_actions'), count=say.number(len(actions) - _ACTIONS))}"
    return shown


def _limits(say: Words, access: Access) -> str:
    items = [escape(item) for item in say.each("limits", "items")]
    counts = {"with_port": say.number(access.with_port), "entries": say.number(access.entries)}
    items.insert(3, fill(say("limits", "ports"), **counts))
    unread = access.unread
    body = listed(items)
    if not unread:
        told = "" if access.broken or access.doubtful else f"<p>{escape(say('limits', 'all_read'))}</p>\n"
        return section("limits", escape(say("limits", "title")), body + told)
    folders = Counter(
        f"{parent}/" if (parent := PurePosixPath(file.path).parent.as_posix()) != "." else "" for file in unread
    )
    body += f"<p>{fill(say('limits', 'unread'), count=say.number(len(unread)))} "
    body += f"{escape(say('limits', 'unread_why'))}</p>\n"
    body += listed(
        fill(
            say("limits", "folder"),
            folder=value(folder) if folder else escape(say("limits", "top")),
            count=say.number(count),
        )
        for folder, count in sorted(folders.items())
    )
    return section("limits", escape(say("limits", "title")), body)
