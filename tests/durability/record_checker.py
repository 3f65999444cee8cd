"""Whether a workspace holds every acknowledged return, whole: a process of its own, as the log's checker is.

    record_checker.py FOLDER < acknowledgements

Opening clears remains; then the workspace verifies, every acknowledged return is there, its login is the one that
was taken in, and no file or key is left that the catalogue does not know. Prints one JSON line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fourcorners.casework import catalogue
from fourcorners.casework import records
from fourcorners.casework.oversight import verification
from fourcorners.casework.workspace import open_workspace
from fourcorners.model.errors import FourcornersError


def check(folder: Path, acknowledged: list[str]) -> dict[str, object]:
    """What is wrong, and how many acknowledged returns are lost."""
    try:
        with open_workspace(folder / "w", "tester") as workspace:
            verification.verify(workspace)
            lines = list(records.list_records(workspace, "I-1", family="login"))
            known = set(catalogue.stored_hashes(workspace.tables))
            strange = workspace.vault.files() - known
    except FourcornersError as broken:
        return {"error": broken.diagnostics(), "lost": 0, "size": 0}
    found = {line["id"].partition(".")[0]: line["port"] for line in lines}
    wrong = [name for name, port in found.items() if port != 1024 + int(name.removeprefix("R-")) - 1]
    error = f"{wrong[:3]} hold other records" if wrong else f"{strange} is left over" if strange else None
    return {"error": error, "lost": len(set(acknowledged) - found.keys()), "size": len(found)}


if __name__ == "__main__":
    said = [
        line.split(" ")[1].strip() for line in sys.stdin if line.startswith("acknowledged") and line[-1] == "\n"
    ]
    print(json.dumps(check(Path(sys.argv[1]), said)))  # noqa: T201 - its answer
