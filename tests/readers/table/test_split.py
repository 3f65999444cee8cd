"""CSV as Python's own strict reader sees it, with the bytes of every cell."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.readers.table.tables import check_conservation
from tests.readers.table.tables import check_ranges
from tests.readers.table.tables import mapping
from tests.readers.table.tables import read
from tests.readers.table.tables import rows

from fourcorners.model.errors import BadInput
from fourcorners.readers.table import TableMapping
from fourcorners.readers.table import TableReader
from fourcorners.readers.table import split as split_module

CELLS = st.text(st.sampled_from('ab0é€😀,;"\n\t '), max_size=6)


def two_columns(delimiter: str = ",") -> TableMapping:
    columns = {"subscriber": "who", "value": "what"}
    return mapping("subscriber", columns, f'[table]\ndelimiter = "{delimiter}"'.replace("\t", "\\t"))


def texts(data: bytes, how: TableMapping) -> list[tuple[str, str]]:
    reading = read(data, how)
    check_ranges(data, reading)
    check_conservation(data, reading, how)
    extents = [(row["start"], row["end"]) for row in rows(reading)]
    assert all(end == start for (_, end), (start, _) in pairwise(extents))
    assert [row["row"] for row in rows(reading)] == list(range(len(extents)))
    return [(row["subscriber"] or "", row["value"] or "") for row in rows(reading)]


@settings(max_examples=300)
@given(
    table=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=60),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ending=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    mark=st.sampled_from(["", "\ufeff"]),
    last=st.booleans(),
)
def test_cells_are_those_of_the_standard_library(
    table: list[tuple[str, str, str]],
    quoting: Literal[0, 1],
    ending: str,
    delimiter: str,
    mark: str,
    last: bool,  # noqa: FBT001 - drawn
) -> None:
    target = io.StringIO()
    writer = csv.writer(target, quoting=quoting, lineterminator=ending, delimiter=delimiter)
    writer.writerows([("who", "else", "what"), *table])
    text = mark + (target.getvalue() if last else target.getvalue().removesuffix(ending))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(split_module, "BLOCK", 200)
        found = texts(text.encode(), two_columns(delimiter))
    expected = list(csv.reader(io.StringIO(text.removeprefix(mark), newline=""), delimiter=delimiter, strict=True))
    assert found == [(row[0].strip(" \t"), row[2].strip(" \t")) for row in expected[1:]]


@settings(max_examples=1500)
@given(st.text(st.sampled_from('a,"\n\r '), max_size=24))
def test_whatever_is_accepted_is_what_the_standard_library_reads(soup: str) -> None:
    data = ("who,what\n" + soup).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(split_module, "BLOCK", 16)
        try:
            found = texts(data, two_columns())
        except BadInput as error:
            assert error.code in {"COLUMNS", "QUOTE", "LINE_END", "CELL_SIZE"}  # noqa: PT017 - an expected outcome
            return
    kept = data.decode().rstrip("\r\n") + "\n"
    oracle = [row or [""] for row in csv.reader(io.StringIO(kept, newline=""), strict=True)]
    assert found == [(row[0].strip(" "), row[1].strip(" ")) for row in oracle[1:]]


GOOD = b"who,what\nS-1,a\nS-2,b\n"


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        (b"", "EMPTY_FILE", ""),
        (b"\n\n", "HEADER", "byte 0"),
        (b"who,,what\n", "HEADER", "line 1"),
        (b"who,who,what\n", "HEADER", "line 1"),
        (b"who,else\nS-1,a\n", "HEADER", "line 1"),
        (GOOD + b"S-3\n", "COLUMNS", "line 4, byte 21"),
        (GOOD + b"S-3,c,d\nS-4,e\n", "COLUMNS", "line 4, byte 21"),
        (GOOD + b"\nS-4,e\n", "COLUMNS", "line 4, byte 21"),
        (b'who,what\n"S-\n1",a\nS-2\n', "COLUMNS", "line 4, byte 18"),
        (GOOD + b'S-3,"c\nS-4,d\n', "QUOTE", "line 4, byte 25"),
        (GOOD + b'S-3,c"\nS-4,"d\n', "QUOTE", "line 4, byte 26"),
        (GOOD + b'S-3,"c"d\n', "QUOTE", "line 4, byte 25"),
        (GOOD + b'S-3,"c"d"e"\n', "QUOTE", "line 4, byte 27"),
        (GOOD + b"S-3,\0\n", "NUL", "line 4, byte 25"),
        (GOOD + b"S-3,\xff\n", "ENCODING", "line 4, byte 25"),
        (GOOD + b"S-3,\xc3\n", "ENCODING", "line 4, byte 25"),
        ("who,what\nS-1,a\n".encode("utf-16"), "ENCODING", "byte 0"),
        ("who,what\nS-1,a\n".encode("utf-16-le"), "ENCODING", "byte 0"),
        (GOOD.replace(b"\n", b"\r"), "LINE_END", "line 1, byte 8"),
        (GOOD + b"S-3,c\r", "LINE_END", "line 4, byte 26"),
        (GOOD + b"S-3," + b"x" * (1 << 20) + b"y\n", "CELL_SIZE", "line 4, byte 25"),
        (GOOD + b'S-3,"' + b"x" * (9 << 20) + b"\n", "QUOTE", "line 4"),
        (GOOD + b'S-3,"' + b"x" * (9 << 20) + b'"\n', "CELL_SIZE", "line 4"),
    ],
)
def test_structural_damage_is_refused_where_it_stands(data: bytes, code: str, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(data, two_columns())
    assert caught.value.code == code
    assert where in caught.value.where


CANARIES = [
    ["CANARY who", "CANARY-x", "what"],
    *([f"CANARY {n}", f"0{n}/07/2026 CANARY", "2026"] for n in range(5)),
]


@settings(max_examples=300)
@given(
    columns=st.sampled_from([("CANARY who", "what"), ("who", "what"), ("CANARY-x", "what")]),
    spots=st.lists(st.tuples(st.integers(0, 200), st.sampled_from(['"', ",", "\n", "\r", "\0", "é"])), max_size=3),
    repeated=st.booleans(),
    row=st.integers(1, 4),
    encoding=st.sampled_from(["utf-8", "latin-1"]),
)
def test_no_refusal_shows_a_cell(
    columns: tuple[str, str],
    spots: list[tuple[int, str]],
    repeated: bool,  # noqa: FBT001 - drawn
    row: int,
    encoding: str,
) -> None:
    text = "\n".join(map(",".join, CANARIES)) + "\n"
    if repeated:
        text = text.replace("CANARY-x", "CANARY who", 1)
    for at, what in spots:
        text = text[:at] + what + text[at:]
    how = mapping("login", {"ip": columns[0], "at": columns[1]}, f"[table]\nheader_row = {row}")
    reader = TableReader(how, "Ada Example")
    own = {text for text in columns if "CANARY" in text}
    for act in (reader.read, reader.census):
        try:
            act(text.encode(encoding))
        except BadInput as error:
            said = error.diagnostics()
            for name in own:
                said = said.replace(repr(name), "")
            assert "CANARY" not in said
            assert "2026" not in said


def test_a_cut_at_any_byte_is_refused_or_loses_only_what_is_cut() -> None:
    data = b'who,what\n"S-1",a\n"S-""2""",b\nS-3,"c\nd"\n'
    whole = rows(read(data, two_columns()))
    for end in range(len(b"who,what\n"), len(data)):
        try:
            found = rows(read(data[:end], two_columns()))
        except BadInput:
            continue
        good = [row for row in found if row["problem"] is None]
        assert good == whole[: len(good)], "the last row is never half a value"
        assert found[len(good) :] == [row for row in found if row["problem"] == "TRUNCATED_ROW"]


def test_lines_above_the_header_and_empty_lines_at_the_end_are_no_rows() -> None:
    how = mapping("subscriber", {"subscriber": "who", "value": "what"}, "[table]\nheader_row = 3")
    data = b'Return of Example Net\n"a, b","c"\nwho,else,what\nS-1,x,a\n\n\r\n\n'
    assert texts(data, how) == [("S-1", "a")]
    reading = read(data, how)
    assert reading.boilerplate == 3
    assert [(item.path, item.texts) for item in reading.unclassified] == [
        ("lines above the header", 3),
        ("else", 1),
    ]
    with pytest.raises(BadInput, match="no header in line 3"):
        read(b"who,what\n\n", how)


@pytest.mark.parametrize(
    ("above", "refused"),
    [
        ("who,else,what\nS-2,y,b", True),
        ("S-2,y,b\nend of the first part", True),
        ("S-2,,b\n", True),
        ("Lines behind 192.0.2.7\n", True),
        ("Lines behind [2001:db8::7]:59483.\n", True),
        ("2001:db8::7;59483;S-2;\n", True),
        ("192.0.2.7:1135,S-2\n", True),
        ('"192.0.2.0/24",S-2\n', True),
        ("Return of Example Net,,\n,,", False),
        ("Return of Example Net,page 1\nmade 2026-03-01 12:00:00, version 1.2.3", False),
        ("Return of Example Net\n", False),
    ],
)
def test_no_row_is_passed_over_above_the_header(above: str, refused: bool) -> None:  # noqa: FBT001 - the answer
    how = mapping("subscriber", {"subscriber": "who", "value": "what"}, "[table]\nheader_row = 3")
    data = f"{above}\nwho,else,what\nS-1,x,a\n".encode()
    if not refused:
        assert texts(data, how) == [("S-1", "a")]
        return
    with pytest.raises(BadInput, match="may be a row") as caught:
        read(data, how)
    assert caught.value.code == "HEADER"
    assert caught.value.where.startswith("line ")


def test_a_cell_of_the_largest_size_is_read() -> None:
    data = b"who,what\nS-1," + b"x" * (1 << 20) + b"\n"
    assert len(texts(data, two_columns())[0][1]) == 1 << 20


def test_blanks_around_a_cell_are_passed_over_at_once() -> None:
    # blank by blank, this takes many seconds
    blanks = " \t" * (1 << 17)
    data = f"who,what\n{blanks}S-1{blanks},{blanks}\nS-2,\t b c\n".encode()
    assert texts(data, two_columns()) == [("S-1", ""), ("S-2", "b c")]


def test_a_header_of_many_columns_is_read_at_once() -> None:
    names = [*(f"c{n}" for n in range(40_000)), "who", "what"]  # comparing each with each takes half a minute
    data = (",".join(names) + "\n" + "," * 40_000 + "S-1,a\n").encode()
    reading = read(data, two_columns())
    assert [(row["subscriber"], row["value"]) for row in rows(reading)] == [("S-1", "a")]
    assert len(reading.unclassified) == 40_000


def test_a_table_without_rows_has_none() -> None:
    assert texts(b"who,what\n", two_columns()) == []
    assert texts(b"who,what", two_columns()) == []


def test_a_dropped_row_fails_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = split_module.split

    def short(*arguments: object) -> object:
        for lines in whole(*arguments):  # type: ignore[arg-type]
            kept = slice(0, len(lines.starts) - 1)
            yield split_module.Lines(
                lines.data,
                lines.base,
                lines.first,
                lines.starts[kept],
                lines.ends[kept],
                lines.extents[kept],
                lines.doubled,
            )

    monkeypatch.setattr("fourcorners.readers.table.body.split", short)
    for data in (GOOD, GOOD.replace(b"S-1", b'"S-1"')):
        with pytest.raises(AssertionError):
            check_conservation(data, read(data, two_columns()), two_columns())
