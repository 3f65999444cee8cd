"""The structure of one member, whatever its format: which kind of file it is, and its tree of places."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from fourcorners.readers.fingerprint import columns
from fourcorners.readers.fingerprint import elements
from fourcorners.readers.fingerprint import lines
from fourcorners.readers.fingerprint import objects
from fourcorners.readers.fingerprint.guide import Guide

Data = bytes | mmap
_BOM = b"\xef\xbb\xbf"
_HEAD = 4_096
_MARKUP = re.compile(rb"<(?:!doctype html|html|\?xml|[A-Za-z][\w:.-]{0,60}[\s>])", re.IGNORECASE)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
#: A member up to this size is looked at as a whole at intake; of a larger one, its head, its tail and windows.
SAMPLE = 1 << 20
_WINDOWS = 24
_ITEMS = 2_000
_ITEMS_SAMPLED = 200


@dataclass(frozen=True, slots=True)
class Structure:
    """What a member is made of.

    Attributes:
        kind: `html`, `xml`, `json`, `csv`, `text` or `binary`.
        tree: its places.
        left_out: there were more places than are kept.
    """

    kind: str
    tree: Guide
    left_out: bool = False

    def features(self) -> set[str]:
        """What the structure is made of: the same whatever the member's size, and without any value."""
        if self.kind in {"html", "xml"}:
            return elements.features(self.tree)
        if self.kind == "json":
            return objects.features(self.tree)
        if self.kind == "csv":
            return columns.features(self.tree)
        return lines.features(self.tree)


def structure_of(data: Data, *, sampled: bool = False) -> Structure:
    """The structure of a member's bytes.

    Args:
        data: the bytes.
        sampled: look at parts of a large member only.
    """
    head = data[:_HEAD].removeprefix(_BOM).lstrip()
    if _BINARY.search(head):
        return Structure("binary", Guide(""))
    spans = list(_spans(data)) if sampled and len(data) > SAMPLE else [(0, len(data))]
    if _MARKUP.match(head):
        kind = "xml" if head[:5].lower() == b"<?xml" else "html"
        return Structure(kind, *elements.of_markup(data, spans))
    if head[:1] in {b"{", b"["}:
        try:
            value = json.loads(bytes(data).removeprefix(_BOM))
        except (ValueError, RecursionError):
            pass
        else:
            return Structure("json", *objects.of_value(value, _ITEMS_SAMPLED if sampled else _ITEMS))
    parts = [data[start:end].decode("utf-8-sig", "replace").splitlines(keepends=True) for start, end in spans]
    try:
        if delimiter := columns.delimiter_of(parts[0]):
            return Structure("csv", *columns.of_table(parts, delimiter))
    except csv.Error:  # a cell of any size, a quote that never ends: no table
        pass
    return Structure("text", *lines.of_lines(parts))


def _spans(data: Data) -> Iterator[tuple[int, int]]:
    """Head, windows and tail, each from the beginning of a line or tag."""
    size = len(data)
    head = SAMPLE // 2
    window = (SAMPLE - head) // _WINDOWS
    yield 0, _turn(data, head)
    step = (size - head - window) // _WINDOWS
    for n in range(1, _WINDOWS + 1):
        start = _turn(data, head + n * step)
        yield start, min(size, start + window) if n < _WINDOWS else size


def _turn(data: Data, at: int) -> int:
    """The beginning of the next line, or of the next tag where lines are long."""
    line = data.find(b"\n", at, at + _HEAD)
    tag = data.find(b"<", at, at + _HEAD)
    return line + 1 if line >= 0 else max(tag, at)
