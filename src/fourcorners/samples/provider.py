"""The provider's return as it is given: one record bare, or a zip with all that a provider packs beside it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random

from fourcorners.model.errors import UsageError
from fourcorners.samples import logins as events
from fourcorners.samples import meta
from fourcorners.samples import record as records
from fourcorners.samples.layouts import MARKUPS
from fourcorners.samples.layouts import furniture
from fourcorners.samples.package import Archive
from fourcorners.samples.package import pdf
from fourcorners.samples.package import write_text
from fourcorners.samples.production import Production
from fourcorners.samples.truth import Member
from fourcorners.samples.values import DAY
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

#: A PDF of more rows takes minutes to typeset.
MAX_PDF_ROWS = 20_000

_GENERATED = 1_774_872_000  # 2026-03-30 12:00:00 UTC, after service
_PRESERVED_AFTER = 12 * DAY  # of the window: when the earlier snapshot was made
_OTHER_ROWS = 40
_PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")  # the markers of a JPEG, no image
_INSTRUCTIONS = "This production holds one folder for each account. Open the records file in a browser.\n"


@dataclass(frozen=True, slots=True)
class Form:
    """How a return is written: service, layout `A` to `E`, and for E whether as a PDF."""

    service: str
    layout: str
    pdf: bool = False

    @property
    def as_text(self) -> bool:
        """Whether it is lines of text and not markup."""
        return self.layout == "E"

    @property
    def breaks_pages(self) -> bool:
        """Whether values are cut by page breaks."""
        return self.as_text or MARKUPS[self.layout].breaks_pages

    @property
    def suffix(self) -> str:
        """Of the file that holds the record."""
        return ("pdf" if self.pdf else "txt") if self.as_text else "html"

    def pieces(self, record: Production, rng: Random) -> Iterator[str]:
        """The record as text, in pieces."""
        if self.as_text:
            return meta.text(record, rng, for_pdf=self.pdf)
        return meta.html(record, MARKUPS[self.layout], rng)

    def pdf_bytes(self, record: Production, rng: Random) -> bytes:
        """The record as a PDF: each page ends with its furniture."""
        pages: list[list[str]] = [[]]
        for line in "".join(self.pieces(record, rng)).splitlines():
            pages[-1].append(line)
            if line.startswith(furniture(self.service)):
                pages.append([])
        return pdf([page for page in pages if page])


def form_of(seed: int) -> Form:
    """The form of a seed's return; any six seeds in a row meet every layout."""
    layout = "ABCDEE"[seed % 6]
    return Form("WhatsApp" if seed % 4 == 3 else "Facebook", layout, pdf=seed % 6 == 5)  # noqa: PLR2004 - of a cycle


def write(world: World, form: Form, rows: int, path: Path) -> tuple[list[Login], list[Member]]:
    """Write the return: a zip by the path's suffix, else the one record of the target.

    Args:
        world: the truth.
        form: how it is written.
        rows: rows of the target's list of logins, spoilt ones included.
        path: where.

    Returns:
        The target's events, and the truth about each member.

    Raises:
        UsageError: the suffix does not fit the form, or there are too many rows for a PDF.
    """
    if path.suffix.lower() not in {".zip", f".{form.suffix}"}:
        raise UsageError(
            "USAGE",
            f"{path.name!r} cannot hold this format",
            next_step=f"end the name in .{form.suffix} (one record) or .zip (a whole return)",
        )
    if form.pdf and rows > MAX_PDF_ROWS:
        raise UsageError(
            "USAGE", f"a PDF is made of at most {MAX_PDF_ROWS} rows", next_step="take the text form, or fewer rows"
        )
    spoilt = records.spoilt_rows(rows, breaks_pages=form.breaks_pages)
    logins = events.draw_logins(world, rows - spoilt)
    record = records.produce(
        world, form.service, logins, target=True, generated=_GENERATED, spoilt=spoilt, as_text=form.as_text
    )
    if path.suffix.lower() == ".zip":
        others = _others(world, form, logins)
        return logins, _write_zip(path, form, [(f"records.{form.suffix}", record), *others], world.seed)
    rng = dice(world.seed, "written")
    if form.pdf:
        data = form.pdf_bytes(record, rng)
        path.write_bytes(data)
        digest = sha256(data).hexdigest()
    else:
        digest = write_text(path, form.pieces(record, rng))
    return logins, [Member("", digest, list(record.truth()))]


def _others(world: World, form: Form, logins: Sequence[Login]) -> list[tuple[str, Production]]:
    """What comes beside the record: an earlier snapshot of the same, and the record of another account."""
    preserved = world.window.start + _PRESERVED_AFTER
    earlier = [login for login in logins if login.at < preserved]
    other = events.other_logins(world, _OTHER_ROWS)
    made = partial(records.produce, world, form.service, as_text=form.as_text)
    snapshot = made(earlier, target=True, generated=preserved)
    stranger = made(other, target=False, generated=_GENERATED)
    return [
        (f"preservation-1.{form.suffix}", snapshot),
        (f"other/records.{form.suffix}", stranger),
    ]


def _write_zip(path: Path, form: Form, records: list[tuple[str, Production]], seed: int) -> list[Member]:
    members = []
    with Archive(path) as archive:
        for name, record in records:
            rng = dice(seed, f"written/{name}")
            if form.pdf:
                data = form.pdf_bytes(record, rng)
                archive.add_bytes(name, data)
                digest = sha256(data).hexdigest()
            else:
                digest = archive.add(name, form.pieces(record, rng))
            members.append(Member(name, digest, list(record.truth())))
        archive.add("instructions.txt", [_INSTRUCTIONS])
        archive.add_bytes("linked_media/x.jpg", _PICTURE)
    return members
