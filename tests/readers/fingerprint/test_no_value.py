"""No value of a file stands in its fingerprint: canaries in every place, searched for in every notation."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.readers.mutants import KINDS

from fourcorners.readers.archive import Member
from fourcorners.readers.fingerprint import LIMIT
from fourcorners.readers.fingerprint import document
from fourcorners.readers.fingerprint import fingerprint_of
from fourcorners.readers.fingerprint import labels
from fourcorners.readers.shown import words
from fourcorners.samples.make import make

#: Labels of the generated records that the reader does not know.
OTHER_LABELS = ("Author", "Sent", "Body", "Image", "Uploaded", "Latitude", "Longitude", "Linked Account")
RUNS = 2_500  # of each kind
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NAMES = ("Jonathan", "Smithers", "Kowalski", "Müllermann", "Garcíasson", "Annabelle", "Tatjanova", "Óskarsson")


def canary(rng: Random) -> str:
    """A value that nobody may see: letters only, figures only, both, or a name."""
    word = "".join(rng.choices(LETTERS, k=rng.randint(9, 16)))
    figures = "".join(rng.choices("0123456789", k=rng.randint(9, 14)))
    return rng.choice((word, word.title(), word.upper(), figures, f"{word[:5]}{figures}", rng.choice(NAMES)))


class Planted:
    """Gives values made around canaries, and remembers the canaries."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.all: list[str] = []
        self._again: list[str] = []

    def value(self) -> str:
        """A value; a third of them stand there again and again, as labels do."""
        if self._again and self.rng.random() < 0.35:
            return self.rng.choice(self._again)
        found = canary(self.rng)
        self.all.append(found)
        made = self.rng.choice(
            (
                found,
                f"{found}@example.com",
                f"{found} {canary_tail(self.rng, self.all)}",
                f"https://example.com/{found}",
                f"IP Address {found}",
                f"{found}: Login",
                f"2026-03-01 {found}",
                f"[{found}]:443",
                f"{found},;|\t{found}",
            )
        )
        if len(self._again) < 4:
            self._again.append(made)
        return made

    def word(self) -> str:
        """A value that can be a name of an element, class or attribute."""
        found = "".join(char for char in canary(self.rng) if char.isascii() and char.isalnum())
        self.all.append(found)
        return found if found[0].isalpha() else f"x{found}"

    def label(self) -> str:
        return self.rng.choice(("IP Address", "Time", "Account Identifier", "Name", self.value()))


def canary_tail(rng: Random, into: list[str]) -> str:
    into.append(canary(rng))
    return into[-1]


def notations(value: str) -> set[str]:
    raw = value.encode()
    return {
        value.lower(),
        html.escape(value).lower(),
        json.dumps(value)[1:-1].lower(),
        quote(value).lower(),
        raw.hex(),
        raw.decode("latin-1").lower(),
        json.dumps(raw.decode("latin-1"))[1:-1].lower(),
        base64.b64encode(raw).decode().rstrip("=")[:-1].lower(),
    }


def found_in(text: bytes, values: list[str]) -> list[str]:
    shown = text.decode("ascii").lower()
    return [value for value in values if any(each in shown for each in notations(value))]


def shown(data: bytes, path: str) -> bytes:
    return document.of_members([Member(path, data, "", len(data))]).text()


def an_element(planted: Planted, depth: int) -> str:
    rng = planted.rng
    tag = rng.choice(("div", "span", "td", "tr", "th", "dt", "p", "li", "table", planted.word()))
    attributes = ""
    for name in rng.sample(("class", "id", "style", "title", "data-x", "href", planted.word()), rng.randint(0, 3)):
        quoted = rng.choice(('"{}"', "'{}'"))
        some = {"class": f"t {planted.word()} div_table", "id": f"property-{planted.word()}"}
        some["style"] = f"display:{planted.word()};{planted.word()}:1;display : table"
        attributes += f" {name}=" + quoted.format(some.get(name) or html.escape(planted.value()))
    inside = ""
    for _ in range(rng.randint(0, 3)):
        inside += html.escape(planted.label()) if rng.random() < 0.6 else ""
        if depth < 5 and rng.random() < 0.7:
            inside += an_element(planted, depth + 1)
        inside += rng.choice(("", "<br>", f"<!-- {planted.value()} -->", html.escape(planted.value())))
    if rng.random() < 0.05:
        inside += f"<script>var x = '{planted.value()}'; if (a < {planted.word()}) {{}}</script>"
    return f"<{tag}{attributes}>{inside}</{tag}>"


def a_page(planted: Planted) -> bytes:
    head = f"<head><title>{planted.value()}</title><style>.{planted.word()} {{}}</style></head>"
    body = "".join(an_element(planted, 0) for _ in range(planted.rng.randint(1, 4)))
    return f"<!DOCTYPE html><html>{head}<body {planted.word()}={planted.word()}>{body * 3}</body></html>".encode()


def an_object(planted: Planted, depth: int = 0) -> object:
    rng = planted.rng
    kind = rng.randrange(4 if depth < 4 else 2)
    if kind == 0:
        return planted.value()
    if kind == 1:
        planted.all.append(str(number := rng.randrange(10**9, 10**12)))
        return rng.choice((number, None, True))
    if kind == 2:
        return [an_object(planted, depth + 1) for _ in range(rng.randint(0, 4))]
    keys = [rng.choice((planted.value(), "ip_address", "timestamp", planted.word())) for _ in range(4)]
    return {key: an_object(planted, depth + 1) for key in keys}


def a_document(planted: Planted) -> bytes:
    made = [an_object(planted) for _ in range(planted.rng.randint(1, 3))]
    return json.dumps({"logins": made, planted.value(): made}, ensure_ascii=planted.rng.random() < 0.5).encode()


def a_table(planted: Planted) -> bytes:
    rng = planted.rng
    out = io.StringIO()
    writer = csv.writer(out, delimiter=rng.choice(",;\t|"), quoting=rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    for _ in range(rng.randint(1, 3)):
        width = rng.randint(2, 6)
        writer.writerow([planted.label() for _ in range(width)])
        for _ in range(rng.randint(0, 6)):
            writer.writerow([rng.choice((planted.value(), "203.0.113.1", "")) for _ in range(width)])
        if rng.random() < 0.3:
            writer.writerow([planted.value()])
    return out.getvalue().encode()


def a_text(planted: Planted) -> bytes:
    rng = planted.rng
    lines = []
    for _ in range(rng.randint(2, 20)):
        value = planted.value()
        some = (value, planted.label(), f"{planted.label()}: {value}", f"{value} = {value}", f"lease {value} {{")
        lines.append(rng.choice(some))
    return "\n".join(lines).encode()


MADE: dict[str, Callable[[Planted], bytes]] = {"html": a_page, "json": a_document, "csv": a_table, "txt": a_text}


@pytest.mark.parametrize("kind", MADE)
def test_no_value_of_a_random_file_is_shown(kind: str) -> None:
    for seed in range(RUNS):
        planted = Planted(Random(f"{kind}{seed}"))
        data = MADE[kind](planted)
        text = shown(data, f"{planted.word()}/{planted.word()}.{kind}")
        assert not found_in(text, planted.all), f"seed {seed}"
        assert len(text) < LIMIT


@pytest.mark.parametrize("name", [f"meta-record-{layout}" for layout in "abcde"])
@pytest.mark.parametrize("seed", range(4))
def test_no_value_of_a_generated_record_is_shown(name: str, seed: int, tmp_path: Path) -> None:
    kind = "text" if name.endswith("e") else "html"
    out = tmp_path / f"record.{'txt' if kind == 'text' else 'html'}"
    make(name, seed, 50, out)
    data = out.read_bytes()
    known = {label.encode() for label in (*labels.KNOWN, *OTHER_LABELS)}
    spans = [span for span in KINDS[kind](data, ()).texts if data[span.start : span.end] not in known]
    values = [data[span.start : span.end].decode() for span in spans]
    long = [each for each in values if len(each) > 5 and " Definition" not in each and each not in labels.KNOWN]
    assert len(long) > 100
    furniture = [each for each in long if each.startswith("Meta Platforms Business Record")]
    assert not set(found_in(shown(data, "x"), long)) - {*furniture, "Login"}
    planted = Planted(Random(seed))
    for span in sorted(spans, reverse=True):
        data = data[: span.start] + html.escape(planted.value()).encode() + data[span.end :]
    assert not found_in(shown(data, "x"), planted.all)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_no_value_of_a_generated_table_is_shown(suffix: str, seed: int, tmp_path: Path) -> None:
    out = tmp_path / f"log.{suffix}"
    make("carrier-table", seed, 50, out)
    make("carrier-table", seed, 50, tmp_path / "plain.csv")
    rows = list(csv.reader((tmp_path / "plain.csv").read_text().splitlines()))[1:]
    values = [cell for row in rows for cell in row if len(cell) > 3]
    assert not found_in(fingerprint_of(out).text(), values)


def test_names_of_members_and_comments_of_an_archive_are_not_shown(tmp_path: Path) -> None:
    planted = Planted(Random(1))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for n in range(30):
            archive.writestr(f"{planted.word()}/{planted.word()}{n}.json", a_document(planted))
            archive.writestr(f"{planted.word()}.html", a_page(planted))
        archive.writestr(f"{planted.word()}.jpg", b"\xff\xd8\xff\xe0\0\x10" + planted.value().encode())
    text = fingerprint_of(tmp_path / "x.zip").text()
    assert not found_in(text, planted.all)
    assert len(text) < LIMIT


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=9, max_size=30), st.integers(0, 9))
def test_no_text_is_shown_as_label_key_or_column(value: str, place: int) -> None:
    planted = Planted(Random(place))
    planted.value = lambda: value  # type: ignore[method-assign]
    for kind, made in MADE.items():
        text = shown(made(planted), f"{value}.{kind}")
        hidden = not words.made_of_words(" ".join(value.split())) and value.strip() not in labels.KNOWN
        odd = [each for each in value.split() if len(each) > 8 and not words.made_of_words(each)]
        if hidden and odd:
            assert not found_in(text, [each for each in odd if each.isalnum()])


def test_words_are_no_first_names() -> None:
    first = """anna maria john james robert michael william david richard joseph thomas charles daniel matthew mark
    grant will bill frank pat rose may june april august dawn hope faith grace joy ray gene dale iris ivy jack rob
    sue victor dean drew chase hunter taylor mason carter paige jordan summer autumn amber ruby pearl olive basil
    miles guy christian angel jesus muhammad ali omar leo adam eve ann anne jane kim lee sam ben dan tom tim peter
    jim joe bob ron don ken roy gary larry terry jerry barry harry paul simon stephen young king brown white green
    black smith jones baker cook cooper fisher miller mueller weber wagner becker schmidt schneider fischer"""
    assert words._WORDS.isdisjoint(first.split())
