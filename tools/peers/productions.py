"""The productions that both tools are given: made by our generators, in the folders and names that RLEAPP wants.

Of each format there is RLEAPP's own layout (what its module expects, place by place) and what else our generator
makes. A layout is chosen by taking the first seeds whose file has it; nothing is drawn again.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from itertools import count
from pathlib import Path
from zipfile import ZipFile

import openpyxl

from fourcorners.samples import google_log
from fourcorners.samples import instagram
from fourcorners.samples import logins
from fourcorners.samples import meta
from fourcorners.samples import orders
from fourcorners.samples import production
from fourcorners.samples import provider
from fourcorners.samples import record
from fourcorners.samples import truth as truths
from fourcorners.samples import world as worlds
from fourcorners.samples.layouts import MARKUPS
from fourcorners.samples.make import make
from fourcorners.samples.package import write_text
from fourcorners.samples.values import dice
from peers.score import Truth
from peers.score import truth_of

FIRST_SEED = 101
_GENERATED = 1_774_872_000  # 2026-03-30 12:00:00 UTC
#: The heading of the older Google layout that RLEAPP reads by its places, and of the newer.
_ACCESS_LOG = (google_log._WIDTH_13, google_log._WIDTH_16)  # noqa: SLF001 - the layout's own list
_X_ORDER = ("accountId", "createdAt", "loginIp")


@dataclass(frozen=True, slots=True)
class Made:
    """One production, as each tool is given it.

    Attributes:
        ours: the file for Fourcorners, with its order.
        theirs: the folder or zip for RLEAPP.
        truth: about it.
    """

    ours: Path
    order: Path
    theirs: Path
    truth: Truth


@dataclass(frozen=True, slots=True)
class Production:
    """A line of the table.

    Attributes:
        name: of the format.
        layout: in words.
        own: it is the layout that RLEAPP's module expects.
        write: makes it of a seed, in a folder; None where the seed gives another layout.
    """

    name: str
    layout: str
    own: bool
    write: Callable[[int, int, Path], Made | None]

    def made(self, folder: Path, rows: int, number: int) -> Iterator[tuple[int, Made]]:
        """The first seeds that give this layout, with what they give."""
        for seed in count(FIRST_SEED):
            place = folder / f"{seed}"
            found = self.write(seed, rows, place)
            if found is None:
                shutil.rmtree(place, ignore_errors=True)
                continue
            yield seed, found
            number -= 1
            if not number:
                return


def _told(out: Path, order: Path, theirs: Path, records: Iterable[str]) -> Made:
    told = json.loads(out.with_name(f"{out.name}.truth.json").read_text(encoding="utf-8"))
    (one,) = told["returns"]
    return Made(out, order, theirs, truth_of(one, told["columns"], records))


def _made(
    name: str,
    file: str,
    path: str,
    has: Callable[[Path], bool] = lambda _: True,
    records: Callable[[Path], Iterable[str]] = lambda _: (),
    seeds: Callable[[int], bool] = lambda _: True,
) -> Callable[[int, int, Path], Made | None]:
    """A format of `samples make`.

    Args:
        name: of the format.
        file: the file to make.
        path: where RLEAPP looks for it, under a folder of its own; empty: it is given the zip itself.
        has: whether a made file has the layout.
        records: the file's records as text.
        seeds: which seeds are worth trying.
    """

    def write(seed: int, rows: int, folder: Path) -> Made | None:
        if not seeds(seed):
            return None
        out = folder / "made" / file
        make(name, seed, rows, out)
        if not has(out):
            return None
        theirs = _placed(out, folder / "given", path) if path else out
        return _told(out, out.with_name(f"{out.name}.order.toml"), theirs, records(out))

    return write


def _placed(out: Path, folder: Path, path: str) -> Path:
    (folder / path).parent.mkdir(parents=True)
    shutil.copyfile(out, folder / path)
    return folder


def _header(out: Path) -> list[str]:
    if out.suffix == ".xlsx":
        return next(_sheet(out)).split("\t")
    with out.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


def _lines(out: Path) -> Iterator[str]:
    with out.open(encoding="utf-8-sig", newline="") as file:
        yield from ("\t".join(row) for row in csv.reader(file))


def _sheet(out: Path) -> Iterator[str]:
    book = openpyxl.load_workbook(out, read_only=True)
    for row in book.worksheets[0].iter_rows(values_only=True):
        yield "\t".join("" if cell is None else str(cell) for cell in row)
    book.close()


def _in_order(*columns: str) -> Callable[[Path], bool]:
    return lambda out: tuple(_header(out)) == columns


def _not(has: Callable[[Path], bool]) -> Callable[[Path], bool]:
    return lambda out: not has(out)


def _meta_plain(seed: int, rows: int, folder: Path) -> Made:
    """Layout C with three fields in every row, as RLEAPP counts them: address, time, action."""
    world = worlds.build(seed)
    out = folder / "made" / "records.html"
    out.parent.mkdir(parents=True)
    spoilt = record.spoilt_rows(rows, breaks_pages=False)
    drawn = logins.draw_logins(world, rows - spoilt)
    plain = [replace(login, action=login.action or "Login", agent=None) for login in drawn]
    made = record.produce(world, "Facebook", plain, target=True, generated=_GENERATED, spoilt=spoilt)
    digest = write_text(out, meta.html(made, MARKUPS["C"], dice(seed, "written")))
    order = out.with_name(f"{out.name}.order.toml")
    orders.write(orders.provider_order(world, "Facebook"), order, out.with_name(f"{out.name}.order.txt"))
    member = truths.Member("", digest, list(made.truth()))
    one = truths.return_truth(out.parent, out, order, [member], withheld_fields=production.WITHHELD_FIELDS)
    truths.write(out.with_name(f"{out.name}.truth.json"), seed, [one], [], production.CANARIES)
    return _told(out, order, _placed(out, folder / "given", "return/records.html"), _entries(made))


def _entries(made: production.Production) -> Iterator[str]:
    for section in made.sections:
        yield from ("\t".join(value for _, value in entry.fields) for entry in section.entries)


def _meta(name: str, service: str, layout: str) -> Callable[[int, int, Path], Made | None]:
    """What `samples make` makes; the record is made a second time to know what stands in it."""

    def write(seed: int, rows: int, folder: Path) -> Made | None:
        world = worlds.build(seed)
        spoilt = record.spoilt_rows(rows, breaks_pages=provider.Form(service, layout).breaks_pages)
        drawn = logins.draw_logins(world, rows - spoilt)
        held = record.produce(world, service, drawn, target=True, generated=_GENERATED, spoilt=spoilt)
        return _made(name, "records.html", "return/records.html", records=lambda _: _entries(held))(
            seed, rows, folder
        )

    return write


def _objects(out: Path) -> list[str]:
    """The innermost objects of an X file, as they are written."""
    return [piece.partition("}")[0] for piece in out.read_text(encoding="utf-8").split("{")]


def _x_plain(seed: int, rows: int, folder: Path) -> Made:
    """An X file whose records have account, time and address in this order, one field a line."""
    out = folder / "made" / "1-ip-audit.txt"
    make("x-return", seed, rows, out)
    text = out.read_bytes().decode()
    for inner in {piece for piece in _objects(out) if '"createdAt"' in piece or '"loginIp"' in piece}:
        written = inner.replace("\n", "\r\n") if "\r\n" in text else inner
        end = "\r\n" if "\r\n" in text else "\n"
        lines = [line.rstrip(",") for line in written.strip().split(end)]
        if any(not line.lstrip().startswith('"') for line in lines):
            continue
        lines.sort(key=lambda line: _place(line.split('"')[1]))
        text = text.replace(
            f"{{{written}}}", f"{{{end}    " + f",{end}    ".join(map(str.strip, lines)) + f"{end}  }}"
        )
    out.write_bytes(text.encode())
    order = out.with_name(f"{out.name}.order.toml")
    return _told(out, order, _placed(out, folder / "given", f"return/{out.name}"), _objects(out))


def _place(label: str) -> int:
    return _X_ORDER.index(label) if label in _X_ORDER else len(_X_ORDER)


def _english_and_old(out: Path) -> bool:
    with ZipFile(out) as archive:
        name = "login_and_account_creation/login_activity.json"
        return name in archive.namelist() and '"IP Address"' in archive.read(name).decode()


def _unpacked(seed: int, rows: int, folder: Path) -> Made:
    """Google's return with its inner archives taken apart by hand, each in a folder of its name."""
    out = folder / "made" / "return.zip"
    make("google-return", seed, rows, out)
    given = folder / "given"
    with ZipFile(out) as outer:
        for name in outer.namelist():
            if name.endswith(".zip"):
                with outer.open(name) as inner, ZipFile(inner) as archive:
                    archive.extractall(given / name.removesuffix(".zip"))
    return _told(out, out.with_name(f"{out.name}.order.toml"), given, ())


_LOG = f"Takeout/Access Log Activity/{google_log.NAMES[0]}"
_OWN_LOG = lambda out: tuple(_header(out)) in _ACCESS_LOG  # noqa: E731 - one test, used twice
_ENGLISH = lambda seed: sorted(instagram.LANGUAGES)[seed % len(instagram.LANGUAGES)] == "en"  # noqa: E731 - as above
_REDDIT = _in_order("date", "ip")
_TIKTOK = _in_order("Timestamp", "Active Start Time", "IP", "IP Country")

#: The lines of the table.
PRODUCTIONS = (
    Production("meta-record", "C; address, time, action in every row", True, _meta_plain),
    Production(
        "meta-record",
        "C; rows may lack the action or have a user agent",
        False,
        _meta("meta-record-c", "Facebook", "C"),
    ),
    Production("meta-record", "A (older tables)", False, _meta("meta-record-a", "Facebook", "A")),
    Production("meta-record", "B (inline styles)", False, _meta("meta-record-b", "Facebook", "B")),
    Production("meta-record", "D (minified, page breaks)", False, _meta("meta-record-d", "Facebook", "D")),
    Production("meta-record", "WhatsApp, A", False, _meta("whatsapp-record", "WhatsApp", "A")),
    Production(
        "google-access-log",
        "13 or 16 columns, in order",
        True,
        _made("google-takeout", "made.csv", _LOG, _OWN_LOG, _lines),
    ),
    Production(
        "google-access-log",
        "7 columns, or moved",
        False,
        _made("google-takeout", "made.csv", _LOG, _not(_OWN_LOG), _lines),
    ),
    Production("google-return", "as it is sent: a zip of zips", False, _made("google-return", "return.zip", "")),
    Production("google-return", "taken apart by hand for RLEAPP", False, _unpacked),
    Production("snapchat-return", "both spellings, any order", True, _made("snapchat-return", "return.zip", "")),
    Production("x-return", "account, time, address, one a line", True, _x_plain),
    Production(
        "x-return",
        "fields in any order",
        False,
        _made("x-return", "1-ip-audit.txt", "return/1-ip-audit.txt", records=_objects),
    ),
    Production(
        "reddit-ip-logs",
        "`date`, `ip`",
        True,
        _made("reddit-ip-logs", "ip_logs.csv", "return/ip_logs.csv", _REDDIT, _lines),
    ),
    Production(
        "reddit-ip-logs",
        "`ip`, `date`",
        False,
        _made("reddit-ip-logs", "ip_logs.csv", "return/ip_logs.csv", _not(_REDDIT), _lines),
    ),
    Production(
        "tiktok-ip-data",
        "columns in order",
        True,
        _made("tiktok-ip-data", "x - IP Data.xlsx", "return/x - IP Data.xlsx", _TIKTOK, _sheet),
    ),
    Production(
        "tiktok-ip-data",
        "columns moved",
        False,
        _made("tiktok-ip-data", "x - IP Data.xlsx", "return/x - IP Data.xlsx", _not(_TIKTOK), _sheet),
    ),
    Production(
        "kik-binds", "any order", True, _made("kik-binds", "binds.csv", "package/logs/binds.csv", records=_lines)
    ),
    Production(
        "roblox-addresses",
        "any order",
        True,
        _made(
            "roblox-addresses",
            "IP address of the account.csv",
            "return/IP address of the account.csv",
            records=_lines,
        ),
    ),
    Production(
        "instagram-export",
        "English, older folders",
        True,
        _made("instagram-export", "export.zip", "", _english_and_old, seeds=_ENGLISH),
    ),
    Production(
        "instagram-export",
        "seven languages, newer folders",
        False,
        _made("instagram-export", "export.zip", "", _not(_english_and_old)),
    ),
)
