"""Writes `docs/validation.md`: every format of `samples make`, made anew, worked and scored.

    python tools/write_validation.py [SEEDS]

A row is a whole run for each of the seeds (`instrument add`, `ingest`, `declare zone` where the truth asks for it,
`records`), compared with what the generator knows. The page's head names the seeds, so that a run can be repeated.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from fourcorners.casework import cases
from fourcorners.casework import declare
from fourcorners.casework import ingest
from fourcorners.casework import instruments
from fourcorners.casework import mappings
from fourcorners.casework import records
from fourcorners.casework import show
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.workspace import Making
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.samples.make import FORMATS
from fourcorners.samples.make import make
from fourcorners.samples.score import score

SEEDS, FIRST, ROWS = 6, 101, 240
PAGE = Path(__file__).parent.parent / "docs" / "validation.md"
#: Formats that are no production.
OTHERS = {"case", "networks"}
ENDINGS = (
    ".zip",
    ".html",
    ".csv",
    ".txt",
    ".json",
    ".xlsx",
    ".pdf",
    ".leases",
    ".kea",
    ".legal",
    ".detail",
    ".juniper",
    ".cisco",
    ".junos",
)
FIGURES = ("rows", "released", "sealed", "rejected")
#: What no generated file can show.
LIMITS = {
    "meta-record": "layouts D and E, and WhatsApp's order, are known at second hand",
    "facebook-export-html": "the profile page is a hypothesis; months in English only",
    "facebook-export": "root keys with `_v2` but one are from memory",
    "instagram-export": "French, Italian, Portuguese and Spanish labels come from the interface's words",
    "x-archive": "device tokens have no address and are only counted",
    "snapchat-export": "the pages (`account.html`) are not read",
    "tiktok-export": "the text form (`Login History.txt`) is not read",
    "google-return": "packaging and pages are known at second hand",
    "x-return": "the signature over the text is not verified",
    "cybertip-report": "the keys are known from two programs of investigators, from no file",
    "discord-sessions": "the page is known at second hand",
    "kik-binds": "the file states no zone; the older `bind.txt` is not read",
    "reddit-ip-logs": "the file names no account: nothing is released until it does",
    "tiktok-ip-data": "the file names no account: nothing is released until it does",
    "tiktok-text": "the file names no account: nothing is released until it does",
    "roblox-addresses": "a port with a time of its own is in no field",
    "tmobile-calls": "by the carrier's key of 2017; banner rows and spellings of numbers were never seen",
    "isc-dhcpd-leases": "times in UTC by the manual; the declaration says so",
    "kea-leases6": "the number of a prefix's type is from memory",
    "kea-legal-log": "the default text by the server's source; tried on no real log",
    "kea-legal-log-ipv6": "the default text by the server's source; tried on no real log",
    "radius-detail": "the IPv6 attributes are from memory",
    "cisco-bulk-port-allocation": "tried on no real log",
    "juniper-port-blocks": "tried on no real log",
    "juniper-deterministic-nat": "held against a device's own answers for four hosts, no whole configuration",
}


def main(seeds: int) -> None:
    """Work every format and write the page."""
    lines = [
        "# Validation",
        "",
        f"Made by `python tools/write_validation.py {seeds}`: seeds {FIRST} to {FIRST + seeds - 1}, {ROWS} rows",
        "asked for, each a whole run from order to records, scored against the generator's truth. Wrong: values",
        "that stand together in no row of the file. Lost: rows that nothing accounts for. Outside: released, and",
        "had to be withheld. Generated files show that a reader does what is known of a format, not that all is",
        "known of it.",
        "",
        "| format | ending | rows | released | sealed | rejected | wrong | lost | outside | known limits |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in sorted(FORMATS.keys() - OTHERS):
        for ending in ENDINGS:
            found = _work(name, ending, seeds)
            if found:
                figures = " | ".join(f"{found[key]:,}" for key in (*FIGURES, "wrong", "lost", "outside"))
                limit = LIMITS.get(name, LIMITS["meta-record"] if name.startswith(("meta", "whatsapp")) else "")
                lines.append(f"| {name} | {ending} | {figures} | {limit} |")
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _work(name: str, ending: str, seeds: int) -> Counter[str] | None:
    """The sums over all seeds; None where the format does not take the ending."""
    found = Counter[str]()
    for seed in range(FIRST, FIRST + seeds):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / f"made{ending}"
            try:
                make(name, seed, ROWS, out)
            except (BadInput, UsageError):  # an ending that the generator does not take
                if seed == FIRST:
                    return None
                raise
            found.update(_score(out))
    return found


def _score(out: Path) -> Counter[str]:
    folder = out.parent
    truth = json.loads(out.with_name(f"{out.name}.truth.json").read_text(encoding="utf-8"))
    (told,) = truth["returns"]
    workspaces.create(folder / "w", "tester", making=Making("owner_file", {"folder": str(folder / "key")}))
    with workspaces.open_workspace(folder / "w", "tester") as workspace:
        case = cases.open_case(workspace, "Sample", "Synthetic complaint").id
        under = instruments.add(workspace, folder / told["order"], case).id
        mapping = mappings.load(workspace, folder / told["mapping"]) if told["mapping"] else None
        row = ingest.ingest(workspace, [out], under, mapping=mapping)
        if told.get("zone"):
            zone = ZoneDeclaration(told["zone"], "tester")
            row = declare.declare_zone(workspace, row.id, zone, "stated in the order", [out])
        line: dict[str, Any] = show.return_line(row)
        lines = list(records.list_records(workspace, under, family=None))
    result = score(truth, lines, [line], [])
    return Counter(
        {key: line[key] for key in FIGURES}
        | {"wrong": result.wrong_pairs, "lost": result.unaccounted, "outside": result.released_outside_scope}
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
