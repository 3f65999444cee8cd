"""A whole case folder: the provider's return, the carriers' returns, their instruments, and the truth.

truth.json  networks.parquet
provider/   order.toml  order.pdf  return.zip
cable/      order.toml  order.txt  table.csv  mapping.toml  certificate.txt
mobile/ fibre/ wholesale/                     as cable; the table is CSV, XLSX or Parquet by the seed
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.samples import carrier as tables
from fourcorners.samples import meta
from fourcorners.samples import networks
from fourcorners.samples import orders
from fourcorners.samples import production as produced
from fourcorners.samples import truth
from fourcorners.samples import world as worlds
from fourcorners.samples.layouts import MARKUPS
from fourcorners.samples.layouts import furniture
from fourcorners.samples.package import Archive
from fourcorners.samples.package import pdf
from fourcorners.samples.production import Production
from fourcorners.samples.values import DAY
from fourcorners.samples.values import Carrier
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

#: Below, not every outcome would occur.
MIN_ROWS = 60
#: A PDF of more rows takes minutes to typeset.
MAX_PDF_ROWS = 20_000
_GENERATED = 1_774_872_000  # 2026-03-30 12:00:00 UTC, after service
_PRESERVED_AFTER = 12 * DAY  # of the window: when the earlier snapshot was made
_OTHER_ROWS = 40
_PICTURE = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")  # the markers of a JPEG, no image
_INSTRUCTIONS = "This production holds one folder for each account. Open the records file in a browser.\n"


@dataclass(frozen=True, slots=True)
class Form:
    """How the provider's return is written: service, layout `A` to `E`, and for E whether as a PDF."""

    service: str
    layout: str
    pdf: bool = False

    @property
    def breaks_pages(self) -> bool:
        """Whether values are cut by page breaks."""
        return self.layout == "E" or MARKUPS[self.layout].breaks_pages

    @property
    def suffix(self) -> str:
        """Of the file that holds the record."""
        return ("pdf" if self.pdf else "txt") if self.layout == "E" else "html"

    def pieces(self, record: Production, rng: Random) -> Iterator[str]:
        """The record as text, in pieces."""
        if self.layout == "E":
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
    """The form of a seed's return; six seeds in a row meet every layout."""
    layout = "ABCDEE"[seed % 6]
    return Form("WhatsApp" if seed % 4 == 3 else "Facebook", layout, pdf=seed % 6 == 5)  # noqa: PLR2004 - of a cycle


def case(seed: int, out_dir: Path, rows: int, form: Form | None = None) -> Path:
    """Write a case folder and give the path of its truth.

    Args:
        seed: the same seed gives the same bytes.
        out_dir: must not exist, or be empty.
        rows: rows of the target's list of logins, at least `MIN_ROWS`.
        form: of the provider's return; by the seed if not given.

    Raises:
        UsageError: too few rows, or too many for a PDF.
        BadInput: `OUTPUT`, the folder is not empty.
    """
    form = form or form_of(seed)
    _check(rows, form)
    if out_dir.exists() and any(out_dir.iterdir()):
        raise BadInput("OUTPUT", "the folder is not empty", where=str(out_dir), next_step="name a new folder")
    world = worlds.build(seed)
    logins = worlds.draw_logins(world, rows - produced.spoilt_rows(rows, breaks_pages=form.breaks_pages))
    folder = out_dir / "provider"
    folder.mkdir(parents=True)
    orders.write(orders.provider_order(world, form.service), folder / "order.toml", folder / "order.pdf")
    records = _records(world, form, logins, rows)
    members = write_zip(folder / "return.zip", form, records, seed)
    returns = [
        truth.return_truth(
            out_dir,
            folder / "return.zip",
            folder / "order.toml",
            members,
            withheld_fields=produced.WITHHELD_FIELDS,
        )
    ]
    released = [login for login in logins if world.window.holds(login.at)]
    returns += [_carrier_return(world, carrier, released, out_dir) for carrier in world.carriers.values()]
    networks.write(out_dir / "networks.parquet")
    path = out_dir / "truth.json"
    truth.write(
        path, seed, returns, truth.outcomes(released, produced.zulu), (*produced.CANARIES, *tables.CANARIES)
    )
    return path


def _check(rows: int, form: Form) -> None:
    if rows < MIN_ROWS:
        raise UsageError("USAGE", f"a case needs at least {MIN_ROWS} rows", next_step=f"give --rows {MIN_ROWS}")
    if form.pdf and rows > MAX_PDF_ROWS:
        raise UsageError(
            "USAGE", f"a PDF is made of at most {MAX_PDF_ROWS} rows", next_step="take the text form, or fewer rows"
        )


def _records(world: World, form: Form, logins: Sequence[Login], rows: int) -> list[tuple[str, Production]]:
    """The records of the return: of the target, an earlier snapshot of the same, and of another account."""
    spoilt = produced.spoilt_rows(rows, breaks_pages=form.breaks_pages)
    preserved = world.window.start + _PRESERVED_AFTER
    earlier = [login for login in logins if login.at < preserved]
    other = worlds.other_logins(world, _OTHER_ROWS)

    def record(events: Sequence[Login], *, target: bool, generated: int, spoilt: int = 0) -> Production:
        return produced.produce(world, form.service, events, target=target, generated=generated, spoilt=spoilt)

    return [
        (f"records.{form.suffix}", record(logins, target=True, generated=_GENERATED, spoilt=spoilt)),
        (f"preservation-1.{form.suffix}", record(earlier, target=True, generated=preserved)),
        (f"other/records.{form.suffix}", record(other, target=False, generated=_GENERATED)),
    ]


def write_zip(path: Path, form: Form, records: Iterable[tuple[str, Production]], seed: int) -> list[truth.Member]:
    """Write records and what a provider packs beside them; the truth about each record."""
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
            members.append(truth.Member(name, digest, list(record.truth())))
        archive.add("instructions.txt", [_INSTRUCTIONS])
        archive.add_bytes("linked_media/x.jpg", _PICTURE)
    return members


def _carrier_return(world: World, carrier: Carrier, released: Sequence[Login], out_dir: Path) -> dict[str, Any]:
    """One carrier's folder: its instrument names the addresses of the provider's released records."""
    held = {span.ip for found in world.spans.values() for span in found if span.carrier == carrier.key}
    if carrier.key == "wholesale":
        held = {row.ip for row in carrier.assignments}
    scope = tables.asked(
        world,
        carrier,
        sorted(
            {(login.ip, login.port) for login in released if login.ip in held - carrier.unasked},
            key=lambda pair: (pair[0], pair[1] or 0),
        ),
    )
    suffix = dice(world.seed, f"form/{carrier.key}").choice(("csv", "csv", "xlsx", "parquet"))
    folder = out_dir / carrier.key
    folder.mkdir()
    return write_carrier(world, carrier, scope, folder / f"table.{suffix}", out_dir)


def write_carrier(
    world: World, carrier: Carrier, scope: tables.Asked, path: Path, truth_folder: Path, rows: int = 0
) -> dict[str, Any]:
    """A carrier's table with everything beside it; the truth about it."""
    folder = path.parent
    orders.write(orders.carrier_order(world, carrier, scope), folder / "order.toml", folder / "order.txt")
    (folder / "mapping.toml").write_text(tables.mapping_text(world, carrier), encoding="utf-8")
    (folder / "certificate.txt").write_text(tables.certificate_text(carrier), encoding="utf-8")
    made = tables.table_rows(world, carrier, rows)
    tables.write_table(world, carrier, made, path)
    digest = truth.hash_of(path)
    member = truth.Member("", digest, [tables.row_truth(row, scope) for row in made])
    return truth.return_truth(truth_folder, path, folder / "order.toml", [member], mapping=folder / "mapping.toml")
