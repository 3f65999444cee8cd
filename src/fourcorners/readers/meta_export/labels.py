"""Instagram's labels in the account holder's language -> what each means.

A label counts only as it stands here (whatever its case), and its value must have the shape of what it means. A
label in another language is unknown: what stands under it is reported by its label and released to nobody.
English, German, Turkish and Korean labels of a login were seen in exports or in programs that read them; the
others are Instagram's words in its own interface.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

#: Meaning -> language -> labels. `ip`, `port`, `at` and `agent` are fields of a login.
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "ip": {
        "en": ("IP Address",),
        "de": ("IP-Adresse",),
        "es": ("Dirección IP",),
        "fr": ("Adresse IP",),
        "it": ("Indirizzo IP",),
        "pt": ("Endereço IP", "Endereço de IP"),
        "tr": ("IP Adresi",),
        "ko": ("IP 주소",),
    },
    "port": {
        "en": ("Port",),
        "es": ("Puerto",),
        "it": ("Porta",),
        "tr": ("Bağlantı Noktası",),
    },
    "at": {
        "en": ("Time",),
        "de": ("Zeit", "Uhrzeit"),
        "es": ("Hora",),
        "fr": ("Heure",),
        "it": ("Ora", "Orario"),
        "pt": ("Horário",),
        "tr": ("Zaman", "Saat"),
        "ko": ("시간",),
    },
    "agent": {
        "en": ("User Agent",),
        "de": ("User-Agent", "Benutzer-Agent"),
        "es": ("Agente de usuario",),
        "fr": ("Agent utilisateur",),
        "it": ("Agente utente",),
        "pt": ("Agente do usuário", "Agente de usuário", "Agente do utilizador"),
        "tr": ("Kullanıcı Aracısı",),
        "ko": ("사용자 에이전트",),
    },
    "language": {
        "en": ("Language Code",),
        "de": ("Sprachcode",),
        "es": ("Código de idioma", "Código del idioma"),
        "fr": ("Code de langue", "Code de la langue"),
        "it": ("Codice lingua", "Codice della lingua"),
        "pt": ("Código do idioma", "Código de idioma"),
        "tr": ("Dil Kodu",),
        "ko": ("언어 코드",),
    },
    "cookie": {
        "en": ("Cookie Name",),
        "de": ("Cookie-Name", "Name des Cookies"),
        "es": ("Nombre de la cookie",),
        "fr": ("Nom du cookie",),
        "it": ("Nome del cookie",),
        "pt": ("Nome do cookie",),
        "tr": ("Çerez Adı",),
        "ko": ("쿠키 이름",),
    },
    "username": {
        "en": ("Username",),
        "de": ("Benutzername",),
        "es": ("Nombre de usuario",),
        "fr": ("Nom d'utilisateur",),
        "it": ("Nome utente",),
        "pt": ("Nome de usuário", "Nome de utilizador"),
        "tr": ("Kullanıcı Adı",),
        "ko": ("사용자 이름",),
    },
    "email": {
        "en": ("Email", "Email Address"),
        "de": ("E-Mail", "E-Mail-Adresse"),
        "es": ("Correo electrónico",),
        "fr": ("Adresse e-mail",),
        "it": ("Indirizzo e-mail",),
        "pt": ("Endereço de email", "Endereço de e-mail"),
        "tr": ("E-posta", "E-posta Adresi"),
        "ko": ("이메일",),
    },
    "phone": {
        "en": ("Phone Number",),
        "de": ("Telefonnummer", "Handynummer"),
        "es": ("Número de teléfono",),
        "fr": ("Numéro de téléphone",),
        "it": ("Numero di telefono",),
        "pt": ("Número de telefone", "Número de telemóvel"),
        "tr": ("Telefon Numarası",),
        "ko": ("전화번호",),
    },
    "name": {
        "en": ("Name",),
        "es": ("Nombre",),
        "fr": ("Nom",),
        "it": ("Nome",),
        "tr": ("Ad", "İsim"),
        "ko": ("이름",),
    },
    "device": {
        "en": ("Device",),
        "de": ("Gerät",),
        "es": ("Dispositivo",),
        "fr": ("Appareil",),
        "tr": ("Cihaz",),
        "ko": ("기기",),
    },
}


def _plain(label: str) -> str:
    """The label without what carries no meaning: case, the form of its accents and its apostrophe."""
    return unicodedata.normalize("NFC", label).casefold().replace("\u2019", "'")


_MEANINGS: Mapping[str, str] = {
    _plain(label): meaning
    for meaning, languages in _WORDS.items()
    for labels in languages.values()
    for label in labels
}

#: Every label, as it is written.
KNOWN_LABELS = frozenset(
    label for languages in _WORDS.values() for labels in languages.values() for label in labels
)


def meaning_of(label: str) -> str | None:
    """What a label means, None where it is in no list."""
    return _MEANINGS.get(_plain(label))
