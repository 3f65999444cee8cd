"""Carrier tables as PDFs, as small providers print them: with lines or without, cells wrapped, on some pages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path
from random import Random

import typst

from fourcorners.model.errors import UsageError

#: A longer table takes minutes to typeset.
MAX_ROWS = 3_000

_PAGE = """
#let given = json(bytes(sys.inputs.given))
#set document(date: none)
#set page(width: given.width * 1mm, height: given.height * 1mm, margin: (x: 12mm, top: 14mm, bottom: 18mm),
  header: if given.title != "" [#given.title],
  footer: if given.footer != "" [#given.footer #context counter(page).display()])
#set text(size: given.size * 1pt, hyphenate: false)
#show table.cell: set block(breakable: false)
#text(size: 12pt)[Address assignments]

Records of the custodian, made in the regular course of business.
#let wide(name) = if given.narrow == name { 20mm } else { auto }
#let lines = if given.rules == "grid" { 0.5pt } else if given.rules == "rows" { (y: 0.4pt) } else { none }
#let place = if given.place == "top" { top } else if given.place == "bottom" { bottom } else { horizon }
#table(columns: given.header.map(wide), stroke: lines, inset: given.inset * 1pt, align: place,
  fill: (x, y) => if given.dark and y == 0 { rgb("#203040") } else if given.striped and calc.even(y) { luma(235) },
  table.header(repeat: given.again, ..given.header.map(name =>
    if given.dark { text(fill: white)[#name] } else [#name])),
  ..given.rows.flatten().map(cell => [#cell]))
"""


def write(path: Path, rng: Random, rows: Iterable[Sequence[str | int | None]]) -> None:
    """Write a header and rows as a PDF; how it looks is drawn from `rng`. The narrow column is one that wraps.

    Raises:
        UsageError: more rows than can be typeset in reasonable time.
    """
    header, *body = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if len(body) > MAX_ROWS:
        raise UsageError(
            "USAGE", f"a PDF is made of at most {MAX_ROWS} rows", next_step="take another ending, or fewer rows"
        )
    rules = rng.choice(("grid", "rows", "none", "none"))
    given = {
        "header": header,
        "rows": body,
        "narrow": rng.choice(("", *(name for name in header if "ame" in name or name == "Holder"))),
        "rules": rules,
        "again": rng.random() < 0.6,  # noqa: PLR2004 - more often than not
        "dark": rng.random() < 0.3,  # noqa: PLR2004 - now and then
        "striped": rng.random() < 0.3,  # noqa: PLR2004 - the same
        "place": rng.choice(("top", "top", "bottom", "middle")),
        "title": rng.choice(("", "Example carrier, restricted")),
        "footer": rng.choice(("", "Page", "Example carrier, page")),
        "width": rng.choice((297, 330)),
        "height": rng.choice((120, 210)),
        "size": rng.choice((7, 8, 9)),
        # without lines, rows stand clearly farther apart than the lines of a cell, or they cannot be told
        "inset": rng.choice((4, 5, 6)) if rules != "none" else 6,
    }
    made = typst.compile(_PAGE.encode(), sys_inputs={"given": json.dumps(given)}, ignore_system_fonts=True)
    assert isinstance(made, bytes)
    path.write_bytes(made)
