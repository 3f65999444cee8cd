"""The structure of any bytes: deterministic, bounded, in linear time, and never an error."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.growth import is_linear

from fourcorners.readers.archive import Member
from fourcorners.readers.fingerprint import LIMIT
from fourcorners.readers.fingerprint import document
from fourcorners.readers.fingerprint import fingerprint_of
from fourcorners.readers.fingerprint import labels
from fourcorners.readers.fingerprint import structure_of
from fourcorners.readers.fingerprint.shapes import shape_of
from fourcorners.readers.meta.vocabulary import KNOWN_LABELS
from fourcorners.readers.shown import words as shown_words
from fourcorners.samples.make import make

PIECES = [
    *(
        "<",
        '<a "',
        "<a ",
        "<!--",
        "<script>",
        "<div>",
        "<div>a",
        "</div>",
        "<th>x",
        "<td>1<b>x",
        "<x a='",
        "<p class=a ",
    ),
    *("a:b:c:", "1.1.", '"', "a,", "{", '{"a":', "[1,", "Mon Jan 1 ", ":::", "a\n", ",\n", "\\", "+1 ", "a=b "),
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("before", ["", "<html>"])
def test_it_takes_linear_time(piece: str, before: str) -> None:
    data = f"{before}{piece * (240_000 // len(piece))}\n".encode()
    assert is_linear(lambda part: structure_of(part).features(), data)
    assert is_linear(lambda part: structure_of(part, sampled=True).features(), data)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from([*(piece.encode() for piece in PIECES), b"\xff", b"\0", b"a b", b"1"]), max_size=40)
)
def test_no_bytes_are_an_error(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert structure_of(data).features() == structure_of(data).features()
    text = document.of_members([Member("x", data, "", len(data))]).text()
    assert len(text) < LIMIT


def test_a_structure_without_end_is_cut_and_said_to_be(tmp_path: Path) -> None:
    words = sorted(shown_words._WORDS)
    rng = Random(1)

    def nested(depth: int) -> dict[str, object]:
        return {rng.choice(words): nested(depth - 1) if depth else 1 for _ in range(6)}

    (tmp_path / "wide.json").write_text(json.dumps(nested(5)))
    found = fingerprint_of(tmp_path / "wide.json")
    assert found.members[0]["cut"] is True
    assert len(found.text()) < LIMIT
    page = "".join(f'<div class="{a} {b}">{a} {b}<p>x</p></div>' for a in words[:60] for b in words[60:120])
    (tmp_path / "wide.html").write_text(f"<html><body>{page}</body></html>")
    found = fingerprint_of(tmp_path / "wide.html")
    assert found.members[0]["cut"] is True
    assert len(found.text()) < LIMIT


def test_equal_structures_have_one_fingerprint(tmp_path: Path) -> None:
    for n, seed in enumerate((3, 3)):
        make("meta-record-d", seed, 60, tmp_path / f"{n}.html")
    one, other = (fingerprint_of(tmp_path / f"{n}.html") for n in range(2))
    assert one.text() == other.text()
    changed = (tmp_path / "1.html").read_bytes().replace(b"203.0.113.", b"198.51.100.")
    (tmp_path / "1.html").write_bytes(changed)
    assert fingerprint_of(tmp_path / "1.html").sha256() == one.sha256()
    (tmp_path / "1.html").write_bytes(changed.replace(b"most_inner", b"x").replace(b'"m"', b'"mm"'))
    assert fingerprint_of(tmp_path / "1.html").sha256() != one.sha256()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("IP Address", "IP Address"),
        ("ip_address", "ip_address"),
        ("account_activity_v2", "account_activity_v2"),
        ("Address 12", "Address ##"),
        ("Address 123", "?16"),
        ("Anna Example", "?16"),
        ("anna@example.com", "?16"),
        ("Dirección IP", "?16"),
        ("", "?0"),
        ("time " * 12, "?64"),
    ],
)
def test_a_label_is_shown_only_if_all_its_words_are_ours(text: str, shown: str) -> None:
    assert labels.label(text) == shown


def test_what_a_reader_knows_is_shown() -> None:
    for label in KNOWN_LABELS:
        assert labels.label(label) == label


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("203.0.113.7:1135", "ipv4:port"),
        ("[2001:db8::1]:59483", "[ipv6]:port"),
        ("2001:db8::1", "ipv6"),
        ("2026-03-01 00:00:59 UTC", "iso-time-utc"),
        ("27/07/2026 03:04:43PM (UTC +00)", "figures-time"),
        ("Jul 24, 2025 9:05:10 pm", "worded-time"),
        ("1772362706", "epoch-s"),
        ("+1 (202) 555-0123", "phone"),
        ("00:00:5e:00:53:01", "mac"),
        ("Login", "text"),
        ("", "empty"),
    ],
)
def test_a_value_has_one_class(value: str, shape: str) -> None:
    assert shape_of(value.encode()) == shape
