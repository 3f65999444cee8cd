"""Lists that name no account: a person declares whose they are, and nothing else becomes anybody's by it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.casework.conftest import write_order
from tests.casework.people import acting
from tests.casework.people import filter_team
from tests.casework.people import write_unseal

from fourcorners.casework import attribute
from fourcorners.casework import catalogue
from fourcorners.casework import declare as declaring
from fourcorners.casework import exhibit
from fourcorners.casework import ingest
from fourcorners.casework import instruments
from fourcorners.casework import mappings
from fourcorners.casework import records
from fourcorners.casework import show
from fourcorners.casework.oversight import verification
from fourcorners.casework.people import actors
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.sealed import unseal
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.report.page import document

LIST = "date,ip\nregistration ip,192.0.2.100\n{}"
INSIDE = "2026-03-02 10:00:00 UTC,203.0.113.7\n"
OUTSIDE = "2026-03-09 10:00:00 UTC,203.0.113.8\n"
LOCAL = "2026-03-03 10:00:00,203.0.113.9\n"
NAMED = '"Subscriber"\n====\nusername,user_id,created\n{}'
SEEN = '"Addresses"\n====\nip,first_seen,last_seen\n203.0.113.4,2026-03-02 10:00:00 UTC,2026-03-02 11:00:00 UTC\n'


@pytest.fixture
def under(workspace: Workspace, case: str, tmp_path: Path) -> str:
    return enter(workspace, case, tmp_path / "order", "Reddit, Inc.", "carol77")


def enter(workspace: Workspace, case: str, folder: Path, custodian: str, *accounts: str) -> str:
    order = write_order(folder, accounts=accounts)
    order.write_text(order.read_text().replace("Meta Platforms, Inc.", custodian))
    return instruments.add(workspace, order, case).id


def listed(path: Path, rows: str = INSIDE + OUTSIDE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LIST.format(rows))
    return path


def zipped(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def declare(workspace: Workspace, path: Path | list[Path], account: str = "carol77", *only: str) -> ReturnRow:
    paths = path if isinstance(path, list) else [path]
    return declaring.declare_account(workspace, "R-1", account, "the cover letter of 9 March", paths, only=only)


def whose(workspace: Workspace) -> list[tuple[str, str, str | None]]:
    return [
        (line["ip"] or line["value"], line["account"], line["account_basis"])
        for line in records.list_records(workspace, "I-1", family=None)
    ]


def refused(workspace: Workspace, kind: type[FourcornersError], code: str, *args: object) -> FourcornersError:
    """The declaration is refused, has its entry, and changes nothing."""
    before = show.show_case(workspace, "C-1")
    with pytest.raises(kind) as found:
        declare(workspace, *args)  # type: ignore[arg-type]  # what a person may type
    assert found.value.code == code
    last = list(workspace.ledger.entries())[-1]
    assert (last.kind, last.facts["attempt"], last.facts["code"]) == ("refusal", "declare account", code)
    assert (last.facts["case"], found.value.entry) == ("C-1", last.id)
    assert show.show_case(workspace, "C-1") == before
    return found.value


def test_a_list_without_an_account_waits_for_one(workspace: Workspace, under: str, tmp_path: Path) -> None:
    path = listed(tmp_path / "ip_logs.csv")
    row = ingest.ingest(workspace, [path], under)
    assert row.reasons == {"UNDECIDABLE_ACCOUNT": 3}
    again = declare(workspace, path, "CAROL77")
    assert again.counts == {"rows": 3, "released": 2, "sealed": 1, "rejected": 0}
    assert again.reasons == {"OUTSIDE_DATE_RANGE": 1}
    basis = "declared by tester"
    assert whose(workspace) == [("203.0.113.7", "carol77", basis), ("192.0.2.100", "carol77", basis)]
    lines = list(records.list_records(workspace, under, family=None))
    assert not any("account" in line["source"]["ranges"] for line in lines)
    (declared,) = show.return_line(again)["declared"]
    assert (declared["what"], declared["value"], declared["by"]) == ("account", "carol77", "tester")
    assert (declared["reason"], declared["files"]) == ("the cover letter of 9 March", [str(path)])
    entry = next(each for each in workspace.ledger.entries() if each.kind == "declaration")
    assert entry.audit is not None
    assert entry.evidence is not None
    assert entry.evidence["accounts"][0]["account"] == "carol77"
    assert entry.audit["reason"] == "the cover letter of 9 March"
    assert "carol77" not in json.dumps([dict(entry.facts), dict(entry.audit)]), "it ends with the instrument's key"
    verification.verify(workspace)
    assert workspace.vault.files() == set(catalogue.stored_hashes(workspace.tables))


def test_what_a_declaration_may_not_be(workspace: Workspace, under: str, tmp_path: Path) -> None:
    path = listed(tmp_path / "ip_logs.csv")
    ingest.ingest(workspace, [path], under)
    assert refused(workspace, Refused, "ACCOUNT_NOT_NAMED", path, "dave99").next_step
    refused(workspace, Refused, "ACCOUNT_NOT_NAMED", path, "")
    refused(workspace, BadInput, "NOT_THE_SAME_FILES", listed(tmp_path / "b" / "ip_logs.csv", INSIDE))
    refused(workspace, UsageError, "USAGE", path, "carol77", "other.csv")
    with pytest.raises(UsageError, match="reason"):
        declaring.declare_account(workspace, "R-1", "carol77", " ", [path])
    actors.add(workspace, "bob", "investigator")
    with pytest.raises(Refused) as found:
        declaring.declare_account(acting(workspace, "bob"), "R-1", "carol77", "I say so", [path])
    assert found.value.code == "NOT_ON_TEAM"
    declare(workspace, path)
    refused(workspace, UsageError, "NOTHING_TO_DECLARE", path)


def test_an_account_that_the_file_names_goes_before(workspace: Workspace, case: str, tmp_path: Path) -> None:
    """Where two members name two accounts, nothing in the file is declared."""
    under = enter(workspace, case, tmp_path / "order", "Snap Inc.", "carol77", "dave99")
    two = zipped(tmp_path / "a.zip", {"user.csv": NAMED.format("carol77,1,\ndave99,2,\n"), "ip.csv": SEEN})
    row = ingest.ingest(workspace, [two], under)
    assert row.reasons["UNDECIDABLE_ACCOUNT"] == 1
    refused(workspace, UsageError, "NOTHING_TO_DECLARE", two)


def test_a_record_of_another_account_stays_outside(workspace: Workspace, case: str, tmp_path: Path) -> None:
    under = enter(workspace, case, tmp_path / "order", "Snap Inc.", "carol77")
    other = zipped(tmp_path / "b.zip", {"user.csv": NAMED.format("dave99,2,\n"), "ip.csv": SEEN})
    lone = tmp_path / "lone.csv"
    lone.write_text(SEEN.replace("203.0.113.4", "203.0.113.5"))
    row = ingest.ingest(workspace, [other, lone], under)
    assert row.reasons == {"OUTSIDE_ACCOUNT": 3, "UNDECIDABLE_ACCOUNT": 1}
    refused(workspace, UsageError, "NOTHING_TO_DECLARE", [other, lone])


@pytest.mark.parametrize("packed", ["zip", "folder", "paths", "zip and path"])
def test_it_goes_before_however_the_return_is_packed(
    workspace: Workspace, case: str, tmp_path: Path, packed: str
) -> None:
    under = enter(workspace, case, tmp_path / "order", "Snap Inc.", "carol77")
    members = {"subscriber.csv": NAMED.format("mallory9,1,\n"), "addresses.csv": SEEN}
    (tmp_path / "made").mkdir()
    for name, text in members.items():
        (tmp_path / "made" / name).write_text(text)
    seen = tmp_path / "made" / "addresses.csv"
    paths = {
        "zip": [zipped(tmp_path / "made.zip", members)],
        "folder": [tmp_path / "made"],
        "paths": [tmp_path / "made" / name for name in members],
        "zip and path": [zipped(tmp_path / "made.zip", members), seen],
    }[packed]
    ingest.ingest(workspace, paths, under)
    refused(workspace, UsageError, "NOTHING_TO_DECLARE", paths)
    assert whose(workspace) == []


def test_a_list_of_another_provider_names_it_too(workspace: Workspace, under: str, tmp_path: Path) -> None:
    snap = tmp_path / "snap.csv"
    snap.write_text(NAMED.format("mallory9,1,\n"))
    paths = [listed(tmp_path / "ip_logs.csv"), snap]
    ingest.ingest(workspace, paths, under)
    refused(workspace, UsageError, "NOTHING_TO_DECLARE", paths)


def test_a_member_of_an_earlier_return_is_not_declared_alone(
    workspace: Workspace, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unpacked, the list would say no more what the files beside it say of it."""
    under = enter(workspace, case, tmp_path / "order", "Snap Inc.", "carol77")
    path = zipped(tmp_path / "made.zip", {"user.csv": NAMED.format("mallory9,1,\n"), "ip.csv": SEEN})
    ingest.ingest(workspace, [path], under)
    lone = tmp_path / "addresses.csv"
    lone.write_text(SEEN)
    with pytest.raises(BadInput) as found:
        ingest.ingest(workspace, [lone], under)
    assert found.value.code == "DUPLICATE"
    with monkeypatch.context() as patch:  # as it may stand in a workspace that an earlier version filled
        patch.setattr(ingest, "_check_new", lambda *_: None)
        assert ingest.ingest(workspace, [lone], under).reasons == {"UNDECIDABLE_ACCOUNT": 1}
    with pytest.raises(UsageError, match="R-1") as told:
        declaring.declare_account(workspace, "R-2", "carol77", "the cover letter", [lone])
    assert told.value.code == "NOTHING_TO_DECLARE"
    assert whose(workspace) == []


def test_what_another_member_names_is_not_shown_as_declared(
    workspace: Workspace, case: str, tmp_path: Path
) -> None:
    under = enter(workspace, case, tmp_path / "order", "Snap Inc.", "carol77")
    path = zipped(tmp_path / "b.zip", {"user.csv": NAMED.format("carol77,2,\n"), "ip.csv": SEEN})
    ingest.ingest(workspace, [path], under)
    assert ("203.0.113.4", "carol77", "file") in whose(workspace)
    assert {basis for _, _, basis in whose(workspace)} == {"file", "stated"}


def test_two_lists_under_two_accounts_are_declared_one_by_one(
    workspace: Workspace, case: str, tmp_path: Path
) -> None:
    under = enter(workspace, case, tmp_path / "order", "Reddit, Inc.", "carol77", "dave99")
    one, two = LIST.format(INSIDE), LIST.format("2026-03-04 10:00:00 UTC,198.51.100.1\n")
    path = zipped(tmp_path / "made.zip", {"1/ip_logs.csv": one, "2/ip_logs.csv": two})
    ingest.ingest(workspace, [path], under)
    message = refused(workspace, UsageError, "USAGE", path).next_step
    assert f"{path}!1/ip_logs.csv, {path}!2/ip_logs.csv" in message
    first = declare(workspace, path, "carol77", f"{path}!1/ip_logs.csv")
    assert first.reasons == {"UNDECIDABLE_ACCOUNT": 2}
    refused(workspace, UsageError, "USAGE", path, "dave99", f"{path}!1/ip_logs.csv")
    both = declare(workspace, path, "dave99")
    assert both.reasons == {}
    assert {(ip, account) for ip, account, _ in whose(workspace)} == {
        ("203.0.113.7", "carol77"),
        ("198.51.100.1", "dave99"),
        ("192.0.2.100", "carol77"),
        ("192.0.2.100", "dave99"),
    }
    assert [each["value"] for each in show.return_line(both)["declared"]] == ["carol77", "dave99"]
    verification.verify(workspace)


def test_two_lists_under_one_account_are_named_each(workspace: Workspace, under: str, tmp_path: Path) -> None:
    """One of them may be of a person that nobody asked about."""
    paths = [listed(tmp_path / "1" / "ip_logs.csv"), listed(tmp_path / "2" / "ip_logs.csv", INSIDE)]
    ingest.ingest(workspace, [tmp_path / "1", tmp_path / "2"], under)
    message = refused(workspace, UsageError, "USAGE", paths).next_step
    assert ", ".join(map(str, paths)) in message
    assert declare(workspace, paths, "carol77", *map(str, paths)).counts["released"] == 4


def test_what_a_court_opened_is_not_released_a_second_time(
    workspace: Workspace, under: str, tmp_path: Path
) -> None:
    keys = filter_team(workspace)
    path = listed(tmp_path / "ip_logs.csv")
    ingest.ingest(workspace, [path], under)
    row = unseal.request(workspace, write_unseal(tmp_path / "u", items=("R-1.0.0",)), "exculpatory")
    for name in ("carol", "dave"):
        unseal.act(acting(workspace, name), row.id, keys[name])
    refused(workspace, UsageError, "OPENED_BY_COURT", path)
    verification.verify(workspace)


@pytest.mark.parametrize("first", ["zone", "account"])
def test_zone_and_account_are_declared_in_either_order(
    workspace: Workspace, under: str, tmp_path: Path, first: str
) -> None:
    path = listed(tmp_path / "ip_logs.csv", LOCAL + INSIDE)
    ingest.ingest(workspace, [path], under)
    zone = ZoneDeclaration("America/Denver", "tester")
    steps: dict[str, Callable[[], ReturnRow]] = {
        "account": lambda: declare(workspace, path),
        "zone": lambda: declaring.declare_zone(workspace, "R-1", zone, "the letter", [path]),
    }
    row = steps[first]()
    assert row.reasons == ({"UNDECIDABLE_ACCOUNT": 3} if first == "zone" else {"UNDECIDABLE_TIME_ZONE": 1})
    with pytest.raises(UsageError, match="waits") as again:
        steps[first]()
    assert again.value.code == "NOTHING_TO_DECLARE"
    done = steps["zone" if first == "account" else "account"]()
    assert (done.counts["released"], done.reasons) == (3, {})
    lines = {line["ip"]: line for line in records.list_records(workspace, under, family="login")}
    assert (lines["203.0.113.9"]["at"], lines["203.0.113.9"]["zone_basis"]) == (
        "2026-03-03T17:00:00Z",
        "declared by tester",
    )
    assert [each["what"] for each in show.return_line(done)["declared"]] == ["zone", "account"]


def test_no_zone_is_declared_where_only_an_account_is_missing(
    workspace: Workspace, under: str, tmp_path: Path
) -> None:
    path = listed(tmp_path / "ip_logs.csv")
    ingest.ingest(workspace, [path], under)
    with pytest.raises(UsageError) as found:
        declaring.declare_zone(workspace, "R-1", ZoneDeclaration("UTC", "tester"), "a letter", [path])
    assert found.value.code == "NOTHING_TO_DECLARE"


def test_m50_a_bulk_list_becomes_nobodys_account(workspace: Workspace, case: str, tmp_path: Path) -> None:
    """Fewer people than make a return out of proportion: they are named all the same."""
    under = enter(workspace, case, tmp_path / "order", "Snap Inc.", "carol77")
    named, lone = tmp_path / "named.csv", tmp_path / "lone.csv"
    named.write_text(NAMED.format("".join(f"user{each},{each},\n" for each in range(99))))
    lone.write_text(SEEN)
    row = ingest.ingest(workspace, [named, lone], under)
    assert "DISPROPORTIONATE_RETURN" not in row.reasons
    refused(workspace, UsageError, "NOTHING_TO_DECLARE", [named, lone])


def test_a_mapped_table_is_not_declared_to_be_somebodys(workspace: Workspace, under: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("address,when\n203.0.113.7,2026-03-02 10:00:00\n")
    (tmp_path / "certificate.txt").write_text("certified")
    (tmp_path / "m.toml").write_text(
        'kind = "login"\ncertificate = "certificate.txt"\n[columns]\nip = "address"\nat = "when"\n'
        '[time]\nzone = "UTC"\n'
    )
    mapping = mappings.load(workspace, tmp_path / "m.toml")
    row = ingest.ingest(workspace, [tmp_path / "t.csv"], under, mapping=mapping)
    assert row.reasons == {"UNDECIDABLE_ACCOUNT": 1}
    refused(workspace, UsageError, "NOTHING_TO_DECLARE", tmp_path / "t.csv")
    with pytest.raises(UsageError):
        declaring.declare_zone(workspace, "R-1", ZoneDeclaration("UTC", "tester"), "a", [tmp_path / "t.csv"])


def test_the_exhibit_says_in_plain_words_who_says_it(workspace: Workspace, under: str, tmp_path: Path) -> None:
    path = listed(tmp_path / "ip_logs.csv")
    ingest.ingest(workspace, [path], under)
    declare(workspace, path)
    order = write_order(tmp_path / "carrier", accounts=("203.0.113.7",))
    instruments.add(workspace, order, "C-1")
    (tmp_path / "certificate.txt").write_text("certified")
    (tmp_path / "m.toml").write_text(
        'kind = "assignment"\ncertificate = "certificate.txt"\n[columns]\nip = "ip"\nstart = "start"\n'
        'end = "end"\nsubscriber = "subscriber"\n[time]\nzone = "UTC"\n[coverage]\n'
        'start = "2026-03-01T00:00:00Z"\nend = "2026-03-08T00:00:00Z"\n'
    )
    (tmp_path / "leases.csv").write_text(
        "ip,start,end,subscriber\n203.0.113.7,2026-03-02 00:00:00,2026-03-03 00:00:00,S-1\n"
    )
    mapping = mappings.load(workspace, tmp_path / "m.toml")
    ingest.ingest(workspace, [tmp_path / "leases.csv"], "I-2", mapping=mapping)
    made = attribute.attribute(workspace, under, ["I-2"], skew_s=0)
    assert made.row.outcomes == {"one": 1}
    text = json.dumps(document(exhibit.collect(workspace, "C-1", None, "")), ensure_ascii=False)
    assert "declared by tester" in text
    assert "the record names no account" in text
    assert "These lists name no account." in text
    assert "holds lists that name no account; that they are of " in text
    assert "the cover letter of 9 March" in text
    exhibit.make(workspace, "C-1", tmp_path / "x.pdf")
