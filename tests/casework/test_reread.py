"""A return read again: every difference is told, what rested on the old reading says so, nothing else changes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.casework.conftest import write_order
from tests.casework.opened import every_byte
from tests.casework.pages import INSIDE
from tests.casework.pages import OUTSIDE
from tests.casework.pages import TARGET
from tests.casework.pages import page
from tests.casework.pages import write_page
from tests.casework.people import acting
from tests.casework.people import filter_team
from tests.casework.people import supervisors
from tests.casework.people import write_unseal
from tests.casework.test_unnamed import enter
from tests.casework.test_unnamed import listed
from tests.casework.test_unnamed import zipped

from fourcorners.casework import attribute
from fourcorners.casework import cases
from fourcorners.casework import catalogue
from fourcorners.casework import differences
from fourcorners.casework import exhibit
from fourcorners.casework import gate
from fourcorners.casework import ingest
from fourcorners.casework import instruments
from fourcorners.casework import mappings
from fourcorners.casework import next_request
from fourcorners.casework import records
from fourcorners.casework import show
from fourcorners.casework import store
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.declare import declare_account
from fourcorners.casework.declare import declare_zone
from fourcorners.casework.journal import Entry
from fourcorners.casework.oversight import verification
from fourcorners.casework.people import actors
from fourcorners.casework.reread import reread
from fourcorners.casework.rows import AttributionRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.sealed import unseal
from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import open_workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError
from fourcorners.model.instant import DAY
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Batch
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.model.records import schema
from fourcorners.readers.meta.reader import MetaRecord
from fourcorners.readers.reddit import RedditLog
from fourcorners.report.page import document

Rows = list[dict[str, Any]]
Edit = Callable[[Rows], Rows]
CHILD = Path(__file__).with_name("reread_child.py")


@pytest.fixture
def under(workspace: Workspace, case: str, tmp_path: Path) -> str:
    return instruments.add(workspace, write_order(tmp_path / "order", accounts=(TARGET,)), case).id


@pytest.fixture
def produced(workspace: Workspace, under: str, tmp_path: Path) -> Path:
    """Two logins inside the window (rows 0 and 1), two outside (2 and 3), taken in as R-1."""
    path = write_page(tmp_path / "records.html")
    ingest.ingest(workspace, [path], under)
    return path


def edited(reading: Reading, edit: Edit) -> Reading:
    """The logins otherwise; the texts of a row that is gone are unclassified."""
    batches, lost = [], 0
    for batch in reading.batches:
        if batch.family != "login":
            batches.append(batch)
            continue
        rows = edit(batch.rows.to_pylist())
        lost += sum(batch.rows.column("texts").to_pylist()) - sum(row["texts"] for row in rows)
        made = pa.RecordBatch.from_pylist(rows, schema=schema("login"))
        batches.append(Batch("login", batch.section, made, batch.field_categories))
    more = (Unclassified("lost", lost),) if lost else ()
    return replace(reading, batches=tuple(batches), unclassified=(*reading.unclassified, *more))


def become(monkeypatch: pytest.MonkeyPatch, version: str, change: Callable[[Reading], Reading]) -> None:
    """The reader of pages in another version, which reads otherwise."""
    honest = MetaRecord.read
    monkeypatch.setattr(MetaRecord, "version", version)
    monkeypatch.setattr(
        MetaRecord, "read", lambda self, data, declaration=None: change(honest(self, data, declaration))
    )


def logins(number: int, **values: Any) -> Callable[[Reading], Reading]:
    """One login with other values."""

    def edit(rows: Rows) -> Rows:
        return [row | values if row["row"] == number else row for row in rows]

    return lambda reading: edited(reading, edit)


def without(number: int) -> Callable[[Reading], Reading]:
    return lambda reading: edited(reading, lambda rows: [row for row in rows if row["row"] != number])


def moved(reading: Reading) -> Reading:
    return edited(reading, lambda rows: [row | {"row": row["row"] + 7} for row in rows])


def last_reread(workspace: Workspace) -> Entry:
    return [each for each in workspace.ledger.entries() if each.kind == "reread"][-1]


def ips(workspace: Workspace) -> list[str]:
    return [line["ip"] for line in records.list_records(workspace, "I-1", family="login")]


READ_BY = f"meta-record/{MetaRecord.version}"
FEBRUARY = 1_770_000_000 * 10**9
#: What the newer reader does, and how many differences of which kind that makes.
CHANGES: dict[str, tuple[Callable[[Reading], Reading], dict[str, int]]] = {
    "changed": (logins(0, ip="203.0.113.99"), {"changed": 1}),
    "changed in two": (logins(1, port=None, agent=None, precision=60 * 10**9), {"changed": 1}),
    "gone": (without(1), {"gone": 1, "unclassified": 1}),
    "a sealed one gone": (without(2), {"gone": 1, "unclassified": 1}),
    "withheld": (logins(1, at=FEBRUARY), {"withheld": 1}),
    "rejected": (logins(1, problem="BAD_TIME"), {"withheld": 1}),
    "released": (logins(2, at=FEBRUARY + 31 * DAY), {"released": 1}),
    "reasons": (logins(3, category=None), {"reasons": 1}),
    "sealed, then rejected": (logins(3, problem="BAD_TIME"), {"reasons": 1}),
    "renumbered": (moved, {"renumbered": 2}),
    "layout": (lambda reading: replace(reading, layout="Z"), {"members": 1}),
    "nothing": (lambda reading: reading, {}),
}


@pytest.mark.parametrize("how", CHANGES)
def test_every_kind_of_difference_is_told(
    workspace: Workspace, produced: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    change, expected = CHANGES[how]
    before = store.get(workspace.tables, ReturnRow, "R-1")
    become(monkeypatch, "99", change)
    done = reread(workspace, "R-1", [produced], reason="")
    assert differences.count(done.found) == expected
    assert done.readers == {str(produced): [READ_BY, "meta-record/99"]}
    entry = last_reread(workspace)
    assert done.entry == entry.id
    assert entry.facts["differences"] == expected
    assert entry.evidence is not None
    assert entry.evidence["differences"] == done.found
    assert entry.evidence["was"] == store.hash_of(before)
    assert done.row.rereads[-1]["was"] == store.hash_of(before)
    assert store.hash_of(done.row) == store.hash_of(store.get(workspace.tables, ReturnRow, "R-1"))
    assert (done.row.at, done.row.by) == (before.at, before.by), "it was taken in when it was"
    verification.verify(workspace)
    assert workspace.vault.files() == set(catalogue.stored_hashes(workspace.tables))
    assert reread(workspace, "R-1", [produced]).entry is None, "a second time nothing differs"


def test_an_added_row_is_told(
    workspace: Workspace, under: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_page(tmp_path / "records.html")
    with monkeypatch.context() as then:
        become(then, "0", lambda reading: without(0)(without(3)(reading)))
        ingest.ingest(workspace, [path], under)
    done = reread(workspace, "R-1", [path])
    assert differences.count(done.found) == {"added": 2, "unclassified": 1}
    (added,) = (each for each in done.found if "values" in each)
    assert (added["record"], added["now"], added["values"]["ip"]) == (None, "R-1.0.0", "203.0.113.7")
    assert added["values"]["at"] == "2026-03-01T00:00:00Z"
    assert {"was": None, "is": "OUTSIDE_DATE_RANGE", "rows": 1}.items() <= done.found[-1].items()


def test_what_is_told_of_a_changed_row(
    workspace: Workspace, produced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = next(iter(records.list_records(workspace, "I-1", family="login")))
    become(monkeypatch, "99", logins(0, ip="203.0.113.99", at=FEBRUARY + 30 * DAY))
    (line,) = reread(workspace, "R-1", [produced]).found
    assert (line["record"], line["now"]) == (before["id"], before["id"])
    assert line["fields"] == {
        "ip": [before["ip"], "203.0.113.99"],
        "at": [before["at"], "2026-03-04T02:40:00Z"],
    }
    assert ips(workspace) == ["203.0.113.99", "2001:db8::1"]


def sealing_actions(reading: Reading) -> Reading:
    """The reader knows now that what was done is of a category that nobody asked about."""
    batches = [
        replace(each, field_categories={"action": "content"}) if each.family == "login" else each
        for each in reading.batches
    ]
    return replace(reading, batches=tuple(batches))


def drawn_otherwise(reading: Reading) -> Reading:
    return edited(reading, lambda rows: [row | {"end": row["end"] - 1} for row in rows])


@pytest.mark.parametrize("is_drawn_otherwise", [False, True])
def test_no_value_and_no_place_of_a_field_that_is_sealed_now(
    workspace: Workspace,
    under: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_drawn_otherwise: bool,
) -> None:
    path = write_page(tmp_path / "records.html", (("203.0.113.7", "2026-03-02 10:00:00 UTC", "CANARY"),))
    ingest.ingest(workspace, [path], under)
    (before,) = records.list_records(workspace, "I-1", family="login")
    assert before["action"] == "CANARY"
    draw = drawn_otherwise if is_drawn_otherwise else lambda reading: reading
    become(monkeypatch, "99", lambda reading: sealing_actions(draw(reading)))
    done = reread(workspace, "R-1", [path])
    (entry,) = (each for each in workspace.ledger.entries() if each.kind == "reread")
    for told in (done.found, entry.evidence):
        assert "sealed_fields" in json.dumps(told)
        assert "CANARY" not in json.dumps(told)
        assert "action@" not in json.dumps(told)
    if is_drawn_otherwise:
        values = {each["difference"]: each["values"] for each in done.found}
        assert sorted(values) == ["added", "gone"]
        assert [each["sealed_fields"] for each in values.values()] == [["action"], ["action"]]
        assert values["gone"]["ip"] == before["ip"]
    else:
        assert [each["fields"] for each in done.found] == [{"sealed_fields": [[], ["action"]]}]


def test_no_value_of_a_withheld_row_is_told_or_kept(
    workspace: Workspace, produced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "99", logins(1, at=FEBRUARY))
    done = reread(workspace, "R-1", [produced])
    (line,) = done.found
    assert (line["record"], line["reason"]) == ("R-1.0.1", "OUTSIDE_DATE_RANGE")
    assert "2001:db8::1" not in json.dumps(done.found)
    assert b"2001:db8::1" not in every_byte(workspace)
    assert b"203.0.113.7" in every_byte(workspace), "the search finds what is kept"


def test_the_row_that_was_relied_on_stays_provable(
    workspace: Workspace, produced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other rows have other hashes; the entry holds them, and its leaf holds no value."""
    become(monkeypatch, "99", lambda reading: without(1)(without(0)(reading)))
    done = reread(workspace, "R-1", [produced])
    first, second = (each for each in done.found if "values" in each)
    assert len({first["was_sha256"], second["was_sha256"]}) == 2
    assert first["values"]["ip_text"] == "203.0.113.7:1135"
    entry = last_reread(workspace)
    public = json.dumps([dict(entry.facts), dict(entry.audit or {})])
    assert "203.0.113.7" not in public
    assert "meta-record" not in public, "what a production is ends with its key"


def test_the_same_readers_and_results_change_nothing(
    workspace: Workspace, produced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, files = store.get(workspace.tables, ReturnRow, "R-1"), workspace.vault.files()
    monkeypatch.setattr(differences, "_rows", lambda _: pytest.fail("alike as a whole"))
    done = reread(workspace, "R-1", [produced])
    assert (done.entry, done.found, done.row) == (None, [], row)
    assert workspace.vault.files() == files
    assert not [each for each in workspace.ledger.entries() if each.kind == "reread"]
    (line,) = show.reread_lines(done)
    assert (line["differences"], line["kinds"], line["entry"]) == (0, {}, None)


def test_the_same_version_that_reads_otherwise_is_no_secret(
    workspace: Workspace, produced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, MetaRecord.version, logins(0, ip="203.0.113.99"))
    done = reread(workspace, "R-1", [produced])
    assert differences.count(done.found) == {"changed": 1}
    assert len(set(next(iter(done.readers.values())))) == 1
    assert last_reread(workspace).id == done.entry


LEASES = "ip,start,end,subscriber\n203.0.113.7,2026-02-27 00:00:00,2026-03-03 00:00:00,S-1\n"
MAPPING = """\
kind = "assignment"
certificate = "certificate.txt"
[columns]
ip = "ip"
start = "start"
end = "end"
subscriber = "subscriber"
[time]
zone = "UTC"
[coverage]
start = "2026-02-20T00:00:00Z"
end = "2026-03-08T00:00:00Z"
"""


def carrier(workspace: Workspace, folder: Path) -> str:
    """A carrier's log under an instrument that asks about an address from I-1."""
    asked = instruments.add(workspace, write_order(folder / "carrier", accounts=("203.0.113.7",)), "C-1")
    for name, text in (("certificate.txt", "certified"), ("m.toml", MAPPING), ("leases.csv", LEASES)):
        (folder / name).write_text(text)
    mapping = mappings.load(workspace, folder / "m.toml")
    ingest.ingest(workspace, [folder / "leases.csv"], asked.id, mapping=mapping)
    return asked.id


def test_all_that_rests_on_the_older_reading_says_so(
    workspace: Workspace, produced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = carrier(workspace, tmp_path)
    attribute.attribute(workspace, "I-1", [other], skew_s=0)
    first = exhibit.make(workspace, "C-1", tmp_path / "1.pdf")["id"]
    next_request.prepare(workspace, "I-1", tmp_path / "next")
    assert show.show_case(workspace, "C-1")["rests_on_older"] == []
    then = next(each for each in workspace.ledger.entries() if each.kind == "intake")
    become(monkeypatch, "99", logins(0, ip="203.0.113.99"))
    assert show.show_case(workspace, "C-1")["newer_readers"][0]["return"] == "R-1"
    done = reread(workspace, "R-1", [produced])
    shown = show.show_case(workspace, "C-1")
    assert shown["newer_readers"] == []
    assert shown["rests_on_older"] == done.rests
    assert {(each["what"], each["name"]) for each in done.rests} == {
        ("attribution", "A-1"),
        ("exhibit", first),
        ("next", "I-1"),
        ("instrument", other),
    }
    for each in done.rests:
        assert each["read"]["entry"] == then.id
        assert each["read"]["sha256"] == (then.evidence or {})["body"] == done.row.rereads[0]["was"]
        assert each["now"] == {
            "entry": done.entry,
            "sha256": store.hash_of(done.row),
            "readers": ["meta-record/99"],
        }
    (made,) = shown["attributions"]
    assert made["stands"] is False
    row = store.get(workspace.tables, AttributionRow, "A-1")
    assert attribute.lost_ground(workspace, row) == "reread"
    text = json.dumps(document(exhibit.collect(workspace, "C-1", None, "")), ensure_ascii=False)
    assert "with meta-record/99 in the place of meta-record/" in text
    assert "records changed: 1" in text
    assert f"the exhibit {first} (E-" in text
    assert "a return on which it rests was read again after it" in text
    second = exhibit.make(workspace, "C-1", tmp_path / "2.pdf")
    assert exhibit.make(workspace, "C-1", tmp_path / "3.pdf")["sha256"] == second["sha256"]
    again = attribute.attribute(workspace, "I-1", [other], skew_s=0)
    assert attribute.stands(workspace, again.row), "what is made anew rests on the new reading"
    assert show.show_case(workspace, "C-1")["rests_on_older"] == done.rests
    verification.verify(workspace)


def test_another_case_learns_it_from_itself_alone(
    workspace: Workspace, produced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who rereads is not told of a case on whose team he is not, and that case is not told of his."""
    actors.add(workspace, "bob", "investigator")
    bob = acting(workspace, "bob")
    cases.open_case(bob, "Another", "Report of 3 March")
    instruments.add(bob, write_order(tmp_path / "o2", accounts=(TARGET,)), "C-2")
    ingest.ingest(bob, [produced], "I-2")
    cases.open_case(workspace, "A third", "Report of 4 March")
    instruments.add(workspace, write_order(tmp_path / "o3", accounts=(TARGET,)), "C-3")
    ingest.ingest(workspace, [produced], "I-3")
    instruments.add(workspace, write_order(tmp_path / "o4", accounts=(TARGET,)), "C-1")
    ingest.ingest(workspace, [produced], "I-4")
    become(monkeypatch, "99", logins(0, ip="203.0.113.99"))
    size = workspace.log.size()
    done = reread(workspace, "R-1", [produced])
    assert [(each["case"], each["instrument"], each["return"]) for each in done.elsewhere] == [
        ("C-1", "I-4", "R-4"),
        ("C-3", "I-3", "R-3"),
    ]
    assert done.elsewhere[0]["next"] == "fourcorners reread --return R-4 PATH..."
    told = json.dumps(list(show.reread_lines(done)))
    assert not any(name in told for name in ("C-2", "I-2", "R-2", "bob"))
    new = [json.dumps(dict(each.facts)) for each in workspace.ledger.entries() if each.n >= size]
    assert not any(name in entry for entry in new for name in ("C-2", "I-2", "R-2"))
    theirs = show.show_case(bob, "C-2")
    assert [each["return"] for each in theirs["newer_readers"]] == ["R-2"]
    assert not any(name in json.dumps(theirs["newer_readers"]) for name in ("C-1", "R-1", "tester"))
    assert store.get(workspace.tables, ReturnRow, "R-2").rereads == []
    assert reread(bob, "R-2", [produced]).elsewhere == []


def test_what_was_declared_stays_declared(
    workspace: Workspace, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    under = enter(workspace, case, tmp_path / "order", "Reddit, Inc.", "carol77")
    path = listed(tmp_path / "ip_logs.csv", "2026-03-03 10:00:00,203.0.113.9\n")
    ingest.ingest(workspace, [path], under)
    declare_account(workspace, "R-1", "carol77", "the letter", [path])
    declare_zone(workspace, "R-1", ZoneDeclaration("America/Denver", "tester"), "the letter", [path])
    before = list(records.list_records(workspace, under, family=None))
    monkeypatch.setattr(RedditLog, "version", "99")
    done = reread(workspace, "R-1", [path])
    assert done.found == []
    after = list(records.list_records(workspace, under, family=None))
    strip = [
        {**line, "source": {**line["source"], "reader": "", "tree": "salted anew"}} for line in (*before, *after)
    ]
    assert strip[: len(before)] == strip[len(before) :]
    assert [each["what"] for each in show.return_line(done.row)["declared"]] == ["zone", "account"]


def test_a_declaration_is_no_way_to_read_otherwise_in_silence(
    workspace: Workspace, under: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_page(tmp_path / "records.html", (("203.0.113.7", "2026-03-07 10:00:00"), *INSIDE))
    ingest.ingest(workspace, [path], under)
    become(monkeypatch, "99", logins(1, ip="203.0.113.99"))
    zone = ZoneDeclaration("UTC", "tester")
    with pytest.raises(UsageError) as found:
        declare_zone(workspace, "R-1", zone, "a letter", [path])
    assert found.value.code == "OLDER_READING"
    assert differences.count(reread(workspace, "R-1", [path]).found) == {"changed": 1}
    done = declare_zone(workspace, "R-1", zone, "a letter", [path])
    assert done.counts["released"] == 3
    assert len(done.rereads) == 1
    verification.verify(workspace)


def test_values_that_differ_are_counted_as_shown(
    workspace: Workspace, produced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M52: two rows are seen, and a person who was shown the agency's number sees none without two others."""
    become(monkeypatch, "98", moved)
    reread(workspace, "R-1", [produced])
    assert store.shown_to(workspace.tables, "tester", "C-1") == 0, "numbers are no values"
    with monkeypatch.context() as patch:
        patch.setattr(gate, "_allowance", lambda *_: 1)
        become(
            patch, "99", lambda reading: edited(reading, lambda rows: [row | {"ip": "192.0.2.9"} for row in rows])
        )
        row = store.get(workspace.tables, ReturnRow, "R-1")
        with pytest.raises(Refused) as found:
            reread(workspace, "R-1", [produced])
        assert found.value.code == "DUAL_CONTROL"
        assert store.get(workspace.tables, ReturnRow, "R-1") == row
        patch.setattr(gate, "_allowance", lambda *_: 2)
        reread(workspace, "R-1", [produced])
    assert store.shown_to(workspace.tables, "tester", "C-1") == 2
    verification.verify(workspace)


def test_records_that_a_court_opened_keep_their_numbers(
    workspace: Workspace, under: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = filter_team(workspace)
    path = write_page(tmp_path / "records.html")
    ingest.ingest(workspace, [path], under)
    row = unseal.request(workspace, write_unseal(tmp_path / "u", items=("R-1.0.2",)), "exculpatory")
    for name in ("carol", "dave"):
        unseal.act(acting(workspace, name), row.id, keys[name])
    assert reread(workspace, "R-1", [path]).entry is None
    with pytest.raises(UsageError) as opened:
        reread(workspace, "R-2", [path])
    assert opened.value.code == "UNKNOWN_RETURN"
    become(monkeypatch, "99", moved)
    with pytest.raises(UsageError) as found:
        reread(workspace, "R-1", [path])
    assert found.value.code == "OPENED_BY_COURT"
    verification.verify(workspace)


def test_sealed_rows_are_sealed_anew_for_the_filter_team(
    workspace: Workspace, under: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filter_team(workspace)
    path = write_page(tmp_path / "records.html")
    ingest.ingest(workspace, [path], under)
    become(monkeypatch, "99", logins(1, at=FEBRUARY))
    reread(workspace, "R-1", [path])
    assert store.sealed_of(workspace.tables, "R-1")
    assert b"2001:db8::1" not in every_byte(workspace)
    verification.verify(workspace)


def test_a_member_more_and_a_member_less(
    workspace: Workspace, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    under = enter(workspace, case, tmp_path / "order", "Meta Platforms, Inc.", TARGET)
    two = page(INSIDE, section="ip_addresses")
    path = zipped(tmp_path / "made.zip", {"a.html": page(INSIDE + OUTSIDE), "b.html": two})
    honest = MetaRecord.detect
    ingest.ingest(workspace, [path], under)
    with monkeypatch.context() as patch:
        patch.setattr(MetaRecord, "detect", lambda self, name, head: "b." not in name and honest(self, name, head))
        less = reread(workspace, "R-1", [path])
    kinds = differences.count(less.found)
    assert kinds["gone"] == 2
    assert list(less.readers.values())[1][1] is None
    verification.verify(workspace)
    more = reread(workspace, "R-1", [path])
    assert differences.count(more.found)["added"] == 2
    assert list(more.readers.values())[1][0] is None
    assert {each["file"] for each in more.found} == {f"{path}!b.html"}
    verification.verify(workspace)


def test_a_file_that_could_not_be_read_then(
    workspace: Workspace, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    under = enter(workspace, case, tmp_path / "order", "Meta Platforms, Inc.", TARGET)
    folder = tmp_path / "made"
    folder.mkdir()
    write_page(folder / "a.html")
    write_page(folder / "b.html", INSIDE)
    honest = MetaRecord.detect
    with monkeypatch.context() as patch:
        patch.setattr(MetaRecord, "detect", lambda self, name, head: "b." not in name and honest(self, name, head))
        ingest.ingest(workspace, [folder], under)
    with pytest.raises(BadInput) as other:
        reread(workspace, "R-1", [folder / "b.html"])
    assert other.value.code == "NOT_THE_SAME_FILES"
    without_it = reread(workspace, "R-1", [folder / "a.html"])
    assert without_it.entry is None
    ingest.ingest(workspace, [folder / "b.html"], under)
    with pytest.raises(BadInput) as twice:
        reread(workspace, "R-1", [folder])
    assert twice.value.code == "DUPLICATE"


def test_the_order_in_which_files_are_given_is_no_difference(
    workspace: Workspace, under: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write_page(tmp_path / "a.html"), write_page(tmp_path / "b.html", INSIDE)]
    row = ingest.ingest(workspace, paths, under)
    assert reread(workspace, "R-1", paths[::-1]).entry is None
    become(monkeypatch, "99", lambda reading: reading)
    done = reread(workspace, "R-1", paths[::-1])
    assert [each["sha256"] for each in done.row.files] == [each["sha256"] for each in row.files]


def test_who_may_not_read_rereads_nothing(
    workspace: Workspace, produced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "99", logins(0, ip="203.0.113.99"))
    supervisors(workspace, "sue")
    row = store.get(workspace.tables, ReturnRow, "R-1")
    with pytest.raises(Refused) as found:
        reread(acting(workspace, "sue"), "R-1", [produced], reason="quarterly review")
    assert found.value.code == "NOT_ON_TEAM"
    last = list(workspace.ledger.entries())[-1]
    assert (last.kind, last.facts["attempt"], last.facts["case"]) == ("refusal", "reread", "C-1")
    assert store.get(workspace.tables, ReturnRow, "R-1") == row


@pytest.mark.parametrize(
    "step",
    [pytest.param(step, marks=[] if step == "entry written" else pytest.mark.torture) for step in ingest.STEPS],
)
def test_killed_at_every_named_step(tmp_path: Path, step: str) -> None:
    """The return is as it was, or read again with its entry; in both cases it can be read again."""
    folder = tmp_path / "w"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    workspaces.create(folder, "tester")
    path = write_page(tmp_path / "records.html")
    with open_workspace(folder, "tester") as workspace:
        case = cases.open_case(workspace, "Crash", "a test").id
        instruments.add(workspace, write_order(tmp_path / "o", accounts=(TARGET,)), case)
        row, files = ingest.ingest(workspace, [path], "I-1"), workspace.vault.files()
    for asked in (step, ""):
        command = [sys.executable, str(CHILD), str(folder), asked, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
            reached = child.communicate()[0].splitlines()
        assert (child.returncode == -signal.SIGKILL) == bool(asked)
        assert not asked or reached[-1] == asked
        with open_workspace(folder, "tester") as workspace:
            verification.verify(workspace)
            entries = sum(entry.kind == "reread" for entry in workspace.ledger.entries())
            now = store.get(workspace.tables, ReturnRow, "R-1")
            if asked and asked != "committed":
                assert (now, workspace.vault.files(), entries) == (row, files, 0)
            else:
                assert (len(now.rereads), entries) == (1, 1)
                assert workspace.vault.files() == set(catalogue.stored_hashes(workspace.tables))
