"""What is made from a fingerprint has the structure of what the fingerprint was taken from."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from random import Random

import pytest
from tests.readers.fingerprint.test_no_value import MADE
from tests.readers.fingerprint.test_no_value import Planted

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.readers.fingerprint import fingerprint_of
from fourcorners.readers.fingerprint import structure_of
from fourcorners.readers.fingerprint.shapes import PATTERNS
from fourcorners.readers.fingerprint.shapes import TEXT
from fourcorners.readers.fingerprint.shapes import shape_of
from fourcorners.readers.meta import READER
from fourcorners.samples import invent
from fourcorners.samples import structure
from fourcorners.samples.make import make

FORMATS = {
    **{f"meta-record-{layout}": "html" for layout in "abcd"},
    "whatsapp-record": "html",
    "carrier-table": "csv",
    "carrier-table-cgnat": "csv",
    "carrier-table-ipv6": "csv",
}
LOGINS = {
    "account_activity_v2": [
        {"action": "Login", "timestamp": 1772362706, "ip_address": "203.0.113.7", "extra": {"device": None}},
        {"action": "Login", "timestamp": 1772362707, "ip_address": "2001:db8::1", "port": "443", "Jo Smith": [1]},
    ]
    * 9,
    "Jo Smith": {"a": True},
    "other person": [],
}


def differing(given: Path, folder: Path, seed: int, rows: int = 30) -> set[str]:
    """Features of a file that what is made from its fingerprint has not, and the other way."""
    out = folder / "structure.json"
    out.write_bytes(fingerprint_of(given).text())
    again = folder / f"again{given.suffix}"
    structure.make(out, seed, rows, again)
    before, after = structure_of(given.read_bytes()), structure_of(again.read_bytes())
    assert after.kind == before.kind
    return before.features() ^ after.features()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("seed", range(4))
def test_generated_formats_are_made_again(name: str, seed: int, tmp_path: Path) -> None:
    given = tmp_path / f"given.{FORMATS[name]}"
    make(name, seed, (3, 60)[seed % 2], given)
    assert differing(given, tmp_path, seed) == set()


def test_keys_are_made_again(tmp_path: Path) -> None:
    given = tmp_path / "given.json"
    given.write_text(json.dumps(LOGINS))
    assert differing(given, tmp_path, 1) == set()
    again = json.loads((tmp_path / "again.json").read_text())
    assert len(again["account_activity_v2"]) == 30
    assert "Jo Smith" not in (tmp_path / "again.json").read_text()


def random_table(planted: Planted) -> bytes:
    rng, out = planted.rng, io.StringIO()
    writer = csv.writer(out, delimiter=rng.choice(",;\t|"))
    names = [planted.label() for _ in range(rng.randint(2, 6))]
    writer.writerow([f"{n % 3}" for n, _ in enumerate(names)] if rng.random() < 0.2 else names)
    for _ in range(rng.randint(2, 9)):
        shapes = [rng.choice((rng.choice(list(invent.VALUES)), "empty", "text")) for _ in names]
        writer.writerow([invent.value(shape, rng) for shape in shapes])
    return out.getvalue().encode()


@pytest.mark.parametrize(("kind", "out_of"), [("json", 150), ("csv", 150), ("html", 135)])
def test_random_files_are_made_again(kind: str, out_of: int, tmp_path: Path) -> None:
    """Of pages that are random nests of labels within labels, nine in ten."""
    right = 0
    for seed in range(150):
        given = tmp_path / f"{seed}" / f"given.{kind}"
        given.parent.mkdir()
        made = {**MADE, "csv": random_table}[kind]
        given.write_bytes(made(Planted(Random(seed))))
        right += not differing(given, given.parent, seed, 5)
    assert right >= out_of


def test_every_class_of_value_can_be_invented() -> None:
    assert set(PATTERNS) | {TEXT} == set(invent.VALUES)
    rng = Random(1)
    for shape in invent.VALUES:
        for _ in range(300):
            made = invent.value(shape, rng)
            assert shape_of(made.encode()) == shape, made


def test_the_same_seed_makes_the_same_bytes(tmp_path: Path) -> None:
    make("meta-record-c", 1, 40, tmp_path / "given.html")
    (tmp_path / "fp.json").write_bytes(fingerprint_of(tmp_path / "given.html").text())
    for name in ("one", "two"):
        structure.make(tmp_path / "fp.json", 3, 50, tmp_path / f"{name}.html")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_records_of_a_made_list_differ_and_can_be_read(tmp_path: Path) -> None:
    make("meta-record-c", 1, 40, tmp_path / "given.html")
    (tmp_path / "fp.json").write_bytes(fingerprint_of(tmp_path / "given.html").text())
    structure.make(tmp_path / "fp.json", 3, 400, tmp_path / "made.html")
    logins = [
        (row["ip"], row["at"])
        for batch in READER.read((tmp_path / "made.html").read_bytes()).batches
        for row in batch.rows.to_pylist()
        if batch.family == "login" and row["problem"] is None
    ]
    assert len(logins) >= 300
    assert len(set(logins)) > 0.9 * len(logins)


def test_what_is_no_fingerprint_is_refused(tmp_path: Path) -> None:
    given = tmp_path / "given.json"
    given.write_text(json.dumps(LOGINS))
    with pytest.raises(BadInput, match="no fingerprint"):
        structure.make(given, 1, 5, tmp_path / "out.json")
    (tmp_path / "fp.json").write_bytes(fingerprint_of(given).text())
    with pytest.raises(BadInput, match="no member of kind html"):
        structure.make(tmp_path / "fp.json", 1, 5, tmp_path / "out.html")
    with pytest.raises(UsageError):
        structure.make(tmp_path / "fp.json", 1, 5, tmp_path / "out.pdf")
    with pytest.raises(BadInput):
        structure.make(tmp_path / "fp.json", 1, 5, given)
