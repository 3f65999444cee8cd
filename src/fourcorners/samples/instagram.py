"""An Instagram export as JSON: labels in the holder's language, broken as the exporter breaks them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from fourcorners.samples.exports import COOKIE
from fourcorners.samples.exports import SPOILT_FROM
from fourcorners.samples.exports import File
from fourcorners.samples.exports import Holder
from fourcorners.samples.exports import holder
from fourcorners.samples.exports import sample
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

#: Address, port, time, user agent, language code, cookie; user name, e-mail, telephone, name.
LANGUAGES: dict[str, tuple[str, ...]] = {
    "en": (
        *("IP Address", "Port", "Time", "User Agent", "Language Code", "Cookie Name"),
        *("Username", "Email", "Phone Number", "Name"),
    ),
    "de": (
        *("IP-Adresse", "Port", "Zeit", "User-Agent", "Sprachcode", "Cookie-Name"),
        *("Benutzername", "E-Mail-Adresse", "Telefonnummer", "Name"),
    ),
    "es": (
        *("Dirección IP", "Puerto", "Hora", "Agente de usuario", "Código de idioma", "Nombre de la cookie"),
        *("Nombre de usuario", "Correo electrónico", "Número de teléfono", "Nombre"),
    ),
    "fr": (
        *("Adresse IP", "Port", "Heure", "Agent utilisateur", "Code de langue", "Nom du cookie"),
        *("Nom d\u2019utilisateur", "Adresse e-mail", "Numéro de téléphone", "Nom"),
    ),
    "it": (
        *("Indirizzo IP", "Porta", "Ora", "Agente utente", "Codice lingua", "Nome del cookie"),
        *("Nome utente", "Indirizzo e-mail", "Numero di telefono", "Nome"),
    ),
    "pt": (
        *("Endereço IP", "Porta", "Horário", "Agente do usuário", "Código do idioma", "Nome do cookie"),
        *("Nome de usuário", "Endereço de email", "Número de telefone", "Nome"),
    ),
    "tr": (
        *("IP Adresi", "Port", "Zaman", "Kullanıcı Aracısı", "Dil Kodu", "Çerez Adı"),
        *("Kullanıcı Adı", "E-posta", "Telefon Numarası", "Ad"),
    ),
}
_SPOILT = ("BAD_TIME", "BAD_ADDRESS", "MISSING_ADDRESS", "BAD_TIME", "AMBIGUOUS_ROW", "BAD_PORT")


@dataclass(frozen=True, slots=True)
class _Form:
    rng: Random
    style: Style
    labels: tuple[str, ...]
    new: bool
    titled: bool

    @property
    def ports(self) -> bool:
        """Only newer exports write ports."""
        return self.new

    def path(self, folder: str, name: str) -> str:
        folders = {"login": ("", "security_and_login_information/"), "personal": ("", "personal_information/")}
        middle = {
            "login": ("login_and_account_creation/", "login_and_profile_creation/"),
            "personal": ("personal_information/", "personal_information/"),
        }
        return folders[folder][self.new] + middle[folder][self.new] + name


def export(world: World, rows: int) -> Iterator[File]:
    """The files of an export whose list of logins has so many rows."""
    rng = dice(world.seed, "instagram-export")
    labels = LANGUAGES[sorted(LANGUAGES)[world.seed % len(LANGUAGES)]]
    new = rng.random() < 0.6  # noqa: PLR2004 - most
    form = _Form(rng, Style.drawn(rng), labels, new, titled=not new or rng.random() < 0.8)  # noqa: PLR2004 - most
    me = holder(world)
    spoilt = (len(_SPOILT) - (not form.ports)) if rows >= SPOILT_FROM else 0
    logins = draw_logins(world, rows - spoilt)
    yield _file(form, "login_activity", "login", _logins(form, me, logins, spoilt))
    yield _file(form, "logout_activity", "logout", _logins(form, me, sample(rng, logins, 9), 0))
    changes = [_entry(form, me, login, address=rng.random() < 0.5) for login in sample(rng, logins, 3)]  # noqa: PLR2004 - half of them
    yield _file(form, "password_change_activity", "password_change", changes)
    yield _profile(form, me, world)
    seen = (*_map(form, (form.labels[3], "ExampleApp/401", 0)), ("title", ""))
    yield File(form.path("personal", "devices.json"), form.style.under("devices_devices", [seen]), [me.capture()])
    yield File("connections/followers_1.json", [form.style.value([])], None)


def _file(form: _Form, name: str, word: str, entries: list[Entry]) -> File:
    pieces = form.style.under(f"account_history_{word}_history", [pairs for pairs, _ in entries])
    return File(form.path("login", f"{name}.json"), pieces, [row for _, row in entries])


def _logins(form: _Form, me: Holder, logins: list[Login], spoilt: int) -> list[Entry]:
    made = [_entry(form, me, login) for login in logins]
    for n, code in enumerate(_SPOILT[:spoilt]):
        made.insert(n * 4, (_spoilt(form, logins[n * 3], n), me.rejected(code)))
    return made


def _entry(form: _Form, me: Holder, login: Login, *, address: bool = True) -> Entry:
    parts = _parts(form, login)
    if not address:
        parts = [part for part in parts if part[0] == form.labels[2]]
    row = me.event(login, port=form.ports and address, ip=address)
    return _whole(form, _title(form, login.at), parts), row


def _title(form: _Form, at: int) -> str:
    return zulu(at).replace("Z", "+00:00") if form.titled else ""


def _parts(form: _Form, login: Login) -> list[tuple[str, str, int]]:
    ip, port, time, agent, language, cookie = form.labels[:6]
    parts = [(cookie, f"{COOKIE}****", 0), (ip, login.ip, 0)]
    if form.ports:
        parts.append((port, str(login.port or 0), 0))
    parts += [(language, "en_US", 0), (time, "", login.at), (agent, login.agent or "ExampleApp/401", 0)]
    if form.rng.random() < 0.3:  # noqa: PLR2004 - now and then
        form.rng.shuffle(parts)
    return parts


def _whole(form: _Form, title: str, parts: list[tuple[str, str, int]]) -> Pairs:
    return (("title", title), *_map(form, *parts))


def _map(_form: _Form, *parts: tuple[str, str, int]) -> Pairs:
    fields = tuple((label, (("href", ""), ("value", value), ("timestamp", at))) for label, value, at in parts)
    return (("media_map_data", ()), ("string_map_data", fields))


def _spoilt(form: _Form, login: Login, n: int) -> Pairs:
    """A row that cannot be read, in the order of `_SPOILT`."""
    ip, port, time = form.labels[:3]
    parts = _parts(form, login)
    title = _title(form, login.at)
    if n == 0:  # two times that differ
        title = zulu(login.at + DAY).replace("Z", "+00:00")
    elif n == 1:
        parts = [(label, "198.51.100.300" if label == ip else value, at) for label, value, at in parts]
    elif n == 2:  # noqa: PLR2004 - a language that nobody knows
        parts = [("Adres IP" if label == ip else label, value, at) for label, value, at in parts]
    elif n == 3:  # noqa: PLR2004 - milliseconds
        parts = [(label, value, at * 1000 if label == time else at) for label, value, at in parts]
    elif n == 4:  # noqa: PLR2004 - two addresses
        parts.append((ip, "192.0.2.250", 0))
    else:
        parts = [(label, "70000" if label == port else value, at) for label, value, at in parts]
    return _whole(form, title, parts)


def _profile(form: _Form, me: Holder, world: World) -> File:
    person = world.target
    user, mail, phone, name = form.labels[6:]
    facts = [
        (user, person.vanity, 0),
        (mail, f"{person.vanity}@example.com", 0),
        (phone, person.phone, 0),
        (name, f"{person.first} Exämple", 0),
    ]
    parts = [*facts, ("Sealed Label", "sealed-body", 0), ("Bio", "", 0)]
    rows = [me.fact(value) for _, value, _ in facts]
    pairs = (("title", ""), *_map(form, *parts))
    return File(
        form.path("personal", "personal_information.json"), form.style.under("profile_user", [pairs]), rows
    )
