"""What the holder of a TikTok account downloads, as JSON: one file, whose parts were renamed over the years."""

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
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

Pairs = tuple[tuple[str, object], ...]

_SPOILT = ("BAD_TIME", "BAD_TIME", "BAD_ADDRESS", "MISSING_ADDRESS", "MISSING_TIME", "AMBIGUOUS_ROW")
#: Where the list of logins and the profile stand: in older exports and in two kinds of newer ones.
_PARTS = (
    ("Activity", ("Profile", "Profile Information")),
    ("Your Activity", ("Profile", "Profile Info")),
    ("Your Activity", ("Profile And Settings", "Profile Info")),
)


def holder(world: World) -> Holder:
    """The world's target, whom a username names."""
    return Holder(world, world.target.vanity, "TikTok Inc.")


def export(world: World, rows: int) -> Iterator[File]:
    """The one file of an export whose list of logins has so many rows."""
    rng = dice(world.seed, "tiktok-export")
    me, person = holder(world), world.target
    activity, profile = rng.choice(_PARTS)
    style = Style(rng.choice((0, 0, 2)), mojibake=False)
    spoilt = len(_SPOILT) if rows >= SPOILT_FROM else 0
    entries = [_login(rng, me, login) for login in draw_logins(world, rows - spoilt)]
    good = [pairs for pairs, _ in entries]
    for n, code in enumerate(_SPOILT[:spoilt]):
        entries.insert(n * 4, (_spoilt(good[n * 3], n), me.rejected(code)))
    facts = (
        ("emailAddress", f"{person.vanity}@example.com"),
        ("telephoneNumber", person.phone),
        ("userName", person.vanity),
    )
    other = (("bioDescription", "sealed-body"), ("birthDate", "sealed-body"))
    watched = [(("Date", stamp(login.at)), ("Link", "sealed-body")) for login in draw_logins(world, 4)]
    parts: list[tuple[str, object]] = [
        (
            activity,
            (
                ("Login History", (("LoginHistoryList", [pairs for pairs, _ in entries]),)),
                ("Watch History", (("VideoList", watched),)),
            ),
        ),
        (profile[0], ((profile[1], (("ProfileMap", (*facts, *other)),)),)),
        ("Comment", (("Comments", (("CommentsList", []),)),)),
    ]
    parts = rng.sample(parts, len(parts))
    truth = [row for _, row in entries] + [me.fact(value) for _, value in facts]
    name = rng.choice(("user_data.json", "user_data_tiktok.json"))
    yield File(name, [style.value(tuple(parts))], truth)


def _login(rng: Random, me: Holder, login: Login) -> tuple[Pairs, Row]:
    pairs: list[tuple[str, object]] = [
        ("Date", stamp(login.at)),
        ("IP", login.ip),
        ("DeviceModel", login.agent or "ExampleApp/401"),
        ("DeviceSystem", "sealed-body"),
        ("NetworkType", "sealed-body"),
        ("Carrier", "sealed-body"),
    ]
    if rng.random() < 0.3:  # noqa: PLR2004 - now and then
        rng.shuffle(pairs)
    return tuple(pairs), me.event(login, port=False)


def _spoilt(pairs: Pairs, n: int) -> Pairs:
    """A record that cannot be read, in the order of `_SPOILT`."""
    changed: tuple[dict[str, object], ...] = (
        {"Date": "2026-02-30 10:00:00 UTC"},
        {"Date": "12/02/2026 10:00:00 UTC"},
        {"IP": "198.51.100.300"},
        {"IP": None},
        {"Date": ""},
        {},
    )
    made = tuple((label, changed[n].get(label, value)) for label, value in pairs)
    return (*made, ("IP", "192.0.2.250")) if _SPOILT[n] == "AMBIGUOUS_ROW" else made
