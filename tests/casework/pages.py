"""A small page of layout C, written by hand from the format's skeleton."""

from __future__ import annotations

from pathlib import Path

FIELD = (
    '<div class="div_table outer"><div class="div_table inner">{}'
    '<div class="most_inner"><div>{}</div></div></div></div>'
)
TARGET = "100089000000001"

Login = tuple[str, str] | tuple[str, str, str]

INSIDE: tuple[Login, ...] = (
    ("203.0.113.7:1135", "2026-03-01 00:00:00 UTC"),
    ("[2001:db8::1]:59483", "2026-03-07 23:59:59 UTC", "Login"),
)
OUTSIDE: tuple[Login, ...] = (
    ("198.51.100.77", "2026-02-28 23:59:59 UTC", "CANARY-BEFORE"),
    ("198.51.100.78", "2026-03-08 00:00:00 UTC", "CANARY-AFTER"),
)


def page(logins: tuple[Login, ...], *, target: str = TARGET, section: str = "ip_addresses", more: str = "") -> str:
    rows = "<br>".join(
        FIELD.format("IP Address", login[0])
        + FIELD.format("Time", login[1])
        + (FIELD.format("Action", login[2]) if len(login) > 2 else "")
        for login in logins
    )
    heading = FIELD.format("Ip Addresses Definition", "IP addresses and source port/port numbers.")
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Facebook Legal Request</title></head><body>'
        '<div id="property-request_parameters" class="content-pane">'
        + FIELD.format("Service", "Facebook")
        + FIELD.format("Target", target)
        + f'</div><div id="property-{section}" class="content-pane">'
        + heading
        + FIELD.format("Ip Addresses", rows)
        + f"</div>{more}</body></html>"
    )


def write_page(path: Path, logins: tuple[Login, ...] = INSIDE + OUTSIDE, **more: str) -> Path:
    path.write_text(page(logins, **more), encoding="utf-8")
    return path
