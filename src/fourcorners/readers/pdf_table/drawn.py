"""What is drawn on a page beside its text, in the order in which it is painted: what covers, crosses or clips it.

What lies within a form (a part of a page that is painted as one) has places of its own; of it only the place of
the form on the page is known, so what is drawn in a form covers all of the form.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from fourcorners.readers.pdf_table.refused import bad

_THIN = 2.0  # points; a box of this height is a line
_SHORT = 8.0  # points; shorter lines are signs
_BAND = 12.0  # points
_FAR = 15_000.0  # points: beyond any page
_MOST_DRAWN = 100_000  # of a page's edges and shapes, each counted in every band it lies in
_REPLACED = frozenset({"ActualText", "Alt", "E"})
_LAYER = "OC"

Box = tuple[float, float, float, float]
Point = tuple[float, float]
Edge = tuple[Point, Point]


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: of a horizontal one its height `at` and how far it goes, of a vertical one its place."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Drawn:
    """What a page's drawing does to its text.

    Attributes:
        across: horizontal lines.
        down: vertical lines.
        pictures: the boxes of pictures, or of the forms that hold them.
    """

    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    _order: dict[int, tuple[int, Box | None]] = field(default_factory=dict)
    _covers: dict[int, list[tuple[int, Box]]] = field(default_factory=lambda: defaultdict(list))
    _edges: dict[int, list[Edge]] = field(default_factory=lambda: defaultdict(list))
    _size: int = 0

    @classmethod
    def of(cls, page: pdfium.PdfPage, number: int) -> Drawn:
        """All of a page.

        Raises:
            BadInput: `PDF`: layers, replaced text, more drawing than a table has.
        """
        made, form = cls(), (0.0, 0.0, 0.0, 0.0)
        for place, item in enumerate(page.get_objects()):
            _check_marks(item.raw, number)
            inside = item.level > 0
            box = form if inside else item.get_bounds()
            if item.type == raw.FPDF_PAGEOBJ_TEXT:
                made._order[_address(item.raw)] = (place, None if inside else _clip(item.raw))
            elif item.type == raw.FPDF_PAGEOBJ_FORM:
                form = box
            elif item.type == raw.FPDF_PAGEOBJ_PATH and not inside:
                made._add_path(item.raw, place, box)
            else:
                made._cover(place, box)
            if item.type == raw.FPDF_PAGEOBJ_IMAGE and (not inside or made.pictures[-1:] != [box]):
                made.pictures.append(box)
            if made._size > _MOST_DRAWN:
                raise bad(f"page {number} holds more lines and shapes than a table has")
        return made

    def is_hidden(self, text: Any, middle: Point) -> bool:
        """Whether a glyph of a text lies outside its clip, or below what is painted after it."""
        found = self._order.get(_address(text)) if text else None
        if found is None:
            return True
        place, clip = found
        covers = self._covers.get(int(middle[1] // _BAND), ())
        return any(later > place and _holds(box, middle) for later, box in covers) or not (
            clip is None or _holds(clip, middle)
        )

    def is_crossed(self, box: Box) -> bool:
        """Whether a line goes through a box."""
        return any(_meets(edge, box) for band in _bands(box[1], box[3]) for edge in self._edges.get(band, ()))

    def _cover(self, place: int, box: Box) -> None:
        for band in _bands(box[1], box[3]):
            self._covers[band].append((place, box))
            self._size += 1

    def _add_path(self, path: Any, place: int, box: Box) -> None:
        fill, stroke, width = ctypes.c_int(), ctypes.c_int(), ctypes.c_float()
        raw.FPDFPath_GetDrawMode(path, fill, stroke)
        raw.FPDFPageObj_GetStrokeWidth(path, width)
        if fill.value != raw.FPDF_FILLMODE_NONE:
            self._cover(place, box)
        elif not stroke.value:
            return
        half = width.value / 2 if stroke.value else 0.0
        for a, b, straight in _edges_of(path):
            (left, right), (low, high) = sorted((a[0], b[0])), sorted((a[1], b[1]))
            if half > _THIN / 2:
                self._cover(place, (left - half, low - half, right + half, high + half))
            for band in _bands(low, high):
                self._edges[band].append((a, b))
                self._size += 1
            if straight and high - low <= _THIN / 2 and right - left >= _SHORT:
                self.across.append(Rule((low + high) / 2, left, right))
            elif straight and right - left <= _THIN / 2 and high - low >= _SHORT:
                self.down.append(Rule((left + right) / 2, low, high))


def _check_marks(item: Any, number: int) -> None:
    """Refuse a page of which a part is a layer, or has another text than the one it shows."""
    for n in range(max(0, raw.FPDFPageObj_CountMarks(item))):
        mark = raw.FPDFPageObj_GetMark(item, n)
        if _name(raw.FPDFPageObjMark_GetName, mark) == _LAYER:
            raise bad(f"page {number} has layers, which may be shown or not")
        count = max(0, raw.FPDFPageObjMark_CountParams(mark))
        if any(_name(raw.FPDFPageObjMark_GetParamKey, mark, at) in _REPLACED for at in range(count)):
            raise bad(f"page {number} holds a text that stands in place of the one it shows (ActualText)")


def _name(ask: Callable[..., Any], *what: Any) -> str:
    """A short name that PDFium gives; a longer one is none of those that matter."""
    size, room = ctypes.c_ulong(), (ctypes.c_ushort * 32)()
    ask(*what, room, ctypes.sizeof(room), size)
    return "".join(map(chr, room[: size.value // 2 - 1])) if 0 < size.value <= ctypes.sizeof(room) else ""


def _clip(text: Any) -> Box | None:
    """The box that the clips of a text leave of the page."""
    clip = raw.FPDFPageObj_GetClipPath(text)
    boxes = []
    for n in range(max(0, raw.FPDFClipPath_CountPaths(clip))) if clip else ():
        count = max(0, raw.FPDFClipPath_CountPathSegments(clip, n))
        points = [_point(raw.FPDFClipPath_GetPathSegment(clip, n, at)) for at in range(count)]
        if points:
            xs, ys = zip(*points, strict=True)
            boxes.append((min(xs), min(ys), max(xs), max(ys)))
    if not boxes:
        return None
    lefts, lows, rights, tops = zip(*boxes, strict=True)
    return max(lefts), max(lows), min(rights), min(tops)


def _edges_of(path: Any) -> Iterator[tuple[Point, Point, bool]]:
    """The edges of a path, in the page's own measure, and whether they are straight; curves go by handles."""
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    first = last = None
    for n in range(raw.FPDFPath_CountSegments(path)):
        segment = raw.FPDFPath_GetPathSegment(path, n)
        x, y = _point(segment)
        point = (matrix.a * x + matrix.c * y + matrix.e, matrix.b * x + matrix.d * y + matrix.f)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO or last is None:
            first = point
        else:
            yield last, point, kind == raw.FPDF_SEGMENT_LINETO
        if raw.FPDFPathSegment_GetClose(segment) and first is not None:
            yield point, first, True
        last = point


def _point(segment: Any) -> Point:
    x, y = ctypes.c_float(), ctypes.c_float()
    raw.FPDFPathSegment_GetPoint(segment, x, y)
    return x.value, y.value


def _bands(low: float, high: float) -> range:
    """Strips of a page, so that what is far from a glyph is not compared with it."""
    return range(int(max(low, -_FAR) // _BAND), int(min(high, _FAR) // _BAND) + 1)


def _holds(box: Box, point: Point) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _meets(edge: Edge, box: Box) -> bool:
    """Whether a part of an edge lies in a box: of what the box's four sides leave of it."""
    (x, y), (to_x, to_y) = edge
    start, end = 0.0, 1.0
    for at, way, low, high in ((x, to_x - x, box[0], box[2]), (y, to_y - y, box[1], box[3])):
        if way == 0:
            if not low <= at <= high:
                return False
            continue
        near, far = sorted(((low - at) / way, (high - at) / way))
        start, end = max(start, near), min(end, far)
    return start <= end


def _address(item: Any) -> int:
    return ctypes.cast(item, ctypes.c_void_p).value or 0
