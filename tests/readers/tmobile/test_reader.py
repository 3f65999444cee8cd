"""T-Mobile's call detail records: when, between whom, whose, where; and what of it is left open."""

from __future__ import annotations

import datetime as dt
import io
import random
import secrets
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.readers.checked import attempt
from tests.readers.checked import keys
from tests.readers.checked import read
from tests.readers.checked import rows_of
from tests.readers.test_listings import mutant

from fourcorners.casework import intake
from fourcorners.law import order
from fourcorners.law import scope
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import parse_rfc3339
from fourcorners.model.records import Reading
from fourcorners.readers import registry
from fourcorners.readers.archive import Member
from fourcorners.readers.tmobile import READER
from fourcorners.samples.make import make

OWN, OTHER, THIRD = "12025550101", "12025550150", "12025550160"
HEADER = (
    "Date",
    "(UTC) Time",
    "Duration",
    "Call Type",
    "Direction",
    "Calling Number",
    "Dialed Number",
    "Called Number",
    "Destination Number",
    "IMSI",
    "IMEI",
    "1st LTE Site ID",
    "1st LAC",
    "Last LTE Site ID",
    "Last LAC",
)
OUT = ("mSOriginating", "Outgoing", OWN, "2025550150", OTHER, OTHER)
IN = ("mSTerminating", "Incoming", OTHER, "", OWN, OWN)
VALUES = ("account", "at", "until", "action", "party", "first_cell", "last_cell")


def line(*who: str, date: str = "07/19/2026", time: str = "16:13:02", seconds: str = "73") -> str:
    return ",".join((date, time, seconds, *who, "001", "490", "A1", "7", "B2", "9"))


def table(*lines: str, header: tuple[str, ...] = HEADER, above: str = "") -> bytes:
    return (above + "\n".join([",".join(header), *lines]) + "\n").encode()


def found(*lines: str, **how: Any) -> list[dict[str, Any]]:
    data = table(*lines, **how)
    assert READER.detect("calls.csv", data)
    return rows_of(read(READER, data))


def test_a_call_has_its_start_its_end_and_both_sides() -> None:
    one, other = found(line(*OUT), line(*IN, seconds=""))
    assert (one["at"], one["until"]) == (
        parse_rfc3339("2026-07-19T16:13:02Z").ns,
        parse_rfc3339("2026-07-19T16:14:15Z").ns,
    )
    assert (one["at_text"], one["until_text"], one["zone_basis"]) == ("07/19/2026,16:13:02", "73", "file")
    assert (one["account"], one["account_text"], one["party"]) == ("+" + OWN, OWN, OTHER)
    assert (other["account"], other["party"], other["until"]) == ("+" + OWN, OTHER, None)
    assert (one["action"], one["device"]) == ("mSOriginating,Outgoing", "001,490")
    assert (one["first_cell"], one["last_cell"]) == ("A1,7", "B2,9")
    assert one["numbers"] == f"{OWN},2025550150,{OTHER},{OTHER}"


def test_an_end_that_no_time_can_hold_is_no_end() -> None:
    for date, problem in (("09/01/2261", None), ("12/31/2261", "BAD_TIME")):
        _, row = found(line(*OUT), line(*OUT, date=date, seconds="9999999"))
        assert row["problem"] == problem
        assert (row["until"] is None) == (problem is not None)


def test_where_it_began_where_it_ended_and_the_devices_are_of_their_own_categories() -> None:
    (batch,) = READER.read(table(line(*OUT))).batches
    assert batch.field_categories == {
        "device": "subscriber_identity",
        "first_cell": "cell_site_historical",
        "last_cell": "cell_site_historical",
    }
    assert batch.rows.column("category").to_pylist() == ["telephone_connection_records"]


@pytest.mark.parametrize(
    ("who", "party"),
    [
        (OUT, OTHER),
        (("moc", "outgoing", OWN, "", OTHER, ""), OTHER),
        (("mtc", "Incoming", OTHER, "", OWN, THIRD), OTHER),
        (("SMSc", "Out", OWN, "", OTHER, OTHER), OTHER),
        (("RCS-IMChat", "in", OTHER, "", OWN, ""), OTHER),
        (("mSOriginating", "Outgoing", OWN, "", OTHER, THIRD), None),  # called one number, reached another
        (("mSOriginating", "Outgoing", OWN, "", OTHER, "2025550150"), None),  # nobody says that these are one
        (("callForwarding", "Outgoing", OTHER, "", OWN, THIRD), None),
        (("mSOriginating", "Incoming", OWN, "", OTHER, OTHER), None),  # the type says otherwise
        (("mSOriginating", "Sideways", OWN, "", OTHER, OTHER), None),
        (("unheard-of", "Outgoing", OWN, "", OTHER, OTHER), None),
        (("mSOriginating", "Outgoing", OWN, "", "8056377243", "8056377243"), None),
        (("mSOriginating", "Outgoing", OWN, "", OTHER, "1-805-637-7249"), None),
        (("mSTerminating", "Incoming", "18056377249", "", OWN, OWN), None),
        (("mSOriginating", "Outgoing", OWN, "8056377249", OTHER, OTHER), None),
        (("mSTerminating", "Incoming", OTHER, "1 (805) 637-7243", OWN, OWN), None),
        (("mSOriginating", "Outgoing", OWN, OTHER, OTHER, OTHER), OTHER),
        (("mSOriginating", "Outgoing", OWN, "202-555-0150", OTHER, OTHER), OTHER),
        (("mSOriginating", "Outgoing", OWN, "2025550199", OTHER, OTHER), None),  # dialed another
        (("mSOriginating", "Outgoing", OWN, "*67" + OTHER, OTHER, OTHER), None),  # what a prefix does nobody says
        (("mSTerminating", "Incoming", OTHER, "2025550199", OWN, OWN), OTHER),  # the caller, whatever was dialed
        (("mSTerminating", "Incoming", "", "", OWN, OWN), None),
    ],
)
def test_the_other_party_is_taken_only_where_it_is_certain(who: tuple[str, ...], party: str | None) -> None:
    row = found(line(*OUT), line(*who))[1]
    assert (row["party"], row["account"], row["problem"]) == (party, "+" + OWN, None)
    assert row["numbers"] == ",".join(who[2:])


def test_a_report_about_two_numbers_or_none_leaves_every_account_open() -> None:
    for lines in (
        (line(*OUT), line("mSOriginating", "Outgoing", THIRD, "", OTHER, OTHER)),
        (line("callForwarding", "Outgoing", OTHER, "", OWN, THIRD),),
        (line("mSOriginating", "Outgoing", OWN, "", "8056377243", "8056377243"),),
    ):
        assert {row["account"] for row in found(*lines)} == {None}
    own, foreign = found(line(*OUT), line("callForwarding", "Outgoing", OTHER, "", THIRD, THIRD))
    assert (own["account"], foreign["account"]) == ("+" + OWN, None)
    # a row that cannot be read says nothing about the others
    spoilt = line("mSOriginating", "Outgoing", THIRD, "", OTHER, OTHER, date="02/30/2026")
    assert [row["account"] for row in found(line(*OUT), spoilt)] == ["+" + OWN, None]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"date": ""}, "MISSING_TIME"),
        ({"time": ""}, "MISSING_TIME"),
        ({"date": "30/03/2026"}, "BAD_TIME"),
        ({"date": "02/30/2026"}, "BAD_TIME"),
        ({"date": "07-19-2026"}, "BAD_TIME"),
        ({"date": "07/19/26"}, "BAD_TIME"),
        ({"time": "4:13 PM"}, "BAD_TIME"),
        ({"time": "24:00:00"}, "BAD_TIME"),
        ({"seconds": "1:13"}, "BAD_TIME"),
        ({"seconds": "-1"}, "BAD_TIME"),
        ({"seconds": "73.5"}, "BAD_TIME"),
    ],
)
def test_a_time_in_no_form_of_the_key_is_no_time(change: dict[str, str], problem: str) -> None:
    good, bad = found(line(*OUT), line(*OUT, **change))
    assert (good["problem"], bad["problem"], bad["until"]) == (None, problem, None)


def test_a_header_that_states_no_zone_leaves_the_times_open() -> None:
    header = tuple(name.replace("(UTC) Time", "Time") for name in HEADER)
    (row,) = found(line(*OUT), header=header)
    assert (row["at"], row["until"], row["zone_basis"], row["at_text"]) == (
        None,
        None,
        None,
        "07/19/2026,16:13:02",
    )
    declared = READER.read(table(line(*OUT), header=header), ZoneDeclaration("UTC", "Ada Example"))
    (row,) = rows_of(declared)
    assert (row["at"], row["zone_basis"]) == (
        parse_rfc3339("2026-07-19T16:13:02Z").ns,
        "declared by Ada Example",
    )


def test_columns_stand_in_any_order_and_others_are_released_to_nobody() -> None:
    draw, values = random.Random(5), dict(zip(HEADER, line(*OUT).split(","), strict=True))
    values |= {"Switch Name": "canary", "1st Timing Advance": "canary", "Service Code": "canary"}
    for _ in range(40):
        order = tuple(draw.sample(sorted(values), len(values)))
        (row,) = found(",".join(values[name] for name in order), header=order)
        assert (row["account"], row["party"], row["until"]) == ("+" + OWN, OTHER, row["at"] + 73 * 10**9)
        assert sorted(row["first_cell"].split(",")) == ["7", "A1"]
        assert "canary" not in str(row)


def test_banner_rows_are_counted_and_are_no_rows() -> None:
    above = f"Call Detail Records\nNumber,{OWN}\n\nPrepared,for,Example,\n"
    data = table(line(*OUT), above=above)
    (row,) = found(line(*OUT), above=above)
    assert row["account"] == "+" + OWN
    assert [item.texts for item in READER.read(data).unclassified if "above" in item.path] == [1 + 2 + 1 + 4]
    # a line that may be a row is none of a banner: then it is no table of the key
    assert not READER.detect("calls.csv", table(line(*OUT), above=line(*OUT) + "\n"))


@pytest.mark.parametrize("missing", [0, 1, 2, 3, 4, 5, 7, 8])
def test_without_a_column_that_it_needs_it_is_not_the_carriers_table(missing: int) -> None:
    header = tuple("Other" if n == missing else name for n, name in enumerate(HEADER))
    assert not READER.detect("calls.csv", table(line(*OUT), header=header))


def test_two_columns_of_one_meaning_refuse_the_table() -> None:
    with pytest.raises(BadInput) as caught:
        READER.read(table(line(*OUT), header=(*HEADER[:-1], "1st LAC ID")))
    assert caught.value.code == "HEADER"


def test_a_workbooks_own_dates_and_numbers_are_read_as_the_texts_are() -> None:
    target, book = io.BytesIO(), openpyxl.Workbook()
    book.active.append(["Call Detail Records", int(OWN)])
    book.active.append(list(HEADER))
    own, other = int(OWN), int(OTHER)
    when = (dt.date(2026, 7, 19), dt.time(16, 13, 2), 73)
    book.active.append(
        [*when, "mSOriginating", "Outgoing", own, 2025550150, other, other, "001", "490", "A1", 7, "B2", 9]
    )
    book.save(target)
    data = target.getvalue()
    derived = registry.derive(Member("calls.xlsx", data, "", len(data)))
    assert derived is not None
    assert READER.detect(derived.path, bytes(derived.data))
    (row,) = rows_of(read(READER, bytes(derived.data)))
    assert (row["at_text"], row["party"], row["account"]) == ("2026-07-19,16:13:02", OTHER, "+" + OWN)
    assert row["until"] == parse_rfc3339("2026-07-19T16:14:15Z").ns


ORDER = """
type = "search_warrant"
jurisdiction = "US-FED"
issuer = "Sample Magistrate Judge"
issuer_role = "magistrate_judge"
purpose = "criminal_investigation"
offence = "18 USC 1343"
custodian = "T-Mobile USA, Inc."
accounts = ["+1 202 555 0101"]
categories = ["telephone_connection_records"{more}]
window = {{ start = "2026-07-19T00:00:00", end = "2026-07-20T00:00:00", zone = "America/Denver" }}
issued = "2026-07-21T00:00:00Z"
served = "2026-07-22T00:00:00Z"
document = "order.pdf"
"""


def judged(more: str, *lines: str) -> Any:
    instrument = order.parse(
        ORDER.format(more=more).encode(), id="I-1", case="C-1", document_sha256="", entered_by="Ada Example"
    )
    (batch,) = READER.read(table(*lines)).batches
    return scope.judge(batch, instrument, custodians=READER.custodians)


def test_the_day_asked_for_and_the_day_produced_are_told_apart() -> None:
    """06:00 UTC begins the local day; the carrier's day begins at midnight UTC."""
    times = [("07/19/2026", "05:59:59"), ("07/19/2026", "06:00:00"), ("07/19/2026", "23:59:59")]
    times += [("07/20/2026", "00:00:01"), ("07/20/2026", "05:59:59"), ("07/20/2026", "06:00:00")]
    found = judged("", *(line(*OUT, date=date, time=time, seconds="0") for date, time in times))
    assert found.released.column("row").to_pylist() == [1, 2, 3, 4]
    assert found.released.column("day_differs").to_pylist() == [False, False, True, True]
    assert found.sealed.column("reason").to_pylist() == ["OUTSIDE_DATE_RANGE"] * 2


def test_cells_and_devices_are_sealed_unless_the_instrument_names_them() -> None:
    found = judged("", line(*OUT)).released.to_pylist()[0]
    assert (found["first_cell"], found["last_cell"], found["device"]) == (None, None, None)
    assert found["sealed_fields"] == ["device", "first_cell", "last_cell"]
    found = judged(', "cell_site_historical"', line(*OUT)).released.to_pylist()[0]
    assert (found["first_cell"], found["last_cell"], found["device"]) == ("A1,7", "B2,9", None)


def made(folder: Path, seed: int, count: int) -> bytes:
    out = folder / f"made{seed}.csv"
    make("tmobile-calls", seed, count, out)
    return out.read_bytes()


def test_truncation_at_every_byte_gives_no_row_that_was_not_there() -> None:
    data = table(
        line(*OUT), line(*IN), line("callForwarding", "Outgoing", OTHER, "", OWN, THIRD), above="Report\n"
    )
    whole = keys(read(READER, data), *VALUES)
    for size in range(len(data)):
        cut = attempt(READER, data[:size])
        if isinstance(cut, Reading):
            known = {key for key in keys(cut, *VALUES) if key[1] is not None}
            assert known <= set(whole)


def mutated(seed: int, files: int, tmp_path: Path) -> Counter[str]:
    """Outcomes of twenty mutants of each file; none may give a row that was not there."""
    draw, outcomes = random.Random(seed), Counter[str]()
    for n in range(files):
        data = made(tmp_path, seed + n, 8)
        whole = set(keys(read(READER, data), *VALUES[:5]))
        lines = [line.split(b",") for line in data.splitlines()]
        for _ in range(20):
            changed = mutant(draw, lines)
            if not READER.detect("calls.csv", changed):
                outcomes["not known"] += 1
                continue
            found = attempt(READER, changed)
            if isinstance(found, str):
                outcomes[found] += 1
                continue
            outcomes["read"] += 1
            beyond = {key for key in keys(found, *VALUES[:5]) if key not in whole}
            # a row less can leave nobody named, another heading no zone stated; then nothing is released
            assert all(None in key[1:3] for key in beyond), f"seed {seed}: {beyond}"
    return outcomes


def test_no_mutant_gives_a_row_that_was_not_there(tmp_path: Path) -> None:
    assert sum(mutated(secrets.randbelow(10**6), 6, tmp_path).values()) == 120


@pytest.mark.torture
def test_no_mutant_of_many_gives_a_row_that_was_not_there(tmp_path: Path) -> None:
    assert sum(mutated(secrets.randbelow(10**6), 100, tmp_path).values()) == 2_000


def test_the_count_bites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = made(tmp_path, 3, 6)
    member = Member("", data, "", len(data))
    intake.check(READER.read(data, None), member, READER)
    whole = type(READER).read

    def drop(self: Any, *how: Any) -> Reading:
        reading = whole(self, *how)
        (batch,) = reading.batches
        shorter = type(batch)(batch.family, batch.section, batch.rows.slice(1), batch.field_categories)
        object.__setattr__(reading, "batches", (shorter,))
        return reading

    monkeypatch.setattr(type(READER), "read", drop)
    with pytest.raises(BadInput) as caught:
        intake.check(READER.read(data, None), member, READER)
    assert caught.value.code == "CONSERVATION"
