"""A plain page for the measures: layout C, one account, every row in scope, address, time and action in each."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

_FIELD = (
    '<div class="div_table outer"><div class="div_table inner">{}'
    '<div class="most_inner"><div>{}</div></div></div></div>'
)
_ACCOUNT = "100089000000001"
_START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
_ORDER = """\
type = "search_warrant"
jurisdiction = "US-FED"
issuer = "District Court of Example"
issuer_role = "magistrate_judge"
purpose = "criminal_investigation"
offence = "18 USC 1030"
custodian = "Meta Platforms, Inc."
accounts = ["100089000000001"]
categories = ["session_ip_log", "transactional_noncontent"]
issued = "2026-06-09T10:00:00Z"
served = "2026-06-10T10:00:00Z"
document = "order.txt"

[window]
start = "2026-03-01T00:00:00"
end = "2026-06-01T00:00:00"
zone = "UTC"
"""


def write(folder: Path, rows: int) -> Path:
    """Write the page with its order beside it: about 38 MB for 100,000 rows."""
    folder.mkdir(parents=True)
    (folder / "order.toml").write_text(_ORDER)
    (folder / "order.txt").write_text("an order")
    page = folder / "records.html"
    with page.open("w", encoding="utf-8") as out:
        out.write(
            '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Facebook Legal Request</title></head><body>'
            '<div id="property-request_parameters" class="content-pane">'
        )
        out.write(_FIELD.format("Service", "Facebook") + _FIELD.format("Target", _ACCOUNT))
        out.write('</div><div id="property-ip_addresses" class="content-pane">')
        head, tail = _FIELD.format("Ip Addresses", "\n").split("\n")
        out.write(_FIELD.format("Ip Addresses Definition", "IP addresses and source ports.") + head)
        for n in range(rows):
            at = _START + dt.timedelta(seconds=n * 7_000_000 // rows)
            ip = f"203.0.113.{n % 254 + 1}:{1024 + n % 60_000}"
            out.write(_FIELD.format("IP Address", ip))
            out.write(_FIELD.format("Time", f"{at:%Y-%m-%d %H:%M:%S} UTC"))
            out.write(_FIELD.format("Action", "Login") + "<br>\n")
        out.write(tail + "</div></body></html>\n")
    return page
