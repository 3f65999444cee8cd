"""What a Google production says, before any layout, and what must become of each of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from fourcorners.samples.orders import Order
from fourcorners.samples.spelling import zulu
from fourcorners.samples.truth import Row
from fourcorners.samples.values import Login
from fourcorners.samples.world import Account
from fourcorners.samples.world import World

#: What the instrument asks for.
CATEGORIES = ("subscriber_identity", "session_ip_log")
#: Texts that stand outside the scope, or in columns of no field: none may reach a record line.
CANARIES = ("ExampleBrowser", "ExampleApp", "Exampleland", "ExampleDevice", "sealed-value")


def mail(account: Account) -> str:
    """The account's address."""
    return f"{account.vanity}@example.com"


@dataclass(frozen=True, slots=True)
class Subject:
    """One account, and whether the instrument names it."""

    world: World
    account: Account
    asked: bool

    def row(
        self,
        kind: str,
        category: str | None,
        values: tuple[object, ...],
        at: int | None = None,
        *,
        named: bool = True,
    ) -> Row:
        """The truth about a row that can be read; `named`: something names its account."""
        reason = None
        if category is None:
            reason = "UNDECIDABLE_CATEGORY"
        elif category not in CATEGORIES:
            reason = "OUTSIDE_CATEGORY"
        elif not named:
            reason = "UNDECIDABLE_ACCOUNT"
        elif not self.asked:
            reason = "OUTSIDE_ACCOUNT"
        elif at is not None and not self.world.window.holds(at):
            reason = "OUTSIDE_DATE_RANGE"
        account = self.account.number if named else None
        return Row(kind, "sealed" if reason else "released", reason, (account, *values))


@dataclass(frozen=True, slots=True)
class Event:
    """A row with an address: its texts, whether it lost its last cells, whether its account's cell is blank."""

    time: str
    ip: str
    action: str
    agent: str
    truth: Row
    short: bool = False
    nameless: bool = False


#: How a row is spoilt -> the code with which it must be rejected.
_FLAWS = {
    "no address": "MISSING_ADDRESS",
    "no time": "MISSING_TIME",
    "address": "BAD_ADDRESS",
    "time": "BAD_TIME",
    "short": "AMBIGUOUS_ROW",
}


def events(
    subject: Subject, logins: Sequence[Login], rng: Random, zone: str, *, table: bool, spoilt: int
) -> list[Event]:
    """The events as rows, with some that cannot be read among them.

    Args:
        subject: whose.
        logins: what happened.
        rng: draws what is spoilt.
        zone: how the file writes the zone.
        table: the rows are those of a CSV file, which has the account in each and no short rows.
        spoilt: how many rows to add that cannot be read.
    """
    rows = []
    for login in logins:
        nameless = table and rng.random() < 0.03  # noqa: PLR2004 - a few
        truth = subject.row(
            "login", "session_ip_log", (login.ip, None, zulu(login.at)), login.at, named=not nameless
        )
        rows.append(_event(login, zone, truth, rng, nameless=nameless))
    for _ in range(spoilt if logins else 0):
        flaw = rng.choice([name for name in _FLAWS if not (table and name == "short")])
        account = subject.account.number
        truth = Row("login", "rejected", _FLAWS[flaw], (account, None, None, None))
        whole = _event(rng.choice(logins), zone, truth, rng)
        bad = Event(
            time={"no time": "", "time": whole.time.replace("-", "/", 1)}.get(flaw, whole.time),
            ip={"no address": "", "address": f"{whole.ip}.x"}.get(flaw, whole.ip),
            action=whole.action,
            agent=whole.agent,
            truth=truth,
            short=flaw == "short",
        )
        rows.insert(rng.randrange(len(rows) + 1), bad)
    return rows


def _event(login: Login, zone: str, truth: Row, rng: Random, *, nameless: bool = False) -> Event:
    at = zulu(login.at).replace("T", " ").replace("Z", f" {zone}")
    ip = login.ip.upper() if rng.random() < 0.2 else login.ip  # noqa: PLR2004 - some
    return Event(at, ip, login.action or "", login.agent or "", truth, nameless=nameless)


def order(world: World) -> Order:
    """The warrant to Google; it names the account by its number and its address."""
    window = world.window
    return Order(
        "search_warrant",
        "Sample Magistrate Judge, Example District",
        "magistrate_judge",
        "Google LLC",
        (world.target.number, mail(world.target)),
        CATEGORIES,
        (window.start_text, window.end_text, window.zone),
        "2026-03-20T15:00:00Z",
        "2026-03-23T09:30:00Z",
        f"26-mj-{1000 + world.seed % 9000}",
    )
