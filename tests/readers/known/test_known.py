"""Known structures: generated productions show no drift, and a format that changes does, by structure alone."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

from fourcorners.readers import known
from fourcorners.readers import registry
from fourcorners.readers.fingerprint import structure_of
from fourcorners.samples.make import make

LAYOUTS = {"a": "html", "b": "html", "c": "html", "d": "html", "e": "txt"}


def made(layout: str, seed: int, folder: Path, rows: int = 60) -> bytes:
    out = folder / f"{layout}{seed}.{LAYOUTS[layout]}"
    make(f"meta-record-{layout}", seed, rows, out)
    return out.read_bytes()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", [101, 102])
def test_a_production_of_another_seed_is_known(layout: str, seed: int, tmp_path: Path) -> None:
    for rows in (3, 80):
        assert known.drift_of(made(layout, seed, tmp_path / str(rows), rows), "meta-record") is None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_large_production_looked_at_in_parts_is_known(layout: str, tmp_path: Path) -> None:
    data = made(layout, 103, tmp_path, 16_000)
    assert len(data) > 1 << 20
    assert known.drift_of(data, "meta-record") is None


@pytest.mark.parametrize(
    ("layout", "old", "new", "shown", "lost"),
    [
        ("d", b'class="t o"', b'class="x1 q"', "div.?2.q > div.i.t", "div.o.t > div.i.t"),
        ("d", b">Time<", b">Time Stamp<", None, "label Time"),
        ("c", b"IP Address", b"Network Address", "label Network Address", None),
        ("a", b"<td>", b"<td><b>", None, None),
        ("b", b"IP Address", b"Zugriffsadresse", "label ?16", None),
        ("c", b" UTC", b"+00:00", "Time = iso-time-offset", "Time = iso-time-utc"),
        ("d", b"Generated", b"Canarysmith Jones", "label ?32", "label Generated"),
        ("e", b"IP Address\n", b"Network Address\n", "Time = ipv4", None),
    ],
)
def test_a_change_is_shown_by_its_structure(
    layout: str, old: bytes, new: bytes, shown: str | None, lost: str | None, tmp_path: Path
) -> None:
    data = made(layout, 104, tmp_path)
    assert old in data
    changed = data.replace(old, new)
    if old == b"<td>":
        changed = changed.replace(b"</td>", b"</b></td>")
    drift = known.drift_of(changed, "meta-record")
    assert drift is not None
    assert shown is None or shown in drift.new
    assert lost is None or lost in drift.missing
    assert "Canarysmith" not in str(drift)
    assert len(drift.new) <= known.MOST


def test_nothing_is_said_of_a_reader_whose_structures_are_not_known() -> None:
    assert known.drift_of(b"a,b\n1,2\n", "table") is None


def test_parts_of_a_file_have_no_feature_that_the_whole_has_not(tmp_path: Path) -> None:
    for layout in LAYOUTS:
        data = made(layout, 105, tmp_path, 12_000)
        assert structure_of(data, sampled=True).features() <= structure_of(data).features()


@pytest.mark.parametrize("reader", registry.READERS, ids=lambda reader: reader.name)
def test_known_structures_are_of_the_reader_as_it_is(reader: registry.Reader) -> None:
    file = resources.files(known).joinpath(f"{reader.name}.json")
    assert file.is_file(), "run tools/write_known.py"
    assert json.loads(file.read_text())["reader"] == f"{reader.name}/{reader.version}", "run tools/write_known.py"
