"""Access Log Activity as CSV: widths of 7, 13 and 16 columns, in the spellings and the orders that occur."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from collections.abc import Sequence
from random import Random

from fourcorners.samples.google_truth import Event
from fourcorners.samples.google_truth import Subject
from fourcorners.samples.truth import Row

_WIDTH_7 = (
    "Gaia ID",
    "Activity Timestamp",
    "IP Address",
    "Proxiedhost IP Address",
    "Is Non-routable IP Address",
    "User Agent String",
    "Product Name",
)
_WIDTH_13 = (
    *_WIDTH_7[:5],
    "Activity Country",
    "Activity Region",
    "Activity City",
    "User Agent String",
    "Product Name",
    "Sub-Product Name",
    "Activity Type",
    "Gmail Access Channel",
)
_WIDTH_16 = (
    *_WIDTH_13[:11],
    "Referer Product Name",
    "Referer Sub-Product Name",
    "Activity Type",
    "Gmail Access Channel",
    "Android Webview Package Name",
)
_DEVICES = (
    "Device Type",
    "Brand Name",
    "Marketing Name",
    "OS",
    "OS Version",
    "Device Model",
    "User Given Name",
    "Device Last Location",
    "Gaia ID",
)
#: File names as accounts of three languages get them.
NAMES = (
    "Activities - A list of Google services accessed by.csv",
    "Aktivitäten - eine Liste der Google-Dienste, auf die.csv",
    "Activités - une liste des services Google auxquels.csv",
)


def activities(subject: Subject, rows: Sequence[Event], rng: Random) -> Iterator[str]:
    """The table, piece by piece."""
    header = list(rng.choice((_WIDTH_7, _WIDTH_13, _WIDTH_16)))
    if rng.random() < 0.3:  # noqa: PLR2004 - columns may move
        rng.shuffle(header)
    spelt = {name: name for name in header}
    if rng.random() < 0.4:  # noqa: PLR2004 - the other spelling
        spelt["Proxiedhost IP Address"] = "Proxied Host IP Address"
        spelt["Is Non-routable IP Address"] = "Is Non-Routable IP Address"
    end = rng.choice(("\n", "\r\n"))
    quote_all = rng.random() < 0.5  # noqa: PLR2004 - as often as not
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=end, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    if rng.random() < 0.3:  # noqa: PLR2004 - some tools write the mark
        buffer.write("\ufeff")
    writer.writerow([spelt[name] for name in header])
    for row in rows:
        values = {
            "Gaia ID": "" if row.nameless else subject.account.number,
            "Activity Timestamp": row.time,
            "IP Address": row.ip,
            "Proxiedhost IP Address": "198.51.100.250" if rng.random() < 0.1 else "",  # noqa: PLR2004 - a few
            "Is Non-routable IP Address": rng.choice(("No", "No", "No", "Yes")),
            "Activity Country": "Exampleland",
            "User Agent String": row.agent,
            "Product Name": rng.choice(("Gmail", 'Search, "web"', "Other")),
            "Sub-Product Name": rng.choice(("", "Mobile")),
            "Activity Type": row.action,
            "Referer Product Name": rng.choice(("", "sealed-value")),
        }
        writer.writerow([values.get(name, "") for name in header])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def devices(subject: Subject, rng: Random) -> tuple[str, list[Row]]:
    """The table of devices in its older form, and the truth: rows that no family holds."""
    count = rng.randint(1, 3)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_DEVICES)
    for n in range(count):
        place = f"Country ISO: Exampleland\nLast Activity Time: 2026-03-0{n + 1} 10:00:00 UTC"
        writer.writerow(("PHONE", "ExampleDevice", "", "ANDROID", "14", "X", "", place, subject.account.number))
    truth = subject.row("capture", "transactional_noncontent", ())
    return buffer.getvalue(), [truth] * count
