"""The lines of the comparison: formats that both tools could read.

Of each there is RLEAPP's own layout (what its module expects, place by place) and what else our generator makes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

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
from fourcorners.samples.spelling import zulu
from fourcorners.samples.values import dice
from peers.productions import Made
from peers.productions import Production
from peers.productions import csv_lines
from peers.productions import csv_records
from peers.productions import from_samples
from peers.productions import header
from peers.productions import placed
from peers.productions import sheet_lines
from peers.productions import told
from peers.score import addresses
from peers.score import instants

_GENERATED = 1_774_872_000  # 2026-03-30 12:00:00 UTC
#: The headings of Google's log that RLEAPP reads by their places.
_ACCESS_LOG = (google_log._WIDTH_13, google_log._WIDTH_16)  # noqa: SLF001 - the layout's own list
_X_ORDER = ("accountId", "createdAt", "loginIp")
_RECORD = re.compile(r'\{\s*"(?:accountId|createdAt|loginIp|deviceModel|kind)" : [^{}]*\}')
_SOUND = re.compile(r'"accountId" : "\d+"\n"createdAt" : "[\d-]{10}T[\d:.]{12}Z"\n"loginIp" : "[^"]+"')
_SECONDS = re.compile(r"\b1[67]\d{8}\b")  # Unix time of these years
_INSTAGRAM_LOGINS = "login_and_account_creation/login_activity.json"
_INSTAGRAM_SPOILT = range(0, 20, 4)  # where the generator puts the rows that cannot be read, in older exports


def _in_order(*columns: str) -> Callable[[Path], bool]:
    return lambda out: tuple(header(out)) == columns


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
    return told(out, placed(out, folder / "given", "return/records.html"), _entries(made))


def _entries(made: production.Production) -> Iterator[str]:
    for section in made.sections:
        yield from ("\t".join(value for _, value in entry.fields) for entry in section.entries)


def _meta(name: str, service: str, layout: str) -> Callable[[int, int, Path], Made]:
    """What `samples make` makes; the record is made a second time to know what stands in it."""

    def write(seed: int, rows: int, folder: Path) -> Made:
        world = worlds.build(seed)
        spoilt = record.spoilt_rows(rows, breaks_pages=provider.Form(service, layout).breaks_pages)
        drawn = logins.draw_logins(world, rows - spoilt)
        held = record.produce(world, service, drawn, target=True, generated=_GENERATED, spoilt=spoilt)
        out = folder / "made" / "records.html"
        make(name, seed, rows, out)
        return told(out, placed(out, folder / "given", "return/records.html"), _entries(held))

    return write


def _objects(out: Path) -> list[str]:
    """The innermost objects of an X file, as they are written."""
    return [piece.partition("}")[0] for piece in out.read_text(encoding="utf-8").split("{")]


def _x_plain(*, spoilt: bool) -> Callable[[int, int, Path], Made]:
    """An X file whose records have account, time and address in this order, one field a line."""

    def write(seed: int, rows: int, folder: Path) -> Made:
        out = folder / "made" / "1-ip-audit.txt"
        make("x-return", seed, rows, out)
        text = out.read_bytes().decode()
        end = "\r\n" if "\r\n" in text else "\n"
        made = _RECORD.sub(lambda found: _in_place(found[0], end, spoilt=spoilt), text)
        out.write_bytes(made.encode())
        found = told(out, placed(out, folder / "given", f"return/{out.name}"), _objects(out))
        return found if spoilt else _without_spoilt(found)

    return write


def _in_place(record: str, end: str, *, spoilt: bool) -> str:
    """A record with its fields in order; nothing where it is spoilt and such are not wanted."""
    fields = sorted((line.strip().rstrip(",") for line in record.strip("{}").strip().splitlines()), key=_place)
    sound = _SOUND.match("\n".join(fields)) and instants(fields[1]) and addresses(fields[2])
    if not spoilt and not sound:
        fields = []
    return f"{{{end}    " + f",{end}    ".join(fields) + f"{end}  }}"


def _without_spoilt(made: Made) -> Made:
    return replace(made, truth=replace(made.truth, unreadable=0, reasons={}))


def _label(line: str) -> str:
    return line.split('"')[1]


def _place(line: str) -> int:
    label = _label(line)
    return _X_ORDER.index(label) if label in _X_ORDER else len(_X_ORDER)


def _access_log(out: Path) -> bool:
    return tuple(header(out)) in _ACCESS_LOG


def _english(seed: int) -> bool:
    return sorted(instagram.LANGUAGES)[seed % len(instagram.LANGUAGES)] == "en"


def _english_and_old(out: Path) -> bool:
    with ZipFile(out) as archive:
        name = "login_and_account_creation/login_activity.json"
        return name in archive.namelist() and '"IP Address"' in archive.read(name).decode()


def _instagram_clean(seed: int, rows: int, folder: Path) -> Made | None:
    """The export in its older form, without the rows that cannot be read."""
    made = from_samples("instagram-export", "export.zip", "", _english_and_old, seeds=_english)(seed, rows, folder)
    if made is None:
        return None
    members = {}
    with ZipFile(made.ours) as archive:
        for entry in archive.infolist():
            members[entry] = archive.read(entry)
            if entry.filename == _INSTAGRAM_LOGINS:
                held = json.loads(members[entry])
                ((key, logins_),) = held.items()
                kept = [each for n, each in enumerate(logins_) if n not in _INSTAGRAM_SPOILT]
                members[entry] = json.dumps({key: kept}).encode()
    with ZipFile(made.ours, "w") as archive:
        for entry, data in members.items():
            archive.writestr(entry, data)
    return _without_spoilt(made)


def _exported(out: Path) -> Iterator[str]:
    """The records of an Instagram export; a time is written out, since the file counts seconds."""
    with ZipFile(out) as archive:
        for name in archive.namelist():
            held = json.loads(archive.read(name))
            for each in next(iter(held.values())) if isinstance(held, dict) else ():
                text = json.dumps(each, ensure_ascii=False)
                yield _SECONDS.sub(lambda found: zulu(int(found[0])), text)


def _zipped(out: Path) -> Iterator[str]:
    """The records of every CSV file in a zip, and in the zips that it holds."""
    with ZipFile(out) as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                yield from csv_records(archive.read(name).decode("utf-8-sig"))
            elif name.endswith(".zip"):
                with archive.open(name) as inner, ZipFile(inner) as found:
                    for each in found.namelist():
                        if each.endswith(".csv"):
                            yield from csv_records(found.read(each).decode("utf-8-sig"))


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
    return told(out, given, _zipped(out))


_LOG = f"Takeout/Access Log Activity/{google_log.NAMES[0]}"
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
        from_samples("google-takeout", "made.csv", _LOG, _access_log, csv_lines),
    ),
    Production(
        "google-access-log",
        "7 columns, or moved",
        False,
        from_samples("google-takeout", "made.csv", _LOG, _not(_access_log), csv_lines),
    ),
    Production(
        "google-return",
        "as it is sent: a zip of zips",
        False,
        from_samples("google-return", "return.zip", "", records=_zipped),
    ),
    Production("google-return", "taken apart by hand for RLEAPP", False, _unpacked),
    Production(
        "snapchat-return",
        "both spellings, any order",
        True,
        from_samples("snapchat-return", "return.zip", "", records=_zipped),
    ),
    Production("x-return", "account, time, address, one a line", True, _x_plain(spoilt=False)),
    Production("x-return", "the same, with unreadable rows", True, _x_plain(spoilt=True)),
    Production(
        "x-return",
        "fields in any order",
        False,
        from_samples("x-return", "1-ip-audit.txt", "return/1-ip-audit.txt", records=_objects),
    ),
    Production(
        "reddit-ip-logs",
        "`date`, `ip`",
        True,
        from_samples("reddit-ip-logs", "ip_logs.csv", "return/ip_logs.csv", _REDDIT, csv_lines),
    ),
    Production(
        "reddit-ip-logs",
        "`ip`, `date`",
        False,
        from_samples("reddit-ip-logs", "ip_logs.csv", "return/ip_logs.csv", _not(_REDDIT), csv_lines),
    ),
    Production(
        "tiktok-ip-data",
        "columns in order",
        True,
        from_samples("tiktok-ip-data", "x - IP Data.xlsx", "return/x - IP Data.xlsx", _TIKTOK, sheet_lines),
    ),
    Production(
        "tiktok-ip-data",
        "columns moved",
        False,
        from_samples("tiktok-ip-data", "x - IP Data.xlsx", "return/x - IP Data.xlsx", _not(_TIKTOK), sheet_lines),
    ),
    Production(
        "kik-binds",
        "any order",
        True,
        from_samples("kik-binds", "binds.csv", "package/logs/binds.csv", records=csv_lines),
    ),
    Production(
        "roblox-addresses",
        "any order",
        True,
        from_samples(
            "roblox-addresses",
            "IP address of the account.csv",
            "return/IP address of the account.csv",
            records=csv_lines,
        ),
    ),
    Production(
        "instagram-export",
        "English, older folders",
        True,
        _instagram_clean,
    ),
    Production(
        "instagram-export",
        "the same, with unreadable rows",
        True,
        from_samples("instagram-export", "export.zip", "", _english_and_old, _exported, _english),
    ),
    Production(
        "instagram-export",
        "seven languages, newer folders",
        False,
        from_samples("instagram-export", "export.zip", "", _not(_english_and_old), _exported),
    ),
)
