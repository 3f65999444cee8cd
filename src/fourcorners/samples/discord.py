"""A Discord return: a PDF that lists sessions, and one with the facts about the account.

The traps stand in it by the seed: either order of columns, the heading again on every page or only once, page
numbers between rows, an address that goes on in the next line, words after which nothing is a session.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from fourcorners.samples import logins as events
from fourcorners.samples import returns
from fourcorners.samples import world as worlds
from fourcorners.samples.package import pdf
from fourcorners.samples.production import withheld
from fourcorners.samples.returns import Part
from fourcorners.samples.returns import Scope
from fourcorners.samples.spelling import zulu
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import Account

CANARIES = ("canary-message", "canary-name")
_CATEGORIES = ("subscriber_identity", "session_ip_log")
_OTHER_ROWS = 25
_PAGE_LINES = 48
_SPOILT = 4

Lines = tuple[str, tuple[Row, ...]]  # what is written, and the rows that it is


def write(seed: int, rows: int, out: Path) -> None:
    """Write a return: `*.pdf` and `*.txt` hold the target's sessions, `*.zip` also those of another account.

    Raises:
        UsageError: too many rows for a PDF.
    """
    returns.check_size(rows, out)
    world = worlds.build(seed)
    scope = Scope(world, "Discord Inc.", (world.target.number,), _CATEGORIES)
    drawn = events.draw_logins(world, rows - _SPOILT if rows >= returns.SPOILT_FROM else rows)
    own = Document(scope, dice(seed, "discord"), world.target, out.suffix)
    other = Document(scope, dice(seed, "discord/other"), world.other, out.suffix)
    parts = [
        own.sessions("sessions", drawn, spoilt=rows >= returns.SPOILT_FROM),
        own.facts("account"),
    ]
    if out.suffix == ".zip":
        strange = events.other_logins(world, _OTHER_ROWS)
        parts.append(other.sessions("other/sessions", strange, spoilt=False))
        parts.append(Part("messages/1/messages.csv", b"ID,Timestamp,Contents\n1,x,canary-message\n", read=False))
    returns.write(scope, parts, out, CANARIES)


class Document:
    """The documents about one account."""

    def __init__(self, scope: Scope, rng: Random, person: Account, suffix: str) -> None:
        self._scope, self._rng, self._person = scope, rng, person
        self._suffix = ".txt" if suffix == ".txt" else ".pdf"
        self._ip_first = rng.random() < 0.3  # noqa: PLR2004 - most begin with the time
        self._again = rng.random() < 0.5  # noqa: PLR2004 - the heading on every page
        self._furniture = rng.random() < 0.7  # noqa: PLR2004 - page numbers
        self._gap = rng.choice((" ", "  ", "    "))
        self._colon = rng.choice((":", ""))

    def sessions(self, name: str, drawn: list[Login], *, spoilt: bool) -> Part:
        """The list of sessions, with the account before it."""
        lines, truth = self._user(rest=True)
        heading = self._cells("Session Start (UTC)", "IP Address")
        lines.append(heading)
        listed = [self._session(login) for login in drawn]
        if spoilt:
            for each in self._spoilt():
                listed.insert(self._rng.randrange(len(listed)), each)
        page = 0
        for text, rows in listed:
            lines += text.splitlines()
            truth += rows
            if len(lines) // _PAGE_LINES > page:
                page += 1
                lines += [f"Page {page}"] if self._furniture else []
                lines += [heading] if self._again else []
        if spoilt:
            lines += ["Messages Sent", self._cells("2026-02-12 10:00:00", "192.0.2.200"), "canary-message"]
        return self._part(name, lines, truth)

    def facts(self, name: str) -> Part:
        """The account and when it was registered."""
        lines, truth = self._user(rest=False)
        at = self._stamp(self._scope.world.start - self._rng.randint(300, 900) * DAY)
        label = f"Registration Time (UTC){self._colon}"
        lines += [f"{label} {at}"] if self._rng.random() < 0.5 else [label, at]  # noqa: PLR2004 - one or two lines
        truth.append(self._fact(at))
        return self._part(name, [*lines, "Username: canary-name"], truth)

    def _user(self, *, rest: bool) -> tuple[list[str], list[Row]]:
        number = self._person.number
        return ["Account Report", f"User ID{self._colon} {number}", *(["Status: canary-name"] * rest)], [
            self._fact(number)
        ]

    def _fact(self, value: str) -> Row:
        return self._scope.row("subscriber", "subscriber_identity", (self._person.number, value))

    def _session(self, login: Login) -> Lines:
        values = (self._person.number, login.ip, None, zulu(login.at))
        row = self._scope.row("login", "session_ip_log", values, login.at)
        return self._cells(self._stamp(login.at), login.ip), (row,)

    def _stamp(self, at: int) -> str:
        return zulu(at)[:-1].replace("T", " ")

    def _cells(self, at: str, ip: str) -> str:
        return self._gap.join((ip, at) if self._ip_first else (at, ip))

    def _spoilt(self) -> list[Lines]:
        """Lines that must not be read as a session."""

        def rejected(text: str, *reasons: str) -> Lines:
            return text, tuple(withheld("login", "rejected", each, self._person.number) for each in reasons)

        def torn(address: str, rest: str) -> Lines:
            row = self._cells(at, address)
            if not self._ip_first:
                return rejected(f"{row}\n{rest}", "BROKEN_VALUE")
            # nothing tells whether the piece belongs to the row before it or behind it
            return rejected(f"{row}\n{rest}\n{row}", "BROKEN_VALUE", "BROKEN_VALUE")

        at, ip = "2026-02-12 10:00:00", "198.51.100.7"
        return [
            rejected(self._cells("2026-02-30 10:00:00", ip), "BAD_TIME"),
            rejected(self._cells(at, "198.51.100.300"), "BAD_ADDRESS"),
            torn("2001:db8:1:2::3", "4:5"),
            torn(ip, "3"),
        ]

    def _part(self, name: str, lines: list[str], truth: list[Row]) -> Part:
        if self._suffix == ".txt":
            return Part(f"{name}.txt", "".join(f"{line}\n" for line in lines).encode(), truth)
        pages = [lines[at : at + _PAGE_LINES] for at in range(0, len(lines), _PAGE_LINES)]
        return Part(f"{name}.pdf", pdf(pages), truth)
