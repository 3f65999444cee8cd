"""What a Meta production says, before any layout: a record's sections, and the truth about each of its rows.

The verdict of a row follows the design's order: a row that cannot be read is rejected; then category, account,
time zone and window, the first that applies being its reason. Rows of `subscriber` and `negative` have no
instant, so the window does not judge them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import cache
from itertools import chain

from fourcorners.samples.layouts import NEGATIVE
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import MINUTE
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import Account
from fourcorners.samples.world import World

#: What the provider's instrument asks for.
CATEGORIES: dict[str, tuple[str, ...]] = {
    "Facebook": ("subscriber_identity", "session_ip_log"),
    "WhatsApp": ("subscriber_identity", "session_ip_log", "telephone_connection_records"),
}
#: Fields of a category of their own that the instrument does not ask for; the row itself is released.
WITHHELD_FIELDS: dict[str, tuple[str, ...]] = {"login": ("agent",)}
#: Texts that stand in values outside the scope only: none may reach a record line.
CANARIES = ("ExampleBrowser", "ExampleApp", "sealed-body")

#: From so many rows on, a record also holds rows that must not be read or released.
_SPOILT_FROM = 40
_SPOILT = (
    ("Time", "2026-02-30 10:00:00 UTC", "rejected", "BAD_TIME"),
    ("IP Address", "198.51.100.300", "rejected", "BAD_ADDRESS"),
    ("IP Address", "198.51.100.7:70000", "rejected", "BAD_PORT"),
    ("Time", "2026-02-12 10:00:00", "sealed", "UNDECIDABLE_TIME_ZONE"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a list: its fields in order, and the truth about it.

    `broken`: a page break cuts its time, and the second piece lost its first character.
    """

    fields: tuple[tuple[str, str], ...]
    truth: Row
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A section: single fields (label, values), or a list of entries, or the explicit negative."""

    name: str
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    entries: Sequence[Entry] = ()
    rows: tuple[Row, ...] = ()  # truth about the single fields

    def truth(self) -> Iterator[Row]:
        """All rows of the section."""
        return chain(self.rows, (entry.truth for entry in self.entries))


@dataclass(frozen=True, slots=True)
class Production:
    """One member: a record of one account."""

    service: str
    account: str
    sections: tuple[Section, ...]

    def truth(self) -> Iterator[Row]:
        """Every row of the member."""
        return chain.from_iterable(section.truth() for section in self.sections)


@dataclass(frozen=True, slots=True)
class Judge:
    """The scope of the provider's instrument, for one account's rows."""

    world: World
    service: str
    account: str
    asked: bool  # whether the instrument names this account

    def row(self, kind: str, category: str, values: tuple[object, ...], at: int | None = None) -> Row:
        """The truth about a row that can be read; `at` None where the window does not judge it."""
        reason = None
        if category not in CATEGORIES[self.service]:
            reason = "OUTSIDE_CATEGORY"
        elif not self.asked:
            reason = "OUTSIDE_ACCOUNT"
        elif at is not None and not self.world.window.holds(at):
            reason = "OUTSIDE_DATE_RANGE"
        return Row(kind, "sealed" if reason else "released", reason, values)


def account_of(account: Account, service: str) -> str:
    """The normalised account as records carry it."""
    return account.phone if service == "WhatsApp" else account.number


def stamp(at: int) -> str:
    """A time as the provider writes it."""
    return f"{_day(at // DAY)} {_clock(at % DAY)} UTC"


def zulu(at: int) -> str:
    """A time as a record line gives it."""
    return f"{_day(at // DAY)}T{_clock(at % DAY)}Z"


@cache
def _day(day: int) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()


def _clock(second: int) -> str:
    return f"{second // HOUR:02d}:{second // MINUTE % MINUTE:02d}:{second % MINUTE:02d}"


def endpoint(ip: str, port: int | None, *, zero: bool = False) -> str:
    """An endpoint as the provider writes it; `zero`: a port that was not recorded is written as 0."""
    if port is None and not zero:
        return ip
    return f"[{ip}]:{port or 0}" if ":" in ip else f"{ip}:{port or 0}"


def spoilt_rows(rows: int, *, breaks_pages: bool) -> int:
    """How many rows are spoilt on purpose: the kinds above, one that lacks a field, one broken by a page break."""
    return 0 if rows < _SPOILT_FROM else len(_SPOILT) + 1 + breaks_pages


def produce(
    world: World, service: str, logins: Sequence[Login], *, target: bool, generated: int, spoilt: int = 0
) -> Production:
    """The record of one account.

    Args:
        world: the truth.
        service: `Facebook` or `WhatsApp`.
        logins: the events, newest first.
        target: of the account asked about, or of the other.
        generated: when the provider made it.
        spoilt: how many spoilt rows to add, as `spoilt_rows` gives it.
    """
    person = world.target if target else world.other
    judge = Judge(world, service, account_of(person, service), asked=target)
    rng = dice(world.seed, f"record/{judge.account}/{generated}")
    entries = [_login(judge, login, zero=rng.random() < 0.1) for login in logins]  # noqa: PLR2004 - a tenth
    if spoilt:
        entries = _spoil(judge, entries, rng.randrange(5, 20), broken=spoilt > len(_SPOILT) + 1)
    sections = [
        _header(world, judge, person, generated),
        *_identity(world, judge, person, generated),
        Section("ip_addresses", entries=entries),
    ]
    if service == "WhatsApp":
        sections.append(Section("call_logs", entries=[_call(judge, world, n) for n in range(8)]))
    sections += _beyond(judge, generated)
    return Production(service, judge.account, tuple(sections))


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
        made.insert(first + 2 * n, Entry(fields, _withheld(verdict, reason, judge.account)))
    if broken:
        row = _withheld("rejected", "BROKEN_VALUE", judge.account)
        made.insert(first + 9, replace(entries[first], truth=row, broken=True))
    second, text = entries[-1].fields[1]
    missing = "MISSING_ADDRESS" if second == "Time" else "MISSING_TIME"
    made.append(Entry(((second, text),), _withheld("rejected", missing, judge.account)))
    return made


def _withheld(verdict: str, reason: str, account: str) -> Row:
    return Row("login", verdict, reason, (account, None, None, None))


def _header(world: World, judge: Judge, person: Account, generated: int) -> Section:
    """Who is meant stands here once, or twice in the same words."""
    rng = dice(world.seed, f"header/{judge.account}")
    written = person.number
    if judge.service == "WhatsApp":
        phone = person.phone
        written = f"{phone[:2]} ({phone[2:5]}) {phone[5:8]}-{phone[8:]}"
    accounts = rng.choice(
        (
            [("Target", written)],
            [("Account Identifier", written)],
            [("Target", written), ("Account Identifier", written)],
        )
    )
    fields = [
        ("Service", judge.service),
        ("Internal Ticket Number", str(rng.randint(1_000_000, 9_999_999))),
        *accounts,
        ("Account Type", "WhatsAppUser" if judge.service == "WhatsApp" else "User"),
        ("Generated", stamp(generated)),
        ("Date Range", f"{stamp(world.start)} to {stamp(world.end)}"),
    ]
    return Section("request_parameters", tuple((label, (value,)) for label, value in fields))


def _identity(world: World, judge: Judge, person: Account, generated: int) -> list[Section]:
    rng = dice(world.seed, f"identity/{judge.account}")
    made = world.start - rng.randint(300, 900) * DAY
    verified = f"{person.phone} Cell Verified on {stamp(made + DAY)}"
    mails = (f"{person.vanity}@example.com", f"{person.vanity}@example.org")

    def facts(name: str, *fields: tuple[str, tuple[str, ...]], category: str = "subscriber_identity") -> Section:
        rows = tuple(
            judge.row("subscriber", category, (judge.account, value)) for _, values in fields for value in values
        )
        return Section(name, fields, rows=rows)

    return [
        facts("name", ("First", (person.first,)), ("Middle", ("Sample",)), ("Last", (person.last,))),
        facts("emails", ("Registered Email Addresses", mails)),
        facts("vanity", ("Vanity", (person.vanity,))) if judge.asked else _nothing(judge, "vanity"),
        facts("registration_date", ("Registration Date", (stamp(made),))),
        facts(
            "registration_ip",
            ("Registration Ip", (f"192.0.2.{rng.randint(100, 120)}",)),
            category="session_ip_log",
        ),
        facts("phone_numbers", ("Phone Numbers", (verified,))),
        _nothing(judge, "name_changes") if generated % 2 else _nothing(judge, "account_end_date"),
    ]


def _nothing(judge: Judge, name: str, category: str = "subscriber_identity") -> Section:
    """An explicit negative is a row of its own kind."""
    row = judge.row("negative", category, (judge.account, NEGATIVE))
    return Section(name, ((name.replace("_", " ").title(), (NEGATIVE,)),), rows=(row,))


def _call(judge: Judge, world: World, n: int) -> Entry:
    rng = dice(world.seed, f"call/{n}")
    at = rng.randrange(world.start, world.end)
    ip = f"192.0.2.{rng.randint(10, 19)}"
    port = rng.randint(1_024, 65_535) if n % 2 else None
    fields = (
        ("Time", stamp(at)),
        ("Type", "audio"),
        ("From", judge.account),
        ("To", f"+1202555{rng.randint(100, 199):04d}"),
        ("Sender Ip", ip),
        ("Sender Port", str(port or 0)),
    )
    values = (judge.account, ip, port, zulu(at))
    return Entry(fields, judge.row("call", "telephone_connection_records", values, at))


def _beyond(judge: Judge, generated: int) -> list[Section]:
    """What no instrument here asks for: content, location, payment, other accounts."""

    def listed(name: str, category: str, *records: tuple[tuple[str, str], ...]) -> Section:
        row = judge.row("capture", category, (judge.account,))
        return Section(name, entries=[Entry(fields, row) for fields in records])

    messages = [
        (
            ("Author", f"sample.{n}"),
            ("Sent", stamp(generated - n * DAY)),
            ("Body", f"sealed-body {n} & more <text>"),
        )
        for n in range(3)
    ]
    place = (("Time", stamp(generated - DAY)), ("Latitude", "0.0000"), ("Longitude", "0.0000"))
    return [
        listed("unified_messages", "content_stored", *messages),
        listed(
            "photos", "content_stored", (("Image", "linked_media/x.jpg"), ("Uploaded", stamp(generated - 2 * DAY)))
        ),
        listed("last_location", "location_precise_historical", place),
        listed(
            "linked_accounts", "transactional_noncontent", *[(("Linked Account", f"1999{n}"),) for n in range(2)]
        ),
        _nothing(judge, "credit_cards", "payment"),
    ]
