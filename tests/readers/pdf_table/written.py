"""PDFs written byte by byte, for what no typesetter makes: hidden, covered and replaced text."""

from __future__ import annotations

_START, _END = "2026-03-01 10:00:00", "2026-03-02 10:00:00"
_PAGE = "/MediaBox[0 0 600 400]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>"
_COLUMNS = (50, 150, 270, 400)


def text(x: float, y: float, what: str, size: float = 10, how: str = "") -> str:
    """Operators that show a text; `how` stands before it."""
    bare = what.replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {size} Tf {x} {y} Td {how} ({bare}) Tj ET\n"


def row(y: float, *cells: str) -> str:
    """The same of a row's cells."""
    return "".join(text(x, y, cell) for x, cell in zip(_COLUMNS, cells, strict=True) if cell)


def lease(y: float, n: int, customer: str | None = None) -> str:
    """A row of a table of leases."""
    return row(y, f"192.0.2.{n}", _START, _END, f"S-100{n}" if customer is None else customer)


HEAD = row(350, "IP Address", "Lease Start", "Lease End", "Customer ID")
FIRST, SECOND, THIRD = lease(330, 1), lease(310, 2), lease(290, 3)
TABLE = HEAD + FIRST + SECOND + THIRD


def pdf(content: str, *objects: str, resources: str = "", catalog: str = "") -> bytes:
    """A PDF of one page; `objects` have the numbers from 6 on."""
    parts = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R{_PAGE}{resources}>>>>",
        stream(content),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        *objects,
    ]
    made, places = b"%PDF-1.7\n", []
    for n, part in enumerate(parts, 1):
        places.append(len(made))
        made += f"{n} 0 obj\n{part}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(parts) + 1}/Root 1 0 R>>\n"
    return made + end.encode() + f"startxref\n{len(made)}\n%%EOF".encode()


def stream(content: str, entries: str = "") -> str:
    """An object with a stream."""
    return f"<<{entries}/Length {len(content)}>>stream\n{content}\nendstream"


PICTURE = stream("0", "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8")
