"""A return read again by a newer reader, in a process that the test kills at a named step."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from tests.casework.test_reread import become
from tests.casework.test_reread import logins

from fourcorners.casework.reread import reread
from fourcorners.casework.workspace import open_workspace

folder, step, *paths = sys.argv[1:]


def on_step(reached: str) -> None:
    sys.stdout.write(reached + "\n")
    sys.stdout.flush()
    if reached == step:
        os.kill(os.getpid(), signal.SIGKILL)


become(pytest.MonkeyPatch(), "99", logins(0, ip="203.0.113.99"))
with open_workspace(Path(folder), "tester") as workspace:
    reread(workspace, "R-1", [Path(name) for name in paths], on_step=on_step)
    sys.stdout.write("acknowledged\n")
