"""A writer of records: takes in one small return after another, and says so only when the intake has returned.

    record_writer.py FOLDER COUNT

The workspace is in FOLDER/w, its root key elsewhere (XDG_DATA_HOME).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fourcorners.casework import cases
from fourcorners.casework import instruments
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.ingest import ingest
from fourcorners.casework.workspace import open_workspace
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339

ACCOUNT = "100089000000001"
ORDER = """\
type = "search_warrant"
jurisdiction = "US-FED"
issuer = "District Court of Example"
issuer_role = "magistrate_judge"
purpose = "criminal_investigation"
offence = "18 USC 1030"
custodian = "Meta Platforms, Inc."
accounts = ["100089000000001"]
categories = ["session_ip_log"]
issued = "2026-03-09T10:00:00Z"
served = "2026-03-10T10:00:00Z"
document = "order.txt"
[window]
start = "2026-03-01T00:00:00"
end = "2026-03-08T00:00:00"
zone = "UTC"
"""
FIELD = (
    '<div class="div_table outer"><div class="div_table inner">{}'
    '<div class="most_inner"><div>{}</div></div></div></div>'
)


def prepare(folder: Path) -> None:
    """A workspace with a case and an instrument."""
    (folder / "order.txt").write_text("a warrant")
    (folder / "order.toml").write_text(ORDER)
    workspaces.create(folder / "w", "tester")
    with open_workspace(folder / "w", "tester") as workspace:
        case = cases.open_case(workspace, "Durability", "a test").id
        instruments.add(workspace, folder / "order.toml", case)


def page(n: int) -> str:
    """A production whose one login says its number."""
    at = rfc3339((1_772_400_000 + n) * SECOND).replace("T", " ").replace("Z", " UTC")
    login = FIELD.format("IP Address", f"203.0.113.{n % 250}:{1024 + n}") + FIELD.format("Time", at)
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Facebook Legal Request</title></head><body>'
        '<div id="property-request_parameters" class="content-pane">'
        + FIELD.format("Service", "Facebook")
        + FIELD.format("Target", ACCOUNT)
        + '</div><div id="property-ip_addresses" class="content-pane">'
        + FIELD.format("Ip Addresses Definition", "IP addresses and source ports.")
        + FIELD.format("Ip Addresses", login)
        + "</div></body></html>"
    )


def main(folder: Path, count: int) -> None:
    """Take in until killed, or `count` returns."""
    with open_workspace(folder / "w", "tester") as workspace:
        taken = workspace.tables.db.execute("SELECT count(*) FROM returns").fetchone()[0]
        os.write(1, b"ready\n")
        while count:
            path = folder / "records.html"
            path.write_text(page(taken))
            row = ingest(workspace, [path], "I-1")
            os.write(1, f"acknowledged {row.id}\n".encode())
            taken += 1
            count -= 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
