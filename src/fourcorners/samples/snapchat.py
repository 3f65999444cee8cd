"""A Snapchat return: CSV files of several sections, each with a quoted legend, a row of `=`, a header and rows.

The traps stand in it by the seed: both ways of writing a time and of naming columns, columns in any order,
sections of other columns beside those of addresses, legends with commas and line breaks, blank lines.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from random import Random

from fourcorners.samples import logins as events
from fourcorners.samples import returns
from fourcorners.samples import world as worlds
from fourcorners.samples.production import withheld
from fourcorners.samples.returns import Part
from fourcorners.samples.returns import Scope
from fourcorners.samples.spelling import stamp
from fourcorners.samples.spelling import zulu
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import Account

CANARIES = ("canary-body", "canary-birth", "canary-city", "canary-asn")
_CATEGORIES = ("subscriber_identity", "session_ip_log")
_OTHER_ROWS = 20
_LEGEND = "What the columns hold.\nip: an address, as the service saw it\nTimes are in UTC."

Cells = dict[str, str]
Entry = tuple[Cells, Row]


def write(seed: int, rows: int, out: Path) -> None:
    """Write a return: `*.csv` holds the target's addresses, `*.zip` everything."""
    world = worlds.build(seed)
    rng = dice(seed, "snapchat")
    scope = Scope(world, "Snap Inc.", (world.target.vanity,), _CATEGORIES)
    style = Style(rng)
    # a bare list of addresses names nobody, so its rows wait for the account
    named = out.suffix == ".zip"
    parts = [_addresses(scope, rng, style, world.target, events.draw_logins(world, rows), named=named)]
    if named:
        parts += [
            _subscriber(scope, rng, style, world.target),
            _content(scope, style, world.target),
            Part("chat/readme.txt", b"One file for each kind of record.\n", read=False),
        ]
    returns.write(scope, parts, out, CANARIES)


class Style:
    """How a return is written, by the seed: the same in all of its files."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.old = rng.random() < 0.5  # noqa: PLR2004 - older returns and newer ones
        self._end = rng.choice(("\n", "\r\n"))
        self._blank = rng.random() < 0.5  # noqa: PLR2004 - a blank line between sections
        self._all_quoted = rng.random() < 0.3  # noqa: PLR2004 - every cell in quotes

    def time(self, at: int) -> str:
        """A time as the return writes it."""
        if self.old:
            moment = dt.datetime.fromtimestamp(at, dt.UTC)
            return moment.strftime("%a %b %d %H:%M:%S UTC %Y")
        return stamp(at)

    def section(self, legend: str, columns: Sequence[str], rows: Sequence[Cells]) -> str:
        """A section with its columns in any order."""
        target = io.StringIO()
        writer = csv.writer(
            target, lineterminator=self._end, quoting=csv.QUOTE_ALL if self._all_quoted else csv.QUOTE_MINIMAL
        )
        shuffled = self._rng.sample(columns, len(columns))
        writer.writerow(shuffled)
        writer.writerows([row.get(name, "") for name in shuffled] for row in rows)
        head = f'"{legend}"{self._end}{"=" * 40}{self._end}'
        return head + target.getvalue() + (self._end if self._blank else "")


def _addresses(
    scope: Scope, rng: Random, style: Style, person: Account, drawn: Sequence[Login], *, named: bool
) -> Part:
    account = person.vanity if named else None
    ip, first, last = (
        ("IP", "first seen time", "last seen time") if style.old else ("ip", "first_seen", "last_seen")
    )
    listed = [_sighting(scope, rng, style, account, login, (ip, first, last)) for login in drawn]
    if len(listed) >= returns.SPOILT_FROM:
        for n, entry in enumerate(_spoilt(style, account, (ip, first, last))):
            listed[5 + 3 * n] = entry
    half = len(listed) // 2 if style.old else len(listed)
    columns = [ip, first, last, "asn"] if style.old else [ip, "city", first, last, "asn", "source"]
    text = "".join(
        style.section(f"{_LEGEND} Part {n}.", columns, [cells for cells, _ in part])
        for n, part in enumerate((listed[:half], listed[half:]))
        if part
    )
    visits = [{"url": "canary-city", "timestamp": style.time(scope.world.start)} for _ in range(3)]
    text += style.section("Pages", ["url", "timestamp"], visits)
    truth = [row for _, row in listed] + [_capture(scope, account)] * len(visits)
    return Part("ip_data.csv", text.encode(), truth)


def _sighting(
    scope: Scope, rng: Random, style: Style, account: str | None, login: Login, columns: tuple[str, str, str]
) -> Entry:
    until = login.at + rng.choice((0, 1, HOUR, 3 * DAY, 20 * DAY))
    values = (account, login.ip, zulu(login.at), zulu(until))
    cells = dict(zip(columns, (login.ip, style.time(login.at), style.time(until)), strict=True))
    cells |= {"asn": "canary-asn", "city": "canary-city, Example", "source": 'a "b"'}
    return cells, scope.row("seen", "session_ip_log", values, login.at, until)


def _spoilt(style: Style, account: str | None, columns: tuple[str, str, str]) -> list[Entry]:
    """Rows that must not be read, or not be released."""
    ip, first, last = columns
    begin = 1_770_890_400  # 2026-02-12 10:00:00 UTC, a Thursday
    good = {ip: "198.51.100.7", first: style.time(begin), last: style.time(begin + HOUR)}
    other = "2026-02-30 10:00:00 UTC" if not style.old else "Mon Feb 30 10:00:00 UTC 2026"
    made = [
        ({ip: "198.51.100.300"}, "rejected", "BAD_ADDRESS"),
        ({ip: ""}, "rejected", "MISSING_ADDRESS"),
        ({first: other}, "rejected", "BAD_TIME"),
        ({last: "02/12/2026 10:00"}, "rejected", "BAD_TIME"),
        ({last: ""}, "rejected", "MISSING_TIME"),
        ({last: style.time(begin - 1)}, "rejected", "BAD_INTERVAL"),
    ]
    if account:
        made.append(
            ({first: "2026-02-12 10:00:00", last: "2026-02-12 10:00:00"}, "sealed", "UNDECIDABLE_TIME_ZONE")
        )
    return [
        (good | changed, withheld("seen", verdict, reason, account or "")) for changed, verdict, reason in made
    ]


def _capture(scope: Scope, account: str | None) -> Row:
    return scope.row("capture", None, (account,))


def _subscriber(scope: Scope, rng: Random, style: Style, person: Account) -> Part:
    created = style.time(scope.world.start - rng.randint(300, 900) * DAY)
    facts: list[tuple[str, str, str | None]] = [
        ("username", person.vanity, "subscriber_identity"),
        ("user_id", f"00000000-0000-4000-8000-{person.number[:12]}", "subscriber_identity"),
        ("display_name", f'{person.first} "{person.last}" \u2603, Example', "subscriber_identity"),
        ("email_address", f"{person.vanity}@example.com", "subscriber_identity"),
        ("phone_number", person.phone, "subscriber_identity"),
        ("created", created, "subscriber_identity"),
        ("creation_ip", f"192.0.2.{rng.randint(100, 120)}", "session_ip_log"),
        ("status", "active", "subscriber_identity"),
    ]
    cells = {label: value for label, value, _ in facts}
    columns = [*cells, "birthdate", "pending_email_address"]
    text = style.section(_LEGEND, columns, [cells | {"birthdate": "canary-birth"}])
    history = {
        "date": created,
        "action": "DISPLAY_NAME",
        "old_value": "canary-birth",
        "new_value": "n",
        "reason": "",
    }
    text += style.section("Changes", list(history), [history, history])
    truth = [scope.row("subscriber", category, (person.vanity, value)) for _, value, category in facts]
    return Part("subscriber_info.csv", text.encode(), [*truth, *[_capture(scope, person.vanity)] * 2])


def _content(scope: Scope, style: Style, person: Account) -> Part:
    rows = [{"sender": "a", "recipient": "b", "text": f'canary-body {n},\n"x"'} for n in range(5)]
    text = style.section("Messages", ["sender", "recipient", "text"], rows)
    return Part("conversations.csv", text.encode(), [_capture(scope, person.vanity)] * len(rows))
