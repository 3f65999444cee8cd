"""An intake in a process that the test kills: at a named step, or whenever the parent likes."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from fourcorners.casework import mappings
from fourcorners.casework import sifting
from fourcorners.casework.ingest import ingest
from fourcorners.casework.workspace import open_workspace

folder, instrument, mapping, step = sys.argv[1:5]
sifting.PART = 100_000  # bytes: a log counts as large
paths = [Path(name) for name in sys.argv[5:]]


def on_step(reached: str) -> None:
    sys.stdout.write(reached + "\n")
    sys.stdout.flush()
    if reached == step:
        os.kill(os.getpid(), signal.SIGKILL)


with open_workspace(Path(folder), "tester") as workspace:
    declared = mappings.load(workspace, Path(mapping)) if mapping else None
    ingest(workspace, paths, instrument, mapping=declared, on_step=on_step)
    sys.stdout.write("acknowledged\n")
