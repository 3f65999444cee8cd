"""The demo: a synthetic case from return to exhibit, scored against the truth that its generator keeps."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from fourcorners.casework import attribute
from fourcorners.casework import cases
from fourcorners.casework import exhibit
from fourcorners.casework import ingest
from fourcorners.casework import instruments
from fourcorners.casework import mappings
from fourcorners.casework import next_request
from fourcorners.casework import outputs
from fourcorners.casework import records
from fourcorners.casework import show
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.oversight import verification
from fourcorners.casework.workspace import Making
from fourcorners.model.codes import OUTCOMES
from fourcorners.model.errors import VerificationFailed
from fourcorners.samples import case as sample_case
from fourcorners.samples.score import Score
from fourcorners.samples.score import score

ROWS = 240
ACTOR = "demo"


@dataclass(slots=True)
class Worked:
    """What came of a case: the lines that the command line would have printed, and where the outputs are."""

    truth: dict[str, Any]
    ingests: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    attributions: list[dict[str, Any]] = field(default_factory=list)
    next: dict[str, Any] = field(default_factory=dict)
    exhibit: dict[str, Any] = field(default_factory=dict)
    verified: dict[str, Any] = field(default_factory=dict)

    def score(self) -> Score:
        """The run against the truth."""
        return score(self.truth, self.records, self.ingests, self.attributions)


def work(folder: Path, workspace_folder: Path, on_step: Callable[[str], None] = lambda _step: None) -> Worked:
    """Work a generated case folder from its first order to its exhibit.

    Args:
        folder: as `samples.case.case` makes it.
        workspace_folder: a new workspace.
        on_step: told what is being done.
    """
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    worked = Worked(truth)
    networks = folder / "networks.parquet"
    # the demo leaves nothing in the user's keyring or data directory
    key = Making("owner_file", {"folder": str(workspace_folder.with_name("key"))})
    workspaces.create(workspace_folder, ACTOR, making=key)
    with workspaces.open_workspace(workspace_folder, ACTOR) as workspace:
        case = cases.open_case(workspace, "Account takeover", "Synthetic complaint, seed " + str(truth["seed"])).id
        entered = []
        for each in truth["returns"]:
            on_step(f"taking in {each['path']}")
            row = instruments.add(workspace, folder / each["order"], case)
            declared = mappings.load(workspace, folder / each["mapping"]) if each["mapping"] else None
            returned = ingest.ingest(workspace, [folder / each["path"]], row.id, mapping=declared)
            worked.ingests.append(show.return_line(returned))
            worked.records += records.list_records(workspace, row.id, family=None)
            entered.append(row.id)
            if len(entered) == 1:
                worked.next = next_request.prepare(workspace, row.id, folder / "ask", networks=networks)
        on_step("attributing")
        found = attribute.attribute(workspace, entered[0], entered[1:], skew_s=truth["skew_s"])
        worked.attributions = list(found.lines())
        on_step("rendering the exhibit")
        worked.exhibit = exhibit.make(workspace, case, folder / "exhibit.pdf", networks=networks)
        on_step("verifying")
        worked.verified = verification.verify(workspace)
    return worked


def run(seed: int, out: Path | None) -> None:
    """Make a case, work it, score it and print what was found and what to try next.

    Args:
        seed: another seed makes another case.
        out: a new folder, or None for a temporary one that stays.

    Raises:
        BadInput: `OUTPUT`.
        VerificationFailed: the run is not what the truth says; nothing is glossed over in a demo.
    """
    console = Console(highlight=False)
    if out:
        outputs.check_free(out, folder=True)
    folder = out or Path(tempfile.mkdtemp(prefix="fourcorners-demo-"))
    with console.status("making a synthetic case") as status:
        sample_case.case(seed, folder / "case", ROWS)
        worked = work(folder / "case", folder / "workspace", status.update)
    _print(console, folder, seed, worked)
    if not (found := worked.score()).perfect:
        raise VerificationFailed(
            "CONSERVATION",
            "the run is not what the truth of the generated case says: " + "; ".join(found.details[:5]),
            where=str(folder),
            why="a wrong pair of address and time leads to the wrong household",
            next_step=f"keep the folder and report the seed, {seed}",
        )


def _print(console: Console, folder: Path, seed: int, worked: Worked) -> None:
    logs = len(worked.ingests) - 1
    console.print(f"[bold]A synthetic case, seed {seed}[/bold]: a provider's return and {logs} carriers' logs\n")
    taken = Table(
        "return", "rows", "released", "sealed", "rejected", "why not released", box=None, padding=(0, 2, 0, 0)
    )
    for line in worked.ingests:
        reasons = ", ".join(f"{code} {n}" for code, n in line["reasons"].items())
        counts = (str(line[key]) for key in ("rows", "released", "sealed", "rejected"))
        taken.add_row(f"{line['return']} {line['format']}", *counts, reasons)
    console.print(taken)
    outcomes = Counter(line["outcome"] for line in worked.attributions)
    console.print(
        f"\n[bold]{outcomes['one']} of {len(worked.attributions)} logins have one assignment[/bold]; "
        "all others are listed with their reason:\n"
    )
    found = Table("outcome", "logins", "what it says", box=None, padding=(0, 2, 0, 0))
    for outcome, meaning in OUTCOMES.items():
        found.add_row(outcome, str(outcomes[outcome]), meaning)
    console.print(found)
    result = worked.score()
    console.print(
        f"\nAgainst the truth: {result.wrong_pairs} wrong pairs of address, port and time; "
        f"{result.unaccounted} rows unaccounted for; {result.released_outside_scope} released outside scope; "
        f"{result.outcome_errors} wrong outcomes."
    )
    console.print(
        f"Ledger: {worked.verified['ledger']['size']} entries, verified; {worked.verified['slices']} released "
        "slices verified from their proofs.\n"
    )
    console.print(f"The exhibit        {worked.exhibit['exhibit']}", soft_wrap=True)
    console.print(f"Whom to ask next   {worked.next['out']}", soft_wrap=True)
    command = f"fourcorners -w {folder / 'workspace'}"
    console.print("\nTry next", style="bold")
    for verb in ("case show C-1", "records --under I-1 --kind login", f"verify {folder / 'workspace'}"):
        console.print(f"  {command} {verb}", soft_wrap=True)
    console.print("  fourcorners demo --seed 8", soft_wrap=True)
