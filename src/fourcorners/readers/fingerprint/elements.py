"""Structure of HTML and XML: elements, the labels in them and the classes of their texts.

Lenient, since it must work where the reader of the format does not: tags that close nothing are passed over, and a
part from the middle of a page begins at a place of which nothing is known. A text is a label if an element with
texts follows it within the same element, or if it stands in a `th` or `dt`; else it is a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from mmap import mmap

from fourcorners.readers.fingerprint.guide import Grower
from fourcorners.readers.fingerprint.guide import Guide
from fourcorners.readers.fingerprint.labels import element
from fourcorners.readers.fingerprint.labels import label
from fourcorners.readers.fingerprint.shapes import TEXT
from fourcorners.readers.fingerprint.shapes import shape_of

#: Where nothing is known of the elements around.
SOMEWHERE = "*"
_TOKEN = re.compile(rb"<(/?)([A-Za-z][\w:.-]{0,60})([^<>]{0,4000})>|(<!--)|<[!?][^<>]{0,4000}>|([^<]+)|<")
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_RAW = frozenset({b"script", b"style"})
_LABELLERS = frozenset({b"th", b"dt"})
_DEEPEST = 60


class _Frame:
    """An open element: its node, its name, the label that holds in it, and a text that may be one."""

    __slots__ = ("guide", "label", "labels", "name", "pending")

    def __init__(self, guide: Guide, name: bytes, of: str, *, labels: bool = False) -> None:
        self.guide = guide
        self.name = name
        self.label = of
        self.labels = labels
        self.pending = b""


def of_markup(data: bytes | mmap, spans: Iterable[tuple[int, int]]) -> tuple[Guide, bool]:
    """The structure of parts of a page, and whether some was left out; the first part begins the page."""
    root, grower = Guide(""), Grower()
    for start, end in spans:
        place = root if start == 0 else grower.kid(root, SOMEWHERE)
        _read(data, start, end, place, grower)
    return root, grower.full


def _read(data: bytes | mmap, start: int, end: int, root: Guide, grower: Grower) -> None:
    stack = [_Frame(root, b"", "")]
    unread = start
    for token in _TOKEN.finditer(data, start, end):
        if token.start() < unread:
            continue
        frame = stack[-1]
        text = token[5]
        if text is not None:
            if not text.isspace():
                if frame.pending:
                    frame.guide.shapes[shape_of(frame.pending)] += 1
                frame.pending = text
            continue
        name = token[2]
        if name is None:
            if token[4]:
                unread = _after(data, b"-->", token.end(), end)
            continue
        name = name.lower()
        if token[1]:
            _close(stack, name)
            continue
        if name in _VOID:
            if frame.pending:
                frame.guide.shapes[shape_of(frame.pending)] += 1
                frame.pending = b""
            _step(frame, token, grower).n += 1
            continue
        if frame.pending:
            _settle(frame)
        guide = _step(frame, token, grower)
        guide.n += 1
        if name in _RAW:
            unread = _after(data, b"</" + name, token.end(), end) - len(name) - 2
        if len(stack) < _DEEPEST:
            stack.append(_Frame(guide, name, "", labels=frame.labels or name in _LABELLERS))
    while len(stack) > 1 and end == len(data):
        _close(stack, stack[-1].name)


def _after(data: bytes | mmap, what: bytes, start: int, end: int) -> int:
    """Where something that is looked for ends; behind all there is, if it is not there."""
    found = data.find(what, start, end)
    return found + len(what) if found >= 0 else end + len(what)


def _step(frame: _Frame, token: re.Match[bytes], grower: Grower) -> Guide:
    """The node of the element that a tag opens."""
    key = (frame.label.encode(), token[0])
    guide = frame.guide.steps.get(key)
    if guide is None:
        guide = grower.kid(frame.guide, element(token[2], token[3]), frame.label)
        if len(frame.guide.steps) < 256:  # noqa: PLR2004 - more than the tags of any layout
            frame.guide.steps[key] = guide
    return guide


def _settle(frame: _Frame) -> None:
    """A text before an element: a label, unless it has the form of a value."""
    shape = shape_of(frame.pending)
    if shape == TEXT and not frame.labels:
        frame.label = label(frame.pending.decode("utf-8", "replace"))
        frame.guide.by.add("")
    else:
        frame.guide.shapes[shape] += 1
    frame.pending = b""


def _close(stack: list[_Frame], name: bytes) -> None:
    """End the innermost element of that name, with those inside it that were not ended."""
    for back in range(1, min(len(stack), 9)):
        if stack[-back].name == name:
            break
    else:
        return
    for _ in range(back):
        frame = stack.pop()
        if not frame.pending:
            continue
        holder = next((each for each in reversed(stack) if not each.labels), stack[0])
        if frame.labels and shape_of(frame.pending) == TEXT:
            holder.label = label(frame.pending.decode("utf-8", "replace"))
            holder.guide.by.add(frame.guide.el)
        else:
            frame.guide.shapes[shape_of(frame.pending)] += 1


def features(guide: Guide) -> set[str]:
    """What the structure is made of, each without where in the page it stands."""
    found: set[str] = set()
    for kid in guide.kids.values():
        _gather(kid, "", "", found, whole=kid.el != SOMEWHERE)
    return found


def _gather(guide: Guide, label_above: str, parent: str, found: set[str], *, whole: bool) -> None:
    """Gather features; in a part of a page, whose labels may stand before it, none of a text without a label."""
    tag, _, rest = guide.el.partition("#")
    if rest:
        name, dot, classes = rest.partition(".")
        found.add(f"id {name.partition('{')[0]}")
        tag += dot + classes
    above = guide.of or label_above
    known = parent not in {"", SOMEWHERE}
    if known:
        found.add(f"{parent} > {tag}")
    for by in guide.by:
        found.add(f"{tag} labelled by {by or 'its text'}")
    if guide.of:
        found.add(f"label {guide.of}")
    for shape in guide.shapes:
        if above:
            found.add(f"{above} = {shape}")
        elif known and whole:
            found.add(f"{tag} = {shape}")
    for kid in guide.kids.values():
        _gather(kid, above, tag, found, whole=whole)
