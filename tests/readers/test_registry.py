"""One visible list of readers, of which at most one knows a file, and texts that lose nothing on the way."""

from __future__ import annotations

import io
from hashlib import sha256

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fourcorners.model.errors import BadInput
from fourcorners.readers import registry
from fourcorners.readers.archive import Member


def member(path: str, data: bytes) -> Member:
    return Member(path, data, sha256(data).hexdigest(), len(data))


def book(*lines: list[str]) -> bytes:
    target = io.BytesIO()
    workbook = openpyxl.Workbook()
    for line in lines:
        workbook.active.append(line)
    workbook.save(target)
    return target.getvalue()


def table() -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table({"ip": ["192.0.2.7", None], "at": [None, None]}), target)
    return target.getvalue()


HEADS = {
    "records.html": b"<!DOCTYPE html><html><head><title>Facebook Business Record</title></head><body>",
    "records.txt": b"Facebook Business Record\nService\nFacebook\nTarget\n",
    "account_activity.json": b'{"account_activity_v2": [{"timestamp": 1770000000}]}',
    "account_activity.html": b"<html><head><title>Account activity</title></head><body><section>",
    "login_activity.json": b'{"account_history_login_history": [{"string_map_data": {}}]}',
    "1-ip-audit.txt": b'[ {"ipAudit" : {"accountId" : "1", "createdAt" : "x", "loginIp" : "y"}} ]',
    "ip-audit.js": b'window.YTD.ip_audit.part0 = [ {"ipAudit" : {"accountId" : "1", "loginIp" : "y"}} ]',
    "account.json": b'{"Basic Information": {"Username": "x"}, "Login History": [{"IP": "192.0.2.7"}]}',
    "user_data.json": b'{"Your Activity": {"Login History": {"LoginHistoryList": [{"IP": "192.0.2.7"}]}}}',
    "sessions.pdf!text": b"User ID: 1\nSession Start (UTC)  IP Address\n2026-03-01 10:00:00  192.0.2.7\n",
    "ip_data.csv": b'"legend"\n=====\nip,first_seen,last_seen\n',
    "ip_logs.csv": b"date,ip\n2026-03-01 10:00:00 UTC,192.0.2.7\n",
    "binds.csv": b"user_jid,ip,port,ts,device\n",
    "a - IP Data.xlsx!text": b"Timestamp,Active Start Time,IP,IP Country\n",
    "IP address of the account.csv": b"user_id,ip_address,first_recorded_utc,last_recorded_utc\n",
    "123456789.json": b'{"reportId": 123456789, "reportedInformation": {"reportingEsp": {"espName": "Example"}}}',
    "calls.csv": b"Date,(UTC) Time,Duration,Call Type,Direction,Calling Number,Called Number,Destination Number\n",
    "return.csv": b"ip,start,end\n192.0.2.7,2026-07-01 00:00:00Z,\n",
    "table.xlsx": book(["ip"]),
    "table.parquet": table(),
    "activities.csv": b"Gaia ID,Activity Timestamp,IP Address,Is Non-routable IP Address\n",
    "x.SubscriberInfo.html": b"<html><body><h2>GOOGLE SUBSCRIBER INFORMATION</h2>",
    "x.ChangeHistory.html": b"<html><th>Timestamp</th><th>Change Type</th><th>Old Value</th><th>New Value</th>",
    "ExportSummary.txt": b"Originating Identifier: a@example.com\nResolved Identifier: 1\n",
    "a.zip!NoRecords.txt": b"",
    "picture.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "empty": b"",
}


@pytest.mark.parametrize("path", HEADS)
def test_no_two_readers_know_one_file(path: str) -> None:
    known = [reader.name for reader in registry.READERS if reader.detect(path, HEADS[path])]
    assert len(known) <= 1
    found = registry.reader_for(path, HEADS[path])
    assert (found.name if found else None) == (known[0] if known else None)


def test_readers_have_names_of_their_own() -> None:
    names = [reader.name for reader in registry.READERS]
    assert len(set(names)) == len(names)
    assert all(reader.version and reader.custodians for reader in registry.READERS)


def test_a_workbook_and_a_parquet_file_give_a_text_that_names_its_extractor() -> None:
    for data, name, text in (
        (book(["ip", "at"], ["192.0.2.7", ""]), "calamine", b"ip,at\n192.0.2.7,\n"),
        (table(), "pyarrow", b"ip,at\n192.0.2.7,\n,\n"),
    ):
        derived = registry.derive(member("inner.zip!table", data))
        assert derived is not None
        assert derived.path.startswith(f"inner.zip!table!text@{name}-")
        assert derived.data == text
        assert (derived.sha256, derived.size) == (sha256(text).hexdigest(), len(text))


def test_what_carries_its_own_text_gives_none() -> None:
    assert registry.derive(member("return.csv", HEADS["return.csv"])) is None
    assert registry.derive(member("", b"")) is None


@pytest.mark.parametrize(("extractor", "data"), [("workbook", book(["ip"], ["192.0.2.7"])), ("parquet", table())])
def test_a_text_that_lost_a_row_is_refused(extractor: str, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = getattr(registry, extractor).derive
    monkeypatch.setattr(
        getattr(registry, extractor), "derive", lambda data: ("text@x", whole(data)[1].rsplit(b"\n", 2)[0] + b"\n")
    )
    with pytest.raises(BadInput) as caught:
        registry.derive(member("table", data))
    assert caught.value.code == "CONSERVATION"
