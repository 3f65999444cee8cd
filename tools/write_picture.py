"""Write docs/demo.png: what the demo prints, beside the first page of the exhibit that it makes."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from pathlib import Path

import typst

from fourcorners.desk import demo

PICTURE = Path(__file__).parents[1] / "docs" / "demo.png"
SEED = 7
COLUMNS = 112

TEMPLATE = """\
#set page(width: 1500pt, height: 800pt, margin: 28pt, fill: rgb("#e9ecef"))
#grid(columns: (1fr, 530pt), column-gutter: 28pt,
  block(fill: rgb("#0d1b2a"), radius: 8pt, inset: 22pt, width: 100%, height: 744pt, clip: true,
    text(font: "DejaVu Sans Mono", size: 12.6pt, fill: rgb("#e0e6ed"), raw(read("demo.txt"), block: true))),
  block(fill: white, stroke: 0.6pt + rgb("#adb5bd"), image("exhibit.pdf", page: 1, height: 744pt)),
)
"""


def main() -> None:
    """Run the demo and draw it."""
    os.environ["COLUMNS"] = str(COLUMNS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            demo.run(SEED, folder / "demo")
        text = printed.getvalue().replace(str(folder), "")
        (folder / "demo.txt").write_text(f"$ make demo\n\n{text.rstrip()}\n", encoding="utf-8")
        shutil.copy(folder / "demo" / "case" / "exhibit.pdf", folder / "exhibit.pdf")
        (folder / "picture.typ").write_text(TEMPLATE, encoding="utf-8")
        typst.compile(folder / "picture.typ", output=PICTURE, format="png", ppi=72.0, ignore_system_fonts=True)


if __name__ == "__main__":
    main()
