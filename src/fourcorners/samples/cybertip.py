"""A CyberTipline report as an agency gets it: JSON, of made-up people and with no content at all.

What must never come out stands in it by name: recipients, files, free text, opinions of the reported person, and
sections that nobody knows. The traps are those of the format: a file's address that is nobody's, captures of other
kinds, nulls, keys in any order, a number that is written as a text.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from fourcorners.samples import logins as events
from fourcorners.samples import returns
from fourcorners.samples import world as worlds
from fourcorners.samples.json_spelling import Style
from fourcorners.samples.orders import Order
from fourcorners.samples.production import withheld
from fourcorners.samples.returns import Part
from fourcorners.samples.returns import Scope
from fourcorners.samples.spelling import zulu
from fourcorners.samples.truth import Row
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import Account
from fourcorners.samples.world import World

CANARIES = ("canary-file", "canary-text", "canary-recipient", "canary-section", "canary-opinion")
PROVIDER = "Example Chat, Inc."
_CATEGORIES = ("subscriber_identity", "session_ip_log")
_WORDS = ("Login", "LOGIN", "Upload", "UPLOAD", "Registration", "Other", "Unknown", None)
_OTHER_ROWS, _FILES = 6, 3

Pairs = list[tuple[str, object]]


class TipScope(Scope):
    """The scope of a report: it has an order of its own type, and its number is its reference."""

    def order(self) -> Order:
        """The agency's entry of the report."""
        window = self.world.window
        return Order(
            "cybertip_report",
            "Example Police Department, from NCMEC",
            "officer",
            self.custodian,
            self.accounts,
            self.categories,
            (window.start_text, window.end_text, window.zone),
            "2026-03-20T15:00:00Z",
            "2026-03-23T09:30:00Z",
            number_of(self.world),
            offence="18 U.S.C. 2252A(a)(2)",
        )


def number_of(world: World) -> str:
    """The number of the report."""
    return str(200_000_000 + world.seed % 1_000_000)


def write(seed: int, rows: int, out: Path) -> None:
    """Write a report: `*.json` alone, `*.zip` with a file and a note beside it."""
    world = worlds.build(seed)
    rng = dice(seed, "cybertip")
    scope = TipScope(world, PROVIDER, (world.target.number,), _CATEGORIES)
    data, told = _Report(scope, rng).made(rows)
    parts = [
        Part(f"{number_of(world)}.json", data, told),
        Part("files/canary-file-1.bin", b"no content: a placeholder\n", read=False),
        Part("README.txt", b"The report is the JSON file.\n", read=False),
    ]
    returns.write(scope, parts, out, CANARIES)


class _Report:
    """One report, and the truth about its rows as they are made."""

    def __init__(self, scope: Scope, rng: Random) -> None:
        self._scope, self._rng = scope, rng
        self._told: list[Row] = []

    def made(self, rows: int) -> tuple[bytes, list[Row]]:
        """The file and its truth."""
        world, rng = self._scope.world, self._rng
        people = [self._person(world.target, self._listed(rows))]
        if rows > 1:
            strange = [self._login(world.other, each) for each in events.other_logins(world, _OTHER_ROWS)]
            people.insert(rng.randrange(2), self._person(world.other, strange))
        number = number_of(world)
        body = self._shuffled(
            [
                (
                    "reportingEsp",
                    self._shuffled([("espName", PROVIDER), ("lastName", "Example"), ("emails", None)]),
                ),
                (
                    "incidentSummary",
                    (("incidentType", "canary-text"), ("incidentDateTime", zulu(world.window.start))),
                ),
                ("reportedPeople", (("reportedPersons", people),)),
                ("intendedRecipients", (("intendedRecipients", [self._recipient(n) for n in range(2)]),)),
                ("uploadedFiles", (("uploadedFiles", [self._file(n) for n in range(_FILES)]),)),
                ("additionalInformations", [(("value", f"canary-text 198.51.100.{rng.randrange(256)}"),)]),
                ("childVictims", [(("firstName", "canary-section"), ("espUserId", world.target.number))]),
            ]
        )
        root = self._shuffled(
            [
                ("reportId", rng.choice((number, int(number)))),
                ("dateReceived", "2026-03-20T15:00:00Z"),
                ("reportedInformation", body),
            ]
        )
        text = Style(rng.choice((2, 2, 0)), mojibake=False).value(root)
        return (rng.choice(("", "\ufeff")) + text).encode(), self._told

    def _shuffled(self, pairs: Pairs) -> tuple[tuple[str, object], ...]:
        return tuple(self._rng.sample(pairs, len(pairs)))

    def _listed(self, rows: int) -> list[object]:
        """The captures of the reported person: as many as asked for, some that must not be read."""
        person = self._scope.world.target
        spoilt = _spoilt(person) if rows >= returns.SPOILT_FROM else []
        made = [self._login(person, each) for each in events.draw_logins(self._scope.world, rows - len(spoilt))]
        for pairs, row in spoilt:
            made.insert(self._rng.randrange(len(made)), self._shuffled(pairs))
            self._told.append(row)
        if rows > 1:
            made.append((("captureType", "Profile URL"), ("value", "https://example.com/canary-text")))
        return made

    def _login(self, person: Account | None, login: Login) -> object:
        """A capture of an address, with its truth. `person` None: a file's, which is nobody's."""
        account = person.number if person else None
        self._told.append(
            self._scope.row("login", "session_ip_log", (account, login.ip, login.port, zulu(login.at)), login.at)
        )
        pairs: Pairs = [
            ("captureType", "IP Address"),
            ("value", login.ip),
            ("dateTime", zulu(login.at)),
            ("eventName", self._rng.choice(_WORDS)),
        ]
        if login.port is not None:
            pairs.append(("port", self._rng.choice((login.port, str(login.port)))))
        elif self._rng.random() < 0.5:  # noqa: PLR2004 - the key stands there with nothing
            pairs.append(("port", None))
        if self._rng.random() < 0.2:  # noqa: PLR2004 - a key that is in no list
            pairs.append(("captureNote", "canary-text"))
        return self._shuffled(pairs)

    def _person(self, person: Account, captures: list[object]) -> object:
        def said(*values: str, category: str = "subscriber_identity") -> None:
            self._told.extend(self._scope.row("subscriber", category, (person.number, value)) for value in values)

        mail, phone = f"{person.vanity}@example.com", person.phone
        address = f"192.0.2.{self._rng.randint(100, 120)}"
        said(person.number, "Example Chat", person.vanity, person.first, person.last, mail, f"old.{mail}", phone)
        said("Sample Street 1", "Example City")
        said(address, category="session_ip_log")
        pairs: Pairs = [
            ("espUserId", person.number),
            ("espService", "Example Chat"),
            ("screenName", (("value", person.vanity),)),
            ("firstName", person.first),
            ("middleName", None),
            ("lastName", person.last),
            (
                "emails",
                (
                    (
                        "emails",
                        [self._shuffled([("value", text), ("verified", True)]) for text in (mail, f"old.{mail}")],
                    ),
                ),
            ),
            ("phones", (("phones", [(("value", phone), ("verified", None))]),)),
            (
                "addresses",
                (("addresses", [(("street1", "Sample Street 1"), ("city", "Example City"), ("state", None))]),),
            ),
            ("ipAddress", address),
            ("gangAffiliation", "canary-opinion"),
            ("relationshipToChildVictim", "canary-opinion"),
            ("sourceInformation", (("sourceCaptures", captures),)),
            ("additionalInformations", [(("value", "canary-text"),)]),
        ]
        return self._shuffled(pairs)

    def _recipient(self, n: int) -> object:
        """Never released: a recipient can be the child."""
        number = f"canary-recipient-{n}"
        self._told.append(self._scope.row("capture", "subscriber_identity", (number,)))
        capture = (("captureType", "IP Address"), ("value", "203.0.113.250"), ("dateTime", "2026-02-20T10:00:00Z"))
        return self._shuffled(
            [
                ("espUserId", number),
                ("firstName", "canary-recipient"),
                ("sourceInformation", (("sourceCaptures", [capture]),)),
            ]
        )

    def _file(self, n: int) -> object:
        """A file with an upload of its own, but for the last, which has none."""
        drawn = events.draw_logins(self._scope.world, 1)[0]
        captures = None if n == _FILES - 1 else (("sourceCaptures", [self._login(None, drawn)]),)
        return self._shuffled(
            [
                ("filename", f"canary-file-{n}.jpg"),
                ("originalFilename", "canary-file.jpg"),
                ("verificationHash", f"canary-file-{n:032x}"),
                ("viewedByEsp", self._rng.choice((True, False, None))),
                ("espMetadata", (("metadatas", [(("name", "Upload Date and Time"), ("value", "canary-file"))]),)),
                ("sourceInformation", captures),
            ]
        )


def _spoilt(person: Account) -> list[tuple[Pairs, Row]]:
    """Captures that must not be read, or not be released."""
    good = {
        "captureType": "IP Address",
        "value": "198.51.100.7",
        "dateTime": "2026-02-12T10:00:00Z",
        "eventName": "Login",
    }

    def spoil(verdict: str, reason: str, **changed: object) -> tuple[Pairs, Row]:
        pairs: Pairs = [(key, value) for key, value in (good | changed).items() if value != "absent"]
        return pairs, withheld("login", verdict, reason, person.number)

    return [
        spoil("rejected", "BAD_TIME", dateTime="2026-02-30T10:00:00Z"),
        spoil("rejected", "BAD_TIME", dateTime="12/02/2026 10:00:00"),
        spoil("rejected", "MISSING_TIME", dateTime=None),
        spoil("rejected", "MISSING_TIME", dateTime="absent"),
        spoil("rejected", "BAD_ADDRESS", value="198.51.100.300"),
        spoil("rejected", "MISSING_ADDRESS", value=None),
        spoil("rejected", "BAD_PORT", port=70_000),
        spoil("sealed", "UNDECIDABLE_TIME_ZONE", dateTime="2026-02-12T10:00:00"),
        spoil("sealed", "OUTSIDE_DATE_RANGE", dateTime="2031-02-12T10:00:00Z"),
    ]
