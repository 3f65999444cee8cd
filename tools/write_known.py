"""Writes `src/fourcorners/readers/known/READER.json` from the generators: what each reader was tested on.

    python tools/write_known.py

Every format of `samples make`, of many seeds, is made, read by the reader that knows it, and taken apart. Run it
again when a reader or a generator changes; a test compares the readers' versions.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from fourcorners.model.errors import FourcornersError
from fourcorners.readers import archive
from fourcorners.readers import known
from fourcorners.readers import registry
from fourcorners.readers.fingerprint import structure_of
from fourcorners.readers.logs import LOGS
from fourcorners.samples.make import FORMATS

SEEDS = range(24)
ROWS = (1, 60, 1_000)
PDF_SEEDS = 2  # a PDF gives the text that is taken apart already
SUFFIXES = (".zip", ".html", ".json", ".txt", ".csv", ".xlsx", ".xml", ".log", ".pdf")
#: Formats that are no input of a listed reader; a carrier's log is read under a declaration.
OTHERS = {"case", "networks", *(log.name for log in LOGS)}
FOLDER = Path(known.__file__).parent

Found = dict[str, dict[str, list[frozenset[str]]]]


def main() -> None:
    """Write one file a reader."""
    found: Found = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(FORMATS.keys() - OTHERS):
            for path in _made(name, Path(folder)):
                _take_apart(path, found)
                path.unlink()
    versions = {reader.name: reader.version for reader in registry.READERS}
    for reader, layouts in sorted(found.items()):
        told = {
            "reader": f"{reader}/{versions[reader]}",
            "layouts": {layout: _sets(members) for layout, members in sorted(layouts.items())},
        }
        text = json.dumps(told, indent=1, ensure_ascii=True) + "\n"
        (FOLDER / f"{reader}.json").write_text(text, encoding="utf-8")


def _made(name: str, folder: Path) -> Iterator[Path]:
    """Files of a format: one of each seed, with the endings that the format takes in turn."""
    endings = list(SUFFIXES)
    for seed in SEEDS:
        if not endings:
            raise SystemExit(f"{name} takes none of the endings {SUFFIXES}")
        rows = ROWS[seed % len(ROWS)]
        for suffix in [*endings[seed % len(endings) :], *endings[: seed % len(endings)]]:
            if suffix == ".pdf" and (seed >= PDF_SEEDS * len(endings) or rows > ROWS[1]):
                continue
            path = folder / f"{name}-{seed}{suffix}"
            try:
                FORMATS[name](seed, rows, path)
            except FourcornersError:
                endings.remove(suffix)
                continue
            yield path
            break


def _take_apart(path: Path, found: Found) -> None:
    with archive.open_member_files(path) as opened:
        for given in opened.members():
            member = registry.derive(given) or given
            reader = registry.reader_for(member.path or path.name, bytes(member.data[: registry.HEAD]))
            if reader is None:
                continue
            layout = reader.read(member.data, None).layout
            found[reader.name][layout].append(frozenset(structure_of(member.data).features()))


def _sets(members: list[frozenset[str]]) -> dict[str, list[str]]:
    always = frozenset.intersection(*members)
    return {"always": sorted(always), "sometimes": sorted(frozenset.union(*members) - always)}


if __name__ == "__main__":
    main()
