"""The sections of a record beside its list of logins: header, identity, calls, and what nobody asked for."""

from __future__ import annotations

from fourcorners.samples.layouts import NEGATIVE
from fourcorners.samples.layouts import title
from fourcorners.samples.production import Entry
from fourcorners.samples.production import Judge
from fourcorners.samples.production import Section
from fourcorners.samples.production import withheld
from fourcorners.samples.spelling import stamp
from fourcorners.samples.spelling import zulu
from fourcorners.samples.values import DAY
from fourcorners.samples.values import dice
from fourcorners.samples.world import Account
from fourcorners.samples.world import World


def header(world: World, judge: Judge, person: Account, generated: int) -> Section:
    """Who is meant stands here once, or twice in the same words."""
    rng = dice(world.seed, f"header/{judge.account}")
    written = person.number
    if judge.service == "WhatsApp":
        phone = person.phone
        written = f"{phone[:2]} ({phone[2:5]}) {phone[5:8]}-{phone[8:]}"
    accounts = rng.choice(
        (
            [("Target", written)],
            [("Account Identifier", written)],
            [("Target", written), ("Account Identifier", written)],
        )
    )
    fields = [
        ("Service", judge.service),
        ("Internal Ticket Number", str(rng.randint(1_000_000, 9_999_999))),
        *accounts,
        ("Account Type", "WhatsAppUser" if judge.service == "WhatsApp" else "User"),
        ("Generated", stamp(generated)),
        ("Date Range", f"{stamp(world.start)} to {stamp(world.end)}"),
    ]
    return Section("request_parameters", tuple((label, (value,)) for label, value in fields))


def identity(world: World, judge: Judge, person: Account, generated: int) -> list[Section]:
    """Who the account belongs to, as far as the provider was told."""
    rng = dice(world.seed, f"identity/{judge.account}")
    made = world.start - rng.randint(300, 900) * DAY
    verified = f"{person.phone} Cell Verified on {stamp(made + DAY)}"
    mails = (f"{person.vanity}@example.com", f"{person.vanity}@example.org")

    def facts(name: str, *fields: tuple[str, tuple[str, ...]], category: str = "subscriber_identity") -> Section:
        rows = tuple(
            judge.row("subscriber", category, (judge.account, value)) for _, values in fields for value in values
        )
        return Section(name, fields, rows=rows)

    return [
        facts("name", ("First", (person.first,)), ("Middle", ("Sample",)), ("Last", (person.last,))),
        facts("emails", ("Registered Email Addresses", mails)),
        facts("vanity", ("Vanity", (person.vanity,))) if judge.asked else _nothing(judge, "vanity"),
        facts("registration_date", ("Registration Date", (stamp(made),))),
        facts(
            "registration_ip",
            ("Registration Ip", (f"192.0.2.{rng.randint(100, 120)}",)),
            category="session_ip_log",
        ),
        facts("phone_numbers", ("Phone Numbers", (verified,))),
        _nothing(judge, "name_changes") if generated % 2 else _nothing(judge, "account_end_date"),
    ]


def _nothing(judge: Judge, name: str, category: str = "subscriber_identity") -> Section:
    """An explicit negative is a row of its own kind."""
    row = judge.row("negative", category, (judge.account, NEGATIVE))
    return Section(name, ((title(name), (NEGATIVE,)),), rows=(row,))


def call(judge: Judge, world: World, n: int, *, spoilt: bool) -> Entry:
    """A call; of a record that holds spoilt rows, one has no port that could be one."""
    rng = dice(world.seed, f"call/{n}")
    at = rng.randrange(world.start, world.end)
    ip = f"192.0.2.{rng.randint(10, 19)}"
    port = rng.randint(1_024, 65_535) if n % 2 else None
    party = f"+1202555{rng.randint(100, 199):04d}"
    spoilt = spoilt and n == 5  # noqa: PLR2004 - one of eight
    fields = (
        ("Time", stamp(at)),
        ("Type", "audio"),
        ("From", judge.account),
        ("To", party),
        ("Sender Ip", ip),
        ("Sender Port", "70000" if spoilt else str(port or 0)),
    )
    if spoilt:
        return Entry(fields, withheld("call", "rejected", "BAD_PORT", judge.account))
    values = (judge.account, ip, port, zulu(at), None, "audio", None if party == judge.account else party)
    return Entry(fields, judge.row("call", "telephone_connection_records", values, at))


def beyond(judge: Judge, generated: int, count: int) -> list[Section]:
    """What no instrument here asks for: content, location, payment, other accounts; `count` records a list."""

    def listed(name: str, category: str, *records: tuple[tuple[str, str], ...]) -> Section:
        row = judge.row("capture", category, (judge.account,))
        return Section(name, entries=[Entry(fields, row) for fields in records])

    messages = [
        (
            ("Author", f"sample.{n}"),
            ("Sent", stamp(generated - n * DAY)),
            ("Body", f"sealed-body {n} & more <text>"),
        )
        for n in range(count)
    ]
    place = (("Time", stamp(generated - DAY)), ("Latitude", "0.0000"), ("Longitude", "0.0000"))
    return [
        listed("unified_messages", "content_stored", *messages),
        listed(
            "photos", "content_stored", (("Image", "linked_media/x.jpg"), ("Uploaded", stamp(generated - 2 * DAY)))
        ),
        listed("last_location", "location_precise_historical", place),
        listed(
            "linked_accounts",
            "transactional_noncontent",
            *[(("Linked Account", f"1999{n}"),) for n in range(count)],
        ),
        _nothing(judge, "credit_cards", "payment"),
    ]
