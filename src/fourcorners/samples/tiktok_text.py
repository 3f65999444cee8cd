"""The text form of a TikTok return: a day-first, 12-hour time with its offset, and the address in the next line.

The traps stand in it by the seed: either order of the two lines, blank lines between records or none, other lines
in a record, an address that goes on in the next line, page numbers.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random

from fourcorners.samples import logins as events
from fourcorners.samples import returns
from fourcorners.samples import world as worlds
from fourcorners.samples.package import pdf
from fourcorners.samples.production import withheld
from fourcorners.samples.returns import Part
from fourcorners.samples.returns import Scope
from fourcorners.samples.spelling import zulu
from fourcorners.samples.truth import Row
from fourcorners.samples.values import HOUR
from fourcorners.samples.values import dice

CANARIES = ("canary-country", "canary-title")
_PAGE_LINES = 48
#: The first row of a list that lacks one of its lines; where nothing separates records, it leaves all in doubt.
_LACKING = "27/02/2026 03:04:43PM (UTC +00)"

Entry = tuple[list[str], Row]


def write(seed: int, rows: int, out: Path) -> None:
    """Write a return: `*.txt` or `*.pdf` holds the list, `*.zip` also a file that is not read.

    Raises:
        UsageError: too many rows for a PDF.
    """
    if out.suffix == ".pdf":
        returns.check_size(rows, out)
    world = worlds.build(seed)
    rng = dice(seed, "tiktok-text")
    scope = Scope(world, "TikTok Inc.", (world.target.number,), ("subscriber_identity", "session_ip_log"))
    # a PDF's text may lose its blank lines, so there are none to lose
    apart = out.suffix != ".pdf" and rng.random() < 0.7  # noqa: PLR2004 - most are
    ip_first = rng.random() < 0.3  # noqa: PLR2004 - most begin with the time
    entries: list[Entry] = []
    spoilt = _spoilt(apart=apart) if rows >= returns.SPOILT_FROM else []
    for login in events.draw_logins(world, rows - len(spoilt)):
        lines = [f"Date: {_stamp(rng, login.at)}", f"IP: {login.ip}"]
        values = (None, login.ip, None, zulu(login.at))
        entries.append((lines, scope.row("login", "session_ip_log", values, login.at)))
    for entry in spoilt:
        entries.insert(rng.randrange(len(entries)), entry)
    written = ["canary-title"]
    for lines, _ in entries:
        # what may go on in the next line stays last
        turned = [*reversed(lines)] if ip_first and lines[-1].startswith("IP") else lines
        extra = ["Country: canary-country"] if rng.random() < 0.3 else []  # noqa: PLR2004 - some
        written += [*turned[:1], *extra, *turned[1:], *([""] if apart else [])]
    data, name = _document(written, out)
    parts = [Part(name, data, [row for _, row in entries]), Part("videos.csv", b"canary-title\n", read=False)]
    returns.write(scope, parts, out, CANARIES)


def _document(written: list[str], out: Path) -> tuple[bytes, str]:
    if out.suffix != ".pdf":
        return "".join(f"{line}\n" for line in written).encode(), "login.txt"
    pages = [written[at : at + _PAGE_LINES] for at in range(0, len(written), _PAGE_LINES)]
    return pdf([[*page, f"Page {number}"] for number, page in enumerate(pages, 1)]), "login.pdf"


def _stamp(rng: Random, at: int) -> str:
    hours = rng.choice((0, 0, 0, -3, 9))
    moment = dt.datetime.fromtimestamp(at + hours * HOUR, dt.UTC)
    return moment.strftime(f"%d/%m/%Y %I:%M:%S%p (UTC {hours:+03d})")


def _spoilt(*, apart: bool) -> list[Entry]:
    """Records that must not be read."""
    at, ip = "Date: 12/02/2026 10:00:00AM (UTC +00)", "IP: 198.51.100.7"

    def rejected(reason: str, *lines: str) -> Entry:
        return list(lines), withheld("login", "rejected", reason, "")

    made = [
        rejected("BAD_TIME", "Date: 30/02/2026 10:00:00AM (UTC +00)", ip),
        rejected("BAD_TIME", "Date: 02/13/2026 10:00:00AM (UTC +00)", ip),
        rejected("BAD_TIME", "Date: 12/02/2026 13:00:00PM (UTC +00)", ip),
        rejected("BAD_TIME", "Date: 12/02/2026 10:00:00AM", ip),
        rejected("BAD_ADDRESS", at, "IP: 198.51.100.300"),
        rejected("BROKEN_VALUE", at, ip, "35"),
    ]
    if apart:
        made += [rejected("MISSING_ADDRESS", f"Date: {_LACKING}"), rejected("MISSING_TIME", ip)]
    return made
