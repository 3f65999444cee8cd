"""Tables in PDFs: what is certain is read, and each kind of doubt has its code or refuses the file."""

from __future__ import annotations

import io
import random
import secrets
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
import typst
from pypdf.annotations import FreeText
from tests.readers.checked import read
from tests.readers.checked import rows_of
from tests.readers.table.tables import mapping

from fourcorners.model.errors import BadInput
from fourcorners.readers import census_pdf
from fourcorners.readers import registry
from fourcorners.readers.archive import Member
from fourcorners.readers.pdf_table import Wanted
from fourcorners.readers.pdf_table import derive
from fourcorners.readers.pdf_table import text as texts
from fourcorners.readers.pdf_table.page import Glyph
from fourcorners.readers.pdf_table.page import Page
from fourcorners.readers.pdf_table.page import pages
from fourcorners.readers.plain_csv import write_rows
from fourcorners.readers.table import TableReader

COLUMNS = {"ip": "IP Address", "start": "Lease Start", "end": "Lease End", "subscriber": "Customer ID"}
READER = TableReader(mapping("assignment", COLUMNS, '[time]\nzone = "UTC"'), "Ada Example")
WANTED = Wanted(frozenset(COLUMNS.values()), frozenset({"IP Address", "Lease Start"}), frozenset({"Customer ID"}))
HEAD = ("Note", "IP Address", "Lease Start", "Lease End", "Customer ID")
ROWS = [
    ("x", f"192.0.2.{n}", f"2026-03-{n:02d} 10:00:00", f"2026-03-{n + 1:02d} 10:00:00", f"S-{1000 + n}")
    for n in range(1, 6)
]


def compiled(
    *rows: tuple[str, ...],
    head: tuple[str, ...] = HEAD,
    page: str = "",
    table: str = "stroke: none, inset: 6pt",
    after: str = "",
    again: str = "true",
    columns: str = "auto, auto, auto, auto, auto",
) -> bytes:
    """A page with a table; cells are typst content."""
    cells = ", ".join(f"[{cell}]" for row in rows for cell in row)
    names = ", ".join(f"[{name}]" for name in head)
    source = f"""
#set page(width: 240mm, height: 120mm, margin: 12mm{page})
#set text(size: 8pt, hyphenate: false)
Records of the custodian
#table(columns: ({columns}), {table}, table.header(repeat: {again}, {names}), {cells})
{after}
"""
    made: bytes = typst.compile(source.encode(), ignore_system_fonts=True)
    return made


def found(data: bytes) -> list[dict[str, Any]]:
    derived = registry.derive_table(Member("t.pdf", data, "", len(data)), READER)
    assert derived is not None
    assert derived.path.startswith("t.pdf!table@pypdfium2-")
    return rows_of(read(READER, bytes(derived.data)))


def values(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(row["ip"], row["at_text"], row["subscriber"]) for row in rows if row["problem"] is None]


def problems(data: bytes) -> list[str | None]:
    return [row["problem"] for row in found(data)]


def refused(data: bytes) -> tuple[str, str]:
    with pytest.raises(BadInput) as caught:
        found(data)
    assert caught.value.next_step
    return caught.value.code, caught.value.what


WHOLE = [(row[1], row[2], row[4]) for row in ROWS]


@pytest.mark.parametrize("stroke", ["none", "0.5pt", "(y: 0.4pt)", "(x: 0.4pt)"])
def test_rows_are_read_with_lines_and_without(stroke: str) -> None:
    assert values(found(compiled(*ROWS, table=f"stroke: {stroke}, inset: 6pt"))) == WHOLE


def test_what_is_not_mapped_is_kept_back_and_so_is_what_stands_around() -> None:
    data = compiled(*ROWS, after="#v(20mm) End of the list")
    derived = registry.derive_table(Member("t.pdf", data, "", len(data)), READER)
    assert derived is not None
    assert b"End of the list | Records of the custodian" in derived.data
    reading = read(READER, bytes(derived.data))
    assert {item.path for item in reading.unclassified} == {"Note", "!around"}
    held = [bytes(derived.data)[a:b] for a, b in zip(*[iter(reading.holes.to_pylist())] * 2, strict=True)]
    assert b"End of the list | Records of the custodian" in held


@pytest.mark.parametrize("place", ["top", "horizon", "bottom"])
@pytest.mark.parametrize("stroke", ["none", "0.5pt"])
def test_a_wrapped_cell_is_one_cell_where_its_lines_are_told_from_rows(place: str, stroke: str) -> None:
    rows = [("a note that is long", *row[1:]) if n % 2 else row for n, row in enumerate(ROWS)]
    data = compiled(
        *rows, columns="14mm, auto, auto, auto, auto", table=f"stroke: {stroke}, inset: 6pt, align: {place}"
    )
    assert values(found(data)) == WHOLE


def test_a_wrapped_value_is_read_only_if_the_page_tells_where_it_was_cut() -> None:
    cut = [*ROWS[:2], (*ROWS[2][:4], r"S-10 \ 03"), *ROWS[3:]]
    assert problems(compiled(*cut)) == [None, None, "BROKEN_VALUE", None, None]
    between = [*ROWS[:2], (*ROWS[2][:4], "Example Ltd 12345"), *ROWS[3:]]
    data = compiled(*between, columns="auto, auto, auto, auto, 22mm")
    assert values(found(data))[2][2] == "Example Ltd 12345"


def test_a_wrapped_time_is_read_where_it_makes_a_time_and_a_torn_address_is_none() -> None:
    wrapped = [*ROWS[:2], (*ROWS[2][:2], r"2026-03-03 \ 10:00:00", *ROWS[2][3:]), *ROWS[3:]]
    assert values(found(compiled(*wrapped))) == WHOLE
    torn = [*ROWS[:2], ("x", r"192.0. \ 2.3", *ROWS[2][2:]), *ROWS[3:]]
    assert problems(compiled(*torn)) == [None, None, "BAD_ADDRESS", None, None]


def test_lines_as_near_as_rows_are_nobodys_rest() -> None:
    """Without padding nobody knows whether a line below a row is its rest or another row without an address."""
    rows = [*ROWS[:2], ("x", "", "", "", "S-9999"), *ROWS[2:]]
    assert problems(compiled(*rows)) == [None, "BROKEN_VALUE", "BROKEN_VALUE", "BROKEN_VALUE", None, None]
    parted = found(compiled(*rows, table="stroke: 0.5pt, inset: 6pt"))
    assert [row["problem"] for row in parted] == [None, None, "MISSING_ADDRESS", None, None, None]
    assert values(parted) == WHOLE


def test_a_text_that_reaches_into_the_next_column_is_in_none() -> None:
    wide = "#box(width: 0pt)[#box(width: 60mm)[a note that runs on over the address]]"
    over = found(compiled(*ROWS[:2], (wide, *ROWS[2][1:]), *ROWS[3:]))
    assert over[2]["problem"]
    assert set(values(over)) < set(WHOLE)
    beside = r"S-1003 #h(20pt) S-1999"
    assert problems(compiled(*ROWS[:2], (*ROWS[2][:4], beside), *ROWS[3:])) == [
        None,
        None,
        "AMBIGUOUS_ROW",
        None,
        None,
    ]


def test_a_text_below_two_headers_or_over_a_neighbours_place_is_in_no_column() -> None:
    two = "#box(width: 0pt)[#box(width: 60mm)[until further notice, and beyond it]]"
    assert problems(compiled(*ROWS[:2], (*ROWS[2][:3], two, ""), *ROWS[3:]))[2] == "AMBIGUOUS_ROW"
    # clear of the neighbour's header, and where the neighbour's values begin in other rows
    past = "2026-03-03 10:00:00#box(width: 0pt)[#box(width: 9mm)[xxxx]]"
    rows = [*ROWS[:2], (*ROWS[2][:2], past, "", ROWS[2][4]), *ROWS[3:]]
    assert problems(compiled(*rows, table="stroke: none, inset: 6pt, align: right"))[2] == "AMBIGUOUS_ROW"


@pytest.mark.parametrize(
    "how",
    [
        "#text(fill: white)[S-1003]",
        "#text(size: 1pt)[S-1003]",
        "#text(fill: rgb(0, 0, 0, 3))[S-1003]",
        "S-1003#place(dx: -2pt, dy: -8pt, rect(width: 40pt, height: 12pt, fill: black))",
        "S-1003#place(dx: -2pt, dy: -8pt, rect(width: 40pt, height: 12pt, fill: white))",
    ],
)
def test_a_text_that_nobody_sees_spoils_its_row(how: str) -> None:
    got = problems(compiled(*ROWS[:2], (*ROWS[2][:4], how), *ROWS[3:]))
    assert "HIDDEN_TEXT" in got or "BROKEN_VALUE" in got
    assert all(each is None for each in (got[0], got[-1]))
    rows = values(found(compiled(*ROWS[:2], (*ROWS[2][:4], how), *ROWS[3:])))
    assert set(rows) < set(WHOLE)


def test_a_text_over_another_spoils_its_row() -> None:
    over = "S-1003#h(-5pt)7"
    assert problems(compiled(*ROWS[:2], (*ROWS[2][:4], over), *ROWS[3:]))[2] == "AMBIGUOUS_ROW"


def test_a_turned_text_is_no_part_of_the_table() -> None:
    mark = "#place(center + horizon, rotate(30deg, text(size: 30pt, fill: luma(150))[COPY]))"
    assert values(found(compiled(*ROWS, after=mark))) == WHOLE


def test_a_white_header_on_a_dark_ground_is_a_header() -> None:
    head = tuple(f"#text(fill: white)[{name}]" for name in HEAD)
    data = compiled(
        *ROWS, head=head, table="stroke: none, inset: 6pt, fill: (x, y) => if y == 0 { rgb(32, 48, 64) }"
    )
    assert values(found(data)) == WHOLE


MANY = [
    ("x", f"192.0.2.{n}", f"2026-03-01 {n % 24:02d}:00:00", f"2026-03-02 {n % 24:02d}:00:00", f"S-{1000 + n}")
    for n in range(1, 60)
]


@pytest.mark.parametrize("again", ["true", "false"])
@pytest.mark.parametrize("stroke", ["none", "0.5pt"])
def test_a_table_goes_on_over_pages_with_furniture(again: str, stroke: str) -> None:
    data = compiled(
        *MANY,
        page=", header: [Example carrier], footer: [Example carrier, page #context counter(page).display()]",
        table=f"stroke: {stroke}, inset: 6pt",
        again=again,
    )
    assert values(found(data)) == [(row[1], row[2], row[4]) for row in MANY]
    assert len(list(pages(data))) > 3


def test_a_row_that_goes_on_on_the_next_page_spoils_its_neighbours() -> None:
    long = "a note that is long enough to be wrapped into lines " * 2
    rows = [(long, *row[1:]) for row in MANY[:24]]
    data = compiled(*rows, columns="20mm, auto, auto, auto, auto", table="stroke: 0.5pt, inset: 6pt")
    got = found(data)
    assert set(values(got)) <= {(row[1], row[2], row[4]) for row in rows}
    assert "BROKEN_VALUE" in {row["problem"] for row in got}


def test_a_file_without_the_mappings_header_is_refused() -> None:
    code, what = refused(compiled(*ROWS, head=("Note", "Address", *HEAD[2:])))
    assert (code, "'IP Address'" in what) == ("HEADER", True)
    assert refused(compiled(*ROWS, head=("IP Address", *HEAD[1:])))[0] == "HEADER"


def test_of_a_header_that_lacks_a_column_only_that_column_is_named() -> None:
    _, what = refused(compiled(*ROWS, head=("Note", "Address", *HEAD[2:])))
    assert what.startswith("the PDF's header has no cell of its own for 'IP Address';")
    assert not any(repr(name) in what for name in HEAD[2:])
    _, what = refused(compiled(*ROWS, head=("Note", "Address", r"Lease \ Start", "Ended", "Customer ID")))
    assert [name for name in COLUMNS.values() if repr(name) in what] == ["IP Address", "Lease End"]
    _, what = refused(compiled(*ROWS, head=("Note", "a", "b", "c", "Customer ID")))
    assert all(repr(name) in what for name in COLUMNS.values()), "one word alone is no header"
    # a cell of the header that goes on in the line below
    assert refused(compiled(*ROWS, head=(*HEAD[:2], r"Lease Start \ (local)", *HEAD[3:])))[0] == "PDF"


def test_another_table_below_is_not_read_as_this_one() -> None:
    other = ("Note", "Address", "First seen", "Last seen", "Device")
    data = compiled(*ROWS, other, *ROWS[:2])
    code, what = refused(data)
    assert (code, "another table" in what) == ("PDF", True)


def test_a_list_of_names_is_read_only_between_drawn_lines() -> None:
    """A wrapped name would be two."""
    reader = TableReader(mapping("subscriber", {"subscriber": "Customer ID", "value": "Note"}), "Ada Example")
    rows = [(f"note {n}", "", "", "", f"S-{1000 + n}") for n in range(4)]
    bare = compiled(*rows)
    with pytest.raises(BadInput) as caught:
        registry.derive_table(Member("t.pdf", bare, "", len(bare)), reader)
    assert caught.value.code == "PDF"
    ruled = compiled(*rows, table="stroke: 0.5pt, inset: 6pt")
    derived = registry.derive_table(Member("t.pdf", ruled, "", len(ruled)), reader)
    assert derived is not None
    names = [row["subscriber"] for row in rows_of(read(reader, bytes(derived.data)))]
    assert names == [row[4] for row in rows]


def test_pages_whose_text_does_not_tell_what_they_show_are_refused() -> None:
    data = compiled(*ROWS)
    for change in (_turn, _annotate):
        assert refused(change(data))[0] == "PDF"


def _turn(data: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.pages[0].rotate(90)
    return _bytes(writer)


def _annotate(data: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.add_annotation(0, FreeText(text="S-1999", rect=(50, 550, 200, 650)))
    return _bytes(writer)


def _bytes(writer: pypdf.PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_a_scan_is_refused_with_its_reason() -> None:
    data: bytes = typst.compile(b"#rect(width: 100%, height: 50%, fill: luma(200))")
    with pytest.raises(BadInput) as caught:
        registry.derive(Member("scan.pdf", data, "", len(data)))
    assert (caught.value.code, "no text" in caught.value.what) == ("PDF", True)


def test_the_count_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    data = compiled(*ROWS)
    derive(data, WANTED)
    whole = texts.read_pages

    def drop(*how: Any) -> tuple[list[list[str]], int]:
        rows, repeated = whole(*how)
        return rows[:-1], repeated

    monkeypatch.setattr(texts, "read_pages", drop)
    with pytest.raises(BadInput) as caught:
        derive(data, WANTED)
    assert caught.value.code == "CONSERVATION"
    assert census_pdf.count_pages(data) > 100


def moved(draw: random.Random, glyphs: list[Glyph]) -> list[Glyph]:
    """Glyphs of a few neighbours, a word, a line, or a column moved, dropped, doubled, hidden or exchanged."""
    glyphs = list(glyphs)
    at = draw.randrange(len(glyphs))
    some = glyphs[at : at + draw.choice((1, 1, 4, 9, 30))]
    same_line = [glyph for glyph in glyphs if abs(glyph.base - some[0].base) < 1]
    same_column = [glyph for glyph in glyphs if abs(glyph.left - some[0].left) < 20]
    chosen = draw.choice((some, some, same_line, same_column))
    dx, dy = draw.choice(((0, 4), (0, -9), (0, 18), (3, 0), (-8, 0), (25, 0), (-60, 0), (90, 7), (0, -18)))
    how = draw.randrange(5)
    if how == 0:
        return [glyph for glyph in glyphs if glyph not in chosen]
    if how == 1:
        return [*glyphs, *(shifted(glyph, dx, dy) for glyph in chosen)]
    if how == 2:
        return [replace(glyph, seen=False) if glyph in chosen else glyph for glyph in glyphs]
    if how == 3:
        return [replace(glyph, turned=True) if glyph in chosen else glyph for glyph in glyphs]
    return [shifted(glyph, dx, dy) if glyph in chosen else glyph for glyph in glyphs]


def shifted(glyph: Glyph, dx: float, dy: float) -> Glyph:
    return replace(glyph, left=glyph.left + dx, right=glyph.right + dx, base=glyph.base + dy)


def seen_in(page: Page, value: str) -> bool:
    """Whether the glyphs of a value stand on one line of the page, one beside the other, upright and seen."""
    lines: dict[int, list[Glyph]] = {}
    for glyph in page.glyphs:
        if glyph.seen and not glyph.turned:
            lines.setdefault(round(glyph.base), []).append(glyph)
    bare = value.replace(" ", "")
    return any(
        bare in "".join(glyph.text for glyph in sorted(line, key=lambda glyph: glyph.left))
        for line in lines.values()
    )


def mutated(count: int, seed: int) -> Counter[str]:
    draw, outcomes = random.Random(seed), Counter[str]()
    forms = [
        compiled(*ROWS),
        compiled(*ROWS, table="stroke: 0.5pt, inset: 6pt"),
        compiled(*[("a long note here", *row[1:]) for row in ROWS], columns="12mm, auto, auto, auto, auto"),
    ]
    drawn = [next(iter(pages(form))) for form in forms]
    pairs = {(row[1], row[2], row[4]) for row in ROWS}
    for _ in range(count):
        page = draw.choice(drawn)
        glyphs = list(page.glyphs)
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            glyphs = moved(draw, glyphs) or glyphs
        changed = replace(page, glyphs=tuple(glyphs))
        try:
            lines, _ = texts.read_pages([changed], WANTED)
        except BadInput as error:
            outcomes[error.code] += 1
            continue
        data = write_rows(lines, 10**6)
        try:
            rows = rows_of(read(READER, data))
        except BadInput as error:
            outcomes[error.code] += 1
            continue
        outcomes["read"] += 1
        for event in set(values(rows)) - pairs:
            # a mutant may itself write a value, or move one beside others: then the page shows it so
            assert all(value is None or seen_in(changed, value) for value in event), f"seed {seed}: {event}"
            outcomes["as the mutant shows"] += 1
    return outcomes


def test_no_mutant_gives_a_pair_that_its_page_does_not_show() -> None:
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}: {mutated(250, seed)}")  # noqa: T201 - `-s` shows it


@pytest.mark.torture
def test_no_mutant_of_many_gives_a_pair_that_its_page_does_not_show() -> None:
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}: {mutated(3_000, seed)}")  # noqa: T201 - `-s` shows it


def test_a_certificate_or_another_pdf_beside_the_table_is_no_table(tmp_path: Path) -> None:
    other: bytes = typst.compile(b"CERTIFICATE OF THE CUSTODIAN")
    (tmp_path / "other.pdf").write_bytes(other)
    assert refused(other)[0] == "HEADER"
