"""What the holder of a Snapchat account downloads, as JSON: `account.json` beside files that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from fourcorners.samples.exports import SPOILT_FROM
from fourcorners.samples.exports import File
from fourcorners.samples.exports import Holder
from fourcorners.samples.json_spelling import Style
from fourcorners.samples.logins import draw_logins
from fourcorners.samples.spelling import stamp
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

Pairs = tuple[tuple[str, object], ...]

_SPOILT = (
    "BAD_TIME",
    "BAD_TIME",
    "BAD_ADDRESS",
    "MISSING_ADDRESS",
    "MISSING_TIME",
    "AMBIGUOUS_ROW",
    "BROKEN_VALUE",
)


def holder(world: World) -> Holder:
    """The world's target, whom a username names."""
    return Holder(world, world.target.vanity, "Snap Inc.")


def export(world: World, rows: int) -> Iterator[File]:
    """The files of an export whose list of logins has so many rows."""
    rng = dice(world.seed, "snapchat-export")
    me, person = holder(world), world.target
    style = Style(rng.choice((2, 4, 0)), mojibake=False)
    spoilt = len(_SPOILT) if rows >= SPOILT_FROM else 0
    entries = [_login(rng, me, login) for login in draw_logins(world, rows - spoilt)]
    good = [pairs for pairs, _ in entries]
    for n, code in enumerate(_SPOILT[:spoilt]):
        entries.insert(n * 4, (_spoilt(_whole(good[n * 3]), n), me.rejected(code)))
    facts = (
        ("Username", person.vanity),
        ("Name", f"{person.first} Exämple"),
        ("Creation Date", stamp(world.start - rng.randint(300, 900) * DAY)),
    )
    history = [_device(login) for login in draw_logins(world, 2)]
    parts: list[tuple[str, object]] = [
        ("Basic Information", (*facts, ("Country", "US"))),
        ("Device Information", (("Make", "Example"), ("Model ID", "sealed-body"), ("OS Type", "ExampleOS"))),
        ("Device History", history),
        ("Login History", [pairs for pairs, _ in entries]),
    ]
    if rng.random() < 0.3:  # noqa: PLR2004 - no order is fixed
        parts = [parts[0], *rng.sample(parts[1:], 3)]
    lists = {
        "Basic Information": [me.fact(value) for _, value in facts],
        "Device History": [me.capture() for _ in history],
        "Login History": [row for _, row in entries],
    }
    truth = [row for name, _ in parts for row in lists.get(name, [])]
    yield File(rng.choice(("json/account.json", "account.json")), [style.value(tuple(parts))], truth)
    yield File("json/chat_history.json", [style.value((("sample.fir", [(("From", "sealed-body"),)]),))], None)
    yield File("html/account.html", ["<html><body>sealed-body</body></html>"], None)


def _login(rng: Random, me: Holder, login: Login) -> tuple[Pairs, Row]:
    there = rng.random() < 0.95  # noqa: PLR2004 - an entry may lack the address
    pairs: list[tuple[str, object]] = [
        *([("IP", login.ip)] if there else []),
        ("Country", "US"),
        ("Created", stamp(login.at)),
        ("Status", rng.choice(("success", "failed"))),
        ("Device", login.agent or "ExampleApp/401"),
    ]
    if rng.random() < 0.3:  # noqa: PLR2004 - now and then
        rng.shuffle(pairs)
    return tuple(pairs), me.event(login, port=False, ip=there)


def _device(login: Login) -> Pairs:
    return (
        ("Make", "Example"),
        ("Model", "sealed-body"),
        ("Start Time", stamp(login.at)),
        ("Device Type", "PHONE"),
    )


def _whole(pairs: Pairs) -> Pairs:
    """The record with an address."""
    return pairs if "IP" in dict(pairs) else (("IP", "192.0.2.9"), *pairs)


def _spoilt(pairs: Pairs, n: int) -> Pairs:
    """A record that cannot be read, in the order of `_SPOILT`."""
    changed: tuple[dict[str, object], ...] = (
        {"Created": "2026-02-30 10:00:00 UTC"},
        {"Created": "12/02/2026 10:00:00"},
        {"IP": "198.51.100.300"},
        {},
        {"Created": ""},
        {},
        {"Created": 1_770_000_000},
    )
    renamed = {"IP": "Address"} if _SPOILT[n] == "MISSING_ADDRESS" else {}
    made = tuple((renamed.get(label, label), changed[n].get(label, value)) for label, value in pairs)
    return (*made, ("IP", "192.0.2.250")) if _SPOILT[n] == "AMBIGUOUS_ROW" else made
