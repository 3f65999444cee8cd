"""Workbooks: plain values come through, whatever acts or hides is refused."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from collections.abc import Callable
from collections.abc import Sequence

import openpyxl
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
from fourcorners.readers import census_table
from fourcorners.readers import workbook

SHEET = "xl/worksheets/sheet1.xml"


def make(*lines: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def changed(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part changed, or added where there is none."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            new.writestr(item, change(old.read(item)) if item == name else old.read(item))
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return target.getvalue()


def test_values_become_plain_text() -> None:
    moment = dt.datetime(2026, 7, 19, 16, 13, 2)
    line = [
        "a,b",
        'q"q',
        1024,
        12.5,
        True,
        moment,
        dt.date(2026, 7, 19),
        dt.time(3, 4, 5),
        None,
        " x ",
        123456789012345,
    ]
    suffix, text = workbook.derive(make(line))
    assert suffix.startswith("text@calamine-")
    expected = '"a,b","q""q",1024,12.5,TRUE,2026-07-19 16:13:02,2026-07-19,03:04:05,, x ,123456789012345\n'
    assert text.decode() == expected


def test_a_time_at_midnight_keeps_its_time_where_the_column_has_times() -> None:
    night, day = dt.datetime(2026, 7, 19), dt.datetime(2026, 7, 19, 1)
    assert workbook.derive(make([night, night], [day, night]))[1] == (
        b"2026-07-19 00:00:00,2026-07-19\n2026-07-19 01:00:00,2026-07-19\n"
    )


def test_every_second_comes_through() -> None:
    draw = random.Random(3)
    moments = [
        dt.datetime(2020, 1, 1, 0, 0, 1) + dt.timedelta(seconds=draw.randrange(3 * 10**8)) for _ in range(5000)
    ]
    _, text = workbook.derive(make(*([moment] for moment in moments)))
    assert text.decode().split() == [part for moment in moments for part in str(moment).split()]


VALUES = st.one_of(
    st.none(),
    st.text(st.sampled_from('ab0é,;"\n \u00a0€'), max_size=5),
    st.integers(-(10**9), 10**9),
    st.booleans(),
)


@settings(max_examples=60)
@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=12))
def test_the_text_holds_as_many_values_as_the_sheet(table: list[list[object]]) -> None:
    data = make(["who", "else", "what"], *table)
    _, text = workbook.derive(data)
    assert census_table.count_workbook(data) == census_table.count_values(text)
    how = mapping("subscriber", {"subscriber": "who", "value": "what"})
    reading = read(text, how)
    check_ranges(text, reading)
    check_conservation(text, reading, how)
    while table and all(value is None or not str(value).strip() for value in table[-1]):
        table.pop()
    assert len(rows(reading)) == len(table)


def test_a_lost_row_or_value_fails_the_count() -> None:
    data = make(["a", "b"], ["c", None], ["d", "e"])
    whole = workbook.derive(data)[1]
    counted = census_table.count_workbook(data)
    assert counted == census_table.count_values(whole)
    for less in (b"a,b\nd,e\n", b"a,b\nc,\nd,\n", b"a,b\nc,d\n,e\n"[:8] + b"\n"):
        assert counted != census_table.count_values(less)


def two_sheets() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "one"
    book.create_sheet("other")["A1"] = "two"
    return saved(book)


def hidden_sheet() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "one"
    hidden = book.create_sheet("hidden")
    hidden["A1"] = "two"
    hidden.sheet_state = "hidden"
    return saved(book)


def sparse(cell: str) -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "one"
    book.active[cell] = "far"
    return saved(book)


PLAIN = make(["ip"], ["192.0.2.7"])
HOSTILE: dict[str, Callable[[], bytes]] = {
    "two sheets": two_sheets,
    "a hidden sheet": hidden_sheet,
    "no values": make,
    "sparse bomb": lambda: sparse("XFD1048576"),
    "sparse rows": lambda: sparse("B1048576"),
    "macro": lambda: changed(PLAIN, "xl/vbaProject.bin", lambda _: b"code"),
    "macro type": lambda: changed(
        PLAIN,
        "[Content_Types].xml",
        lambda xml: xml.replace(b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"),
    ),
    "external link": lambda: changed(PLAIN, "xl/externalLinks/CANARY.xml", lambda _: b"<externalLink/>"),
    "data connection": lambda: changed(PLAIN, "xl/connections.xml", lambda _: b"<connections/>"),
    "embedded object": lambda: changed(PLAIN, "xl/embeddings/CANARY.bin", lambda _: b"x"),
    "DDE formula": lambda: changed(
        PLAIN, SHEET, lambda xml: xml.replace(b"<is>", b"<f>cmd|'/c calc'!A0</f><is>", 1)
    ),
    "entity": lambda: changed(PLAIN, SHEET, lambda xml: b'<!DOCTYPE x [<!ENTITY e "x">]>' + xml),
    "cut sheet": lambda: changed(PLAIN, SHEET, lambda xml: xml[: len(xml) // 2]),
    "no workbook": lambda: changed(PLAIN, "xl/workbook.xml", lambda _: b"junk"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_workbook_that_is_not_one_plain_sheet_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        workbook.derive(HOSTILE[name]())
    assert caught.value.code == "WORKBOOK"
    assert caught.value.next_step
    assert "CANARY" not in caught.value.diagnostics()


def test_an_empty_second_sheet_is_no_obstacle() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "one"
    book.create_sheet("empty")
    assert workbook.derive(saved(book))[1] == b"one\n"


def test_a_workbook_is_known_by_its_parts() -> None:
    assert workbook.is_workbook(PLAIN)
    assert not workbook.is_workbook(b"ip,start\n")
