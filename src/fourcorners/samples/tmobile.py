"""T-Mobile's call detail records: calls and messages of one number in one table, as the carrier's key has them.

Banner rows stand above the header, columns in any order beside others that nobody knows. Traps: numbers of
voicemail, forwarded calls, calls that reached another number than the one called, a type that contradicts its
direction, rows that cannot be read.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from fourcorners.samples import logins as events
from fourcorners.samples import returns
from fourcorners.samples import world as worlds
from fourcorners.samples import xlsx
from fourcorners.samples.production import withheld
from fourcorners.samples.returns import Part
from fourcorners.samples.returns import Scope
from fourcorners.samples.spelling import zulu
from fourcorners.samples.truth import Row
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice

CANARIES = ("canary-switch", "canary-advance")
CUSTODIAN = "T-Mobile USA, Inc."
_CALLS = "telephone_connection_records"
#: Fields that only their own category releases.
_APART = {
    "device": "subscriber_identity",
    "first_cell": "cell_site_historical",
    "last_cell": "cell_site_historical",
}
_SPOILT_FROM = returns.SPOILT_FROM

_PLAIN = (
    "Date",
    "(UTC) Time",
    "Duration",
    "Call Type",
    "Direction",
    "Calling Number",
    "Dialed Number",
    "Called Number",
    "Destination Number",
    "IMSI",
    "IMEI",
    "Completion Code",
    "Service Code",
    "Switch Name",
)
_CELLS = ("LTE Site ID", "LAC", "Cell ID", "Tower Azimuth", "Tower LAT", "Tower LONG", "Tower Address")
_LOCATED = (*(f"{edge} {name}" for edge in ("1st", "Last") for name in _CELLS), "1st Timing Advance")
_SPOILT: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"Date": "02/30/2026"}, "rejected", "BAD_TIME"),
    ({"Date": "30/03/2026"}, "rejected", "BAD_TIME"),
    ({"(UTC) Time": "4:05"}, "rejected", "BAD_TIME"),
    ({"(UTC) Time": ""}, "rejected", "MISSING_TIME"),
    ({"Date": ""}, "rejected", "MISSING_TIME"),
    ({"Duration": "1:13"}, "rejected", "BAD_TIME"),
)

Cells = dict[str, str]
Entry = tuple[Cells, Row]


def write(seed: int, rows: int, out: Path) -> None:
    """Write a report: CSV or XLSX by the path's suffix, or either in a zip."""
    world = worlds.build(seed)
    rng = dice(seed, "tmobile")
    asked = (_CALLS, *rng.sample(sorted(set(_APART.values())), rng.randint(0, 2)))
    scope = Scope(world, CUSTODIAN, (world.target.phone,), asked)
    columns = [*_PLAIN, *(_LOCATED if seed % 3 else ())]
    if seed % 2:
        columns = rng.sample(columns, len(columns))
    entries = _entries(scope, rng, rows, columns)
    table = [*_banner(rng, world.target.phone), columns]
    table += [[cells.get(name, "") for name in columns] for cells, _ in entries]
    suffix = rng.choice((".csv", ".xlsx")) if out.suffix == ".zip" else out.suffix
    data = _workbook(table, len(columns)) if suffix == ".xlsx" else _csv(table, rng)
    parts = [
        Part(f"calls{suffix}", data, [row for _, row in entries]),
        Part("readme.txt", b"One report for each number.\n", read=False),
    ]
    hidden = tuple(name for name, category in _APART.items() if category not in asked)
    returns.write(scope, parts, out, CANARIES, {"call": hidden} if hidden else None)


def _entries(scope: Scope, rng: Random, rows: int, columns: Sequence[str]) -> list[Entry]:
    spoilt = _SPOILT if rows >= _SPOILT_FROM else ()
    own = scope.world.target.phone
    drawn = events.draw_logins(scope.world, rows - len(spoilt) - (rows >= _SPOILT_FROM))
    made = [_call(scope, rng, login, columns, first=n == 0) for n, login in enumerate(drawn)]
    for change, verdict, reason in spoilt:
        made.append((rng.choice(made[: len(drawn)])[0] | change, withheld("call", verdict, reason, own)))
    if rows >= _SPOILT_FROM:
        made.append(_foreign(rng, drawn[0]))
    return rng.sample(made, len(made))


def _call(scope: Scope, rng: Random, login: Login, columns: Sequence[str], *, first: bool) -> Entry:
    """A call or message; the first one tells whose report it is."""
    own, other = scope.world.target.phone[1:], f"1202555{rng.randint(200, 299):04d}"
    how = (
        "plain" if first else rng.choices(("plain", "voicemail", "forwarded", "moved", "odd"), (20, 2, 2, 2, 1))[0]
    )
    kind, out = rng.choice(
        (
            ("mSOriginating", True),
            ("mSOriginatingSMSinMSC", True),
            ("moc", True),
            ("mSTerminating", False),
            ("mSTerminatingSMSinMSC", False),
            ("mtc", False),
            ("SMSc", rng.random() < 0.5),  # noqa: PLR2004 - either way
            ("RCS-IMChat", rng.random() < 0.5),  # noqa: PLR2004 - the same
        )
    )
    calling, called = (own, other) if out else (other, own)
    dialed, end = (called[1:] if out else ""), called
    party: str | None = other
    if how == "voicemail":
        kind, out, party = "mSOriginating", True, None
        calling, dialed, called, end = own, own, "8056377243", "8056377243"
    elif how == "forwarded":
        kind, out, party = "callForwarding", True, None
        calling, dialed, called, end = other, "", own, "18056377249"
    elif how == "moved" and out:
        end, party = f"1202555{rng.randint(300, 399):04d}", None
    elif how == "odd" and kind.startswith("m"):
        out, party = not out, None
    seconds = None if "SMS" in kind or kind.startswith("RCS") else rng.choice((0, 1, 73, 2 * HOUR))
    direction = "Outgoing" if out else "Incoming"
    cells = {
        **_when(login.at),
        "Duration": "" if seconds is None else str(seconds),
        "Call Type": kind,
        "Direction": direction,
        "Calling Number": calling,
        "Dialed Number": dialed,
        "Called Number": called,
        "Destination Number": end,
        **_beside(rng),
    }
    until = None if seconds is None else zulu(login.at + seconds)
    action = ",".join(cells[name] for name in columns if name in {"Call Type", "Direction"})
    values = (scope.world.target.phone, None, None, zulu(login.at), until, action, party)
    last = login.at + max(seconds or 0, 1) - 1
    return cells, scope.row("call", _CALLS, values, login.at, last)


def _foreign(rng: Random, login: Login) -> Entry:
    """A forwarded call that holds nobody's number that the report is about."""
    cells = {
        **_when(login.at),
        "Duration": "9",
        "Call Type": "callForwarding",
        "Direction": "Outgoing",
        **_beside(rng),
    }
    cells |= {"Calling Number": "12025550401", "Called Number": "12025550402"}
    return cells, withheld("call", "sealed", "UNDECIDABLE_ACCOUNT", "")


def _when(at: int) -> Cells:
    moment = dt.datetime.fromtimestamp(at, dt.UTC)
    return {"Date": moment.strftime("%m/%d/%Y"), "(UTC) Time": moment.strftime("%H:%M:%S")}


def _beside(rng: Random) -> Cells:
    cells = {
        "IMSI": "001010123456789",
        "IMEI": "490154203237518",
        "Completion Code": "0",
        "Service Code": rng.choice(("", "11")),
        "Switch Name": "canary-switch",
        "1st Timing Advance": "canary-advance",
    }
    for edge in ("1st", "Last"):
        if rng.random() < 0.8:  # noqa: PLR2004 - not every row has cells
            numbers = [str(rng.randint(1, 9_999)) for _ in range(3)]
            values = (
                *numbers,
                str(rng.randrange(0, 360, 10)),
                "0.000000",
                "0.000000",
                "1 Example Street, Suite 2",
            )
            cells |= {f"{edge} {name}": value for name, value in zip(_CELLS, values, strict=True)}
    return cells


def _banner(rng: Random, phone: str) -> list[list[str]]:
    """Lines above the header; nothing is known of their words, so they differ."""
    lines = [["Call Detail Records"], ["Number", phone[1:]], ["Prepared for", "Example District", "26-mj-1"]]
    return lines[: rng.randint(0, 3)]


def _csv(table: Sequence[Sequence[str]], rng: Random) -> bytes:
    target = io.StringIO()
    csv.writer(target, lineterminator=rng.choice(("\n", "\r\n"))).writerows(table)
    return target.getvalue().encode()


def _workbook(table: Sequence[Sequence[str]], width: int) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.xlsx"
        xlsx.write(path, [[*line, *[""] * (width - len(line))] for line in table])
        return path.read_bytes()
