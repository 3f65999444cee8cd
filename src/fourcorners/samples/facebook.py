"""A Facebook export as JSON, old or new: root keys with `_v2` or without, files under their old or new names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from fourcorners.samples.exports import COOKIE
from fourcorners.samples.exports import PLACE
from fourcorners.samples.exports import SPOILT_FROM
from fourcorners.samples.exports import File
from fourcorners.samples.exports import Holder
from fourcorners.samples.exports import holder
from fourcorners.samples.exports import sample
from fourcorners.samples.json_spelling import Style
from fourcorners.samples.logins import draw_logins
from fourcorners.samples.truth import Row
from fourcorners.samples.values import DAY
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

Pairs = tuple[tuple[str, object], ...]
Entry = tuple[Pairs, Row]

#: Words for what happened, in several languages.
_WORDS = ("Session updated", "Login", "Sesión actualizada", "Sitzung aktualisiert", "Connexion", "Oturum açıldı")
_SPOILT = ("BAD_ADDRESS", "BAD_TIME", "BAD_TIME", "MISSING_ADDRESS", "MISSING_TIME", "AMBIGUOUS_ROW", "BAD_PORT")


@dataclass(frozen=True, slots=True)
class _Form:
    """How one export is written; `new` ones have `_v2`, other folders and, for most, ports."""

    rng: Random
    style: Style
    new: bool
    ports: bool
    top: str

    def path(self, old: str, new: str) -> str:
        return self.top + (new if self.new else old)

    def root(self, name: str) -> str:
        return f"{name}_v2" if self.new else name


def export(world: World, rows: int) -> Iterator[File]:
    """The files of an export whose account activity has so many rows."""
    rng = dice(world.seed, "facebook-export")
    new = rng.random() < 0.7  # noqa: PLR2004 - most
    me = holder(world)
    top = f"facebook-{me.account}-2026-03-30-x1Y2z3/" if new and rng.random() < 0.5 else ""  # noqa: PLR2004 - half of them
    form = _Form(rng, Style.drawn(rng), new, new and rng.random() < 0.7, top)  # noqa: PLR2004 - most
    spoilt = (len(_SPOILT) - (not form.ports)) if rows >= SPOILT_FROM else 0
    logins = draw_logins(world, rows - spoilt)
    security = "security_and_login_information/"
    yield _file(
        form, (f"{security}account_activity.json",) * 2, "account_activity", _activity(form, me, logins, spoilt)
    )
    yield _file(form, (f"{security}logins_and_logouts.json",) * 2, "account_accesses", _accesses(form, me, logins))
    yield _file(
        form,
        (f"{security}used_ip_addresses.json", f"{security}ip_address_activity.json"),
        "used_ip_address",
        _addresses(form, me, logins),
    )
    yield _file(
        form,
        (f"{security}where_you're_logged_in.json", f"{security}where_you_re_logged_in.json"),
        "active_sessions",
        _sessions(form, me, logins),
    )
    yield _file(
        form,
        (f"{security}administrative_records.json", f"{security}record_details.json"),
        "admin_records",
        _changes(form, me, logins),
    )
    yield _file(form, (f"{security}authorized_logins.json",) * 2, "recognized_devices", _devices(form, me, logins))
    yield _profile(form, me, world)
    other: Pairs = (("participants", [(("name", "Placeholder Fir"),)]), ("messages", []))
    yield File(
        form.path("messages/inbox/x/message_1.json", "messages/x/message_1.json"), [form.style.value(other)], None
    )


def _file(form: _Form, paths: tuple[str, str], root: str, entries: list[Entry]) -> File:
    pieces = form.style.under(form.root(root), [pairs for pairs, _ in entries])
    return File(form.path(*paths), pieces, [row for _, row in entries])


def _shuffled(form: _Form, *pairs: tuple[str, object]) -> Pairs:
    """The labels in any order; a row's own order is drawn now and then."""
    made = list(pairs)
    if form.rng.random() < 0.3:  # noqa: PLR2004 - now and then
        form.rng.shuffle(made)
    return tuple(made)


def _pairs(form: _Form, login: Login, *, port: bool) -> Pairs:
    pairs: list[tuple[str, object]] = [
        ("action", form.rng.choice(_WORDS)),
        ("timestamp", login.at),
        ("ip_address", login.ip),
    ]
    if port:
        pairs.append(("port", login.port if login.port and form.rng.random() < 0.5 else str(login.port or 0)))  # noqa: PLR2004 - half of them
    if login.agent is not None:
        pairs.append(("user_agent", login.agent))
    pairs.append(("datr_cookie", f"{COOKIE}****"))
    if form.new:
        pairs += [("city", PLACE), ("region", PLACE), ("country", "US"), ("site_name", "www.example.com")]
    return _shuffled(form, *pairs)


def _activity(form: _Form, me: Holder, logins: list[Login], spoilt: int) -> list[Entry]:
    made = [(_pairs(form, login, port=form.ports), me.event(login, port=form.ports)) for login in logins]
    for n, code in enumerate(_SPOILT[:spoilt]):
        model = logins[n * 3]
        made.insert(n * 4, (_spoil(_pairs(form, model, port=form.ports), n, model), me.rejected(code)))
    return made


def _spoil(pairs: Pairs, n: int, login: Login) -> Pairs:
    """A row that cannot be read, in the order of `_SPOILT`."""
    changes: list[dict[str, object]] = [
        {"ip_address": "198.51.100.300"},
        {"timestamp": login.at * 1000},
        {"timestamp": str(login.at)},
        {"ip_address": None},
        {"timestamp": None},
        {},
        {"port": "70000"},
    ]
    changed = changes[n]
    made = tuple((key, changed.get(key, value)) for key, value in pairs)
    if n == 5:  # noqa: PLR2004 - two times in one row
        return (*made, ("timestamp", login.at + HOUR))
    return tuple((key, value) for key, value in made if value is not None)


def _accesses(form: _Form, me: Holder, logins: list[Login]) -> list[Entry]:
    made = []
    for login in sample(form.rng, logins, 12):
        pairs = _shuffled(
            form,
            ("action", form.rng.choice(("Login", "Logout"))),
            ("timestamp", login.at),
            ("site", "www.example.com"),
            ("ip_address", login.ip),
        )
        known = form.rng.random() < 0.8  # noqa: PLR2004 - some rows lack the address
        pairs = tuple(pair for pair in pairs if known or pair[0] != "ip_address")
        made.append((pairs, me.event(login, port=False, ip=known)))
    return made


def _addresses(form: _Form, me: Holder, logins: list[Login]) -> list[Entry]:
    """Old exports list addresses alone; new ones say when and what."""
    made: list[Entry] = []
    for login in sample(form.rng, logins, 8):
        if form.new:
            pairs = _shuffled(form, ("ip", login.ip), ("action", "Session updated"), ("timestamp", login.at))
            made.append((pairs, me.event(login, port=False)))
        else:
            made.append(((("ip", login.ip),), me.capture("NO_FAMILY")))
    return made


def _sessions(form: _Form, me: Holder, logins: list[Login]) -> list[Entry]:
    made = []
    for login in sample(form.rng, logins, 6):
        until = login.at + form.rng.randint(0, 9 * DAY) if form.rng.random() < 0.7 else None  # noqa: PLR2004 - most
        pairs: list[tuple[str, object]] = [("created_timestamp", login.at), ("ip_address", login.ip)]
        pairs += [("updated_timestamp", until)] if until else []
        pairs += [("user_agent", login.agent or "ExampleApp/401"), ("datr_cookie", COOKIE), ("device", "Phone")]
        pairs += [("location", PLACE), ("app", "Example"), ("session_type", "UNKNOWN")]
        made.append((_shuffled(form, *pairs), me.session(login, until, port=False)))
    return made


def _changes(form: _Form, me: Holder, logins: list[Login]) -> list[Entry]:
    """Changes of the account; the session may lack its address."""
    made: list[Entry] = []
    for n, login in enumerate(sample(form.rng, logins, 4)):
        session: Pairs = (("created_timestamp", login.at),)
        if n:
            session = (
                *session,
                ("ip_address", login.ip),
                ("user_agent", "ExampleApp/401"),
                ("datr_cookie", COOKIE),
            )
        extra = (("old_email", "sealed-body@example.com"), ("new_email", "sealed-body@example.org"))
        pairs: Pairs = (("event", "Password change"), ("session", session), ("extra_info", extra if n % 2 else ()))
        made.append((pairs, me.event(login, port=False, ip=bool(n))))
    return made


def _devices(form: _Form, me: Holder, logins: list[Login]) -> list[Entry]:
    return [
        (
            (
                ("name", "Phone"),
                ("created_timestamp", login.at),
                ("ip_address", login.ip),
                ("user_agent", "ExampleApp"),
            ),
            me.capture(),
        )
        for login in sample(form.rng, logins, 2)
    ]


def _profile(form: _Form, me: Holder, world: World) -> File:
    person = world.target
    first, last = f"{person.first}é", "Exämple"
    mails = [f"{person.vanity}@example.com", f"{person.vanity}@example.org"]
    registered = world.start - 500 * DAY
    said: list[tuple[str, object]] = [
        (
            "name",
            (("full_name", f"{first} {last}"), ("first_name", first), ("middle_name", ""), ("last_name", last)),
        ),
        (
            "emails",
            (("emails", mails), ("previous_emails", []), ("ad_account_emails", ["sealed-body@example.net"])),
        ),
        ("birthday", (("year", 1990), ("month", 1), ("day", 2))),
        (
            "phone_numbers",
            [(("phone_type", "Mobile"), ("phone_number", person.phone), ("verified", True))],
        ),
        ("username", person.vanity),
        ("registration_timestamp", registered),
        ("profile_uri", f"https://www.example.com/{person.vanity}"),
    ]
    facts = [f"{first} {last}", first, last, *mails, person.phone, person.vanity, str(registered)]
    facts.append(f"https://www.example.com/{person.vanity}")
    rows = [me.fact(fact) for fact in facts]
    pieces = [form.style.value(((form.root("profile"), tuple(said)),))]
    paths = ("profile_information/profile_information.json",)
    return File(form.path(paths[0], f"personal_information/{paths[0]}"), pieces, rows)
