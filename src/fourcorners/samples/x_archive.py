"""The archive of an X account as its holder downloads it: JSON behind an assignment, one file a kind of record."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from random import Random

from fourcorners.samples.exports import SPOILT_FROM
from fourcorners.samples.exports import File
from fourcorners.samples.exports import Holder
from fourcorners.samples.json_spelling import Style
from fourcorners.samples.logins import draw_logins
from fourcorners.samples.spelling import zulu
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

Pairs = tuple[tuple[str, object], ...]
Entry = tuple[Pairs, Row]

_SPOILT = ("BAD_TIME", "BAD_TIME", "BAD_ADDRESS", "MISSING_ADDRESS", "BROKEN_VALUE", "AMBIGUOUS_ROW")


def holder(world: World) -> Holder:
    """The world's target, whom a number names."""
    return Holder(world, world.target.number, "X Corp.")


def export(world: World, rows: int) -> Iterator[File]:
    """The files of an archive whose list of logins has so many rows."""
    rng = dice(world.seed, "x-archive")
    me, person = holder(world), world.target
    style = Style(rng.choice((2, 2, 0)), mojibake=False)
    spoilt = len(_SPOILT) if rows >= SPOILT_FROM else 0
    logins = [_login(rng, me, login) for login in draw_logins(world, rows - spoilt)]
    good = [pairs for pairs, _ in logins]
    for n, code in enumerate(_SPOILT[:spoilt]):
        logins.insert(n * 4, (_spoilt(good[n * 3], n), me.rejected(code)))
    yield _file(style, "ip_audit", "ipAudit", logins)
    made = _stamp(rng, world.start - rng.randint(300, 900) * DAY)
    facts = (
        ("email", f"{person.vanity}@example.com"),
        ("createdVia", "web"),
        ("username", person.vanity),
        ("accountId", me.account),
        ("createdAt", made),
        ("accountDisplayName", f"{person.first} Exämple"),
    )
    yield File(
        "data/account.js",
        _pieces(style, "account", [(("account", facts),)]),
        [me.fact(value, _category(label)) for label, value in facts],
    )
    ip = f"192.0.2.{rng.randint(100, 120)}"
    creation = (("accountId", me.account), ("userCreationIp", ip))
    yield File(
        "data/account-creation-ip.js",
        _pieces(style, "account_creation_ip", [(("accountCreationIp", creation),)]),
        [me.fact(value, _category(label)) for label, value in creation],
    )
    tokens = [_token(rng, me, login) for login in draw_logins(world, 3)]
    yield _file(style, "device_token", "deviceToken", tokens)
    tweets = _pieces(style, "tweets", [(("tweet", (("full_text", "sealed-body"),)),)])
    yield File("data/tweets.js", tweets, None)


def _category(label: str) -> str:
    others = {"createdVia": "transactional_noncontent", "userCreationIp": "session_ip_log"}
    return others.get(label, "subscriber_identity")


def _file(style: Style, variable: str, kind: str, entries: Sequence[Entry]) -> File:
    pieces = _pieces(style, variable, [((kind, pairs),) for pairs, _ in entries])
    return File(f"data/{variable.replace('_', '-')}.js", pieces, [row for _, row in entries])


def _pieces(style: Style, variable: str, records: list[Pairs]) -> Iterator[str]:
    yield f"window.YTD.{variable}.part0 = "
    yield style.value(list(records))


def _stamp(rng: Random, at: int) -> str:
    return f"{zulu(at)[:-1]}.{rng.randrange(1000):03d}Z"


def _login(rng: Random, me: Holder, login: Login) -> Entry:
    at = _stamp(rng, login.at)
    pairs: Pairs = (("accountId", me.account), ("createdAt", at), ("loginIp", login.ip))
    if rng.random() < 0.3:  # noqa: PLR2004 - now and then
        pairs = tuple(rng.sample(pairs, len(pairs)))
    if rng.random() < 0.2:  # noqa: PLR2004 - a label that nobody knows
        pairs = (*pairs, ("loginPortNumber", "sealed-body"))
    row = me.event(login, port=False)
    return pairs, Row(row.kind, row.verdict, row.reason, (*row.values[:3], at))


def _token(rng: Random, me: Holder, login: Login) -> Entry:
    pairs = (
        ("clientApplicationId", "1"),
        ("token", "sealed-body"),
        ("createdAt", _stamp(rng, login.at)),
        ("lastSeenAt", _stamp(rng, login.at + DAY)),
        ("clientApplicationName", "Example for Phones"),
    )
    return pairs, me.capture()


def _spoilt(pairs: Pairs, n: int) -> Pairs:
    """A record that cannot be read, in the order of `_SPOILT`."""
    changed: tuple[dict[str, object], ...] = (
        {"createdAt": "2026-02-30T10:00:00.000Z"},
        {"createdAt": "12/02/2026 10:00:00"},
        {"loginIp": "198.51.100.300"},
        {"loginIp": None},
        {"createdAt": [1, 2]},
        {},
    )
    made = tuple((label, changed[n].get(label, value)) for label, value in pairs)
    return made if changed[n] else (*made, ("loginIp", "192.0.2.250"))
