"""`make bench`: every measure of docs/measures.md, as ratios within one run, results checked.

A row says what was measured, seconds (median), the ratio and its goal. `--quick` takes small sizes, to see that
the measures themselves work; its figures mean nothing.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path

from bench import attribution
from bench import check
from bench import ingest
from bench import ledger
from bench import logs
from bench import policy
from bench import sealing
from bench import table

OUT = Path("build/bench/results.json")


def main(*, quick: bool) -> int:
    """Run all; the exit code says whether every goal is met."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, load {os.getloadavg()[0]:.1f}")
    rows = [
        row
        for part in (ingest, check, table, logs, ledger, sealing, policy, attribution)
        for row in part.run(quick=quick)
    ]
    print(f"{'bench':<14}{'case':<44}{'seconds':>10}{'ratio':>9}{'goal':>9}  ok")
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        print(
            f"{row['bench']:<14}{row['case']:<44}{row['seconds']:>10.3f}{ratio:>9}{row['goal']!s:>9}  {row['ok']}"
        )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"quick": quick, "machine": machine, "rows": rows}, indent=1))
    return 0 if all(row["ok"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(quick="--quick" in sys.argv))
