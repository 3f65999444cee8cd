"""Returns that are one table of a provider: Reddit, Kik, TikTok and Roblox.

Columns stand in any order by the seed, beside others that nobody knows. Each table has its own trap: a row that is
no login, a port with a time of its own, two times in a row, rows about other accounts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from fourcorners.samples import logins as events
from fourcorners.samples import returns
from fourcorners.samples import world as worlds
from fourcorners.samples import xlsx
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
from fourcorners.samples.world import World

CANARIES = ("canary-device", "canary-country", "canary-name")
_CATEGORIES = ("subscriber_identity", "session_ip_log")

Cells = dict[str, str]
Entry = tuple[Cells, Row]


@dataclass(frozen=True, slots=True)
class Listing:
    """One provider's table.

    Attributes:
        name: of the file.
        custodian: as the instrument names the producer.
        columns: its labels.
        account: how the provider names an account; empty where the table names none.
        made: a row of an event of an account.
        spoilt: changes that must be rejected or sealed: cells, verdict, reason.
        odd: rows that every table has once.
    """

    name: str
    custodian: str
    columns: tuple[str, ...]
    account: Callable[[Account], str]
    made: Callable[[Scope, Random, str, Login], Entry]
    spoilt: Sequence[tuple[Cells, str, str]]
    odd: Callable[[Scope, Random, str], list[Entry]] = lambda _scope, _rng, _account: []

    def write(self, seed: int, rows: int, out: Path) -> None:
        """Write the table as it is named, or in a zip."""
        world = worlds.build(seed)
        rng = dice(seed, self.name)
        target = self.account(world.target)
        scope = Scope(world, self.custodian, (target or world.target.number,), _CATEGORIES)
        entries = self._entries(scope, rng, world, rows)
        columns = rng.sample(self.columns, len(self.columns))
        table = [columns, *([cells.get(name, "") for name in columns] for cells, _ in entries)]
        data = _workbook(table) if self.name.endswith(".xlsx") else _csv(table, rng)
        parts = [
            Part(self.name, data, [row for _, row in entries]),
            Part("readme.txt", b"One file for each kind of record.\n", read=False),
        ]
        returns.write(scope, parts, out, CANARIES)

    def _entries(self, scope: Scope, rng: Random, world: World, rows: int) -> list[Entry]:
        target = self.account(world.target)
        odd = self.odd(scope, rng, target)
        spoilt = self.spoilt if rows >= returns.SPOILT_FROM else ()
        others = rows // 8 if target else 0
        drawn = events.draw_logins(world, max(1, rows - len(spoilt) - len(odd) - others))
        made = [self.made(scope, rng, target, login) for login in drawn]
        made += [
            self.made(scope, rng, self.account(world.other), login) for login in events.other_logins(world, others)
        ]
        for cells, verdict, reason in spoilt:
            model, row = made[rng.randrange(len(drawn))]
            while row.verdict != "released" and target:
                model, row = made[rng.randrange(len(drawn))]
            kind = row.kind
            made.append((model | cells, withheld(kind, verdict, reason, target)))
        made += odd
        return rng.sample(made, len(made))


def _csv(table: Sequence[Sequence[str]], rng: Random) -> bytes:
    target = io.StringIO()
    csv.writer(target, lineterminator=rng.choice(("\n", "\r\n"))).writerows(table)
    return target.getvalue().encode()


def _workbook(table: Sequence[Sequence[str]]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.xlsx"
        xlsx.write(path, table)
        return path.read_bytes()


def _reddit(scope: Scope, _rng: Random, _account: str, login: Login) -> Entry:
    values = (None, login.ip, None, zulu(login.at))
    return {"date": stamp(login.at), "ip": login.ip}, scope.row("login", "session_ip_log", values, login.at)


def _registration(scope: Scope, rng: Random, _account: str) -> list[Entry]:
    ip = f"192.0.2.{rng.randint(100, 120)}"
    return [({"date": "registration ip", "ip": ip}, scope.row("subscriber", "session_ip_log", (None, ip)))]


def _kik(scope: Scope, rng: Random, account: str, login: Login) -> Entry:
    written = str(login.port) if login.port else rng.choice(("", "0"))
    cells = {
        "user_jid": account,
        "ip": login.ip,
        "port": written,
        "ts": stamp(login.at),
        "device": "canary-device",
    }
    values = (account, login.ip, login.port, zulu(login.at))
    return cells, scope.row("login", "session_ip_log", values, login.at)


def _tiktok(scope: Scope, rng: Random, _account: str, login: Login) -> Entry:
    active = stamp(login.at - rng.randint(0, HOUR))
    cells = {
        "Timestamp": stamp(login.at),
        "Active Start Time": active,
        "IP": login.ip,
        "IP Country": "canary-country",
    }
    values = (None, login.ip, None, zulu(login.at))
    return cells, scope.row("login", "session_ip_log", values, login.at)


def _roblox(scope: Scope, rng: Random, account: str, login: Login) -> Entry:
    until = login.at + rng.choice((0, HOUR, 3 * DAY))
    cells = {
        "user_id": account,
        "username": "canary-name",
        "ip_address": login.ip,
        "first_recorded_utc": stamp(login.at).removesuffix(" UTC"),
        "last_recorded_utc": stamp(until).removesuffix(" UTC"),
        "last_observed_port": "4711",
        "last_observed_port_utc": stamp(until).removesuffix(" UTC"),
    }
    values = (account, login.ip, zulu(login.at), zulu(until))
    return cells, scope.row("seen", "session_ip_log", values, login.at, until)


def _rejected(ip: str, *times: str) -> list[tuple[Cells, str, str]]:
    made = [({ip: "198.51.100.300"}, "rejected", "BAD_ADDRESS"), ({ip: ""}, "rejected", "MISSING_ADDRESS")]
    for time in times:
        made += [
            ({time: "2026-02-30 10:00:00 UTC"}, "rejected", "BAD_TIME"),
            ({time: "12/02/2026 10:00"}, "rejected", "BAD_TIME"),
            ({time: ""}, "rejected", "MISSING_TIME"),
        ]
    return made


REDDIT = Listing(
    "ip_logs.csv",
    "Reddit, Inc.",
    ("date", "ip"),
    lambda _person: "",
    _reddit,
    _rejected("ip", "date"),
    _registration,
)
KIK = Listing(
    "binds.csv",
    "MediaLab.AI Inc.",
    ("user_jid", "ip", "port", "ts", "device"),
    lambda person: f"{person.vanity}_x7@talk.kik.example",
    _kik,
    [
        *_rejected("ip", "ts"),
        ({"port": "70000"}, "rejected", "BAD_PORT"),
        ({"ts": "2026-02-12 10:00:00"}, "sealed", "UNDECIDABLE_TIME_ZONE"),
    ],
)
TIKTOK = Listing(
    "sample - IP Data.xlsx",
    "TikTok Inc.",
    ("Timestamp", "Active Start Time", "IP", "IP Country"),
    lambda _person: "",
    _tiktok,
    _rejected("IP", "Timestamp"),
)
ROBLOX = Listing(
    "IP address of the account.csv",
    "Roblox Corporation",
    (
        "user_id",
        "username",
        "ip_address",
        "first_recorded_utc",
        "last_recorded_utc",
        "last_observed_port",
        "last_observed_port_utc",
    ),
    lambda person: person.number,
    _roblox,
    [
        *_rejected("ip_address", "first_recorded_utc", "last_recorded_utc"),
        ({"last_recorded_utc": "2025-01-01 00:00:00"}, "rejected", "BAD_INTERVAL"),
    ],
)
