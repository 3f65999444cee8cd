"""What a page looks like: PDFium paints it, and a glyph counts as seen only where its ink stands out.

Whatever hides a text (its colour, what lies below or above it, a clip, a layer that is off) leaves no ink that
stands out in the glyph's place. That the ink has the form of the character is not looked at: a font is believed.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from fourcorners.readers.pdf_table.drawn import Box
from fourcorners.readers.pdf_table.refused import bad

_SCALE = 3  # pixels a point: the dot of a text of 7 points has two
_LARGEST = 8.1e6  # square points: A0
_CONTRAST = 48  # of 255
_NARROW = 0.3  # of the size: a glyph as narrow or as flat as this may be ink wholly
_EDGE = 0.1  # of a glyph's box, on each side


@dataclass(frozen=True, slots=True)
class Shown:
    """A page's pixels, in grey, and the box of the page that they show, in points."""

    pixels: np.ndarray[tuple[int, int], np.dtype[np.uint8]]
    box: Box

    @classmethod
    def of(cls, page: pdfium.PdfPage, number: int) -> Shown:
        """Paint a page as it is shown.

        Raises:
            BadInput: `PDF`: the page is larger than A0.
        """
        width, height = page.get_size()
        if not 0 < width * height <= _LARGEST:
            raise bad(f"page {number} is larger than A0")
        bitmap = page.render(scale=_SCALE, grayscale=True, draw_annots=False)
        pixels = bitmap.to_numpy().copy().reshape(bitmap.height, bitmap.width)
        left, top = _point(page, 0, 0, bitmap.width, bitmap.height)
        right, bottom = _point(page, bitmap.width, bitmap.height, bitmap.width, bitmap.height)
        bitmap.close()
        return cls(pixels, (left, bottom, right, top))

    def has_ink(self, box: Box, size: float, *, solid: bool) -> bool:
        """Whether ink stands out in a glyph's box.

        Args:
            box: of its ink, in points.
            size: of its font on the page.
            solid: it may fill its box, so that its ground is beside it.
        """
        left, bottom, right, top = box
        if not (
            self.box[0] <= (left + right) / 2 <= self.box[2] and self.box[1] <= (bottom + top) / 2 <= self.box[3]
        ):
            return False
        wide, high = right - left, top - bottom
        if solid or min(wide, high) < _NARROW * size:
            aside = upward = -1.5 / _SCALE
        else:
            aside, upward = _EDGE * wide, _EDGE * high
        first, last = (round((x - self.box[0]) * _SCALE) for x in (left + aside, right - aside))
        upper, lower = (round((self.box[3] - y) * _SCALE) for y in (top - upward, bottom + upward))
        part = self.pixels[max(0, upper) : max(upper + 1, lower), max(0, first) : max(first + 1, last)]
        return bool(part.size) and int(part.max()) - int(part.min()) >= _CONTRAST


def _point(page: pdfium.PdfPage, x: int, y: int, width: int, height: int) -> tuple[float, float]:
    across, up = ctypes.c_double(), ctypes.c_double()
    raw.FPDF_DeviceToPage(page, 0, 0, width, height, 0, x, y, across, up)
    return across.value, up.value
