"""Damaged, foreign and hostile files through the whole intake: a refusal, or every row; never fewer in silence."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from tests.casework.conftest import write_order
from tests.casework.pages import FIELD
from tests.casework.pages import INSIDE
from tests.casework.pages import OUTSIDE
from tests.casework.pages import TARGET
from tests.casework.pages import page

from fourcorners.casework import instruments
from fourcorners.casework import store
from fourcorners.casework.ingest import ingest
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput

WHOLE = page(INSIDE + OUTSIDE).encode()
CUTS = [*range(0, len(WHOLE), 41), *range(len(WHOLE) - 30, len(WHOLE))]


@pytest.fixture
def instrument(workspace: Workspace, case: str, tmp_path: Path) -> str:
    return instruments.add(workspace, write_order(tmp_path / "order", accounts=(TARGET,)), case).id


def take(workspace: Workspace, instrument: str, path: Path, data: bytes) -> str:
    """The refusal's code, or `released/sealed/rejected`."""
    path.write_bytes(data)
    before = workspace.vault.files()
    try:
        counts = ingest(workspace, [path], instrument).counts
    except BadInput as refusal:
        error = refusal
    else:
        return f"{counts['released']}/{counts['sealed']}/{counts['rejected']}"
    *_, last = workspace.ledger.entries()
    assert (last.kind, last.facts["code"]) == ("refusal", error.code)
    assert workspace.vault.files() == before
    assert str(path) in error.where
    assert error.next_step
    return error.code


def test_cut_at_any_byte(workspace: Workspace, instrument: str, tmp_path: Path) -> None:
    answers = {cut: take(workspace, instrument, tmp_path / f"{cut}.html", WHOLE[:cut]) for cut in CUTS}
    assert set(answers.values()) <= {"EMPTY_FILE", "UNKNOWN_FORMAT", "TRUNCATED", "MARKUP", "2/2/0"}
    assert {cut for cut, answer in answers.items() if answer == "2/2/0"} <= {len(WHOLE) - 1, len(WHOLE)}


def zipped(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(name, data)
    return packed.getvalue()


DEEP = page(INSIDE).replace("</body>", "<div>" * 50_000 + "</div>" * 50_000 + "</body>").encode()
INPUTS = {
    "latin-1": (WHOLE.replace(b"CANARY-AFTER", "Café".encode("latin-1")), "ENCODING"),
    "declared latin-1": (WHOLE.replace(b'charset="utf-8"', b'charset="latin-1"'), "CHARSET_CONFLICT"),
    "a zero byte": (WHOLE.replace(b"CANARY-AFTER", b"a\0b"), "NUL"),
    "empty": (b"", "EMPTY_FILE"),
    "zipped": (zipped("records.html", WHOLE), "2/2/0"),
    "zipped twice": (zipped("inner.zip", zipped("records.html", WHOLE)), "2/2/0"),
    "zipped too often": (
        zipped("1.zip", zipped("2.zip", zipped("3.zip", zipped("records.html", WHOLE)))),
        "NESTING",
    ),
    "an encrypted entry": (
        zipped("records.html", WHOLE).replace(b"PK\x03\x04\x14\0\0\0", b"PK\x03\x04\x14\0\1\0")
        .replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\1\0"),
        "ENCRYPTED",
    ),
    "50,000 deep": (DEEP, "DEPTH"),
    "renamed labels": (WHOLE.replace(b">IP Address<", b">Address<"), "NO_RECOGNISED_ROW"),
    "a renamed section": (WHOLE.replace(b"property-ip_addresses", b"property-access"), "0/4/0"),
    "times without a zone": (WHOLE.replace(b" UTC<", b"<"), "0/4/0"),
    "day-first times": (WHOLE.replace(b"2026-03-01 00:00:00 UTC", b"01/03/2026 00:00:00 UTC"), "1/2/1"),
    "an impossible address": (WHOLE.replace(b"203.0.113.7:1135", b"203.0.113.777"), "1/2/1"),
    "a row without a time": (
        WHOLE.replace(FIELD.format("Time", "2026-03-07 23:59:59 UTC").encode(), b""),
        "1/2/1",
    ),
    "an html page of another kind": (b"<html><body><p>203.0.113.7 2026-03-01</p></body></html>", "UNKNOWN_FORMAT"),
    "no records": (
        page(()).replace("Ip Addresses</div>", "Ip Addresses</div>").encode()
        .replace(
            FIELD.format("Ip Addresses", "").encode(),
            FIELD.format("Ip Addresses", "No responsive records located").encode(),
        ),
        "1/0/0",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "answer"), INPUTS.values(), ids=INPUTS.keys())
def test_an_input_has_its_answer(
    workspace: Workspace, instrument: str, tmp_path: Path, data: bytes, answer: str
) -> None:
    name = "input.zip" if data[:2] == b"PK" else "input.html"
    assert take(workspace, instrument, tmp_path / name, data) == answer
    if "/" not in answer:
        assert store.of_owner(workspace.tables, ReturnRow, instrument) == []
