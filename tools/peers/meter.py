"""Run a command and write down what it took: `meter.py FIGURES COMMAND...`.

A small process of its own: on Linux a child's peak of memory begins with that of the process that started it, and
whoever makes productions is large.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    _start = time.perf_counter()
    _code = subprocess.call(sys.argv[2:])  # noqa: S603 - the two tools
    _seconds = time.perf_counter() - _start
    _used = resource.getrusage(resource.RUSAGE_CHILDREN)
    _figures = {
        "code": _code,
        "seconds": _seconds,
        "cpu": _used.ru_utime + _used.ru_stime,
        "megabytes": _used.ru_maxrss / 1024,
    }
    Path(sys.argv[1]).write_text(json.dumps(_figures), encoding="utf-8")
