"""What exports say, read by other means than the product's: the standard library on files without spoilt rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from fourcorners.samples.instagram import LANGUAGES

Event = tuple[str | None, str | None, int, int]  # address, agent, first and last second

_IP, _TIME, _AGENT = ({labels[n] for labels in LANGUAGES.values()} for n in (0, 2, 3))
_SESSION = ("created_timestamp", "updated_timestamp")


def events(archive: ZipFile) -> Iterator[Event]:
    """Every access of an export of any of the formats but HTML pages."""
    for name in archive.namelist():
        data = archive.read(name)
        if name.endswith("ip-audit.js"):
            for each in json.loads(data.decode().partition("=")[2]):
                second = _second(each["ipAudit"]["createdAt"])
                yield each["ipAudit"]["loginIp"], None, second, second
        elif name.endswith("account.json"):
            for each in json.loads(data)["Login History"]:
                second = _second(each["Created"].replace(" UTC", "Z"))
                yield each.get("IP"), each["Device"], second, second
        elif name.startswith("user_data"):
            parts = json.loads(data)
            activity = parts.get("Activity") or parts["Your Activity"]
            for each in activity["Login History"]["LoginHistoryList"]:
                second = _second(each["Date"].replace(" UTC", "Z"))
                yield each["IP"], each["DeviceModel"], second, second
        elif name.endswith(".json"):
            for root, entries in json.loads(data.decode("utf-8-sig")).items() if data.strip()[:1] != b"[" else ():
                yield from _meta(root.removesuffix("_v2"), entries)
        elif name.endswith(".csv") and b"Gaia ID" in data[:400] and b"Activity Timestamp" in data[:400]:
            for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")):
                at = dt.datetime.strptime(row["Activity Timestamp"], "%Y-%m-%d %H:%M:%S %Z").replace(tzinfo=dt.UTC)
                second = int(at.timestamp())
                yield row["IP Address"].lower(), row["User Agent String"] or None, second, second


def _second(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp())


def _meta(root: str, entries: Any) -> Iterator[Event]:
    if root in {"account_activity", "account_accesses"}:
        for each in entries:
            yield each.get("ip_address"), each.get("user_agent"), each["timestamp"], each["timestamp"]
    elif root == "used_ip_address":
        for each in entries:
            if "timestamp" in each:
                yield each["ip"], each.get("user_agent"), each["timestamp"], each["timestamp"]
    elif root == "active_sessions":
        for each in entries:
            at, until = (each.get(key) for key in _SESSION)
            yield each["ip_address"], each.get("user_agent"), at, max(at, until or 0)
    elif root == "admin_records":
        for each in entries:
            session = each["session"]
            at = session["created_timestamp"]
            yield session.get("ip_address"), session.get("user_agent"), at, at
    elif root in {f"account_history_{word}_history" for word in ("login", "logout", "password_change")}:
        for each in entries:
            fields = {_repaired(label): field for label, field in each["string_map_data"].items()}
            at = next(field["timestamp"] for label, field in fields.items() if label in _TIME)
            ip, agent = (
                next((field["value"] for label, field in fields.items() if label in labels), None)
                for labels in (_IP, _AGENT)
            )
            yield ip, agent or None, at, at


def _repaired(text: str) -> str:
    """UTF-8 that was written as if each byte were a character."""
    try:
        return text.encode("latin-1").decode()
    except ValueError:
        return text
