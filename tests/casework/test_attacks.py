"""An administrator with every key and the whole folder, against somebody who holds an earlier checkpoint.

Each attack is made as well as that position allows: bodies and details are sealed again with the real keys, the
tree is built anew, the checkpoint is signed with the log's own key. What is left to find it is `verify --since`,
or the witness.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.casework.conftest import TickingClock
from tests.casework.conftest import write_order
from tests.casework.pages import TARGET
from tests.casework.pages import write_page

from fourcorners.casework import cases
from fourcorners.casework import catalogue
from fourcorners.casework import instruments
from fourcorners.casework import keeping
from fourcorners.casework import records
from fourcorners.casework import recovery
from fourcorners.casework import store
from fourcorners.casework.holding import backup
from fourcorners.casework.ingest import ingest
from fourcorners.casework.journal import canonical
from fourcorners.casework.oversight import inspection
from fourcorners.casework.oversight import verification
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.rows import ActorRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import open_workspace
from fourcorners.ledger import submission
from fourcorners.ledger.witness import Witness
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.errors import VerificationFailed

Attack = Callable[[Workspace], None]


@pytest.fixture
def worked(folder: Path, clock: TickingClock, tmp_path: Path) -> Path:
    """A case with a return that was read twice, and a checkpoint of it kept elsewhere."""
    with open_workspace(folder, "tester", clock=clock) as workspace:
        case = cases.open_case(workspace, "Account takeover", "Complaint of 2 March 2026").id
        instruments.add(workspace, write_order(tmp_path / "o", accounts=(TARGET,)), case)
        ingest(workspace, [write_page(tmp_path / "records.html")], "I-1")
        for _ in range(2):
            list(records.list_records(workspace, "I-1", family=None))
        inspection.checkpoint(workspace, tmp_path / "kept.checkpoint")
        cases.open_case(workspace, "Another", "Report of 4 March 2026")
        verification.verify(workspace, since=tmp_path / "kept.checkpoint")
    return folder


@contextmanager
def opened(folder: Path, clock: TickingClock) -> Iterator[Workspace]:
    with open_workspace(folder, "tester", clock=clock) as workspace:
        yield workspace


def leaves(workspace: Workspace) -> list[dict[str, Any]]:
    return [json.loads(leaf) for leaf in workspace.log.leaves()]


def rebuild(workspace: Workspace, entries: list[dict[str, Any]], keep: list[int]) -> None:
    """Write another history with the same keys: entries, details, tree and checkpoint."""
    db, keys = workspace.tables.db, workspace.tables.keys
    details: dict[int, list[tuple[str, str, bytes]]] = {}
    owners = [entry.get("owner") for entry in leaves(workspace)]
    for n, part, box in db.execute("SELECT n, part, box FROM details").fetchall():
        owner = owners[n] if part == "evidence" else store.WORKSPACE
        details.setdefault(n, []).append((part, owner, keys.unseal(owner, box, f"details/{n}/{part}".encode())))
    with db.transaction():
        for table in ("ledger_entries", "ledger_tiles", "ledger_checkpoints", "details"):
            db.execute(f"DELETE FROM {table}")
        for n, (entry, old) in enumerate(zip(entries, keep, strict=True)):
            for part, owner, plain in details[old]:
                box = keys.seal(owner, plain, f"details/{n}/{part}".encode())
                db.execute("INSERT INTO details VALUES (?, ?, ?)", (n, part, box))
            entry["n"] = n
        workspace.log.append([canonical(entry).encode() for entry in entries])
        shown: dict[tuple[str, str], int] = {}
        for entry, old in zip(entries, keep, strict=True):
            if entry["kind"] == "read" and entry["facts"]["shown"]:
                actor = json.loads({part: plain for part, _, plain in details[old]}["audit"][32:])["actor"]
                key = (actor, entry["facts"]["case"])
                shown[key] = shown.get(key, 0) + entry["facts"]["rows"]
        db.execute("DELETE FROM shown")
        for (actor, case), rows in shown.items():
            store.add_shown(workspace.tables, actor, case, rows)
    (workspace.root / recovery.CHECKPOINT).unlink()
    recovery.sign_checkpoint(workspace)


def edit(workspace: Workspace) -> None:
    """A read under another purpose."""
    entries = leaves(workspace)
    (first, *_) = (
        entry for entry in entries if entry["kind"] == "read" and entry["facts"]["purpose"] == "records"
    )
    first["facts"]["purpose"] = "exhibit"
    rebuild(workspace, entries, list(range(len(entries))))


def truncate(workspace: Workspace) -> None:
    """The last look and everything after it never happened."""
    entries = leaves(workspace)
    last = max(n for n, entry in enumerate(entries) if entry["kind"] == "read")
    workspace.tables.db.execute("DELETE FROM cases WHERE id = 'C-2'")
    store.replace(workspace.tables, ActorRow("tester", ["investigator"], ["C-1"]))
    keep = [n for n, entry in enumerate(entries) if n < last or entry["kind"] == "witness"]
    rebuild(workspace, [entries[n] for n in keep], keep)


def reorder(workspace: Workspace) -> None:
    """Two reads change places."""
    entries = leaves(workspace)
    a, b = (
        n for n, entry in enumerate(entries) if entry["kind"] == "read" and entry["facts"]["purpose"] == "records"
    )
    order = list(range(len(entries)))
    order[a], order[b] = b, a
    times = [entry["at"] for entry in entries]
    moved = [entries[n] for n in order]
    for entry, at in zip(moved, times, strict=True):
        entry["at"] = at
    rebuild(workspace, moved, order)


def drop_a_read(workspace: Workspace) -> None:
    """Nobody looked a second time."""
    entries = leaves(workspace)
    reads = [n for n, entry in enumerate(entries) if entry["kind"] == "read" and entry["facts"]["shown"]]
    keep = [n for n in range(len(entries)) if n != reads[-1]]
    rebuild(workspace, [entries[n] for n in keep], keep)


def fork(workspace: Workspace) -> None:
    """Everything after the instrument happened otherwise."""
    entries = leaves(workspace)
    at = next(n for n, entry in enumerate(entries) if entry["kind"] == "instrument")
    keep = [*range(at + 1), *(n for n in range(at + 1, len(entries)) if entries[n]["kind"] != "read")]
    workspace.tables.db.execute("DELETE FROM shown")
    rebuild(workspace, [entries[n] for n in keep], keep)


def swap_a_segment(workspace: Workspace) -> None:
    """The released rows become others, sealed with the real key; the catalogue and its entry follow."""
    db = workspace.tables.db
    name, family = db.execute("SELECT name, family FROM segments WHERE family = 'login'").fetchone()
    with workspace.vault.reading(name, "I-1") as source:
        table = pq.read_table(source)
    path = workspace.root / name
    path.unlink()
    (workspace.root / "keys" / "I-1" / "files" / f"{name}.key").unlink()
    spoiled = table.set_column(table.schema.get_field_index("ip"), "ip", [["203.0.113.99"] * table.num_rows])
    with workspace.vault.writing(name, "I-1") as out:
        pq.write_table(spoiled, out)
    assert family == "login"
    _follow(workspace, {f"UPDATE segments SET sha256 = '{out.digest}' WHERE name = '{name}'"})


def replace_a_readers_output(workspace: Workspace) -> None:
    """The member claims that another reader read it."""
    returned = store.of_owner(workspace.tables, ReturnRow, "I-1")[0]
    (member,) = store.members_of(workspace.tables, returned)
    body = json.dumps({**json.loads(store._dump(member)), "reader": "meta-record/99"}, separators=(",", ":"))
    box = workspace.tables.keys.seal("I-1", body.encode(), b"members/R-1/0")
    workspace.tables.db.execute("UPDATE members SET body = ? WHERE return_id = 'R-1'", (box,))
    _follow(workspace, set())


def _follow(workspace: Workspace, statements: set[str]) -> None:
    """Make catalogue, evidence and commitments say what was put in place, and build the log anew."""
    db, keys = workspace.tables.db, workspace.tables.keys
    for statement in statements:
        db.execute(statement)
    entries = leaves(workspace)
    at = next(n for n, entry in enumerate(entries) if entry["kind"] == "intake")
    returned = store.of_owner(workspace.tables, ReturnRow, "I-1")[0]
    (member,) = store.members_of(workspace.tables, returned)
    from fourcorners.casework.journal import digest_of  # noqa: PLC0415 - as the product does it

    entries[at]["facts"]["files"] = digest_of(catalogue.of_return(workspace.tables, "R-1"))
    entries[at]["facts"]["keys"] = keeping.wrapped_keys(workspace, "I-1", "R-1")
    (box,) = db.execute("SELECT box FROM details WHERE n = ? AND part = 'evidence'", (at,)).fetchone()
    plain = keys.unseal("I-1", box, f"details/{at}/evidence".encode())
    evidence = json.loads(plain[32:])
    evidence["members"] = {
        "members/R-1/0": store.hash_of_member(member, store.segments_of(workspace.tables, "R-1", 0))
    }
    plain = plain[:32] + canonical(evidence).encode()
    from hashlib import sha256  # noqa: PLC0415 - only here

    entries[at]["commitments"]["evidence"] = sha256(plain).hexdigest()
    box = keys.seal("I-1", plain, f"details/{at}/evidence".encode())
    db.execute("UPDATE details SET box = ? WHERE n = ? AND part = 'evidence'", (box, at))
    rebuild(workspace, entries, list(range(len(entries))))


ATTACKS: list[Attack] = [edit, truncate, reorder, drop_a_read, fork, swap_a_segment, replace_a_readers_output]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_whoever_holds_an_earlier_checkpoint_finds_it(
    worked: Path, clock: TickingClock, tmp_path: Path, attack: Attack
) -> None:
    with opened(worked, clock) as workspace:
        attack(workspace)
    with opened(worked, clock) as workspace:
        verification.verify(workspace)  # by itself the folder is consistent: that is what the attack is worth
        with pytest.raises(VerificationFailed) as found:
            verification.verify(workspace, since=tmp_path / "kept.checkpoint")
    assert found.value.code == "ROLLED_BACK"


def test_an_older_database_put_back_is_noticed_by_the_folders_own_checkpoint(
    worked: Path, clock: TickingClock, tmp_path: Path
) -> None:
    shutil.copytree(worked, tmp_path / "older")
    with opened(worked, clock) as workspace:
        cases.open_case(workspace, "Later", "Report of 5 March 2026")
    for name in ("workspace.sqlite", "workspace.sqlite-wal", "workspace.sqlite-shm"):
        (worked / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "older" / "workspace.sqlite", worked / "workspace.sqlite")
    with pytest.raises(VerificationFailed) as found, opened(worked, clock):
        pass
    assert found.value.code == "ROLLED_BACK"


@pytest.fixture
def witness(worked: Path, clock: TickingClock, tmp_path: Path) -> Witness:
    """Cosigns the workspace once, by file."""
    made = Witness.create(tmp_path / "witness", "witness.example/w")
    with opened(worked, clock) as workspace:
        made.add_log(workspace.signer.verifier)
        for url in ("http://typo.example", ""):
            witnessing.add_witness(workspace, "court", made.signer.verifier.vkey(), url)
            if url:
                witnessing.remove_witness(workspace, "court", "typo")
        found = [(each.name, each.key.vkey(), each.url) for each in witnessing.policy(workspace).witnesses]
        assert witnessing.named(workspace.ledger.entries()) == found, "the ledger's entries lead to the policy"
        cosign(workspace, made)
        assert verification.verify(workspace)["witness"]["cosigned"].keys() == {"court"}
    return made


def cosign(workspace: Workspace, witness: Witness) -> dict[str, Any]:
    request = witnessing.request(workspace, "court")
    return witnessing.answer(
        workspace, "court", submission.to_file(witness.add_checkpoint(request, 1_775_000_000))
    )


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_the_witness_refuses_what_does_not_continue(
    worked: Path, clock: TickingClock, witness: Witness, attack: Attack
) -> None:
    with opened(worked, clock) as workspace:
        attack(workspace)
        with pytest.raises(VerificationFailed) as found:
            go_on(workspace, witness)
    assert found.value.code == "ROLLED_BACK"
    assert list(witness.incidents())


def go_on(workspace: Workspace, witness: Witness) -> None:
    """A cut history grows beyond what was seen, learns where the witness stands, and is still another one."""
    for n in range(3):
        cases.open_case(workspace, f"New {n}", "Report")
        with suppress(BadInput):
            cosign(workspace, witness)


def test_a_restored_old_copy_is_noticed_by_the_witness(
    worked: Path, clock: TickingClock, witness: Witness, tmp_path: Path
) -> None:
    with opened(worked, clock) as workspace:
        backup.backup(workspace, tmp_path / "backup")
        backup.backup_keys(workspace, tmp_path / "keys")
        cases.open_case(workspace, "After the backup", "Report of 6 March 2026")
        list(records.list_records(workspace, "I-1", family=None))
        cosign(workspace, witness)
    from fourcorners.casework.workspace import no_secret  # noqa: PLC0415 - only here

    backup.restore(tmp_path / "backup", tmp_path / "keys", tmp_path / "restored", "tester", no_secret)
    with open_workspace(tmp_path / "restored", "tester") as workspace:
        assert verification.verify(workspace)["verified"], "by itself the copy is whole"
        with pytest.raises(VerificationFailed) as found:
            cosign(workspace, witness)
    assert found.value.code == "ROLLED_BACK"


def test_a_clock_set_back_is_refused_and_nothing_expires_later(worked: Path, clock: TickingClock) -> None:
    clock.now -= 10**15
    with opened(worked, clock) as workspace, pytest.raises(Refused) as found:
        list(records.list_records(workspace, "I-1", family=None))
    assert found.value.code == "CLOCK_BEHIND"


def test_a_log_key_that_was_exchanged_is_another_log(worked: Path, clock: TickingClock, tmp_path: Path) -> None:
    path = worked / "keys" / "log" / "self.key"
    with opened(worked, clock) as workspace:
        path.unlink()
        workspace.tables.keys.create("log")
        (worked / "checkpoint").unlink()
    with opened(worked, clock) as workspace, pytest.raises(VerificationFailed) as found:
        verification.verify(workspace, since=tmp_path / "kept.checkpoint")
    assert found.value.code == "SIGNATURE"
