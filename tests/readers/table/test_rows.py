"""Cells to records: canonical values, problems, and what each row keeps as written."""

from __future__ import annotations

import random
from ipaddress import IPv6Address
from mmap import ACCESS_READ
from mmap import mmap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.readers.table.tables import check_conservation
from tests.readers.table.tables import check_ranges
from tests.readers.table.tables import mapping
from tests.readers.table.tables import read
from tests.readers.table.tables import rows

from fourcorners.model.address import parse_address
from fourcorners.model.address import parse_endpoint
from fourcorners.model.address import parse_prefix
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import parse_rfc3339
from fourcorners.readers.table import TableMapping
from fourcorners.readers.table import TableReader

LEASE = {"ip": "ip", "start": "start", "end": "end", "subscriber": "subscriber"}
CGNAT = LEASE | {"port_low": "low", "port_high": "high"}
DAY = "2026-07-01 00:00:00Z"
NEXT = "2026-07-02 00:00:00Z"


def table(how: TableMapping, *lines: str) -> list[dict[str, Any]]:
    data = "\n".join([",".join(how.columns.values()), *lines, ""]).encode()
    reading = read(data, how)
    check_ranges(data, reading)
    check_conservation(data, reading, how)
    return rows(reading)


def test_an_assignment_keeps_values_as_written_and_normalised() -> None:
    how = mapping("assignment", CGNAT, '[time]\nzone = "Europe/Berlin"')
    (row,) = table(how, "192.0.2.7, 2026-07-01 12:00:00 ,2026-07-02T00:00:00+02:00,S-1,01024,2047")
    assert row | {"row": 0} == row
    assert (row["ip"], row["ip_text"], row["subscriber"]) == ("192.0.2.7", "192.0.2.7", "S-1")
    assert (row["port_low"], row["port_low_text"], row["port_high"]) == (1024, "01024", 2047)
    assert (row["at"], row["at_text"]) == (parse_rfc3339("2026-07-01T10:00:00Z").ns, "2026-07-01 12:00:00")
    assert (row["precision"], row["zone_basis"]) == (10**9, "declared by Ada Example")
    assert row["until"] == parse_rfc3339("2026-07-01T22:00:00Z").ns
    assert (row["category"], row["problem"], row["texts"]) == ("session_ip_log", None, 6)
    assert row["account"] is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (f"192.0.2.7,{DAY},{NEXT},S-1,1,2", None),
        (f",{DAY},{NEXT},S-1,1,2", "MISSING_ADDRESS"),
        (f"-1,{DAY},{NEXT},S-1,1,2", "MISSING_ADDRESS"),
        (f"192.0.2.256,{DAY},{NEXT},S-1,1,2", "BAD_ADDRESS"),
        (f"192.0.2.07,{DAY},{NEXT},S-1,1,2", "BAD_ADDRESS"),
        (f"192.0.2,{DAY},{NEXT},S-1,1,2", "BAD_ADDRESS"),
        (f"192.0.2.7:99,{DAY},{NEXT},S-1,1,2", "BAD_ADDRESS"),
        (f"192.0.2.7/24,{DAY},{NEXT},S-1,1,2", "BAD_ADDRESS"),
        (f"2001:db8::1%eth0,{DAY},{NEXT},S-1,1,2", "BAD_ADDRESS"),
        (f"192.0.2.7,,{NEXT},S-1,1,2", "MISSING_TIME"),
        (f"192.0.2.7,-1,{NEXT},S-1,1,2", "MISSING_TIME"),
        (f"192.0.2.7,{DAY},-1,S-1,1,2", "MISSING_TIME"),
        (f"192.0.2.7,unknown,{NEXT},S-1,1,2", "BAD_TIME"),
        (f"192.0.2.7,{DAY},unknown,S-1,1,2", "BAD_TIME"),
        (f"192.0.2.7,{NEXT},{DAY},S-1,1,2", "BAD_INTERVAL"),
        (f"192.0.2.7,{DAY},{DAY},S-1,1,2", None),
        (f"192.0.2.7,{DAY},,S-1,1,2", None),
        (f"192.0.2.7,{DAY},{NEXT},S-1,2,1", "BAD_INTERVAL"),
        (f"192.0.2.7,{DAY},{NEXT},S-1,1,65536", "BAD_PORT"),
        (f"192.0.2.7,{DAY},{NEXT},S-1,x,2", "BAD_PORT"),
        (f"192.0.2.7,{DAY},{NEXT},S-1,1.0,2", "BAD_PORT"),
        (f"192.0.2.7,{DAY},{NEXT},S-1,+1,2", "BAD_PORT"),
        (f"192.0.2.7,{DAY},{NEXT},S-1,1,", "MISSING_FIELD"),
        (f"192.0.2.7,{DAY},{NEXT},,1,2", None),
        (f",x,{NEXT},S-1,x,2", "MISSING_ADDRESS"),
        (f"192.0.2.7,x,{NEXT},S-1,x,2", "BAD_TIME"),
        (",,,,,", "MISSING_ADDRESS"),
    ],
)
def test_a_row_that_cannot_be_read_keeps_its_place_and_a_code(line: str, problem: str | None) -> None:
    how = mapping("assignment", CGNAT, top='unknown = ["-1"]')
    good = f"192.0.2.7,{DAY},{NEXT},S-1,1,2"
    assert [row["problem"] for row in table(how, good, line, good)] == [None, problem, None]


@pytest.mark.parametrize(
    ("ports", "expected"),
    [("0,65535", (0, 65535)), ("0,0", (None, None)), (",", (None, None)), ("0,1023", (0, 1023)), ("5,5", (5, 5))],
)
def test_in_a_block_zero_is_a_bound_and_zero_to_zero_is_none(ports: str, expected: tuple[int, int]) -> None:
    (row,) = table(mapping("assignment", CGNAT), f"192.0.2.7,{DAY},{NEXT},S-1,{ports}")
    assert (row["port_low"], row["port_high"]) == expected
    assert row["problem"] is None


def test_a_single_port_column_is_a_block_of_one() -> None:
    how = mapping("assignment", LEASE | {"port": "port"})
    first, second = table(how, f"192.0.2.7,{DAY},{NEXT},S-1,1135", f"192.0.2.7,{DAY},{NEXT},S-1,0")
    assert (first["port_low"], first["port_high"], first["port_high_text"]) == (1135, 1135, "1135")
    assert (second["port_low"], second["port_high"], second["port_low_text"]) == (None, None, "0")


@pytest.mark.parametrize(
    ("cell", "ip", "port", "port_text"),
    [
        ("192.0.2.7:1135", "192.0.2.7", 1135, "1135"),
        ("[2001:DB8::1]:059", "2001:db8::1", 59, "059"),
        ("[2001:db8::1]", "2001:db8::1", None, None),
        ("2001:db8:0:0::1", "2001:db8::1", None, None),
        ("192.0.2.7", "192.0.2.7", None, None),
        ("::ffff:192.0.2.7", "192.0.2.7", None, None),
        ("[::ffff:192.0.2.7]:1135", "192.0.2.7", 1135, "1135"),
    ],
)
def test_a_port_may_stand_in_the_address_column(
    cell: str, ip: str, port: int | None, port_text: str | None
) -> None:
    login, plain = table(mapping("login", {"ip": "ip", "at": "at"}), f"{cell},{DAY}", f"192.0.2.1,{DAY}")
    assert (login["ip"], login["ip_text"], login["port"], login["port_text"]) == (ip, cell, port, port_text)
    assert (plain["port"], plain["port_text"]) == (None, None)
    assignment, _ = table(mapping("assignment", LEASE), f"{cell},{DAY},,S-1", f"192.0.2.1,{DAY},,S-1")
    assert (assignment["port_low"], assignment["port_high"]) == (port, port)


@pytest.mark.parametrize(
    "end", ["", "2", "192.0.2.1", '"192.0.2.13"', "2026-07-01 00:0", "192.0.2.13\n", "192.0.2.13\r\n"]
)
def test_a_last_line_without_an_end_is_no_record(end: str) -> None:
    how = mapping("login", {"at": "at", "ip": "ip"})
    data = f"at,ip\n{DAY},192.0.2.7\n{DAY},{end}".encode()
    reading = read(data, how)
    check_conservation(data, reading, how)
    whole = end.endswith("\n")
    assert [row["problem"] for row in rows(reading)] == [None, None if whole else "TRUNCATED_ROW"]


def test_half_a_time_at_the_end_does_not_refuse_the_table() -> None:
    how = mapping("login", {"ip": "ip", "at": "at"})
    data = f"ip,at\n192.0.2.7,{DAY}\n192.0.2.7,2026".encode()
    assert [row["problem"] for row in rows(read(data, how))] == [None, "TRUNCATED_ROW"]


PREFIXES = st.builds(
    lambda bits, length: f"{IPv6Address((0x20010DB8 << 96 | bits) >> (128 - length) << (128 - length))}/{length}",
    st.integers(0, 2**96 - 1),
    st.integers(32, 128),
)
SPARSE = st.builds(
    lambda groups, length: f"{IPv6Address(':'.join(groups))}/{length}" if length else ":".join(groups),
    st.lists(st.sampled_from(["0", "1", "20", "300", "f000", "ab00"]), min_size=8, max_size=8),
    st.sampled_from([0, 0, 20, 32, 36, 44, 48, 52, 56, 60, 64, 128]),
)
ADDRESSES = st.one_of(
    SPARSE,
    SPARSE.map(lambda text: text if "/" in text else str(IPv6Address(text))),
    SPARSE.map(lambda text: f"{text.split('::')[0]}::/{text.split('/')[-1]}"),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.ip_addresses(v=6).map(lambda address: address.exploded.upper()),
    PREFIXES,
    st.text("0123456789.:/af[]", min_size=1, max_size=18),
)


@settings(max_examples=300)
@given(st.lists(ADDRESSES, min_size=1, max_size=30))
def test_addresses_are_those_of_the_model(cells: list[str]) -> None:
    how = mapping("assignment", LEASE)
    for cell, row in zip(cells, table(how, *(f"{cell},{DAY},,S-1" for cell in cells)), strict=True):
        expected: str | None
        try:
            network = parse_prefix(cell) if "/" in cell else None
            expected = parse_endpoint(cell)[0] if network is None else str(network)
            if network is not None and network.num_addresses == 1:
                expected = str(parse_address(str(network.network_address)))
        except ValueError:
            expected = None
        assert row["ip"] == expected
        assert row["problem"] == (None if expected else "BAD_ADDRESS")


def test_times_without_a_zone_wait_for_a_declaration() -> None:
    how = mapping("login", {"ip": "ip", "at": "at"})
    data = b"ip,at\n192.0.2.7,2026-10-25 02:30:00\n192.0.2.8,2026-10-25 04:30:00\n192.0.2.9,2026-10-25 04:30:00Z\n"
    assert [(row["at"], row["zone_basis"]) for row in rows(read(data, how))][:2] == [(None, None)] * 2
    declared = TableReader(how, "Ada Example").read(data, ZoneDeclaration("Europe/Berlin", "Bo Example"))
    assert [(row["at"], row["zone_basis"]) for row in rows(declared)] == [
        (None, "declared by Bo Example"),  # it happens twice: known to be local, and no instant
        (parse_rfc3339("2026-10-25T03:30:00Z").ns, "declared by Bo Example"),
        (parse_rfc3339("2026-10-25T04:30:00Z").ns, "stated"),
    ]
    check_ranges(data, declared)


def test_an_end_is_open_only_as_the_mapping_says() -> None:
    how = mapping("assignment", LEASE, '[time]\nopen_end = ["9999-12-31 23:59:59"]')
    forever, blank = table(how, f"192.0.2.7,{DAY},9999-12-31 23:59:59,S-1", f"192.0.2.7,{DAY},,S-1")
    assert (forever["until"], forever["until_text"], forever["problem"]) == (None, None, None)
    assert blank["problem"] == "MISSING_TIME"


@pytest.mark.parametrize("text", ["07/01/2026 00:00:00", "1.7.2026 0:00", "1780000000", "01 Jul 2026 00:00:00"])
def test_an_order_that_would_have_to_be_guessed_refuses_the_table(text: str) -> None:
    how = mapping("login", {"ip": "ip", "at": "at"})
    with pytest.raises(BadInput) as caught:
        table(how, f"192.0.2.7,{DAY}", f"192.0.2.7,{text}")
    assert (caught.value.code, caught.value.where) == ("NO_TIME", "byte 47")


def test_an_epoch_rests_on_the_declaration() -> None:
    how = mapping("login", {"ip": "ip", "at": "at"}, '[time]\nformat = "epoch"')
    (row,) = table(how, "192.0.2.7,1780000000")
    assert (row["at"], row["zone_basis"]) == (1780000000 * 10**9, "declared by Ada Example")


def test_an_account_is_normalised_and_other_texts_stand_as_written() -> None:
    how = mapping("login", {"ip": "ip", "at": "at", "account": "who", "agent": "agent"})
    row, blank = table(how, f'192.0.2.7,{DAY}, Ada@Example.COM ,"a ""b"", c"', f"192.0.2.7,{DAY},,")
    assert (row["account"], row["account_text"], row["agent"]) == (
        "ada@example.com",
        "Ada@Example.COM",
        'a "b", c',
    )
    assert (blank["account"], blank["account_text"], blank["agent"], blank["problem"]) == (None, None, None, None)


def test_other_families() -> None:
    (call,) = table(
        mapping("call", {"start": "from", "end": "to", "party": "party"}), f"{DAY},{NEXT},+1 202 555 0143"
    )
    assert (call["party"], call["category"], call["problem"]) == (
        "+1 202 555 0143",
        "telephone_connection_records",
        None,
    )
    how = mapping("payment", {"at": "at", "amount": "sum"})
    assert [row["problem"] for row in table(how, f"{DAY},-12.50", f"{DAY},")] == [None, "MISSING_FIELD"]
    (session,) = table(mapping("login", {"ip": "ip", "start": "from", "end": "to"}), f"192.0.2.7,{DAY},{NEXT}")
    assert session["until"] - session["at"] == 86_400 * 10**9


def test_unnamed_columns_are_counted_and_not_released() -> None:
    how = mapping("login", {"ip": "ip", "at": "at"})
    data = f"name,ip,note,at\nAda Example,192.0.2.7,secret,{DAY}\nBo Example,192.0.2.8,,{DAY}\n".encode()
    reading = read(data, how)
    assert [(item.path, item.texts) for item in reading.unclassified] == [("name", 2), ("note", 2)]
    assert "Ada Example" not in str(rows(reading))
    assert "secret" not in str(rows(reading))
    check_conservation(data, reading, how)


def test_batches_stay_small_and_rows_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fourcorners.readers.table.body.ROWS", 7)
    monkeypatch.setattr("fourcorners.readers.table.split.BLOCK", 512)
    draw = random.Random(1)
    lines = [f"192.0.2.{draw.randrange(256)},{DAY},{NEXT},S-{index}" for index in range(100)]
    data = "\n".join(["ip,start,end,subscriber", *lines, ""]).encode()
    reading = read(data, mapping("assignment", LEASE))
    assert max(batch.rows.num_rows for batch in reading.batches) == 7
    assert [row["subscriber"] for row in rows(reading)] == [f"S-{index}" for index in range(100)]
    assert [row["row"] for row in rows(reading)] == list(range(100))
    check_ranges(data, reading)


def test_a_mapped_file_is_read_wherever_its_position_stands(tmp_path: Path) -> None:
    how = mapping("login", {"ip": "ip", "at": "at"})
    data = f'ip,at\n"192.0.2.7",{DAY}\n'.encode()
    (tmp_path / "table.csv").write_bytes(data)
    with (tmp_path / "table.csv").open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as mapped:
        mapped.seek(12)
        reader = TableReader(how, "Ada Example")
        assert rows(reader.read(mapped)) == rows(read(data, how))
        assert reader.census(mapped) == reader.census(data)


def test_a_table_is_known_by_its_header() -> None:
    reader = TableReader(mapping("login", {"ip": "ip", "at": "at"}), "Ada Example")
    assert reader.detect("return.csv", b'at,"ip",x\n192.0.2.7,"cut in the mid')
    assert not reader.detect("return.csv", b"at,address\n")
    assert not reader.detect("return.csv", b"")
    assert reader.why_not("return.csv", b"at,ip,x\n") is None
    assert (
        reader.why_not("return.csv", b"At,CANARY\n")
        == "the mapping names the columns 'ip', 'at', not in the header"
    )
    assert reader.why_not("return.csv", b"ip,CANARY\n") == "the mapping names the column 'at', not in the header"
    assert reader.why_not("return.csv", b"ip,ip\n") == "two columns of the header have the same name"
    assert reader.why_not("return.bin", b"\xff\xfe\xfd\0") == "the table is in UTF-16"
    assert (reader.name, reader.version, reader.custodians) == ("table", "1", ())
