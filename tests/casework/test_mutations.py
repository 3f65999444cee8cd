"""Every cell of the database and every file of a worked workspace, changed or gone: `verify` finds it, by a code.

What it may pass over in silence stands in `ALLOWED`, with the reason. Nobody may see an error without a code.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import closing
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.casework.conftest import TickingClock
from tests.casework.conftest import write_order
from tests.casework.pages import TARGET
from tests.casework.pages import write_page
from tests.casework.people import acting
from tests.casework.people import filter_team
from tests.casework.people import supervisors
from tests.casework.people import write_unseal
from tests.ledger import authority

from fourcorners.casework import cases
from fourcorners.casework import instruments
from fourcorners.casework import records
from fourcorners.casework import recovery
from fourcorners.casework import store
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.holding import destruction
from fourcorners.casework.holding import standing
from fourcorners.casework.ingest import ingest
from fourcorners.casework.oversight import stamping
from fourcorners.casework.oversight import verification
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.people import petitions
from fourcorners.casework.rows import AttributionRow
from fourcorners.casework.sealed import seals
from fourcorners.casework.sealed import unseal
from fourcorners.casework.workspace import DATABASE
from fourcorners.casework.workspace import Workspace
from fourcorners.casework.workspace import open_workspace
from fourcorners.ledger import submission
from fourcorners.ledger.witness import Witness
from fourcorners.model.errors import FourcornersError

#: What a change may do without a word from `verify`, each with the reason.
ALLOWED = {
    "members.body": "of a destroyed instrument: nobody can read it, before or after",
    "returns.body": "the same",
    "details.box": "the same, for the evidence of its entries",
    "members.n": "the same, for what tells which rows stood where",
    "segments.n": "the same",
    "segments.family": "the same",
    "segments.rows": "the same",
    "ledger_checkpoints gone": "of a heartbeat that nobody cosigned: the log signs it again at will",
    "checkpoint gone": "a power cut can take it: it is signed again, with an entry that says so",
    "checkpoint flipped": "the same",
}
#: Rows that the reasons above are about.
DESTROYED, HEARTBEATS = ("I-2", "R-2"), "heartbeats"
#: Written by SQLite, or empty.
PASSED_OVER = {"lock", f"{DATABASE}-wal", f"{DATABASE}-shm"}


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with everything in it that a ledger can speak of, among it a destroyed instrument."""
    place = tmp_path_factory.mktemp("mutations")
    folder, clock = place / "w", TickingClock()
    witness = Witness.create(place / "witness", "witness.example/w")
    workspaces.create(folder, "tester", clock)
    with open_workspace(folder, "tester", clock=clock) as workspace:
        case = cases.open_case(workspace, "Account takeover", "Complaint of 2 March 2026").id
        supervisors(workspace, "sue")
        custodians = filter_team(workspace)
        paper = place / "paper.txt"
        for n in (1, 2):
            instruments.add(workspace, write_order(place / f"o{n}", accounts=(TARGET,)), case)
            ingest(workspace, [write_page(place / f"records{n}.html")], f"I-{n}")
        ingest(workspace, [write_page(place / "w.html", (("203.0.113.9", "2026-03-03 01:00:00 UTC"),))], "I-1")
        list(records.list_records(workspace, "I-1", family=None))
        _attributed(workspace, case)
        for ruling in (standing.QUASHED, standing.REINSTATED):
            paper.write_text(ruling)
            instruments.rule(workspace, "I-1", ruling, paper, "so the court")
        (first, *_) = seals.list_sealed(workspace, "I-1")
        asked = unseal.request(workspace, write_unseal(place / "u", items=(first["item"],)), "asked").id
        for name in ("carol", "dave"):
            unseal.act(acting(workspace, name), asked, custodians[name])
        for instrument in ("I-1", "I-2"):
            paper.write_text(f"destroy {instrument}")
            asked = destruction.request(workspace, instrument, paper, "over").id
            petitions.approve(acting(workspace, "sue"), asked)
        destruction.execute(workspace, asked)
        _witnessed(workspace, witness)
        with suppress(pytest.skip.Exception):  # without OpenSSL there is no stamp to change
            _stamped(workspace, place)
        verification.verify(workspace)
        workspace.tables.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return folder


def _attributed(workspace: Workspace, case: str) -> None:
    """As `attribute` stores one."""
    basis = store.basis_of(workspace.tables, ["I-1"])
    row = AttributionRow("A-1", case, "I-1", [], 120, 1, "tester", {}, "ab" * 32, basis)
    with workspace.transaction() as tables:
        workspace.write_entry("attribution", {"case": case}, {}, evidence=store.add(tables, row), owner=case)


def _witnessed(workspace: Workspace, witness: Witness) -> None:
    witness.add_log(workspace.signer.verifier)
    witnessing.add_witness(workspace, "court", witness.signer.verifier.vkey(), "")
    request = witnessing.request(workspace, "court")
    answer = submission.to_file(witness.add_checkpoint(request, 1_775_000_000))
    witnessing.answer(workspace, "court", answer)
    witnessing.request(workspace, "court")


def _stamped(workspace: Workspace, place: Path) -> None:
    made = authority.make(place / "authority")
    with authority.serving(made) as address:
        stamping.stamp(workspace, f"{address}/tsa", made.roots)


class Trial:
    """A copy of the workspace, made anew for each change."""

    def __init__(self, base: Path, folder: Path) -> None:
        self.base, self.folder = base, folder
        self.silent: dict[str, str] = {}
        self.broken: dict[str, str] = {}
        self.count = 0

    def renew(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.base, self.folder)

    def judge(self, label: str, what: str) -> None:
        """What does `verify` say of the folder as it lies?"""
        self.count += 1
        clock = TickingClock()
        clock.now += 10**15
        try:
            with open_workspace(self.folder, "tester", clock=clock) as workspace:
                verification.verify(workspace)
        except FourcornersError:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it has no code
            self.broken[f"{label} {what}"] = "".join(traceback.format_exception(error)[-3:])
            return
        self.silent[f"{label} {what}"] = label

    def check(self) -> None:
        assert self.count
        assert self.broken == {}
        assert {what for what, label in self.silent.items() if label not in ALLOWED} == set()


@pytest.fixture
def trial(worked: Path) -> Iterator[Trial]:
    memory = Path("/dev/shm")  # where a flush costs nothing: it is not what is tested here
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        yield Trial(worked, Path(place) / "w")


def changed(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    return bytes([value[0] ^ 1]) + value[1:] if value else b"x"


def is_excused(db: sqlite3.Connection, table: str, row: int) -> bool:
    """Whether a row is one of those for which `ALLOWED` has its reasons."""
    found = db.execute(f"SELECT * FROM {table} WHERE rowid = ?", (row,)).fetchone()
    if table == "ledger_checkpoints":
        return b"witness.example" not in found[1]
    if table == "details":
        (leaf,) = db.execute("SELECT leaf FROM ledger_entries WHERE n = ?", (found[0],)).fetchone()
        return found[1] == "evidence" and b'"owner":"I-2"' in leaf
    return bool({*DESTROYED} & {str(value) for value in found})


def mutate(trial: Trial, rows_a_column: int | None) -> None:
    """Change cells and delete rows of every table; all of them, or some of each column by a seed."""
    with closing(sqlite3.connect(trial.base / DATABASE)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = [row for (row,) in db.execute(f"SELECT rowid FROM {table}")]
            assert rows, f"the worked workspace has nothing in {table}"
            for column in (*(each[1] for each in db.execute(f"PRAGMA table_info({table})")), None):
                chance = random.Random(f"{table}.{column}")
                some = rows if rows_a_column is None else chance.sample(rows, min(rows_a_column, len(rows)))
                for row in {*some, rows[-1]}:  # the newest decides what every next step reads
                    _mutate_cell(trial, db, table, column, row)


def _mutate_cell(trial: Trial, db: sqlite3.Connection, table: str, column: str | None, row: int) -> None:
    trial.renew()
    with closing(sqlite3.connect(trial.folder / DATABASE)) as copy:
        if column is None:
            label = f"{table} gone"
            copy.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
        else:
            label = f"{table}.{column}"
            (value,) = db.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)).fetchone()
            try:
                copy.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed(value), row))
            except sqlite3.IntegrityError:
                return  # the database itself refuses it
        copy.commit()
    excused = label in ALLOWED and is_excused(db, table, row)
    trial.judge(label if excused or label not in ALLOWED else f"{label} (not excused)", f"row {row}")


def test_changed_and_deleted_rows(trial: Trial) -> None:
    mutate(trial, 2)
    trial.check()


@pytest.mark.torture
def test_every_cell_changed_and_every_row_deleted(trial: Trial) -> None:
    mutate(trial, None)
    trial.check()


def files_of(folder: Path) -> list[Path]:
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if path.name not in PASSED_OVER]


def spoil(trial: Trial, files: list[Path]) -> None:
    """Each file gone, and with one bit turned."""
    for name in files:
        for how in ("gone", "flipped"):
            trial.renew()
            path = trial.folder / name
            path.chmod(0o600)
            if how == "gone":
                path.unlink()
            else:
                data = bytearray(path.read_bytes())
                data[len(data) // 2] ^= 1
                path.write_bytes(data)
            trial.judge(f"{name.name} {how}" if name.name == recovery.CHECKPOINT else str(name), how)


def test_files_gone_and_flipped(trial: Trial) -> None:
    by_kind: dict[tuple[str, ...], list[Path]] = {}
    for path in files_of(trial.base):
        kind = path.parts[: 4 if path.parts[0] == "keys" else 1]
        by_kind.setdefault((*kind[:-1], path.suffix) if len(path.parts) <= len(kind) else kind, []).append(path)
    chance = random.Random(7)
    spoil(
        trial,
        [
            chance.choice([each for each in paths if each.name != DATABASE])
            for paths in by_kind.values()
            if any(each.name != DATABASE for each in paths)
        ],
    )
    trial.check()


@pytest.mark.torture
def test_every_file_gone_and_flipped(trial: Trial) -> None:
    spoil(trial, [path for path in files_of(trial.base) if path.name != DATABASE])
    trial.check()


@pytest.mark.parametrize(
    "seed", [pytest.param(n, marks=[pytest.mark.torture] if n >= 12 else []) for n in range(400)]
)
def test_a_byte_of_the_database_file(trial: Trial, seed: int) -> None:
    """A page may have room that nothing stands in; whatever else is hit has a code."""
    trial.renew()
    path = trial.folder / DATABASE
    data = bytearray(path.read_bytes())
    data[random.Random(seed).randrange(len(data))] ^= 0xFF
    path.write_bytes(data)
    trial.judge("database", str(seed))
    assert trial.broken == {}


def test_a_checkpoint_that_is_gone_is_on_the_ledger(trial: Trial) -> None:
    trial.renew()
    (trial.folder / recovery.CHECKPOINT).unlink()
    clock = TickingClock()
    clock.now += 10**15
    with open_workspace(trial.folder, "tester", clock=clock) as workspace:
        *_, entry = workspace.ledger.entries()
        assert entry.kind == "checkpoint missing"
        assert entry.facts["size"] == entry.n
        verification.verify(workspace)
    assert (trial.folder / recovery.CHECKPOINT).is_file()
