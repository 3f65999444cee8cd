"""The archive of an X account: the return's records behind an assignment, and what the return does not have."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.readers.checked import read
from tests.readers.checked import rows_of

from fourcorners.readers import registry
from fourcorners.readers.x import ARCHIVE
from fourcorners.readers.x import READER

LOGIN = {"accountId": "1001", "createdAt": "2026-02-12T10:00:00.000Z", "loginIp": "198.51.100.7"}


def written(variable: str, *records: dict[str, Any], part: int = 0, indent: int | None = 2) -> bytes:
    return f"window.YTD.{variable}.part{part} = {json.dumps(list(records), indent=indent)}".encode()


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("space", [b" = ", b"=", b" =\n"])
@pytest.mark.parametrize("part", [0, 1, 12])
def test_a_login_stands_behind_an_assignment(part: int, space: bytes, bom: bytes) -> None:
    data = bom + written("ip_audit", {"ipAudit": LOGIN}, part=part).replace(b" = ", space, 1)
    assert registry.reader_for("data/ip-audit.js", data) is ARCHIVE
    reading = read(ARCHIVE, data)
    assert (reading.layout, reading.boilerplate) == ("archive", 1)
    (row,) = rows_of(reading)
    assert (row["family"], row["account"], row["ip"], row["zone_basis"], row["problem"]) == (
        *("login", "1001", "198.51.100.7", "stated"),
        None,
    )
    assert data[slice(*row["ip@"])] == b"198.51.100.7"


def test_what_lacks_the_assignment_is_no_archive() -> None:
    bare = json.dumps([{"ipAudit": LOGIN}]).encode()
    assert registry.reader_for("data/ip-audit.js", bare) is READER
    assert READER.name not in registry.EXPORTS
    for data in (
        written("tweets", {"tweet": {"loginIp": "192.0.2.7"}}),
        b"window.YTD.ip_audit.part0 = " + b'"text"',
        b"var x; " + written("ip_audit", {"ipAudit": LOGIN}),
    ):
        assert registry.reader_for("data/ip-audit.js", data) is None


def test_the_address_of_the_creation_is_a_fact_and_no_login() -> None:
    data = written(
        "account_creation_ip", {"accountCreationIp": {"accountId": "1001", "userCreationIp": "192.0.2.9"}}
    )
    rows = rows_of(read(ARCHIVE, data))
    assert [(row["family"], row["category"], row["value"]) for row in rows] == [
        ("subscriber", "subscriber_identity", "1001"),
        ("subscriber", "session_ip_log", "192.0.2.9"),
    ]


def test_a_device_has_times_and_no_address_and_is_only_counted() -> None:
    token = {"token": "canary", "createdAt": "2026-02-12T10:00:00.000Z", "lastSeenAt": "2026-02-13T10:00:00.000Z"}
    reading = read(
        ARCHIVE, written("device_token", {"deviceToken": token}, {"deviceToken": token | {"x": [1, {}]}})
    )
    assert [(row["family"], row["texts"]) for row in rows_of(reading)] == [("capture", 3), ("capture", 3)]
    assert "canary" not in str(rows_of(reading))
    assert [(item.path, item.texts) for item in reading.unclassified] == [
        ("deviceToken > label of 1 characters", 1)
    ]


def test_an_empty_file_says_so() -> None:
    data = written("device_token")
    assert registry.reader_for("data/device-token.js", data) is ARCHIVE
    assert read(ARCHIVE, data).says_empty
