"""The most memory that this process held at once."""

from __future__ import annotations

import resource
from pathlib import Path

_STATUS = Path("/proc/self/status")


def megabytes() -> float:
    """Peak of resident memory since this program began, mapped pages and libraries included.

    Linux: `VmHWM`. `ru_maxrss` begins there with the peak of the process that started this one (`exec` carries it
    over), which a bench of many parts would take for the part's own.
    """
    if _STATUS.exists():
        (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
