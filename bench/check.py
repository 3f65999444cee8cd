"""An account holder's export of 200 MB, most of it pictures and messages, from the zip to the page.

The whole command in a child process, with the network table of this installation.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED
from zipfile import ZIP_STORED
from zipfile import ZipFile

from bench import peak

from fourcorners.desk.cli import run as run_command
from fourcorners.samples import make as samples

SECONDS, MEGABYTES = 20.0, 300.0
_WORDS = ("lunch", "tomorrow", "photo", "ok", "where", "home", "later", "bus", "the", "and", "not", "yes")


def run(*, quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    size, logins = (4_000_000, 300) if quick else (200_000_000, 3_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export = write(folder, size, logins)
        command = [sys.executable, "-m", "bench.check", str(export), str(folder / "page.html")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        figures = json.loads(done.stdout.splitlines()[-1])
        truth = json.loads((folder / "account.zip.truth.json").read_text())["returns"][0]
        told = [row for member in truth["members"] for row in member["rows"]]
        expected = sum(row[0] in {"login", "session"} and row[1] != "rejected" for row in told)
        shown = re.search(r"Entries of your export in them: ([\d,]+)\.", (folder / "page.html").read_text())
        if shown is None or int(shown[1].replace(",", "")) != expected:
            raise AssertionError(f"{shown and shown[0]}, not {expected}")
        with ZipFile(export) as archive:
            case = f"{export.stat().st_size / 1e6:.0f} MB, {len(archive.namelist()):,} files, {expected:,} entries"
    seconds, memory = figures["seconds"], figures["megabytes"]
    return [
        _row(f"{case}: seconds", seconds, seconds, f"<={SECONDS:.0f}", ok=seconds <= SECONDS),
        _row(f"{case}: peak MB", seconds, memory, f"<={MEGABYTES:.0f}", ok=memory <= MEGABYTES),
    ]


def write(folder: Path, size: int, logins: int) -> Path:
    """A Facebook export: its lists of accesses, messages (6 MB of JSON each), and pictures for the rest."""
    samples.make("facebook-export", 5, logins, folder / "account.zip")
    rng = random.Random(5)
    out = folder / "export.zip"
    with ZipFile(folder / "account.zip") as account, ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name in account.namelist():
            archive.writestr(name, account.read(name))
        n = 0
        while archive.fp.tell() < size * 3 // 4:  # type: ignore[union-attr]
            archive.writestr(f"messages/inbox/{n}/message_1.json", _messages(rng, min(6_000_000, size // 8)))
            archive.writestr(f"messages/inbox/{n}/photos/a.jpg", rng.randbytes(size // 100), ZIP_STORED)
            n += 1
        while archive.fp.tell() < size:  # type: ignore[union-attr]
            archive.writestr(f"posts/media/{n}.jpg", b"\xff\xd8\xff" + rng.randbytes(size // 2_000), ZIP_STORED)
            n += 1
    return out


def _messages(rng: random.Random, size: int) -> bytes:
    texts = [" ".join(rng.choices(_WORDS, k=12)) for _ in range(2_000)]
    lines = [json.dumps({"sender_name": "A", "timestamp_ms": n, "content": text}) for n, text in enumerate(texts)]
    block = ",".join(lines)
    return ('{"participants":[],"messages":[' + ",".join([block] * max(1, size // len(block))) + "]}").encode()


def _row(case: str, seconds: float, ratio: float, goal: str, *, ok: bool) -> dict[str, Any]:
    return {"bench": "check", "case": case, "seconds": seconds, "ratio": ratio, "goal": goal, "ok": ok}


if __name__ == "__main__":
    _start = time.perf_counter()
    _code = run_command(["check", sys.argv[1], "--out", sys.argv[2]])
    _used = peak.megabytes()
    print(json.dumps({"seconds": time.perf_counter() - _start, "megabytes": _used}))
    sys.exit(_code)
