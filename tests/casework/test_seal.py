"""What lies outside scope: sealed to a team that the case team is not, and opened by a court and two of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.casework.conftest import TickingClock
from tests.casework.conftest import write_order
from tests.casework.opened import every_byte
from tests.casework.pages import OUTSIDE
from tests.casework.pages import TARGET
from tests.casework.pages import write_page
from tests.casework.people import acting
from tests.casework.people import filter_team
from tests.casework.people import unchanged
from tests.casework.people import write_unseal

from fourcorners.casework import attribute
from fourcorners.casework import cases
from fourcorners.casework import exhibit
from fourcorners.casework import instruments
from fourcorners.casework import records
from fourcorners.casework import show
from fourcorners.casework import store
from fourcorners.casework.declare import declare_zone
from fourcorners.casework.holding import standing
from fourcorners.casework.ingest import ingest
from fourcorners.casework.oversight import verification
from fourcorners.casework.people import actors
from fourcorners.casework.people import petitions
from fourcorners.casework.rows import PetitionRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.sealed import seals
from fourcorners.casework.sealed import unseal
from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import open_workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.errors import UsageError
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.vault import segments
from fourcorners.vault.filter_team import CustodianKey
from fourcorners.vault.filter_team import FilterTeam

Keys = dict[str, CustodianKey]
CANARIES = (b"CANARY", b"198.51.100.77", b"198.51.100.78", b"2026-02-28 23:59:59")


@pytest.fixture
def keys(workspace: Workspace, case: str) -> Keys:
    assert case
    return filter_team(workspace)


@pytest.fixture
def taken(workspace: Workspace, case: str, keys: Keys, tmp_path: Path) -> ReturnRow:
    assert keys
    instrument = instruments.add(workspace, write_order(tmp_path / "order", accounts=(TARGET,)), case).id
    return ingest(workspace, [write_page(tmp_path / "records.html")], instrument)


def items(workspace: Workspace) -> list[str]:
    return [line["item"] for line in seals.list_sealed(workspace, "I-1")]


def requested(workspace: Workspace, tmp_path: Path, *, count: int = 1, more: str = "") -> PetitionRow:
    order = write_unseal(tmp_path / "unseal", items=tuple(items(workspace)[:count]), more=more)
    return unseal.request(workspace, order, "the defence asks for it")


def test_the_canary_of_a_sealed_row_is_in_no_byte_that_the_case_team_can_open(
    workspace: Workspace, taken: ReturnRow, case: str, tmp_path: Path
) -> None:
    """Searched in workspace, log, exports, screen text and errors, all opened with every key there is."""
    assert taken.counts == {"rows": 4, "released": 2, "sealed": 2, "rejected": 0}
    out = tmp_path / "out"
    shown = [json.dumps(line) for line in records.list_records(workspace, "I-1", family=None)]
    shown += [json.dumps(line) for line in seals.list_sealed(workspace, "I-1")]
    shown.append(json.dumps(show.show_case(workspace, case)))
    exhibit.make(workspace, case, out / "exhibit.pdf")
    with pytest.raises(BadInput) as again:
        ingest(workspace, [tmp_path / "records.html"], "I-1")
    shown.append(again.value.diagnostics())
    content = every_byte(workspace) + "\n".join(shown).encode() + (out / "exhibit.pdf").read_bytes()
    for canary in CANARIES:
        assert canary not in content
    assert TARGET.encode() in content, "the search sees what is released"
    assert len(store.sealed_of(workspace.tables, taken.id)) == 3, "rows, leaves and the original are there"


def test_two_custodians_see_the_rows_and_the_original_as_they_were(
    workspace: Workspace, taken: ReturnRow, keys: Keys, tmp_path: Path
) -> None:
    found = b""
    for stored in store.sealed_of(workspace.tables, taken.id):
        context = workspace.vault.sealed_context(stored.name, "I-1")
        wrapped = workspace.tables.keys.sealed_key("I-1", stored.name)
        key = keys["erin"].finish(keys["carol"].begin(wrapped, context), context)
        with workspace.vault.reading_with(stored.name, key) as source:
            if stored.name.endswith("original-0"):
                assert source.read() == (tmp_path / "records.html").read_bytes()
            else:
                found += str([batch.to_pylist() for batch in segments.read_from(source)]).encode()
    for canary in CANARIES:
        assert canary in found


def test_m57_without_a_team_nothing_outside_scope_is_stored(
    workspace: Workspace, case: str, tmp_path: Path
) -> None:
    instrument = instruments.add(workspace, write_order(tmp_path / "order", accounts=(TARGET,)), case).id
    row = ingest(workspace, [write_page(tmp_path / "records.html")], instrument)
    assert store.sealed_of(workspace.tables, row.id) == []
    assert not (workspace.root / "sealed").exists()
    assert [line["kept"] for line in seals.list_sealed(workspace, instrument)] == [False, False]
    with pytest.raises(UsageError, match="was not kept"):
        requested(workspace, tmp_path)


def test_m28_a_court_and_two_custodians_open_what_the_order_names_and_nothing_else(
    workspace: Workspace, taken: ReturnRow, keys: Keys, tmp_path: Path
) -> None:
    assert taken.id == "R-1"
    row = requested(workspace, tmp_path)
    first = unseal.act(acting(workspace, "carol"), row.id, keys["carol"])
    assert first == {"petition": row.id, "acted": ["carol"], "return": None}
    assert len(list(records.list_records(workspace, "I-1", family="login"))) == 2, "one custodian opens nothing"
    for canary in CANARIES:
        assert canary not in every_byte(workspace)
    done = unseal.act(acting(workspace, "dave"), row.id, keys["dave"])
    assert (done["acted"], done["return"]) == (["carol", "dave"], "R-2")
    lines = [
        line for line in records.list_records(workspace, "I-1", family="login") if line["id"].startswith("R-2")
    ]
    (line,) = lines
    assert (line["ip"], line["at_text"]) == ("198.51.100.77", "2026-02-28 23:59:59 UTC")
    content = every_byte(workspace)
    assert b"198.51.100.77" in content
    assert b"198.51.100.78" not in content, "the other sealed row stays shut"
    assert verification.verify(workspace)["verified"], "the opened slice is proven in the same tree"
    listed = {each["item"]: each["opened"] for each in seals.list_sealed(workspace, "I-1")}
    assert sorted(listed.values()) == [False, True]
    with pytest.raises(UsageError):
        unseal.act(acting(workspace, "erin"), row.id, keys["erin"])
    assert not store.get(workspace.tables, PetitionRow, row.id).subject.get("begun"), "no layer is left about"


def test_an_opened_record_of_another_category_is_read_and_its_neighbours_are_not(
    workspace: Workspace, case: str, keys: Keys, tmp_path: Path
) -> None:
    order = write_order(tmp_path / "order", accounts=(TARGET,), categories=("subscriber_identity",))
    instruments.add(workspace, order, case)
    row = ingest(workspace, [write_page(tmp_path / "records.html")], "I-1")
    assert row.reasons == {"OUTSIDE_CATEGORY": 4}
    asked = requested(workspace, tmp_path)
    unseal.act(acting(workspace, "erin"), asked.id, keys["erin"])
    unseal.act(acting(workspace, "carol"), asked.id, keys["carol"])
    assert len(list(records.list_records(workspace, "I-1", family=None))) == 1


@pytest.mark.parametrize("who", ["tester", "nobody", "carol again", "another key", "the requester"])
def test_the_second_act_is_another_custodians(
    workspace: Workspace, taken: ReturnRow, keys: Keys, tmp_path: Path, who: str
) -> None:
    assert taken
    row = requested(workspace, tmp_path)
    unseal.act(acting(workspace, "carol"), row.id, keys["carol"])
    name = {"carol again": "carol", "another key": "dave", "the requester": "tester"}.get(who, who)
    key = {"carol": keys["carol"], "dave": CustodianKey.generate("dave")}.get(name, CustodianKey.generate(name))
    if who == "carol again":
        again = unseal.act(acting(workspace, name), row.id, key)
        assert again["return"] is None
    else:
        with unchanged(workspace), pytest.raises(Refused) as found:
            unseal.act(acting(workspace, name), row.id, key)
        assert found.value.code in {"NOT_PERMITTED", "NOT_A_CUSTODIAN", "WALL"}
    assert len(list(records.list_records(workspace, "I-1", family="login"))) == 2


def test_a_key_of_another_person_is_not_used(
    workspace: Workspace, taken: ReturnRow, keys: Keys, tmp_path: Path
) -> None:
    assert taken
    row = requested(workspace, tmp_path)
    with pytest.raises(UsageError, match="acts"):
        unseal.act(acting(workspace, "carol"), row.id, keys["dave"])


def test_a_try_with_a_key_that_does_not_open_has_its_entry(
    workspace: Workspace, taken: ReturnRow, keys: Keys, tmp_path: Path
) -> None:
    assert taken
    row = requested(workspace, tmp_path)
    file = tmp_path / "carol.key"
    whole = keys["carol"].to_file(b"a long passphrase")
    for data, code in ((whole, "CUSTODIAN_KEY"), (whole[:-9], "CUSTODIAN_KEY"), (None, "NOT_FOUND")):
        file.unlink(missing_ok=True)
        if data is not None:
            file.write_bytes(data)
        with pytest.raises(BadInput) as found:
            unseal.custodian_key(acting(workspace, "carol"), row.id, file, b"another passphrase")
        *_, entry = workspace.ledger.entries()
        assert (found.value.code, found.value.entry, entry.kind) == (code, entry.id, "refusal")
        assert (entry.facts["attempt"], entry.facts["petition"]) == ("unseal open", row.id)
        assert (entry.audit or {})["actor"] == "carol"
    file.write_bytes(whole)
    key = unseal.custodian_key(acting(workspace, "carol"), row.id, file, b"a long passphrase")
    assert unseal.act(acting(workspace, "carol"), row.id, key)["acted"] == ["carol"]


def test_an_order_that_ran_out_opens_nothing(
    workspace: Workspace, taken: ReturnRow, keys: Keys, tmp_path: Path, clock: TickingClock
) -> None:
    assert taken
    row = requested(workspace, tmp_path, more='valid_until = "2026-04-02T00:00:00Z"\n')
    unseal.act(acting(workspace, "carol"), row.id, keys["carol"])
    layer = begun(workspace, row)
    clock.now += 2 * 86_400 * 10**9
    with pytest.raises(Refused) as found:
        unseal.act(acting(workspace, "dave"), row.id, keys["dave"])
    assert found.value.code == "COURT_ORDER_NEEDED"
    assert layer not in every_byte(workspace), "the first custodian's layer is back on"
    after = store.get(workspace.tables, PetitionRow, row.id)
    assert (after.state, after.approvers) == ("open", [])
    with unchanged(workspace), pytest.raises(Refused):
        unseal.act(acting(workspace, "carol"), row.id, keys["carol"])
    verification.verify(workspace)


def begun(workspace: Workspace, row: PetitionRow) -> bytes:
    """The layer that a first custodian took off, as it lies in the petition."""
    found: str = store.get(workspace.tables, PetitionRow, row.id).subject["begun"]
    return found.encode()


def test_a_layer_whose_order_ran_out_goes_when_the_workspace_is_opened(
    folder: Path, clock: TickingClock, tmp_path: Path
) -> None:
    with open_workspace(folder, "tester", clock=clock) as workspace:
        case = cases.open_case(workspace, "Takeover", "Complaint").id
        keys = filter_team(workspace)
        instruments.add(workspace, write_order(tmp_path / "order", accounts=(TARGET,)), case)
        ingest(workspace, [write_page(tmp_path / "records.html")], "I-1")
        row = requested(workspace, tmp_path, more='valid_until = "2026-04-02T00:00:00Z"\n')
        unseal.act(acting(workspace, "carol"), row.id, keys["carol"])
        layer = begun(workspace, row)
    clock.now -= 86_400 * 10**9
    with open_workspace(folder, "tester", clock=clock) as workspace:
        assert layer in every_byte(workspace), "a clock that was set back decides nothing"
    clock.now += 3 * 86_400 * 10**9
    with open_workspace(folder, "tester", clock=clock) as workspace:
        assert layer not in every_byte(workspace)
        *_, last = workspace.ledger.entries()
        assert (last.kind, last.facts["why"]) == ("layer dropped", "order ran out")
        verification.verify(workspace)


def test_a_layer_goes_when_the_instrument_is_quashed(
    workspace: Workspace, taken: ReturnRow, keys: Keys, tmp_path: Path
) -> None:
    assert taken
    row = requested(workspace, tmp_path)
    unseal.act(acting(workspace, "carol"), row.id, keys["carol"])
    layer = begun(workspace, row)
    (tmp_path / "ruling.txt").write_text("void")
    instruments.rule(workspace, "I-1", standing.QUASHED, tmp_path / "ruling.txt", "void")
    assert layer not in every_byte(workspace)
    instruments.rule(workspace, "I-1", standing.REINSTATED, tmp_path / "ruling.txt", "reversed")
    for name in ("dave", "carol"):
        done = unseal.act(acting(workspace, name), row.id, keys[name])
    assert done["return"] == "R-2"
    verification.verify(workspace)


@pytest.mark.parametrize("acted", [True, False])
def test_two_orders_on_one_record_open_it_once(
    workspace: Workspace, taken: ReturnRow, keys: Keys, tmp_path: Path, *, acted: bool
) -> None:
    assert taken
    first, second = (requested(workspace, tmp_path / str(n), more=f"# order {n}\n") for n in range(2))
    assert first.id != second.id
    if acted:
        unseal.act(acting(workspace, "carol"), second.id, keys["carol"])
    for name in ("carol", "dave"):
        unseal.act(acting(workspace, name), first.id, keys[name])
    with pytest.raises(UsageError, match="was opened") as found:
        unseal.act(acting(workspace, "dave"), second.id, keys["dave"])
    assert found.value.code == "UNKNOWN_ITEM"
    assert "begun" not in store.get(workspace.tables, PetitionRow, second.id).subject
    opened = [line for line in records.list_records(workspace, "I-1", family="login") if "R-1." not in line["id"]]
    assert len(opened) == 1
    verification.verify(workspace)


def other_team(*names: str) -> str:
    return "\n".join(CustodianKey.generate(name).custodian.line() for name in names)


def test_the_filter_team_is_replaced_by_two_persons_and_never_by_one(
    workspace: Workspace, taken: ReturnRow, keys: Keys, case: str
) -> None:
    assert taken
    mine = other_team("ann", "bea")
    mallory = acting(workspace, "mallory")
    with pytest.raises(Refused) as alone:
        seals.set_team(mallory, mine, "I want to read it")
    assert alone.value.code == "TWO_PERSONS"
    assert "approve P-1" in alone.value.next_step
    actors.add(workspace, "ida", "supervisor")
    actors.join(workspace, case, "ida")
    actors.add(workspace, "ann", "supervisor")
    for who, code in (("mallory", "SELF_APPROVAL"), ("carol", "NOT_PERMITTED"), ("ida", "NOT_INDEPENDENT")):
        with pytest.raises(Refused) as found:
            petitions.approve(acting(workspace, who), "P-1")
        assert found.value.code == code, who
    petitions.approve(acting(workspace, "ann"), "P-1")
    with pytest.raises(Refused):
        seals.set_team(mallory, mine, "a new custodian does not approve himself")
    actors.add(workspace, "sue", "supervisor")
    petitions.approve(acting(workspace, "sue"), "P-1")
    with pytest.raises(Refused):
        seals.set_team(workspace, mine, "another asks")
    with pytest.raises(Refused):
        seals.set_team(mallory, other_team("ann", "bea"), "other keys are named")
    assert workspace.filter_team() != FilterTeam.parse(mine)
    seals.set_team(mallory, mine, "I want to read it")
    assert workspace.filter_team() == FilterTeam.parse(mine)
    assert [line["state"] for line in show.list_petitions(workspace) if line["petition"] == "P-1"] == ["done"]
    back = "\n".join(key.custodian.line() for key in keys.values())
    with pytest.raises(Refused) as again:
        seals.set_team(workspace, back)
    asked = [line["petition"] for line in show.list_petitions(workspace)][-1]
    assert asked in again.value.next_step
    petitions.approve(acting(workspace, "sue"), asked)
    seals.set_team(workspace, back)
    with pytest.raises(Refused):
        seals.set_team(mallory, mine, "what was agreed to is done once")
    verification.verify(workspace)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('"judge"', '"officer"'), "COURT_ORDER_NEEDED"),
        (('"judge"', '["judge"]'), "ORDER_FILE"),
        (('"judge"', "{ judge = 1 }"), "ORDER_FILE"),
        (('"judge"', "true"), "ORDER_FILE"),
        (("items = [", 'items = ["R-1.0.99", '), "UNKNOWN_ITEM"),
        (("items = [", 'items = ["R-1.0.*", '), "ORDER_FILE"),
        (('reference = "26-mc-17"\n', ""), "ORDER_FILE"),
        (("2026-03-20", "2027-03-20"), "ORDER_FILE"),
        (("reference = ", 'valid_until = "2026-03-31T00:00:00Z"\nreference = '), "COURT_ORDER_NEEDED"),
        (('document = "unseal.txt"', 'document = "../unseal.txt"'), "ORDER_FILE"),
        (('document = "unseal.txt"', 'document = "gone.txt"'), "NOT_FOUND"),
        (('"I-1"', '"I-7"'), "UNKNOWN_INSTRUMENT"),
    ],
)
def test_what_is_no_order_of_a_court_asks_for_nothing(
    workspace: Workspace, taken: ReturnRow, tmp_path: Path, change: tuple[str, str], code: str
) -> None:
    assert taken
    path = write_unseal(tmp_path / "unseal", items=tuple(items(workspace)[:1]))
    path.write_text(path.read_text().replace(*change))
    with unchanged(workspace), pytest.raises((BadInput, Refused, UsageError)) as found:
        unseal.request(workspace, path, "")
    assert found.value.code == code
    *_, last = workspace.ledger.entries()
    assert (last.kind, last.facts["code"]) == ("refusal", code)


def test_m29_custodians_and_case_teams_are_different_people(workspace: Workspace, case: str, keys: Keys) -> None:
    with pytest.raises(Refused) as joins:
        actors.join(workspace, case, "carol")
    with pytest.raises(Refused) as opens:
        cases.open_case(acting(workspace, "carol"), "Mine", "Complaint")
    with pytest.raises(Refused) as becomes:
        actors.add(workspace, "carol", "investigator")
    mole = CustodianKey.generate("tester")
    with pytest.raises(Refused) as team:
        seals.set_team(workspace, "\n".join((mole.custodian.line(), keys["carol"].custodian.line())))
    assert {each.value.code for each in (joins, opens, becomes, team)} == {"WALL"}
    assert not workspace.tables.keys.has("C-2") or len(store.cases(workspace.tables)) == 1


def test_no_approval_takes_the_place_of_custodians(workspace: Workspace, taken: ReturnRow, tmp_path: Path) -> None:
    assert taken
    actors.add(workspace, "sue", "supervisor")
    row = requested(workspace, tmp_path)
    with pytest.raises(Refused) as found:
        petitions.approve(acting(workspace, "sue"), row.id)
    assert found.value.code == "CUSTODIANS_ACT"


def test_opened_logins_are_attributed_like_others(
    workspace: Workspace, taken: ReturnRow, keys: Keys, case: str, tmp_path: Path
) -> None:
    """What a court opened joins the case: it may be attributed, and supersedes what was answered before."""
    assert taken
    row = requested(workspace, tmp_path)
    before = store.basis_of(workspace.tables, ["I-1"])
    unseal.act(acting(workspace, "carol"), row.id, keys["carol"])
    unseal.act(acting(workspace, "dave"), row.id, keys["dave"])
    assert store.basis_of(workspace.tables, ["I-1"]).keys() == {*before, "R-2"}
    assert case
    assert attribute.NEEDED == "session_ip_log"


def test_records_that_were_judged_anew_between_the_acts_are_asked_for_again(
    workspace: Workspace, case: str, keys: Keys, tmp_path: Path
) -> None:
    instruments.add(workspace, write_order(tmp_path / "order", accounts=(TARGET,)), case)
    path = write_page(tmp_path / "naive.html", (("203.0.113.7", "2026-03-07 23:30:00"), *OUTSIDE))
    ingest(workspace, [path], "I-1")
    row = requested(workspace, tmp_path)
    unseal.act(acting(workspace, "carol"), row.id, keys["carol"])
    declare_zone(workspace, "R-1", ZoneDeclaration("America/New_York", "tester"), "a letter", [path])
    with unchanged(workspace), pytest.raises(UsageError, match="judged anew"):
        unseal.act(acting(workspace, "dave"), row.id, keys["dave"])


def test_a_killed_second_act_leaves_nothing_of_it(
    workspace: Workspace, taken: ReturnRow, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert taken
    row = requested(workspace, tmp_path)
    unseal.act(acting(workspace, "carol"), row.id, keys["carol"])
    monkeypatch.setattr(store, "add_return", lambda *_: 1 / 0)
    with unchanged(workspace), pytest.raises(ZeroDivisionError):
        unseal.act(acting(workspace, "dave"), row.id, keys["dave"])
    monkeypatch.undo()
    assert unseal.act(acting(workspace, "dave"), row.id, keys["dave"])["return"] == "R-2"
    verification.verify(workspace)
