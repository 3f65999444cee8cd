"""One account's record: its list of logins with the rows that are spoilt on purpose, and its other sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fourcorners.samples import sections
from fourcorners.samples.production import Entry
from fourcorners.samples.production import Judge
from fourcorners.samples.production import Production
from fourcorners.samples.production import Section
from fourcorners.samples.production import account_of
from fourcorners.samples.production import withheld
from fourcorners.samples.spelling import endpoint
from fourcorners.samples.spelling import stamp
from fourcorners.samples.spelling import zulu
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

_CALLS = 8
#: From so many rows on, a record also holds rows that must not be read or released.
_SPOILT_FROM = 40
_SPOILT = (
    ("Time", "2026-02-30 10:00:00 UTC", "rejected", "BAD_TIME"),
    ("IP Address", "198.51.100.300", "rejected", "BAD_ADDRESS"),
    ("IP Address", "198.51.100.7:70000", "rejected", "BAD_ADDRESS"),
    ("Time", "2026-02-12 10:00:00", "sealed", "UNDECIDABLE_TIME_ZONE"),
)


def spoilt_rows(rows: int, *, breaks_pages: bool) -> int:
    """How many rows are spoilt on purpose: the kinds above, one that lacks a field, one broken by a page break."""
    return 0 if rows < _SPOILT_FROM else len(_SPOILT) + 1 + breaks_pages


def produce(
    world: World,
    service: str,
    logins: Sequence[Login],
    *,
    target: bool,
    generated: int,
    spoilt: int = 0,
    as_text: bool = False,
) -> Production:
    """The record of one account.

    Args:
        world: the truth.
        service: `Facebook` or `WhatsApp`.
        logins: the events, newest first.
        target: of the account asked about, or of the other.
        generated: when the provider made it.
        spoilt: how many spoilt rows to add, as `spoilt_rows` gives it.
        as_text: for layout E, where nothing tells the records of a list apart whose labels are in no vocabulary;
            such lists then hold one record.
    """
    person = world.target if target else world.other
    judge = Judge(world, service, account_of(person, service), asked=target)
    rng = dice(world.seed, f"record/{judge.account}/{generated}")
    entries = [_login(judge, login, zero=rng.random() < 0.1) for login in logins]  # noqa: PLR2004 - a tenth
    if spoilt:
        entries = _spoil(judge, entries, rng.randrange(5, 20), broken=spoilt > len(_SPOILT) + 1)
    made = [
        sections.header(world, judge, person, generated),
        *sections.identity(world, judge, person, generated),
        Section("ip_addresses", entries=entries),
    ]
    if service == "WhatsApp":
        calls = [sections.call(judge, world, n, spoilt=spoilt > 0) for n in range(_CALLS)]
        made.append(Section("call_logs", entries=calls))
    made += sections.beyond(judge, generated, 1 if as_text else 3)
    return Production(service, judge.account, tuple(made))


def _login(judge: Judge, login: Login, *, zero: bool) -> Entry:
    text = endpoint(login.ip, login.port, zero=zero and login.port is None)
    pair = [("IP Address", text), ("Time", stamp(login.at))]
    if judge.service == "WhatsApp":
        pair.reverse()
    if login.action is not None:
        pair.append(("Action", login.action))
    if login.agent is not None:
        pair.append(("Agent String", login.agent))
    values = (judge.account, login.ip, login.port, zulu(login.at))
    return Entry(tuple(pair), judge.row("login", "session_ip_log", values, login.at))


def _spoil(judge: Judge, entries: list[Entry], first: int, *, broken: bool) -> list[Entry]:
    """Add rows that must not be read or released; the one that lacks a field comes last.

    It holds only the second field of a row's order, so that its label repeats and begins a record of its own even
    where no line break separates the records.
    """
    made = list(entries)
    for n, (label, text, verdict, reason) in enumerate(_SPOILT):
        model = entries[first + n]
        fields = tuple((name, text if name == label else value) for name, value in model.fields)
        made.insert(first + 2 * n, Entry(fields, withheld("login", verdict, reason, judge.account)))
    if broken:
        row = withheld("login", "rejected", "BROKEN_VALUE", judge.account)
        made.insert(first + 9, replace(entries[first], truth=row, broken=True))
    second, text = entries[-1].fields[1]
    missing = "MISSING_ADDRESS" if second == "Time" else "MISSING_TIME"
    made.append(Entry(((second, text),), withheld("login", "rejected", missing, judge.account)))
    return made
