"""Google's return, a zip of zips, and the access log of Google Takeout; with order and truth beside them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from random import Random

from fourcorners.model.errors import UsageError
from fourcorners.samples import google_log
from fourcorners.samples import google_pages
from fourcorners.samples import google_truth
from fourcorners.samples import logins as drawn
from fourcorners.samples import orders
from fourcorners.samples import truth
from fourcorners.samples import world as worlds
from fourcorners.samples.google_truth import Subject
from fourcorners.samples.google_truth import events
from fourcorners.samples.google_truth import mail
from fourcorners.samples.package import Archive
from fourcorners.samples.truth import Member
from fourcorners.samples.truth import Row
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice

_FOLDER = "Takeout/Access Log Activity"
_SPOILT = 20  # one row of so many cannot be read
_OTHER_ROWS = 15
_CHANGES = 8
#: Parts of which nothing is held: service, resource, and the data category that the names tell.
_NOTHING = (
    ("Mail", "MessageContent", "content_stored"),
    ("GoogleAccount", "ChangeHistory", "subscriber_identity"),
    ("AccessLogActivity", "Activity", "session_ip_log"),
    ("Example", "Unheard", None),
)

#: Files of one part: name in the part's archive, text, rows.
_Files = list[tuple[str, str, list[Row]]]


def make_takeout(seed: int, rows: int, out: Path) -> None:
    """The access log of one account: the bare CSV file, or the zip that Google Takeout gives.

    Raises:
        UsageError: the suffix is neither `.csv` nor `.zip`.
    """
    world, rng = worlds.build(seed), dice(seed, "google-takeout")
    subject = Subject(world, world.target, asked=True)
    text, told = _activities(subject, drawn.draw_logins(world, rows), rows, rng)
    if out.suffix == ".csv":
        out.write_bytes(text.encode())
        members = [Member("", sha256(text.encode()).hexdigest(), told)]
    elif out.suffix == ".zip":
        devices, of_devices = google_log.devices(subject, rng)
        members = []
        with Archive(out) as archive:
            for name, content, truths in (
                (rng.choice(google_log.NAMES), text, told),
                ("Devices - A list of devices (i.e. Nest, Pixel, iPh.csv", devices, of_devices),
            ):
                path = f"{_FOLDER}/{name}"
                members.append(Member(path, archive.add(path, [content]), truths))
            archive.add("Takeout/archive_browser.html", ["<html><body>Takeout</body></html>"])
    else:
        raise UsageError(
            "USAGE", f"{out.name!r} cannot hold this format", next_step="end the name in .csv or .zip"
        )
    _beside(world, out, members, ("agent", "action"))


def make_return(seed: int, rows: int, out: Path) -> None:
    """A return about the target, and some parts about an account that nobody asked about.

    One part comes twice, as an archive and within a master bundle; one was preserved earlier.

    Raises:
        UsageError: the suffix is not `.zip`.
    """
    if out.suffix != ".zip":
        raise UsageError("USAGE", f"{out.name!r} cannot hold this format", next_step="end the name in .zip")
    world, rng = worlds.build(seed), dice(seed, "google-return")
    target, other = Subject(world, world.target, asked=True), Subject(world, world.other, asked=False)
    logins = drawn.draw_logins(world, rows)
    others = drawn.other_logins(world, _OTHER_ROWS)
    page = _subscriber(target, logins, rows, rng)
    nothing = [(service, resource, _nothing(target, category, rng)) for service, resource, category in _NOTHING]
    parts = [
        _part(target, "GoogleAccount", "SubscriberInfo", "_001", page, rng),
        _part(target, "GoogleAccount", "ChangeHistory", "_001", _changes(target, logins[:_CHANGES], rng), rng),
        _part(target, "GoogleAccount", "SubscriberInfo", "_001.Preserved", _snapshot(target, logins, rng), rng),
        _part(target, "AccessLogActivity", "Activity", "_001", _log(target, logins, rng), rng),
        _part(other, "GoogleAccount", "SubscriberInfo", "_001", _subscriber(other, others, _OTHER_ROWS, rng), rng),
        _part(other, "GoogleAccount", "ChangeHistory", "_001", _changes(other, others[:_CHANGES], rng), rng),
        *(_part(target, service, resource, "_002", files, rng) for service, resource, files in nothing),
    ]
    bundle = io.BytesIO()
    with Archive(bundle) as archive:
        archive.add_bytes(parts[0][0], parts[0][1])
    name = f"{100 + seed % 900}-20260330-1.zip"
    again = [Member(f"{name}!{member.path}", member.sha256, member.rows) for member in parts[0][2]]
    with Archive(out) as archive:
        for path, data, _ in parts:
            archive.add_bytes(path, data)
        archive.add_bytes(name, bundle.getvalue())
        archive.add("cover letter.txt", ["Example letter\n"])
    _beside(world, out, [*(member for _, _, found in parts for member in found), *again], ("agent",))


def _part(
    subject: Subject, service: str, resource: str, suffix: str, files: _Files, rng: Random
) -> tuple[str, bytes, list[Member]]:
    """One part as an archive: its name, its bytes, and the truth about its members."""
    name = f"{mail(subject.account)}.{subject.account.number}.{service}.{resource}{suffix}.zip"
    text, told = google_pages.summary(subject, service, resource, rng)
    buffer = io.BytesIO()
    members = []
    with Archive(buffer) as archive:
        for path, content, rows in (("ExportSummary.txt", text, told), *files):
            members.append(Member(f"{name}!{path}", archive.add(path, [content]), rows))
    return name, buffer.getvalue(), members


def _subscriber(subject: Subject, logins: Sequence[Login], rows: int, rng: Random) -> _Files:
    spoilt = rows // _SPOILT
    listed = events(subject, logins[: rows - spoilt], rng, "Z", table=False, spoilt=spoilt)
    text, told = google_pages.subscriber_info(subject, listed, rng)
    return [(f"Google Account/{mail(subject.account)}.SubscriberInfo.html", text, told)]


def _snapshot(subject: Subject, logins: Sequence[Login], rng: Random) -> _Files:
    """What was preserved some days earlier."""
    earlier = logins[len(logins) // 2 :]
    return _subscriber(subject, earlier, len(earlier), rng)


def _changes(subject: Subject, logins: Sequence[Login], rng: Random) -> _Files:
    listed = events(subject, logins, rng, "UTC", table=False, spoilt=1)
    text = google_pages.change_history(listed, rng)
    return [(f"Google Account/{mail(subject.account)}.ChangeHistory.html", text, [row.truth for row in listed])]


def _activities(subject: Subject, logins: Sequence[Login], rows: int, rng: Random) -> tuple[str, list[Row]]:
    spoilt = rows // _SPOILT
    listed = events(subject, logins[: rows - spoilt], rng, "UTC", table=True, spoilt=spoilt)
    return "".join(google_log.activities(subject, listed, rng)), [row.truth for row in listed]


def _log(subject: Subject, logins: Sequence[Login], rng: Random) -> _Files:
    text, told = _activities(subject, logins, len(logins), rng)
    return [(f"Access Log Activity/{rng.choice(google_log.NAMES)}", text, told)]


def _nothing(subject: Subject, category: str | None, rng: Random) -> _Files:
    text = rng.choice(("", "No records were found.\n"))
    return [("NoRecords.txt", text, [subject.row("negative", category, (text.strip() or None,))])]


def _beside(world: worlds.World, out: Path, members: list[Member], withheld: tuple[str, ...]) -> None:
    """Order and truth."""
    order = out.with_name(f"{out.name}.order.toml")
    orders.write(google_truth.order(world), order, out.with_name(f"{out.name}.order.txt"))
    told = truth.return_truth(out.parent, out, order, members, withheld_fields={"login": withheld})
    truth.write(out.with_name(f"{out.name}.truth.json"), world.seed, [told], [], google_truth.CANARIES)
