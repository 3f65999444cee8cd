"""The sheet for the police: what was read, hashed and dated, and each session with boxes for a pen."""

from __future__ import annotations

from html import escape

from fourcorners.report.access import Access
from fourcorners.report.access import Moment
from fourcorners.report.access import Session
from fourcorners.report.account_html import ANSWERS
from fourcorners.report.account_html import fill
from fourcorners.report.account_html import network_title
from fourcorners.report.account_html import section
from fourcorners.report.request_page import value
from fourcorners.report.words import Words


def sheet(say: Words, access: Access) -> str:
    """The section."""
    about = [
        (say("sheet", "account"), "<br>".join(map(value, access.accounts)) or escape(say("sheet", "unknown")))
    ]
    about += [(say("sheet", "made"), value(access.made)), (say("sheet", "tool"), value(access.tool))]
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{text}</dd></div>\n" for name, text in about)
    given = "".join(
        f'<tr><th scope="row">{value(path)}</th><td>{size}</td><td class="value">{value(sha256)}</td></tr>\n'
        for path, sha256, size in access.given
    )
    read = "".join(
        f'<tr><th scope="row">{value(file.path)}</th><td class="value">{value(file.sha256)}</td></tr>\n'
        for file in access.files
        if file.format and file.path
    )
    body = [
        f"<p>{escape(say('sheet', 'how'))}</p>\n<dl>\n{facts}</dl>\n",
        _table(say, "about", ("file", "size", "sha"), f"<tbody>\n{given}</tbody>"),
        _table(say, "files", ("file", "sha"), f"<tbody>\n{read}</tbody>") if read else "",
        _table(
            say,
            "list",
            ("number", "address", "first", "last", "times"),
            "".join(_marked(say, session) for session in access.sessions),
        )
        if access.sessions
        else "",
    ]
    if access.naming.notice:
        body.append(f'<p class="quiet">{fill(say("sheet", "notice"), notice=value(access.naming.notice))}</p>\n')
    signed = "".join(f"<p>{escape(say('sheet', name))}</p>" for name in ("name", "date", "signature"))
    body.append(f'<div class="signed">{signed}</div>\n')
    return section("sheet", escape(say("sheet", "title")), "".join(body))


def _table(say: Words, name: str, columns: tuple[str, ...], rows: str) -> str:
    head = "".join(f'<th scope="col">{escape(say("sheet", column))}</th>' for column in columns)
    caption = escape(say("sheet", name))
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}">\n<table class="{name}">\n'
        f"<caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n{rows}</table>\n</div>\n"
    )


def _marked(say: Words, session: Session) -> str:
    """One session as a group of rows: what it is with boxes for a pen, then its addresses."""
    network = session.network
    told = [value(network_title(say, network))]
    if network and network.asn:
        told += [value(part) for part in (network.asn, say.country(network.country)) if part]
    agent = escape(say("session", "no_device"))
    if session.agent is not None:
        agent = f'<span class="value">{value(session.agent)}</span>'
    boxes = " ".join(f'<span class="box">{escape(say("session", answer))}</span>' for answer in ANSWERS)
    head = (
        f'<tr class="head"><th scope="rowgroup" id="sheet-{session.number}">{session.number}</th>'
        f'<td colspan="4">{", ".join(told)}<br>{escape(say("session", "device"))}: '
        f"{agent}<br>{boxes}</td></tr>\n"
    )
    if not session.addresses:
        none = escape(say("sheet", "no_address"))
        return f"<tbody>\n{head}{_row(say, none, session.first, session.last, session.times)}</tbody>\n"
    rows = "".join(_row(say, value(each.ip), each.first, each.last, each.times) for each in session.addresses)
    return f"<tbody>\n{head}{rows}</tbody>\n"


def _row(say: Words, address: str, first: Moment, last: Moment, times: int) -> str:
    return (
        f'<tr><td></td><td class="value">{address}</td><td>{_exact(say, first)}</td><td>{_exact(say, last)}</td>'
        f"<td>{times}</td></tr>\n"
    )


def _exact(say: Words, moment: Moment) -> str:
    """A moment as another tool needs it: UTC to the digit, the port, and what was written."""
    port = fill(say("sheet", "port"), port=str(moment.port)) if moment.port else escape(say("sheet", "no_port"))
    if moment.utc is None:
        return f'<span class="value">{fill(say("session", "unzoned"), text=value(moment.text))}</span><br>{port}'
    written = fill(say("session", "written"), text=value(moment.text))
    return f'<span class="value">{moment.utc}</span><br>{port}; <span class="quiet">{written}</span>'
