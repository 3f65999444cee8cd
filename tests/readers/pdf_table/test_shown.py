"""What a page shows and what its text says is the same, or its row or its file is refused."""

from __future__ import annotations

import pytest
from tests.readers.pdf_table.test_rows import found
from tests.readers.pdf_table.test_rows import problems
from tests.readers.pdf_table.test_rows import refused
from tests.readers.pdf_table.written import FIRST
from tests.readers.pdf_table.written import HEAD
from tests.readers.pdf_table.written import PICTURE
from tests.readers.pdf_table.written import TABLE
from tests.readers.pdf_table.written import THIRD
from tests.readers.pdf_table.written import lease
from tests.readers.pdf_table.written import pdf
from tests.readers.pdf_table.written import row
from tests.readers.pdf_table.written import stream
from tests.readers.pdf_table.written import text

from fourcorners.model.errors import BadInput
from fourcorners.readers import registry
from fourcorners.readers.archive import Member

BARE = HEAD + FIRST + row(310, "192.0.2.2", "2026-03-01 10:00:00", "2026-03-02 10:00:00", "") + THIRD
NAME = text(400, 310, "S-1002")
FORM = stream("0 0 0 rg 395 305 60 14 re f", "/Type/XObject/Subtype/Form/BBox[0 0 600 400]/Resources<<>>")
SHADING = (
    "<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 600 0]/Extend[true true]"
    "/Function<</FunctionType 2/Domain[0 1]/C0[0 0 0]/C1[0 0 0]/N 1>>>>"
)
LAYER, LAYERS = "<</Type/OCG/Name(L)>>", "/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]/Order[6 0 R]>>>>"


def test_the_table_itself_is_read() -> None:
    assert problems(pdf(TABLE)) == [None] * 3


@pytest.mark.parametrize(
    "data",
    [
        pdf(TABLE + "0 g 395 305 60 14 re f\n"),
        pdf(TABLE + "/X1 Do\n", FORM, resources="/XObject<</X1 6 0 R>>"),
        pdf(BARE + "0 g 395 305 60 14 re f\n" + NAME),
        pdf(BARE + "q 0 0 1 1 re W n\n" + NAME + "Q\n"),
        pdf(BARE + "q 395 305 40 14 re W n\n" + text(400, 310, "S-10021") + "Q\n"),
        pdf(TABLE + "q 395 305 60 14 re W n /S1 sh Q\n", SHADING, resources="/Shading<</S1 6 0 R>>"),
        pdf(TABLE + "0.5 w 395 313 m 450 313 l S\n"),
        pdf(TABLE + "14 w 395 313 m 455 313 l S\n"),
        pdf(BARE + NAME + "0.89 g\n" + text(433, 310, "7")),
        pdf(BARE + text(400, 310, "S-1002", how="3 Tr")),
    ],
    ids=["box", "form", "ground", "clip", "cut", "shading", "struck", "thick", "grey", "mode"],
)
def test_a_text_that_is_not_seen_spoils_its_row(data: bytes) -> None:
    first, second, third = problems(data)
    assert second == "HIDDEN_TEXT" or {first, second, third} == {"BROKEN_VALUE"}  # a box parts its row from both


def test_a_text_that_stands_upside_down_is_no_value() -> None:
    flipped = "BT /F1 10 Tf 1 0 0 -1 400 310 Tm (S-1002) Tj ET\n"
    assert problems(pdf(BARE + flipped))[1] is not None


@pytest.mark.parametrize("size", [6, 10])
def test_the_figure_of_a_footnote_is_no_part_of_a_value(size: int) -> None:
    name = text(400, 310, "40871") + text(428, 311.1 if size == 10 else 310, "2", size)
    assert problems(pdf(BARE + name)) == [None, "AMBIGUOUS_ROW", None]


def grid(*lines: tuple[float, float]) -> str:
    return "".join(f"0.5 w 45 {y} m {end} {y} l S\n" for y, end in lines)


@pytest.mark.parametrize("end", [390, 200])
def test_a_cell_over_two_rows_is_the_value_of_neither(end: float) -> None:
    lines = (362, 500), (343, 500), (323, end), (303, 500), (283, 500)
    rows = lease(330, 1, "Doe, Jane") + lease(310, 2, "(Doe)") + THIRD
    assert problems(pdf(grid(*lines) + HEAD + rows)) == ["BROKEN_VALUE", "BROKEN_VALUE", None]
    whole = [(y, 500) for y, _ in lines]
    assert problems(pdf(grid(*whole) + HEAD + rows)) == [None] * 3


def test_a_line_below_a_text_parts_no_rows() -> None:
    assert problems(pdf(TABLE + "0.5 w 50 328.5 m 91.7 328.5 l S\n")) == [None] * 3


@pytest.mark.parametrize("key", ["ActualText", "Alt", "E"])
@pytest.mark.parametrize("named", [False, True])
def test_a_page_with_replaced_text_is_refused(key: str, *, named: bool) -> None:
    inline = f"<</{key}(S-1999)>>"
    content = BARE + f"/Span {'/P0' if named else inline} BDC\n" + NAME + "EMC\n"
    data = pdf(content, inline, resources="/Properties<</P0 6 0 R>>")
    code, what = refused(data)
    assert (code, "ActualText" in what) == ("PDF", True)


def test_a_file_with_layers_is_refused() -> None:
    content = TABLE + "/OC /MC0 BDC\n" + lease(270, 4) + "EMC\n"
    for catalog in (LAYERS, ""):
        code, what = refused(pdf(content, LAYER, resources="/Properties<</MC0 6 0 R>>", catalog=catalog))
        assert (code, "layers" in what) == ("PDF", True)
    assert refused(pdf(TABLE, LAYER, catalog=LAYERS))[0] == "PDF"


def test_pictures_that_together_take_half_a_page_refuse_it() -> None:
    two = "q 600 0 0 130 0 135 cm /I1 Do Q\nq 600 0 0 130 0 2 cm /I1 Do Q\n"
    code, what = refused(pdf(TABLE + two, PICTURE, resources="/XObject<</I1 6 0 R>>"))
    assert (code, "picture" in what) == ("PDF", True)


@pytest.mark.parametrize("place", ["500 0 0 20 45 250", "60 0 0 14 400 306", "500 0 0 20 45 2"])
def test_a_picture_beside_or_below_the_rows_refuses_the_file(place: str) -> None:
    code, what = refused(pdf(f"q {place} cm /I1 Do Q\n{TABLE}", PICTURE, resources="/XObject<</I1 6 0 R>>"))
    assert (code, "picture" in what) == ("PDF", True)


def test_a_picture_above_the_table_is_none_of_it() -> None:
    logo = "q 80 0 0 20 45 370 cm /I1 Do Q\n"
    assert problems(pdf(logo + TABLE, PICTURE, resources="/XObject<</I1 6 0 R>>")) == [None] * 3


def known(content: str, *objects: str, **how: str) -> bytes:
    data = pdf(content, *objects, **how)
    derived = registry.derive(Member("x.pdf", data, "", len(data)))
    assert derived is not None
    assert registry.reader_for(derived.path, bytes(derived.data)) is not None
    return bytes(derived.data)


VISIBLE = text(50, 380, "Date: 27/07/2026 03:04:43PM (UTC +00)") + text(50, 365, "IP: 192.0.2.7")
HIDDEN = text(50, 340, "Date: 28/07/2026 03:04:43PM (UTC +00)") + text(50, 325, "IP: 192.0.2.8")


def test_a_known_format_is_read_where_all_of_it_is_seen() -> None:
    assert known(VISIBLE + HIDDEN).count(b"IP: ") == 2


@pytest.mark.parametrize(
    "content",
    [
        VISIBLE + "1 g\n" + HIDDEN,
        VISIBLE + HIDDEN.replace("Td", "Td 3 Tr"),
        VISIBLE + HIDDEN + "0 g 40 300 400 60 re f\n",
        VISIBLE + "/Span<</ActualText(IP: 192.0.2.99)>>BDC\n" + text(50, 350, "IP: 192.0.2.9") + "EMC\n",
        VISIBLE + "/OC /MC0 BDC\n" + HIDDEN + "EMC\n",
        VISIBLE + "BT /F1 10 Tf -1 0 0 -1 150 350 Tm (IP: 192.0.2.6) Tj ET\n",
    ],
    ids=["white", "mode", "box", "replaced", "layer", "turned"],
)
def test_a_known_format_with_a_text_that_is_not_seen_is_refused(content: str) -> None:
    with pytest.raises(BadInput) as caught:
        known(content, LAYER, resources="/Properties<</MC0 6 0 R>>")
    assert caught.value.code == "PDF"


def test_a_page_of_very_many_characters_or_texts_is_refused_at_once() -> None:
    lines = "".join(text(5, 2 + n, f"{n:03d}" * 34, 4) for n in range(200))
    glyphs = "".join(text(5 + n % 100 * 5, 2 + n // 100, "A", 4) for n in range(8_001))
    for content, bound in ((lines, "20,000"), (glyphs, "8,000")):
        code, what = refused(pdf(TABLE + content))
        assert (code, bound in what) == ("PDF", True)
    data = pdf(glyphs)
    with pytest.raises(BadInput) as caught:
        registry.derive(Member("x.pdf", data, "", len(data)))
    assert "8,000" in caught.value.what


def test_the_values_of_what_is_read_are_those_of_the_page() -> None:
    assert [row["subscriber"] for row in found(pdf(TABLE))] == ["S-1001", "S-1002", "S-1003"]
