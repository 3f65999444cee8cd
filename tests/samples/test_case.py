from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from ipaddress import ip_address
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pyarrow.parquet as pq
import pytest

from fourcorners.model.codes import OUTCOMES
from fourcorners.model.codes import REJECTIONS
from fourcorners.model.codes import SEALS
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.model.identifier import parse_target
from fourcorners.model.instant import parse_rfc3339
from fourcorners.samples.case import MIN_ROWS
from fourcorners.samples.case import case
from fourcorners.samples.provider import Form
from fourcorners.samples.truth import COLUMNS

DOCUMENTATION = [ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]
#: RFC 6598: nobody's, between customers and a translator.
BEHIND = ip_network("100.64.0.0/10")

#: What stands between the two pieces of a value that a page break cuts.
CUT = re.compile(
    r'(?:</div>){4}<div class="pageBreak">[^<]*<span>[^<]*</span></div>'
    r'<div class="t o"><div class="t i"><div class="m"><div>'
    r"|\n[\w ]* Business Record Page \d+\n(?!(?:IP Address|Time|Action|Agent String)\n)"
)


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file and every member of an archive."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield str(path.relative_to(folder)), data
        if data[:2] == b"PK":
            with ZipFile(BytesIO(data)) as archive:
                for name in archive.namelist():
                    yield f"{path.name}!{name}", archive.read(name)


def test_all_six_outcomes_are_expected_of_the_released_logins(truth: dict[str, Any]) -> None:
    assert {outcome for *_, outcome, _, _ in truth["outcomes"]} == set(OUTCOMES)
    for *_, outcome, candidates, subscriber in truth["outcomes"]:
        assert (subscriber is not None) == (outcome == "one")
        assert (candidates == 0) == (outcome in {"none", "not_covered"})


def test_every_released_login_has_an_expected_outcome_and_no_other_has(truth: dict[str, Any]) -> None:
    rows = [row for member in truth["returns"][0]["members"] for row in member["rows"]]
    released = {
        (ip, port, at) for kind, verdict, _, _, *(ip, port, at) in logins_of(rows) if verdict == "released"
    }
    assert released == {(ip, port, at) for ip, port, at, *_ in truth["outcomes"]}


def logins_of(rows: list[list[Any]]) -> Iterator[list[Any]]:
    return (row for row in rows if row[0] == "login")


def test_counts_and_reasons_add_up_and_are_of_the_closed_lists(truth: dict[str, Any]) -> None:
    for told in truth["returns"]:
        rows = [row for member in told["members"] for row in member["rows"]]
        assert told["rows"] == len(rows) == told["released"] + told["sealed"] + told["rejected"]
        assert sum(told["reasons"].values()) == told["sealed"] + told["rejected"]
        codes: dict[str, set[str | None]] = {
            "released": {None},
            "sealed": {*SEALS},
            "rejected": {*REJECTIONS},
        }
        for kind, verdict, reason, *values in rows:
            assert len(values) == len(COLUMNS[kind])
            assert reason in codes[verdict]


def test_released_rows_lie_in_the_window_and_account_of_the_order(folder: Path, truth: dict[str, Any]) -> None:
    told = truth["returns"][0]
    order = tomllib.loads((folder / told["order"]).read_text())
    zone = order["window"]["zone"]
    start, end = (parse_rfc3339(order["window"][key], zone).ns for key in ("start", "end"))
    for member in told["members"]:
        for _, verdict, reason, account, _, _, at in logins_of(member["rows"]):
            if verdict == "released":
                assert start <= parse_rfc3339(at).ns < end
                assert account == parse_target(order["accounts"][0]).value
            elif reason == "OUTSIDE_DATE_RANGE":
                assert not start <= parse_rfc3339(at).ns < end
    assert {m["member"].split("/")[-1].split(".")[0] for m in told["members"]} == {"records", "preservation-1"}


def test_the_provider_over_produces_in_account_window_and_category(truth: dict[str, Any]) -> None:
    reasons = truth["returns"][0]["reasons"]
    assert {"OUTSIDE_ACCOUNT", "OUTSIDE_DATE_RANGE", "OUTSIDE_CATEGORY", "UNDECIDABLE_TIME_ZONE"} <= set(reasons)
    assert {"BAD_TIME", "BAD_ADDRESS"} <= set(reasons)


def test_the_snapshot_overlaps_the_record(truth: dict[str, Any]) -> None:
    record, snapshot, _ = truth["returns"][0]["members"]
    later = {tuple(row) for row in logins_of(snapshot["rows"])}
    assert later
    assert later <= {tuple(row) for row in logins_of(record["rows"])}


def test_carrier_orders_name_only_endpoints_of_released_logins(folder: Path, truth: dict[str, Any]) -> None:
    released = {(ip, port) for ip, port, *_ in truth["outcomes"]}
    addresses = {ip for ip, _ in released}
    named = set()
    for told in truth["returns"][1:]:
        order = tomllib.loads((folder / told["order"]).read_text())
        assert order["type"] == "grand_jury_subpoena"
        assert (folder / told["order"]).with_name(order["document"]).is_file()
        targets = [parse_target(text) for text in order["accounts"]]
        assert 0 < len(targets) <= 100
        assert len(set(order["accounts"])) == len(targets)
        for target in targets:
            assert target.value in addresses
            assert target.port is None or (target.value, target.port) in released
            named.add(target.value)
    unasked = {ip for ip in addresses - named if not ip.startswith("192.0.2.")}
    assert 0 < len(unasked) <= 2, "some addresses are left out, so that they are not covered"


def test_hashes_are_those_of_the_files(folder: Path, truth: dict[str, Any]) -> None:
    found = {sha256(data).hexdigest() for _, data in contents(folder)}
    for told in truth["returns"]:
        assert {told["sha256"], *(member["sha256"] for member in told["members"])} <= found


def test_only_documentation_addresses_and_example_domains(folder: Path) -> None:
    for name, data in contents(folder):
        if name.endswith((".pdf", ".zip", ".xlsx", ".parquet", ".jpg")):
            continue
        text = data.decode()
        text = re.sub(CUT, "", text)
        if name.endswith(".html"):
            text = re.sub(r"<[^>]*>", "\n", text)
        for found in re.findall(r"(?<![\d.:-])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])", text):
            try:
                address = ip_address(found)
            except ValueError:
                continue  # a spoilt one
            assert any(address in network for network in (*DOCUMENTATION, BEHIND)), (name, found)
        for host in re.findall(r"@([\w.]+)", text):
            assert host.strip(".").endswith(("example.com", "example.org", "example.net")), (name, host)
        for number in re.findall(r"\+1\d{10}", text):
            assert number[5:8] == "555"


def test_the_network_table_names_every_documentation_range(folder: Path) -> None:
    table = pq.read_table(folder / "networks.parquet")
    assert {b"date", b"source", b"licence", b"notice"} <= set(table.schema.metadata)
    assert table.num_rows == len(DOCUMENTATION)


def test_the_archive_holds_what_a_provider_packs(folder: Path) -> None:
    with ZipFile(folder / "provider" / "return.zip") as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        assert not any(info.flag_bits & 0x08 for info in archive.infolist()), "sizes stand before the data"
    assert {"instructions.txt", "linked_media/x.jpg"} <= set(names)


@pytest.mark.parametrize("seed", [4, 5])
def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path, seed: int) -> None:
    script = (
        "import sys; from pathlib import Path; from fourcorners.samples.case import case;"
        "case(int(sys.argv[1]), Path(sys.argv[2]), 100)"
    )
    for n, zone in enumerate(("UTC", "Asia/Tokyo")):
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": str(n), "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run(
            [sys.executable, "-c", script, str(seed), str(tmp_path / str(n))], env=environment, check=True
        )
    first, second = (dict(contents(tmp_path / str(n))) for n in range(2))
    assert first == second


def test_too_few_rows_a_taken_folder_and_too_big_a_pdf_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        case(1, tmp_path / "a", MIN_ROWS - 1)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x").touch()
    with pytest.raises(BadInput) as caught:
        case(1, tmp_path / "b", MIN_ROWS)
    assert caught.value.code == "OUTPUT"
    with pytest.raises(UsageError):
        case(1, tmp_path / "c", 20_001, Form("Facebook", "E", pdf=True))
