"""An X return: JSON that is not always clean, signed or bare, one file for each kind of record.

The traps stand in it by the seed: commas that are missing or one too many, several arrays one after another,
records with and without the label of their kind around them, labels in any order, values in no list.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

from fourcorners.samples import logins as events
from fourcorners.samples import returns
from fourcorners.samples import world as worlds
from fourcorners.samples.production import withheld
from fourcorners.samples.returns import Part
from fourcorners.samples.returns import Scope
from fourcorners.samples.spelling import zulu
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import Account

CANARIES = ("canary-app", "canary-device", "canary-token")
_CATEGORIES = ("subscriber_identity", "session_ip_log")
_OTHER_ROWS = 30

Fields = list[tuple[str, object]]
Entry = tuple[Fields, Row]


def write(seed: int, rows: int, out: Path) -> None:
    """Write a return: `*.txt` holds the target's logins, `*.zip` everything."""
    world = worlds.build(seed)
    rng = dice(seed, "x")
    target, other = world.target, world.other
    scope = Scope(world, "X Corp.", (target.number,), _CATEGORIES)
    style = Style(rng)
    listed = _audit(scope, rng, target, rows)
    strange = [
        _login(scope, rng, other, login) for login in events.other_logins(world, _OTHER_ROWS if rows > 1 else 1)
    ]
    parts = [
        Part(f"{target.number}-ip-audit.txt", style.text("ipAudit", listed), [row for _, row in listed]),
        _account(scope, rng, style, target),
        _creation(scope, rng, style, target),
        Part(f"{other.number}-ip-audit.txt", style.text("ipAudit", strange), [row for _, row in strange]),
        _account(scope, rng, style, other),
        Part(
            f"{target.number}-device-token.txt",
            style.text(
                "deviceToken", [([("token", "canary-token"), ("lastSeenAt", "2026-01-01T00:00:00.000Z")], None)]
            ),
            read=False,
        ),
        Part("README.txt", b"One file for each kind of record.\n", read=False),
    ]
    returns.write(scope, parts, out, CANARIES)


class Style:
    """How a return is written, by the seed: the same in all of its files."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.signed = rng.random() < 0.6  # noqa: PLR2004 - most are
        self.wrapped = rng.random() < 0.7  # noqa: PLR2004 - most are
        self.separator = rng.choice((", ", ",\n", "\n"))
        self.trailing = rng.random() < 0.4  # noqa: PLR2004 - some
        self.chunk = rng.choice((0, 0, 7))  # records of an array before the next begins; 0: all in one
        self.newline = rng.choice(("\n", "\r\n"))

    def text(self, kind: str, entries: Sequence[tuple[Fields, Row | None]]) -> bytes:
        """The file of these records."""
        chunk = self.chunk or max(1, len(entries))
        arrays = [entries[at : at + chunk] for at in range(0, len(entries), chunk)]
        body = "\n".join(self._array(kind, array) for array in arrays) + "\n"
        if self.signed:
            body = (
                "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
                + body
                + "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCgAdFiEEexample\n=c2Fy\n-----END PGP SIGNATURE-----\n"
            )
        return body.replace("\n", self.newline).encode()

    def _array(self, kind: str, entries: Sequence[tuple[Fields, Row | None]]) -> str:
        made = [self._record(kind, fields) for fields, _ in entries]
        return "[ " + self.separator.join(made) + (" ," if self.trailing else "") + " ]"

    def _record(self, kind: str, fields: Fields) -> str:
        shuffled = self._rng.sample(fields, len(fields))
        lines = [f"    {json.dumps(label)} : {json.dumps(value)}" for label, value in shuffled]
        inner = "{\n" + ",\n".join(lines) + "\n  }"
        return f'{{\n  "{kind}" : {inner}\n}}' if self.wrapped else inner


def _stamp(at: int, thousandth: int) -> str:
    return f"{zulu(at)[:-1]}.{thousandth:03d}Z"


def _login(scope: Scope, rng: Random, person: Account, login: Login) -> Entry:
    at = _stamp(login.at, rng.randrange(1000))
    fields: Fields = [("accountId", person.number), ("createdAt", at), ("loginIp", login.ip)]
    if rng.random() < 0.1:  # noqa: PLR2004 - a label that is in no list
        fields.append(("deviceModel", "canary-device"))
    return fields, scope.row("login", "session_ip_log", (person.number, login.ip, None, at), login.at)


def _audit(scope: Scope, rng: Random, person: Account, rows: int) -> list[Entry]:
    spoilt = _spoilt(person) if rows >= returns.SPOILT_FROM else []
    drawn = events.draw_logins(scope.world, rows - len(spoilt))
    made = [_login(scope, rng, person, login) for login in drawn]
    for entry in spoilt:
        made.insert(rng.randrange(len(made)), entry)
    return made


def _spoilt(person: Account) -> list[Entry]:
    """Records that must not be read, or not be released."""
    good = {"accountId": person.number, "createdAt": "2026-02-12T10:00:00.000Z", "loginIp": "198.51.100.7"}

    def spoil(verdict: str, reason: str, **changed: object) -> Entry:
        fields = [(label, value) for label, value in (good | changed).items() if value != "absent"]
        account = None if reason == "UNDECIDABLE_ACCOUNT" else person.number
        return list(fields), withheld("login", verdict, reason, account)  # type: ignore[arg-type]  # as it stands

    return [
        spoil("rejected", "BAD_TIME", createdAt="2026-02-30T10:00:00.000Z"),
        spoil("rejected", "BAD_TIME", createdAt="12/02/2026 10:00:00"),
        spoil("rejected", "BAD_ADDRESS", loginIp="198.51.100.300"),
        spoil("rejected", "MISSING_ADDRESS", loginIp=None, kind="no address"),
        spoil("rejected", "MISSING_TIME", createdAt="absent"),
        spoil("rejected", "BROKEN_VALUE", createdAt=["2026-02-12T10:00:00.000Z"]),
        spoil("sealed", "UNDECIDABLE_TIME_ZONE", createdAt="2026-02-12T10:00:00.000"),
        spoil("sealed", "UNDECIDABLE_ACCOUNT", accountId="absent"),
    ]


def _account(scope: Scope, rng: Random, style: Style, person: Account) -> Part:
    made = _stamp(scope.world.start - rng.randint(300, 900) * DAY, 0)
    facts: list[tuple[str, str, str | None]] = [
        ("accountId", person.number, "subscriber_identity"),
        ("username", person.vanity, "subscriber_identity"),
        ("accountDisplayName", f"{person.first} {person.last} \u2603", "subscriber_identity"),
        ("email", f"{person.vanity}@example.com", "subscriber_identity"),
        ("createdAt", made, "subscriber_identity"),
        ("createdVia", "oauth:canary-app", "transactional_noncontent"),
    ]
    truth = [scope.row("subscriber", category, (person.number, value)) for _, value, category in facts]
    fields: Fields = [(label, value) for label, value, _ in facts]
    fields.append(("phoneModel", {"name": "canary-device", "seen": [1, 2]}))
    return Part(f"{person.number}-account.txt", style.text("account", [(fields, None)]), truth)


def _creation(scope: Scope, rng: Random, style: Style, person: Account) -> Part:
    ip = f"192.0.2.{rng.randint(100, 120)}"
    fields: Fields = [("accountId", person.number), ("userCreationIp", ip)]
    truth = [
        scope.row("subscriber", "subscriber_identity", (person.number, person.number)),
        scope.row("subscriber", "session_ip_log", (person.number, ip)),
    ]
    return Part(
        f"{person.number}-account-creation-ip.txt", style.text("accountCreationIp", [(fields, None)]), truth
    )
