"""What a Meta production says, before any layout: a record's sections, and the truth about each of its rows.

The verdict of a row follows the design's order: a row that cannot be read is rejected; then category, account,
time zone and window, the first that applies being its reason. Rows of `subscriber` and `negative` have no
instant, so the window does not judge them.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from fourcorners.samples.truth import COLUMNS
from fourcorners.samples.truth import Row
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


def withheld(kind: str, verdict: str, reason: str, account: str) -> Row:
    """The truth about a row of which no value may come out."""
    return Row(kind, verdict, reason, (account, *[None] * (len(COLUMNS[kind]) - 1)))
