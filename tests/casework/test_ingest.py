from __future__ import annotations

import dataclasses
import json
import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from tests.casework.conftest import TickingClock
from tests.casework.conftest import write_order
from tests.casework.opened import every_byte
from tests.casework.pages import FIELD
from tests.casework.pages import INSIDE
from tests.casework.pages import OUTSIDE
from tests.casework.pages import TARGET
from tests.casework.pages import page
from tests.casework.pages import write_page
from tests.casework.test_crash import MAPPING

from fourcorners.casework import cases
from fourcorners.casework import catalogue
from fourcorners.casework import gate
from fourcorners.casework import instruments
from fourcorners.casework import intake
from fourcorners.casework import mappings
from fourcorners.casework import records
from fourcorners.casework import store
from fourcorners.casework.declare import declare_zone
from fourcorners.casework.ingest import ingest
from fourcorners.casework.oversight import verification
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError
from fourcorners.model.errors import VerificationFailed
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import Batch
from fourcorners.model.records import Reading
from fourcorners.model.records import schema
from fourcorners.model.records import text_column
from fourcorners.readers import locate
from fourcorners.readers.meta.reader import MetaRecord
from fourcorners.vault import slices


@pytest.fixture
def instrument(workspace: Workspace, case: str, tmp_path: Path) -> str:
    return instruments.add(workspace, write_order(tmp_path / "order", accounts=(TARGET,)), case).id


def newest(workspace: Workspace) -> tuple[str, dict[str, object]]:
    last = json.loads(workspace.log.leaf(workspace.log.size() - 1))
    return last["kind"], last["facts"]


def test_m24_date_over_production(workspace: Workspace, instrument: str, tmp_path: Path) -> None:
    """1 to 7 March: the last second before and the first one after are sealed; nothing of them is stored."""
    row = ingest(workspace, [write_page(tmp_path / "records.html")], instrument)
    assert row.counts == {"rows": 4, "released": 2, "sealed": 2, "rejected": 0}
    assert row.reasons == {"OUTSIDE_DATE_RANGE": 2}
    found = list(records.list_records(workspace, instrument, family="login"))
    assert [(line["ip"], line["port"], line["at"]) for line in found] == [
        ("203.0.113.7", 1135, "2026-03-01T00:00:00Z"),
        ("2001:db8::1", 59483, "2026-03-07T23:59:59Z"),
    ]
    assert newest(workspace)[0] == "read"


def test_the_canary_of_a_sealed_row_is_in_no_byte_of_the_workspace(
    workspace: Workspace, instrument: str, tmp_path: Path
) -> None:
    ingest(workspace, [write_page(tmp_path / "records.html")], instrument)
    list(records.list_records(workspace, instrument, family=None))
    content = every_byte(workspace)
    for canary in (b"CANARY", b"198.51.100.77", b"198.51.100.78", b"2026-02-28 23:59:59"):
        assert canary not in content
    # the search can find what is stored in the open, so that its silence means something
    assert TARGET.encode() in content


INSIDE_IP = FIELD.format("IP Address", "203.0.113.7:1135")
AGENT = FIELD.format("Agent String", "CANARY-AGENT")
UNKNOWN = FIELD.format("Shoe Size", "CANARY-UNKNOWN")


def test_a_sealed_field_and_an_unknown_label_of_a_released_row_are_in_no_byte_of_the_workspace(
    workspace: Workspace, instrument: str, tmp_path: Path
) -> None:
    """The rows are in scope and their text stands in the slices; the fields between their values must not."""
    path = tmp_path / "records.html"
    row = (
        FIELD.format("IP Address", "203.0.113.7")
        + AGENT
        + FIELD.format("Time", "2026-03-02 10:00:00 UTC")
        + UNKNOWN
    )
    path.write_text(page(INSIDE).replace(INSIDE_IP, row + "<br>" + INSIDE_IP))
    done = ingest(workspace, [path], instrument)
    assert done.counts == {"rows": 3, "released": 3, "sealed": 0, "rejected": 0}
    lines = list(records.list_records(workspace, instrument, family="login"))
    assert [line["sealed_fields"] for line in lines] == [["agent"], [], []]
    assert [file["original"] for file in done.files] == [False]
    assert b"CANARY" not in every_byte(workspace)
    assert b"2026-03-02 10:00:00 UTC" in every_byte(workspace), "the search sees what is stored"


def test_a_column_that_no_mapping_names_is_in_no_byte_of_the_workspace(
    workspace: Workspace, case: str, tmp_path: Path
) -> None:
    order = write_order(tmp_path / "o", accounts=("203.0.113.7",), categories=("session_ip_log",))
    row_id = instruments.add(workspace, order, case).id
    (tmp_path / "certificate.txt").write_text("certified")
    (tmp_path / "mapping.toml").write_text(MAPPING)
    (tmp_path / "leases.csv").write_text(
        "ip,name,start,end,subscriber\n"
        '203.0.113.7,"CANARY-NAME, ""A""",2026-03-02 10:00:00,2026-03-02 11:00:00,CANARY-SUBSCRIBER\n'
    )
    declared = mappings.load(workspace, tmp_path / "mapping.toml")
    row = ingest(workspace, [tmp_path / "leases.csv"], row_id, mapping=declared)
    assert row.counts["released"] == 1
    (line,) = records.list_records(workspace, row_id, family="assignment")
    assert (line["ip"], line["subscriber"], line["sealed_fields"]) == ("203.0.113.7", None, ["subscriber"])
    assert b"CANARY" not in every_byte(workspace)
    assert b"2026-03-02 10:00:00" in every_byte(workspace)


@pytest.mark.parametrize("field", ["action", "agent"])
def test_m50_a_table_of_many_users_is_no_smaller_in_pieces(
    workspace: Workspace, case: str, tmp_path: Path, field: str
) -> None:
    """The account is the same in all rows; the users stand in another column, of one file or of three."""
    (tmp_path / "certificate.txt").write_text("certificate")
    (tmp_path / "m.toml").write_text(
        f'kind = "login"\ncertificate = "certificate.txt"\n[columns]\naccount = "site"\n{field} = "who"\n'
        'ip = "ip"\nat = "at"\n[time]\nzone = "UTC"\n'
    )
    declared = mappings.load(workspace, tmp_path / "m.toml")

    def table(name: str, users: range) -> Path:
        rows = "".join(f"web,u/{n},203.0.113.7,2026-03-02T10:00:00Z\n" for n in users)
        (tmp_path / name).write_text(f"site,who,ip,at\n{rows}")
        return tmp_path / name

    categories = ("session_ip_log", "transactional_noncontent")
    order = write_order(tmp_path / "parts", accounts=("web",), categories=categories)
    under = instruments.add(workspace, order, case).id
    parts = [
        ingest(workspace, [table(f"{at}.csv", range(at, at + 60))], under, mapping=declared) for at in (0, 60, 120)
    ]
    assert [each.counts["released"] for each in parts] == [60, 0, 0]
    assert [each.reasons for each in parts[1:]] == [{"DISPROPORTIONATE_RETURN": 60}] * 2
    order = write_order(tmp_path / "whole", accounts=("web",), categories=categories)
    under = instruments.add(workspace, order, case).id
    row = ingest(workspace, [table("whole.csv", range(180))], under, mapping=declared)
    assert (row.counts["released"], row.reasons) == (0, {"DISPROPORTIONATE_RETURN": 180})


def test_m50_what_one_account_did_counts_for_nobody_else_in_any_number_of_returns(
    workspace: Workspace, instrument: str, tmp_path: Path
) -> None:
    """A format that is read says itself whose a row is: its words are no people."""
    for n in range(3):
        path = write_page(tmp_path / f"{n}.html", tuple((*INSIDE[0], f"Word {60 * n + k}") for k in range(60)))
        assert ingest(workspace, [path], instrument).counts["released"] == 60


def test_every_released_value_lies_in_a_slice_that_proves_it(
    workspace: Workspace, instrument: str, tmp_path: Path
) -> None:
    row = ingest(workspace, [write_page(tmp_path / "records.html")], instrument)
    (member,) = store.members_of(workspace.tables, row)
    shown: dict[int, int] = {}
    for piece in slices.read(workspace.vault, instrument, member.slices):
        piece.verify(bytes.fromhex(member.tree))
        shown |= dict(enumerate(piece.data, piece.start))
    for rows in gate.read(workspace, instrument, family=None, purpose="test"):
        for values in rows.batch.to_pylist():
            for field in FAMILIES[rows.family]:
                if ranges := values[field + "@"]:
                    data = bytes(
                        shown[i] for a, b in zip(ranges[::2], ranges[1::2], strict=True) for i in range(a, b)
                    )
                    text = locate.reread(data, [0, len(data)], notation="html")
                    assert text == values[text_column(field)]


def test_m26_account_over_production(workspace: Workspace, instrument: str, tmp_path: Path) -> None:
    row = ingest(workspace, [write_page(tmp_path / "records.html", INSIDE, target="100089000000002")], instrument)
    assert row.reasons == {"OUTSIDE_ACCOUNT": 2}
    assert row.counts["released"] == 0


def test_an_original_is_kept_only_if_all_of_it_is_released(
    workspace: Workspace, instrument: str, tmp_path: Path
) -> None:
    whole = ingest(workspace, [write_page(tmp_path / "a.html", INSIDE)], instrument)
    part = ingest(workspace, [write_page(tmp_path / "b.html")], instrument)
    assert [file["original"] for file in (*whole.files, *part.files)] == [True, False]
    assert store.find_original(workspace.tables, instrument, whole.files[0]["sha256"])
    assert not store.find_original(workspace.tables, instrument, part.files[0]["sha256"])


def test_a_folder_lists_every_file_with_its_reason(workspace: Workspace, instrument: str, tmp_path: Path) -> None:
    folder = tmp_path / "return"
    folder.mkdir()
    write_page(folder / "records.html")
    (folder / "instructions.txt").write_text("open the page in a browser")
    with zipfile.ZipFile(folder / "more.zip", "w") as packed:
        packed.writestr("preservation-1.html", page((("203.0.113.9", "2026-03-02 10:00:00 UTC"),)))
        packed.writestr("linked_media/1.jpg", b"\xff\xd8")
    row = ingest(workspace, [folder], instrument)
    assert {Path(file["path"]).name: file["read"] for file in row.files} == {
        "records.html": "meta-record/1, layout C",
        "instructions.txt": "no reader knows this format",
        "more.zip": "archive of 2 file(s)",
        "more.zip!preservation-1.html": "meta-record/1, layout C",
        "1.jpg": "no reader knows this format",
    }
    assert row.counts["released"] == 3


def test_m32_one_bad_file_and_nothing_of_the_call_is_stored(
    workspace: Workspace, instrument: str, folder: Path, tmp_path: Path
) -> None:
    good = write_page(tmp_path / "a.html")
    bad = tmp_path / "b.html"
    bad.write_text(page(INSIDE)[:-40])
    before = workspace.vault.files()
    with pytest.raises(BadInput) as found:
        ingest(workspace, [good, bad], instrument)
    assert found.value.code in {"TRUNCATED", "MARKUP"}
    assert str(bad) in found.value.where
    assert workspace.vault.files() == before
    assert store.of_owner(workspace.tables, ReturnRow, instrument) == []
    kind, facts = newest(workspace)
    assert kind == "refusal"
    assert facts["code"] == found.value.code
    *_, entry = workspace.ledger.entries()
    assert entry.evidence
    assert len(entry.evidence["files"]) == 2, "the hash of what was refused stays beside the ledger"
    assert folder.exists()


def test_the_same_file_is_a_duplicate_under_one_instrument_and_judged_anew_under_another(
    workspace: Workspace, case: str, instrument: str, tmp_path: Path
) -> None:
    path = write_page(tmp_path / "records.html")
    ingest(workspace, [path], instrument)
    with pytest.raises(BadInput) as found:
        ingest(workspace, [path], instrument)
    assert found.value.code == "DUPLICATE"
    other = instruments.add(
        workspace, write_order(tmp_path / "two", accounts=(TARGET,), categories=("subscriber_identity",)), case
    ).id
    assert ingest(workspace, [path], other).reasons == {"OUTSIDE_CATEGORY": 4}


def test_a_member_is_a_duplicate_in_whatever_wrapping(
    workspace: Workspace, instrument: str, tmp_path: Path
) -> None:
    """As long as it holds records; within one intake what comes twice is there twice, as it was produced."""

    def zipped(name: str, *members: str) -> Path:
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            for n, text in enumerate(members):
                packed.writestr(f"{name}-{n}.html", text)
        return tmp_path / name

    first, other = page(INSIDE), page(OUTSIDE)
    empty = page(()).replace(
        FIELD.format("Ip Addresses", ""), FIELD.format("Ip Addresses", "No responsive records located")
    )
    row = ingest(workspace, [zipped("a.zip", first, first, empty)], instrument)
    assert row.counts["released"] == 5
    bare = tmp_path / "bare.html"
    bare.write_text(first)
    for path in (bare, zipped("b.zip", other, first)):
        with pytest.raises(BadInput) as found:
            ingest(workspace, [path], instrument)
        assert found.value.code == "DUPLICATE"
        assert "R-1" in found.value.what
    ingest(workspace, [zipped("c.zip", other, empty)], instrument)
    with pytest.raises(BadInput) as found:
        ingest(workspace, [zipped("d.zip", other)], instrument)
    assert "R-2" in found.value.what


def test_m30_a_return_for_an_instrument_never_served(workspace: Workspace, case: str, tmp_path: Path) -> None:
    order = write_order(tmp_path / "o", accounts=(TARGET,))
    order.write_text(order.read_text().replace('served = "2026-03-10T10:00:00Z"', ""))
    row = instruments.add(workspace, order, case)
    with pytest.raises(Refused) as found:
        ingest(workspace, [write_page(tmp_path / "records.html")], row.id)
    assert found.value.code == "NOT_SERVED"
    assert newest(workspace)[1]["code"] == "NOT_SERVED"


def test_a_folder_that_cannot_be_looked_into_is_not_an_empty_one(
    workspace: Workspace, instrument: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "given" / "closed"
    closed.mkdir(parents=True)
    write_page(tmp_path / "given" / "records.html", INSIDE)
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(BadInput, match="NOT_FOUND"):
        ingest(workspace, [tmp_path / "given"], instrument)
    monkeypatch.undo()
    (tmp_path / "given" / "link").symlink_to(tmp_path)
    with pytest.raises(BadInput, match="ENTRY_TYPE"):
        ingest(workspace, [tmp_path / "given"], instrument)
    (tmp_path / "given" / "link").unlink()
    assert ingest(workspace, [tmp_path / "given"], instrument).counts["released"] == 2


def test_no_file_that_a_reader_knows_is_an_error(workspace: Workspace, instrument: str, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\x01\x02")
    with pytest.raises(BadInput) as found:
        ingest(workspace, [tmp_path / "x.bin"], instrument)
    assert found.value.code == "UNKNOWN_FORMAT"


def test_renamed_labels_are_said_and_never_guessed(workspace: Workspace, instrument: str, tmp_path: Path) -> None:
    path = tmp_path / "records.html"
    path.write_text(page(INSIDE).replace(">IP Address<", ">Endpoint<"))
    with pytest.raises(BadInput) as found:
        ingest(workspace, [path], instrument)
    assert found.value.code == "NO_RECOGNISED_ROW"
    assert "Endpoint" in found.value.diagnostics()


def test_a_renamed_section_seals_every_row(workspace: Workspace, instrument: str, tmp_path: Path) -> None:
    row = ingest(workspace, [write_page(tmp_path / "records.html", INSIDE, section="endpoint")], instrument)
    assert row.reasons == {"UNDECIDABLE_CATEGORY": 2}
    assert [name for name, _ in row.unclassified] == ["endpoint"]


def mutate(reading: Reading, how: str) -> Reading:
    """A reader that drops a row, merges two, or invents a place."""
    (batch,) = (each for each in reading.batches if each.family == "login")
    rows = batch.rows
    if how == "drop":
        rows = rows.slice(1)
    elif how == "swap times":
        order = pa.array([1, 0])
        columns = [
            rows.column(name).take(order) if name in {"at", "at_text"} else rows.column(name)
            for name in rows.schema.names
        ]
        rows = pa.RecordBatch.from_arrays(columns, schema=rows.schema)
    else:
        texts = pa.array([value + 1 for value in rows.column("texts").to_pylist()], pa.int32())
        rows = rows.set_column(rows.schema.get_field_index("texts"), "texts", texts)
    others = tuple(each for each in reading.batches if each is not batch)
    return dataclasses.replace(
        reading, batches=(*others, Batch(batch.family, batch.section, rows, batch.field_categories))
    )


@pytest.mark.parametrize(
    ("how", "code"), [("drop", "CONSERVATION"), ("swap times", "LOCATOR"), ("invent", "CONSERVATION")]
)
def test_m32_a_reader_that_loses_or_mixes_rows_fails_the_intake(
    workspace: Workspace, instrument: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, code: str
) -> None:
    honest = MetaRecord.read
    monkeypatch.setattr(
        MetaRecord, "read", lambda self, data, declaration=None: mutate(honest(self, data, declaration), how)
    )
    with pytest.raises(BadInput) as found:
        ingest(workspace, [write_page(tmp_path / "records.html", INSIDE)], instrument)
    assert found.value.code == code


NAIVE = (("203.0.113.7", "2026-03-07 23:30:00"), ("203.0.113.8", "2026-03-07 10:00:00"))


def test_m33_a_time_without_a_zone_waits_for_a_declaration(
    workspace: Workspace, instrument: str, tmp_path: Path
) -> None:
    path = write_page(tmp_path / "records.html", NAIVE)
    row = ingest(workspace, [path], instrument)
    assert row.reasons == {"UNDECIDABLE_TIME_ZONE": 2}
    zone = ZoneDeclaration("America/New_York", "tester")
    with pytest.raises(UsageError):
        declare_zone(workspace, row.id, zone, " ", [path])
    with pytest.raises(BadInput) as other:
        declare_zone(workspace, row.id, zone, "letter", [write_page(tmp_path / "other.html", INSIDE)])
    assert other.value.code == "NOT_THE_SAME_FILES"
    again = declare_zone(workspace, row.id, zone, "the custodian's letter of 9 March", [path])
    assert again.id == row.id
    assert again.reasons == {"OUTSIDE_DATE_RANGE": 1}, "23:30 in New York is 8 March in UTC"
    (line,) = records.list_records(workspace, instrument, family="login")
    assert (line["at"], line["zone_basis"]) == ("2026-03-07T15:00:00Z", "declared by tester")
    verification.verify(workspace)
    assert workspace.vault.files() == set(catalogue.stored_hashes(workspace.tables))
    with pytest.raises(UsageError) as done:
        declare_zone(workspace, row.id, zone, "again", [path])
    assert done.value.code == "NOTHING_TO_DECLARE"
    assert "enter the same order again" in done.value.next_step


def test_a_wrong_mapping_is_corrected_under_an_instrument_of_its_own(
    workspace: Workspace, case: str, tmp_path: Path
) -> None:
    table = tmp_path / "leases.csv"
    table.write_text("ip,start,end,subscriber\n203.0.113.7,2026-03-02 10:00:00,2026-03-02 11:00:00,S-1\n")
    (tmp_path / "certificate.txt").write_text("certified")
    (tmp_path / "wrong.toml").write_text(MAPPING)
    (tmp_path / "right.toml").write_text(MAPPING.replace('zone = "UTC"', 'zone = "+01:00"'))
    order = write_order(tmp_path / "o", accounts=("203.0.113.7",))
    wrong, right = (mappings.load(workspace, tmp_path / name) for name in ("wrong.toml", "right.toml"))
    assert wrong.text != right.text
    first = ingest(workspace, [table], instruments.add(workspace, order, case).id, mapping=wrong)
    with pytest.raises(BadInput) as same:
        ingest(workspace, [table], first.instrument, mapping=wrong)
    assert (same.value.code, same.value.next_step) == ("DUPLICATE", f"use {first.id}")
    with pytest.raises(BadInput) as other:
        ingest(workspace, [table], first.instrument, mapping=right)
    assert other.value.what.endswith(f"as {first.id}, by another mapping")
    assert "instrument add ORDER.toml" in other.value.next_step
    anew = ingest(workspace, [table], instruments.add(workspace, order, case).id, mapping=right)
    lines = [records.list_records(workspace, row.instrument, family="assignment") for row in (first, anew)]
    assert [[line["at"] for line in each] for each in lines] == [
        ["2026-03-02T10:00:00Z"],
        ["2026-03-02T09:00:00Z"],
    ]
    assert store.get(workspace.tables, ReturnRow, first.id) == first, "the wrong return stays"


@pytest.mark.parametrize(
    ("log", "lines"),
    [
        (
            "2026-03-02 10:00:00 CET Address: 192.0.2.7 has been released from a device with client-id: x\n",
            ['format = "kea-legal-log"', 'certificate = "certificate.txt"', 'subscriber = "hwaddr" or '],
        ),
        (
            "2026-03-02T10:00:00Z nat1: JSERVICES_NAT_PORT_BLOCK_ALLOC: 100.64.0.1 -> 203.0.113.7:1024-1535\n",
            ['format = "juniper-port-blocks"', 'certificate = "certificate.txt"'],
        ),
    ],
)
def test_of_a_known_log_the_lines_of_its_mapping_are_shown(
    workspace: Workspace, instrument: str, tmp_path: Path, log: str, lines: list[str]
) -> None:
    (tmp_path / "x.log").write_text(log)
    with pytest.raises(BadInput) as found:
        ingest(workspace, [tmp_path / "x.log"], instrument)
    assert found.value.code == "UNKNOWN_FORMAT"
    assert all(f"\n    {line}" in found.value.next_step for line in lines)
    assert "docs/mappings.md" in found.value.next_step
    assert "fingerprint" not in found.value.next_step


def test_records_of_a_retention_that_is_over_are_not_read(
    workspace: Workspace, case: str, tmp_path: Path, clock: TickingClock
) -> None:
    order = write_order(tmp_path / "o", accounts=(TARGET,), more='retain_until = "2026-05-01"')
    row = instruments.add(workspace, order, case)
    ingest(workspace, [write_page(tmp_path / "records.html")], row.id)
    clock.now += 60 * 86_400 * 10**9
    with pytest.raises(Refused) as found:
        list(records.list_records(workspace, row.id, family=None))
    assert found.value.code == "RETENTION_OVER"
    assert newest(workspace)[1]["code"] == "RETENTION_OVER"


@pytest.mark.parametrize("where", ["segments", "slices", "originals"])
def test_a_changed_stored_file_is_found(
    workspace: Workspace, instrument: str, folder: Path, tmp_path: Path, where: str
) -> None:
    ingest(workspace, [write_page(tmp_path / "records.html", INSIDE)], instrument)
    assert verification.verify(workspace)["slices"] > 0
    path = max((p for p in (folder / where).rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)
    with pytest.raises(VerificationFailed) as found:
        verification.verify(workspace)
    assert found.value.code == "TAMPERED"


def test_outside_rows_only_is_no_error(workspace: Workspace, instrument: str, tmp_path: Path) -> None:
    row = ingest(workspace, [write_page(tmp_path / "records.html", OUTSIDE)], instrument)
    assert row.counts == {"rows": 2, "released": 0, "sealed": 2, "rejected": 0}


EDITS = {
    "an instrument": "UPDATE instruments SET body = zeroblob(length(body))",
    "two predicates exchanged": "UPDATE cases SET body = (SELECT body FROM cases c WHERE c.id <> cases.id)",
    "another owner": "UPDATE returns SET owner = 'I-2'",
    "a member": "UPDATE members SET body = zeroblob(100)",
    "another slice": "UPDATE members SET slices = 'slices/other.parquet'",
    "a segment": "UPDATE segments SET rows = 1",
    "a hash of a segment": "UPDATE segments SET sha256 = replace(sha256, '0', '1')",
    "a return gone": "DELETE FROM segments; DELETE FROM members; DELETE FROM files; DELETE FROM returns",
    "a case gone": "DELETE FROM cases WHERE id = 'C-1'",
    "a detail gone": "DELETE FROM details WHERE n = 1",
    "a detail moved": "UPDATE details SET box = (SELECT box FROM details d WHERE d.n = 1 AND d.part = 'audit')",
    "the rows shown": "UPDATE shown SET rows = 0",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_edited_case_table_is_found(workspace: Workspace, instrument: str, tmp_path: Path, edit: str) -> None:
    cases.open_case(workspace, "Another", "Report of 3 March 2026")
    ingest(workspace, [write_page(tmp_path / "records.html")], instrument)
    list(records.list_records(workspace, instrument, family=None))
    verification.verify(workspace)
    workspace.tables.db.create("PRAGMA foreign_keys = OFF; " + edit)
    with pytest.raises(VerificationFailed) as found:
        verification.verify(workspace)
    assert found.value.code == "TAMPERED"
    assert newest(workspace)[0] == "refusal"


def test_what_a_member_says_about_another_account_is_not_kept(
    workspace: Workspace, instrument: str, tmp_path: Path
) -> None:
    ingest(workspace, [write_page(tmp_path / "records.html", INSIDE, target="777CANARY")], instrument)
    assert b"777CANARY" not in every_byte(workspace)


def test_a_production_is_no_document(workspace: Workspace, case: str, tmp_path: Path) -> None:
    order = write_order(tmp_path / "o", accounts=(TARGET,))
    write_page(tmp_path / "o" / "order.txt")
    with pytest.raises(BadInput) as found:
        instruments.add(workspace, order, case)
    assert found.value.code == "ORDER_FILE"


@pytest.mark.parametrize("content", ["", "  \n", MAPPING])
def test_m51_a_certificate_that_certifies_nothing(workspace: Workspace, tmp_path: Path, content: str) -> None:
    (tmp_path / "mapping.toml").write_text(MAPPING)
    (tmp_path / "certificate.txt").write_text(content)
    with pytest.raises(Refused) as found:
        mappings.load(workspace, tmp_path / "mapping.toml")
    assert found.value.code == "NO_CERTIFICATE"


def test_an_unknown_zone_is_refused_and_written(workspace: Workspace, instrument: str, tmp_path: Path) -> None:
    path = write_page(tmp_path / "records.html", NAIVE)
    row = ingest(workspace, [path], instrument)
    with pytest.raises(UsageError, match="Bogus"):
        declare_zone(workspace, row.id, ZoneDeclaration("America/Bogus", "tester"), "letter", [path])
    assert newest(workspace)[0] == "refusal"


@pytest.mark.parametrize(
    ("name", "mine", "told", "refused"),
    [
        ("account", None, "alice", False),
        ("account", "alice", "bob", True),
        ("account", "alice", None, True),
        ("category", None, "payment", False),
        ("category", "payment", "session_ip_log", True),
        ("action", None, "Login", True),
    ],
)
def test_members_tell_each_other_only_what_a_row_leaves_open(
    name: str, mine: str | None, told: str | None, *, refused: bool
) -> None:
    def reading(value: str | None) -> Reading:
        rows = pa.RecordBatch.from_pylist([{name: value}], schema("login"))
        return Reading("r/1", "x", (), (Batch("login", "list", rows),), 0)

    try:
        intake._check_related([reading(mine)], [reading(told)])
    except BadInput as error:
        code = error.code
    else:
        code = ""
    assert code == ("CONSERVATION" if refused else "")
