"""Known tables: found by their labels alone, read as a mapping would, and never by place."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from tests.readers.table.tables import check_ranges
from tests.readers.table.tables import rows

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import parse_rfc3339
from fourcorners.readers.archive import Member
from fourcorners.readers.known_table import KnownTable
from fourcorners.readers.known_table import KnownTableReader
from fourcorners.readers.known_table import loose
from fourcorners.readers.table.kinds import Kind

LOGIN = Kind("login", "session_ip_log", ("ip", "at"), ("account", "agent"))
TABLE = KnownTable(
    "events",
    LOGIN,
    {
        "ip": ("IP Address", "Address"),
        "at": ("Time", "Time (UTC)"),
        "account": ("User ID",),
        "what": ("Event",),
        "how": ("Client",),
    },
    marks=("account",),
    in_utc=frozenset({"Time (UTC)"}),
    joined={"action": ("what", "how")},
    banner=3,
)
READER = KnownTableReader("sample", "1", ("Sample, Inc.",), (TABLE,))
HEADER = ["User ID", "Time (UTC)", "IP Address", "Event", "Note", "Client"]
ROW = ["77", "2026-03-01 10:00:00", "192.0.2.7", "login", "canary", "app"]


def written(*lines: list[str], end: str = "\n", **how: Any) -> bytes:
    target = io.StringIO()
    csv.writer(target, lineterminator=end, **how).writerows(lines)
    return target.getvalue().encode()


def read(data: bytes, reader: KnownTableReader = READER) -> list[dict[str, Any]]:
    assert reader.detect("x.csv", data)
    reading = reader.read(data)
    intake.check(reading, Member("x.csv", data, "", len(data)), reader)
    check_ranges(data, reading)
    return rows(reading)


@pytest.mark.parametrize("label", ["IP Address", "ip address", "IP-Address", "ip_address", "IPAddress", "address"])
def test_a_label_is_known_without_case_spaces_and_signs(label: str) -> None:
    (row,) = read(written(["USER ID", "Time", label], ["77", "2026-03-01 10:00:00Z", "192.0.2.7"]))
    assert (row["ip"], row["account"], row["zone_basis"]) == ("192.0.2.7", "77", "stated")


def test_columns_stand_in_any_order_and_joined_ones_are_as_written() -> None:
    draw = random.Random(4)
    for _ in range(60):
        order = draw.sample(range(len(HEADER)), len(HEADER))
        values = [
            *ROW[:3],
            draw.choice(["login", 'a "b", c', "", " x "]),
            "canary",
            draw.choice(["app", "", 'q"']),
        ]
        end = draw.choice(["\n", "\r\n"])
        quoting = draw.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
        data = written([HEADER[n] for n in order], [values[n] for n in order], end=end, quoting=quoting)
        (row,) = read(data)
        assert (row["ip"], row["at_text"], row["account_text"]) == (values[2], values[1], values[0])
        parts = [values[n].strip(" ") for n in order if n in (3, 5)]
        assert row["action"] == (",".join(parts) if any(parts) else None)
        assert all(a <= b for a, b in pairwise(row["action@"] or []))
        assert "canary" not in str(row)


def test_a_header_that_states_utc_is_the_files_zone_and_any_other_time_waits() -> None:
    (row,) = read(written(HEADER, ROW))
    assert (row["at"], row["zone_basis"]) == (parse_rfc3339("2026-03-01T10:00:00Z").ns, "file")
    local = written(["User ID", "Time", "Address"], ROW[:3])
    (row,) = read(local)
    assert (row["at"], row["zone_basis"], row["problem"]) == (None, None, None)
    declared = READER.read(local, ZoneDeclaration("Europe/Berlin", "Ada Example"))
    (row,) = rows(declared)
    assert (row["at"], row["zone_basis"]) == (
        parse_rfc3339("2026-03-01T09:00:00Z").ns,
        "declared by Ada Example",
    )


def test_a_time_in_another_order_is_a_bad_time_of_its_row() -> None:
    good, bad = read(written(HEADER, ROW, ["77", "01/03/2026 10:00:00", *ROW[2:]]))
    assert (good["problem"], bad["problem"], bad["at"]) == (None, "BAD_TIME", None)


def test_lines_above_the_header_are_passed_over_by_its_labels() -> None:
    banner = b"Sample, Inc.\n\nRecords of events\n"
    data = banner + written(HEADER, ROW)
    (row,) = read(data)
    assert row["ip"] == "192.0.2.7"
    assert [item.texts for item in READER.read(data).unclassified if "above" in item.path] == [4]
    assert not READER.detect("x.csv", b"one more\n" + data)


def test_a_table_without_a_column_that_it_needs_is_not_known() -> None:
    for column in ("User ID", "Time (UTC)", "IP Address"):
        data = written([name if name != column else "Other" for name in HEADER], ROW)
        assert not READER.detect("x.csv", data)
        with pytest.raises(BadInput) as caught:
            READER.read(data)
        assert caught.value.code == "HEADER"


def test_without_one_of_its_columns_a_joined_field_is_not_taken() -> None:
    (row,) = read(written(HEADER[:5], ROW[:5]))
    assert row["action"] is None
    assert "Event" in [item.path for item in READER.read(written(HEADER[:5], ROW[:5])).unclassified]


def test_two_columns_of_one_meaning_refuse_the_table() -> None:
    for extra in ("Address", "ip-address", "client", "Time"):
        data = written([*HEADER, extra], [*ROW, "x"])
        assert READER.detect("x.csv", data)
        with pytest.raises(BadInput) as caught:
            READER.read(data)
        assert caught.value.code == "HEADER"


def test_a_header_without_rows_says_that_there_are_none() -> None:
    data = written(HEADER)
    assert read(data) == []
    assert READER.read(data).says_empty
    assert not READER.read(data.rstrip()).says_empty


def test_of_several_tables_the_first_that_fits_counts() -> None:
    narrow = replace(TABLE, layout="narrow", labels={**TABLE.labels, "extra": ("Extra",)}, marks=("extra",))
    reader = replace(READER, tables=(narrow, TABLE))
    assert reader.read(written(HEADER, ROW)).layout == "events"
    assert reader.read(written([*HEADER, "Extra"], [*ROW, ""])).layout == "narrow"


def test_a_file_that_is_no_table_is_not_known() -> None:
    for data in (b"", b"\n", b"\xff\xfeI\0P\0", b'"IP Address', b"\x00\x01", b"IP Address,Time,User ID\rx\n"):
        assert not READER.detect("x.csv", data)


def test_labels_are_compared_loosely() -> None:
    assert loose("Proxied Host IP-Address") == loose("Proxiedhost IP Address") == "proxiedhostipaddress"
