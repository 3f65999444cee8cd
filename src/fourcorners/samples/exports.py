"""What account holders' exports share: whose they are, what must become of their rows, how they are packed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fourcorners.model.errors import UsageError
from fourcorners.samples import orders
from fourcorners.samples import truth
from fourcorners.samples.package import Archive
from fourcorners.samples.production import CANARIES
from fourcorners.samples.production import Judge
from fourcorners.samples.production import withheld
from fourcorners.samples.spelling import zulu
from fourcorners.samples.truth import Row
from fourcorners.samples.values import Login
from fourcorners.samples.world import World

#: From so many rows on, a list of events also holds rows that cannot be read.
SPOILT_FROM = 40
#: What stands in values that no instrument here asks for.
PLACE = "Sealed Springs"
COOKIE = "sealed-cookie"
SERVICE = "Facebook"  # the categories that the order names are the same for all of Meta's exports


@dataclass(frozen=True, slots=True)
class File:
    """One file of an export: its path, its text in pieces, the truth about its rows (None: no reader knows it)."""

    path: str
    pieces: Iterable[str]
    rows: list[Row] | None


@dataclass(frozen=True, slots=True)
class Holder:
    """The account holder.

    Attributes:
        world: the truth.
        account: what names the account everywhere.
        custodian: whose export it is.
    """

    world: World
    account: str
    custodian: str = "Meta Platforms, Inc."

    @property
    def _judge(self) -> Judge:
        return Judge(self.world, SERVICE, self.account, asked=True)

    def event(self, login: Login, *, port: bool, ip: bool = True) -> Row:
        """The truth about an event, of a file that writes ports or addresses, or does not."""
        values = (self.account, login.ip if ip else None, login.port if port else None, zulu(login.at))
        return self._judge.row("login", "session_ip_log", values, login.at)

    def session(self, login: Login, until: int | None, *, port: bool) -> Row:
        """The truth about a session: in the window if it overlaps it."""
        window = self.world.window
        values = (self.account, login.ip, login.port if port else None, zulu(login.at))
        inside = login.at < window.end and (login.at >= window.start or (until or 0) > window.start)
        reason = None if inside else "OUTSIDE_DATE_RANGE"
        return Row(
            "session", "sealed" if reason else "released", reason, (*values, zulu(until) if until else None)
        )

    def fact(self, value: str, category: str = "subscriber_identity") -> Row:
        """The truth about a fact of the profile."""
        return self._judge.row("subscriber", category, (self.account, value))

    def capture(self, reason: str = "OUTSIDE_CATEGORY") -> Row:
        """The truth about a row that no family holds."""
        return Row("capture", "sealed", reason, (self.account,))

    def rejected(self, code: str) -> Row:
        """The truth about a row that cannot be read."""
        return withheld("login", "rejected", code, self.account)


def holder(world: World) -> Holder:
    """The world's target, whose username names the account."""
    return Holder(world, world.target.vanity)


def sample(rng: Random, logins: list[Login], count: int) -> list[Login]:
    """Some of the events, newest first."""
    return sorted(rng.sample(logins, min(count, len(logins))), key=lambda login: -login.at)


def write(me: Holder, out: Path, files: Iterable[File], *, zone: str | None = None) -> None:
    """Write the export as a zip, with the account holder's consent and the truth beside it.

    Args:
        me: whose it is.
        out: a path that ends in .zip.
        files: of the export.
        zone: in which a person must declare the file's local times, for the truth to hold.
    """
    if out.suffix != ".zip":
        raise UsageError("USAGE", f"{out.name!r} cannot hold an export", next_step="end the name in .zip")
    members = []
    with Archive(out) as archive:
        for file in files:
            digest = archive.add(file.path, file.pieces)
            if file.rows is not None:
                members.append(truth.Member(file.path, digest, file.rows))
    order = out.with_name(f"{out.name}.order.toml")
    consent = orders.consent(me.world, me.account, me.custodian)
    orders.write(consent, order, out.with_name(f"{out.name}.order.txt"))
    told = truth.return_truth(
        out.parent, out, order, members, withheld_fields={"login": ("agent",), "session": ("agent",)}, zone=zone
    )
    truth.write(out.with_name(f"{out.name}.truth.json"), me.world.seed, [told], [], (*CANARIES, PLACE, COOKIE))
