"""The two pages and the two texts of Google's return, in the forms that their descriptions leave open."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from random import Random

from fourcorners.samples.google_truth import Event
from fourcorners.samples.google_truth import Subject
from fourcorners.samples.google_truth import mail
from fourcorners.samples.truth import Row

_ACTIVITY = ("Timestamp", "IP Address", "Activity Type", "Android ID", "Apple iOS IDFV", "Raw User Agents")
_CHANGE = ("Timestamp", "IP", "Change Type", "Old Value", "New Value")


def subscriber_info(subject: Subject, rows: Sequence[Event], rng: Random) -> tuple[str, list[Row]]:
    """`SubscriberInfo`: the page, and the truth about its rows in order."""
    account = subject.account
    facts = [
        ("Google Account ID", account.number, "subscriber_identity"),
        ("Name", f"{account.first} {account.last}", "subscriber_identity"),
        ("Given Name", account.first, "subscriber_identity"),
        ("Family Name", account.last, "subscriber_identity"),
        ("e-Mail", mail(account), "subscriber_identity"),
        (
            "Alternate e-Mails",
            rng.choice(("", f"alt.{mail(account)}, b&b.{mail(account)}")),
            "subscriber_identity",
        ),
        ("Created on", "2019-04-01 10:00:00 Z", "subscriber_identity"),
        ("Terms of Service IP", "192.0.2.200", "session_ip_log"),
        ("Services", "Gmail, Android", "subscriber_identity"),
        ("Status", "Enabled", "subscriber_identity"),
        ("Last Logins", "2026-03-01 10:00:00 Z, 2026-02-28 09:00:00 Z", "session_ip_log"),
        ("Strange label", "sealed-value", ""),
    ]
    contacts = [
        ("Recovery SMS", account.phone, "subscriber_identity"),
        ("Recovery e-Mail", "", "subscriber_identity"),
    ]
    rng.shuffle(facts)
    title = rng.choice(("h1", "h2"))
    body = [f"<{title}>GOOGLE SUBSCRIBER INFORMATION</{title}>{_list(facts, rng)}"]
    truth = [subject.row("subscriber", category, (value,)) for _, value, category in facts if value and category]
    if rng.random() < 0.5:  # noqa: PLR2004 - a section that may be there
        body.append(f"<h2>ACCOUNT RECOVERY</h2>{_list(contacts, rng)}")
        truth += [subject.row("subscriber", category, (value,)) for _, value, category in contacts if value]
    if rng.random() < 0.3:  # noqa: PLR2004 - another person's account, which is not the subject's
        body.append(f"<h2>LINKED ACCOUNTS</h2>{_list([('Name', 'sealed-value', '')], rng)}")
    body.append(f"<h2>IP ACTIVITY</h2>{_table(_ACTIVITY, rows, rng)}")
    return _page(body, rng), [*truth, *(row.truth for row in rows)]


def change_history(rows: Sequence[Event], rng: Random) -> str:
    """`ChangeHistory`: the page, which names no account."""
    heading = rng.choice(("", "<h2>CHANGE HISTORY</h2>", "<h1>Google Account Change History</h1>"))
    return _page([heading + _table(_CHANGE, rows, rng)], rng)


def summary(subject: Subject, service: str, resource: str, rng: Random) -> tuple[str, list[Row]]:
    """`ExportSummary`: the text, and the truth about its two rows."""
    first, second = f"{mail(subject.account)} [EMAIL]", subject.account.number
    end = rng.choice(("\n", "\r\n"))
    lines = [
        f"Originating Identifier: {first}",
        f"Resolved Identifier: {second}",
        f"Service: {service}",
        f"Resource: {resource}",
        "Start of date range: Not Specified.",
        "End of date range: 2026-03-15 00:00:00 Z",
    ]
    truth = [subject.row("subscriber", "subscriber_identity", (value,)) for value in (first, second)]
    return end.join([*lines, ""]), truth


def _list(facts: Sequence[tuple[str, str, str]], rng: Random) -> str:
    form = rng.choice(("<li>{}: {}</li>", "<li>{}:{}</li>", "<li><b>{}:</b> {}</li>", "<li><b>{}</b>: {}</li>"))
    join = rng.choice(("", "\n  "))
    return f"<ul>{join}" + join.join(form.format(label, escape(value)) for label, value, _ in facts) + "</ul>"


def _table(columns: Sequence[str], rows: Sequence[Event], rng: Random) -> str:
    header = list(columns)
    if rng.random() < 0.3:  # noqa: PLR2004 - columns may move
        rng.shuffle(header)
    pad = rng.choice(("", " ", "\n"))
    lines = ["<tr>" + "".join(f"<th>{pad}{name}{pad}</th>" for name in header) + "</tr>"]
    for row in rows:
        values = {
            "Timestamp": row.time,
            "IP Address": row.ip,
            "IP": row.ip,
            "Activity Type": row.action,
            "Change Type": row.action,
            "Android ID": "ExampleDevice" if rng.random() < 0.3 else "",  # noqa: PLR2004 - some
            "Raw User Agents": row.agent,
            "Old Value": "sealed-value",
            "New Value": "sealed-value",
        }
        cells = [f"<td>{pad}{escape(values.get(name, ''), quote=False)}{pad}</td>" for name in header]
        lines.append("<tr>" + "".join(cells[:-1] if row.short else cells) + "</tr>")
        if rng.random() < 0.02:  # noqa: PLR2004 - the header may come again, as on a printed page
            lines.append(lines[0])
    inner = rng.choice(("", "\n")).join(lines)
    return f"<table>{inner}</table>" if rng.random() < 0.5 else f"<table><tbody>{inner}</tbody></table>"  # noqa: PLR2004 - half of them


def _page(body: Sequence[str], rng: Random) -> str:
    join = rng.choice(("", "\n"))
    head = '<head><meta charset="utf-8"><title>sealed-value</title><style>td { border: 1px }</style></head>'
    inner = join.join(f'<div class="section">{part}</div>' for part in body)
    return f"<!DOCTYPE html>{join}<html>{head}<body>{join}{inner}{join}</body></html>\n"
